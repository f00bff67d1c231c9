"""What a file would do to the base: passages that are there nearly word for word, and texts that contradict each other.

Characters are compared, not meanings: fast, the same every time, and easy to explain to the person who must decide.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import NotBuilt
from knowledge.importers.sheet import comparable
from knowledge.importers.statute_header import split_name
from knowledge.model import ARTICLE, Document
from knowledge.store import Store
from knowledge.validity import plain_title

SHINGLE = 3  # characters
NEAR = 0.4  # share of common shingles (Jaccard); measured, see docs/decisions/0010
SHORTEST = 20  # characters; shorter passages (不收费) are alike by nature
COMMON = 400  # passages that share a shingle before it says nothing any more
CANDIDATES = 10
AT_ONCE = 5000  # passages read at a time


@dataclass(frozen=True)
class Near:
    """A new passage and one of the base that say nearly the same. `share` is 0 to 1."""

    path: str
    heading: str
    other_path: str
    other_heading: str
    other_title: str
    share: float


@dataclass(frozen=True)
class Conflict:
    """`reason` is one Chinese sentence: same title and place but another date, or same question but another answer."""

    path: str
    other_path: str
    reason: str


@dataclass(frozen=True)
class _Known:
    path: str
    title: str
    region: str
    day: str | None
    passages: tuple[tuple[str, str], ...]
    asked: tuple[str, ...]


class Comparison:
    """The current texts of a base, ready to be compared with new ones. Reads the base, never writes."""

    def __init__(self, folder: Path) -> None:
        self._known = _read(folder)
        self._titles: dict[tuple[str, str], list[_Known]] = defaultdict(list)
        self._questions: dict[str, list[_Known]] = defaultdict(list)
        for known in self._known:
            self._titles[(_title(known.title), known.region)].append(known)
            for question in dict.fromkeys(map(comparable, known.asked)):
                self._questions[question].append(known)
        self._passages = [(known, heading, text) for known in self._known for heading, text in known.passages]
        self._holding: dict[str, list[int]] | None = None

    def near(self, document: Document) -> list[Near]:
        """Passages of other documents that are nearly the same, the likest of each."""
        found = (self._nearest(document, section.article, section.text) for section in document.sections)
        return [near for near in found if near]

    def conflicts(self, document: Document) -> list[Conflict]:
        """Other documents that say of themselves, or answer, something else."""
        day = document.in_force.isoformat() if document.in_force else None
        same = self._titles.get((_title(document.title), document.region.key), ())
        dated = [
            Conflict(document.path, known.path, f"同名同地区，日期不同：{day or '无日期'} 与 {known.day or '无日期'}")
            for known in same
            if known.path != document.path and known.day != day
        ]
        return [*dated, *self._other_answers(document, {conflict.other_path for conflict in dated})]

    def _other_answers(self, document: Document, told: set[str]) -> Iterable[Conflict]:
        ours = {comparable(section.text) for section in document.sections}
        for question in document.asked if document.kind == ARTICLE else ():
            for known in self._questions.get(comparable(question), ()):
                theirs = {comparable(text) for _, text in known.passages}
                elsewhere = known.region != document.region.key
                if known.path == document.path or known.path in told or elsewhere or ours & theirs:
                    continue
                told.add(known.path)
                yield Conflict(document.path, known.path, f"问题“{question}”已有别的答案")

    def _nearest(self, document: Document, heading: str, text: str) -> Near | None:
        if len(comparable(text)) < SHORTEST:
            return None
        ours, holding = shingles(text), self._index()
        shared = Counter(at for shingle in ours if len(holding.get(shingle, ())) <= COMMON for at in holding.get(shingle, ()))
        best: Near | None = None
        for at, _ in shared.most_common(CANDIDATES):
            known, other, other_text = self._passages[at]
            share = likeness(ours, shingles(other_text))
            if known.path != document.path and share >= NEAR and (best is None or share > best.share):
                best = Near(document.path, heading, known.path, other, known.title, share)
        return best

    def _index(self) -> dict[str, list[int]]:
        if self._holding is None:
            self._holding = defaultdict(list)
            for at, (_, _, text) in enumerate(self._passages):
                for shingle in shingles(text) if len(text) >= SHORTEST else ():
                    self._holding[shingle].append(at)
        return self._holding


def shingles(text: str) -> frozenset[str]:
    """Every run of SHINGLE characters, marks and spaces left out."""
    plain = re.sub(r"[\W_]+", "", text)
    return frozenset(plain[at : at + SHINGLE] for at in range(len(plain) - SHINGLE + 1))


def likeness(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """Jaccard's share: common shingles of all shingles, 0 to 1."""
    return len(ours & theirs) / len(ours | theirs) if ours or theirs else 0.0


def _title(title: str) -> str:
    return comparable(plain_title(split_name(title)[0]))


def _read(folder: Path) -> Sequence[_Known]:
    """The current documents of the base; none where there is no base, and none comes into being."""
    try:
        store = Store(folder)
    except NotBuilt:
        return []
    try:
        with store.snapshot():
            return list(_documents(store))
    finally:
        store.close()


def _documents(store: Store) -> Iterator[_Known]:
    rows, asked = store.current_documents(), defaultdict[int, list[str]](list)
    for way in store.current_asked():
        asked[way.document].append(way.text)
    owners = {passage: document for passage, document, _ in store.headings(rows)}
    texts = defaultdict[int, list[tuple[str, str]]](list)
    idents = list(owners)
    for start in range(0, len(idents), AT_ONCE):
        for ident, passage in store.passages(idents[start : start + AT_ONCE]).items():
            texts[owners[ident]].append((passage.article, passage.text))
    for ident, row in rows.items():
        day = row.in_force.isoformat() if row.in_force else None
        yield _Known(row.path, row.title, row.region, day, tuple(texts[ident]), tuple(asked[ident]))
