"""Which texts hold on a day: of several versions the newest that is in force, none that another text has ended.

What a text does not say itself (the State Council ended it by a decision of its own) stands in ended.csv.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib import resources
from pathlib import PurePosixPath

from knowledge.importers.statute_header import split_name
from knowledge.model import STATUTE
from knowledge.store import DocumentRow

#: What other texts leave out or write otherwise when they name a text: the state, the courts that issued it, signs.
LEFT_OUT = re.compile(r"[\W_]|中华人民共和国|最高人民法院|最高人民检察院")

KEPT = 20_000  # names read; the same few thousand are asked for at every new place and day


@dataclass(frozen=True)
class Period:
    """The days on which a document holds, from `start` to the day before `end`; None is open on that side.

    `by` is the document that ended it: its next version, or a text that repealed it; None for a date of its own.
    """

    start: date | None
    end: date | None = None
    by: int | None = None

    def holds(self, on: date) -> bool:
        """Whether the text counts on a day; the end itself does not."""
        return (self.start or date.min) <= on < (self.end or date.max)

    def ended(self, day: date, by: int | None) -> Period:
        """This period with an earlier end, if `day` is one."""
        return Period(self.start, day, by) if day < (self.end or date.max) else self


def in_force_on(documents: Sequence[DocumentRow], on: date) -> set[int]:
    """Ids of the documents that hold on `on`."""
    return {ident for ident, period in periods(documents).items() if period.holds(on)}


def periods(documents: Iterable[DocumentRow]) -> dict[int, Period]:
    """id → when it holds."""
    families: dict[tuple[str, str], list[DocumentRow]] = defaultdict(list)
    by_title: dict[str, list[DocumentRow]] = defaultdict(list)
    known = list(documents)
    for document in known:
        families[family_of(document)].append(document)
        for name in {plain_title(document.title), _plain_name(document)}:
            by_title[name].append(document)
    held = {ident: period for members in families.values() for ident, period in _in_turn(members)}
    for document in known:
        if document.until is not None:
            held[document.id] = held[document.id].ended(document.until + timedelta(days=1), None)
    _repeal(held, known, by_title)
    return held


def family_of(document: DocumentRow) -> tuple[str, str]:
    """What the versions of one text share: place and plain name. The folder tells nothing: collections file one law twice."""
    if document.kind != STATUTE:
        return "", document.family
    return document.region, _plain_name(document)


def _plain_name(document: DocumentRow) -> str:
    return plain_title(_name_of(document.path)[0])


@lru_cache(maxsize=KEPT)
def _name_of(path: str) -> tuple[str, date | None]:
    return split_name(PurePosixPath(path).stem)


@lru_cache(maxsize=KEPT)
def plain_title(title: str) -> str:
    """A title as other texts may write it: signs, the name of the state and the issuing courts left out."""
    return LEFT_OUT.sub("", title)


def _start(document: DocumentRow) -> date | None:
    return document.in_force or document.published


def _age(document: DocumentRow) -> tuple[bool, date, date]:
    """Older versions first. An undated file is the older one, but only a dated sibling makes it so."""
    return _name_of(document.path)[1] is not None, _start(document) or date.min, document.published or date.min


def _in_turn(members: list[DocumentRow]) -> Iterable[tuple[int, Period]]:
    """Each version holds until the next one does; of twins one holds."""
    order = sorted(members, key=_age)
    for at, member in enumerate(order):
        later = [(start, one.id) for one in order[at + 1 :] if (start := _start(one)) is not None]
        end, by = min(later, default=(None, None))
        yield member.id, Period(_start(member), end, by)


def _repeal(held: dict[int, Period], documents: list[DocumentRow], by_title: dict[str, list[DocumentRow]]) -> None:
    """End what a later text names as repealed, and what the table of ended texts holds."""
    for later in documents:
        start = _start(later)
        for title in later.repeals if start else ():
            for old in by_title.get(plain_title(title), ()):
                if start and _is_older(old, later, start):
                    held[old.id] = held[old.id].ended(start, later.id)
    for title, last in _ended_elsewhere():
        for old in by_title.get(title, ()):
            if old.kind == STATUTE and old.region == "全国" and (_start(old) or date.min) < last:
                held[old.id] = held[old.id].ended(last, None)


@cache
def _ended_elsewhere() -> list[tuple[str, date]]:
    text = resources.files("knowledge").joinpath("ended.csv").read_text("utf-8")
    return [(plain_title(row["title"]), date.fromisoformat(row["ended"])) for row in csv.DictReader(text.splitlines())]


def _is_older(old: DocumentRow, later: DocumentRow, start: date) -> bool:
    """A text never ends itself, nor a version of the same title that came after it."""
    published = old.published or _start(old)
    return old.id != later.id and family_of(old) != family_of(later) and (published is None or published < start)
