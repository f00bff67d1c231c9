"""From an own article to the law it rests on: which passages of the base the front matter's `basis` names.

A reference is only followed where the law's text is about the same thing: an article may rest on a newer edition than
the one in the base, in which other numbers stand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

import numpy as np

from knowledge.importers.statute_header import CODE_FOLDER, split_name
from knowledge.model import STATUTE
from knowledge.store import Basis, DocumentRow
from knowledge.text import number, numeral
from knowledge.validity import plain_title
from knowledge.vectors import Floats, Ints

NEAR = 0.28  # centred cosine of a law's article to the nearest section; below it the number is mostly another edition's
ARTICLES = re.compile(
    r"第([一二三四五六七八九十百千零〇两]+)条(之[一二三四五六七八九十]+)?(?:至第([一二三四五六七八九十百千零〇两]+)条)?"
)
ASIDE = re.compile(r"[（(](?:已|\d{4})[^）)]*[）)]|[《》\s]")
MOST = 60  # articles of one range


def articles_named(text: str) -> list[str]:
    """第三条、第五条至第七条 → 第三条 第五条 第六条 第七条."""
    out: list[str] = []
    for first, of, last in ARTICLES.findall(text):
        start, end = number(first), number(last) if last else None
        if start is not None and end is not None and start <= end < start + MOST:
            out += [f"第{numeral(n)}条" for n in range(start, end + 1)]
        else:
            out.append(f"第{first}条{of}")
    return out


class Bridges:
    """Own document → positions of the statute passages it rests on, all versions of the law."""

    def __init__(
        self,
        references: Iterable[Basis],
        documents: Mapping[int, DocumentRow],
        headings: Callable[[Iterable[int]], list[tuple[int, int, str]]],
        document_of: Ints,
        vectors: Callable[[Ints], Floats],
    ) -> None:
        """`headings` answers (position, document, article) of every passage of the given documents.

        `vectors` answers the centred vectors at some positions.
        """
        titles = _by_title(documents)
        wanted = [
            (entry.document, (law, article))
            for entry in references
            for law in titles.get(plain_law(entry.law), ())
            for article in articles_named(entry.article)
        ]
        places = _positions({key for _, key in wanted}, headings)
        found: dict[int, set[int]] = defaultdict(set)
        for document, key in wanted:
            found[document].update(places.get(key, ()))
        self._of = {document: _about_the_same(document, found[document], document_of, vectors) for document in found}

    def of(self, document: int) -> Ints:
        """Positions of the passages behind an own document."""
        return self._of.get(document, np.zeros(0, dtype=np.int64))

    def __bool__(self) -> bool:
        return any(len(positions) for positions in self._of.values())


def plain_law(name: str) -> str:
    """A law's name without marks and without asides like （2025年修订）."""
    return plain_title(ASIDE.sub("", name))


def _by_title(documents: Mapping[int, DocumentRow]) -> dict[str, list[int]]:
    titles: dict[str, list[int]] = defaultdict(list)
    for ident, document in documents.items():
        if document.kind != STATUTE:
            continue
        path = PurePosixPath(document.path)
        names = {plain_law(document.title), plain_law(split_name(path.stem)[0])}
        if CODE_FOLDER in path.parts:
            names.add(CODE_FOLDER)  # its books are files of their own, its articles are numbered through
        for name in names:
            titles[name].append(ident)
    return titles


def _positions(
    wanted: set[tuple[int, str]], headings: Callable[[Iterable[int]], list[tuple[int, int, str]]]
) -> dict[tuple[int, str], list[int]]:
    places: dict[tuple[int, str], list[int]] = defaultdict(list)
    for position, document, article in headings({law for law, _ in wanted}):
        places[document, article].append(position)
    return places


def _about_the_same(document: int, positions: set[int], document_of: Ints, vectors: Callable[[Ints], Floats]) -> Ints:
    laws = np.array(sorted(positions), dtype=np.int64)
    if not len(laws):
        return laws
    own, other = _unit(vectors(np.flatnonzero(document_of == document))), _unit(vectors(laws))
    near: Ints = laws[(other @ own.T).max(axis=1) >= NEAR]
    return near


def _unit(vectors: Floats) -> Floats:
    out: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return out
