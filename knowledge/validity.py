"""Which texts hold on a day: of several versions the newest that is in force, none that another text has ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from knowledge.store import DocumentRow

NATIONAL_PREFIX = "中华人民共和国"


def in_force_on(documents: Sequence[DocumentRow], on: date) -> set[int]:
    """Ids of the documents that hold on `on`."""
    families: dict[str, list[DocumentRow]] = defaultdict(list)
    for document in documents:
        families[document.family].append(document)
    newest = {chosen.id for members in families.values() if (chosen := _newest(members, on))}
    return newest - _ended(documents, on)


def _start(document: DocumentRow) -> date | None:
    return document.in_force or document.published


def _newest(members: Iterable[DocumentRow], on: date) -> DocumentRow | None:
    """An undated version is the older one, but only a dated sibling makes it so."""
    begun = [member for member in members if (start := _start(member)) is None or start <= on]
    return max(begun, key=lambda member: (member.published or date.min, _start(member) or date.min), default=None)


def plain_title(title: str) -> str:
    """A title as other texts may write it: marks of one kind, the name of the state left out."""
    return title.replace(NATIONAL_PREFIX, "").replace("〈", "《").replace("〉", "》").replace(" ", "")


def _ended(documents: Sequence[DocumentRow], on: date) -> set[int]:
    """Texts that a later text in force names as 同时废止."""
    by_title: dict[str, list[DocumentRow]] = defaultdict(list)
    for document in documents:
        by_title[plain_title(document.title)].append(document)
    ended: set[int] = set()
    for later in documents:
        start = _start(later)
        if not later.repeals or start is None or start > on:
            continue
        for title in later.repeals:
            ended |= {old.id for old in by_title[plain_title(title)] if _is_older(old, later, start)}
    return ended


def _is_older(old: DocumentRow, later: DocumentRow, start: date) -> bool:
    """A text never ends itself, nor a version of the same title that came after it."""
    published = old.published or _start(old)
    return old.id != later.id and old.family != later.family and (published is None or published < start)
