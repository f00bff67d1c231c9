"""The versions of one text: when each held, what holds now in place of an old one, and what has changed between two."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.model import Passage
from knowledge.store import DocumentRow
from knowledge.text import even
from knowledge.validity import Period, family_of, periods

SAME = 0.3  # share of pairs of characters from which two passages are about the same thing
SAME_NUMBER = 0.05  # what the same number in both versions adds to that
KEPT, GONE, NEW = " ", "-", "+"  # signs of a line of a diff


@dataclass(frozen=True)
class Piece:
    """A run of characters of a diff: kept, gone from the old text or new in the new one."""

    sign: str
    text: str


class Versions:
    """When the documents of one generation hold, and which follows which."""

    def __init__(self, documents: Iterable[DocumentRow]) -> None:
        known = list(documents)
        self._periods = periods(known)
        self._by_path = {document.path: document for document in known}
        self._by_id = {document.id: document for document in known}
        self._families: dict[tuple[str, str], list[DocumentRow]] = defaultdict(list)
        for document in known:
            self._families[family_of(document)].append(document)

    def period(self, path: str) -> Period | None:
        """When a document holds; None for one that is not in the base any more."""
        document = self._by_path.get(path)
        return self._periods[document.id] if document else None

    def siblings(self, path: str) -> list[DocumentRow]:
        """All versions of a text that ever held, oldest first; empty for an unknown document."""
        document = self._by_path.get(path)
        members = self._families[family_of(document)] if document else []
        held = [one for one in members if _ever(self._periods[one.id])]
        return sorted(held, key=lambda one: self._periods[one.id].start or date.min)

    def now(self, path: str, on: date) -> DocumentRow | None:
        """What holds on a day in place of a document: a later version, or the text that repealed it."""
        document = self._by_path.get(path)
        seen: set[int] = set()
        while document and document.id not in seen:
            period = self._periods[document.id]
            if period.holds(on):
                return document
            seen.add(document.id)
            document = self._by_id.get(period.by) if period.by is not None else None
        return None


def _ever(period: Period) -> bool:
    return (period.start or date.min) < (period.end or date.max)


def last_day(period: Period | None, on: date) -> date | None:
    """The last day on which something held that is over on a given day; None while it holds."""
    if period is None or period.end is None or period.end > on:
        return None
    return period.end - timedelta(days=1)


def counterpart(passage: Passage, others: Iterable[Passage]) -> Passage | None:
    """The passage about the same thing in another version, whatever its number there; None where there is none."""
    best, score = None, SAME
    for other in others:
        share = likeness(passage.text, other.text) + SAME_NUMBER * (other.article == passage.article)
        if share > score:
            best, score = other, share
    return best


def likeness(one: str, other: str) -> float:
    """Share of pairs of characters two texts have in common, 0 to 1."""
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / max(len(first) + len(second), 1)


def _pairs(text: str) -> set[str]:
    plain = even(text).replace(" ", "")
    return {plain[at : at + 2] for at in range(len(plain) - 1)}


def difference(old: str, new: str) -> list[Piece]:
    """What turned one text into another, in runs of characters; the kept and gone ones together are the old text."""
    pieces: list[Piece] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(KEPT, old[a:b]))
            continue
        if a < b:
            pieces.append(Piece(GONE, old[a:b]))
        if c < d:
            pieces.append(Piece(NEW, new[c:d]))
    return _joined(pieces)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Single kept characters between two changes belong to the change: a diff of crumbs cannot be read."""
    out: list[Piece] = []
    gone = new = ""
    for at, piece in enumerate(pieces):
        is_crumb = piece.sign == KEPT and len(piece.text.strip()) <= 1 and 0 < at < len(pieces) - 1
        if piece.sign == KEPT and not is_crumb:
            out += [Piece(sign, text) for sign, text in ((GONE, gone), (NEW, new)) if text]
            out.append(piece)
            gone = new = ""
        else:
            gone += piece.text if piece.sign != NEW else ""
            new += piece.text if piece.sign != GONE else ""
    return out + [Piece(sign, text) for sign, text in ((GONE, gone), (NEW, new)) if text]
