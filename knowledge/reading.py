"""A quoted passage as the reader page shows it: with its neighbours, its period and the versions beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from knowledge.model import Passage
from knowledge.versions import Piece, Versions, counterpart, difference, last_day

NEIGHBOURS = 1  # passages shown before and behind the quoted one

PassagesOf = Callable[[str], list[Passage]]


@dataclass(frozen=True)
class Edition:
    """The passage in another version of its text. `until` is its last day; `pieces` lead from the older to the newer."""

    passage: Passage
    until: date | None
    is_newer: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Reading:
    """A passage with what stands around it. `until` is the last day it held, None while it holds.

    `now` holds in its place; `editions` are the other versions, newest first.
    """

    passage: Passage
    before: tuple[Passage, ...]
    behind: tuple[Passage, ...]
    until: date | None
    now: Passage | None
    editions: tuple[Edition, ...]

    @property
    def holds(self) -> bool:
        """Whether the passage still stands in its text and the text is in force."""
        return self.passage.current and self.until is None


def reading(passage: Passage, versions: Versions, passages_of: PassagesOf, today: date) -> Reading:
    """Gather what the page shows; reads every other version of the text once."""
    own = passages_of(passage.document)
    at = next((at for at, one in enumerate(own) if one.article == passage.article), None)
    before = own[max(0, at - NEIGHBOURS) : at] if at is not None else []
    behind = own[at + 1 : at + 1 + NEIGHBOURS] if at is not None else []
    return Reading(
        passage=passage,
        before=tuple(before),
        behind=tuple(behind),
        until=last_day(versions.period(passage.document), today),
        now=now_of(passage, versions, passages_of, today),
        editions=tuple(_editions(passage, versions, passages_of, today)),
    )


def now_of(passage: Passage, versions: Versions, passages_of: PassagesOf, today: date) -> Passage | None:
    """What holds today in the place of a passage that does not; None where it holds itself or nothing follows it."""
    document = versions.now(passage.document, today)
    if document is None or (document.path == passage.document and passage.current):
        return None
    return counterpart(passage, passages_of(document.path))


def _editions(passage: Passage, versions: Versions, passages_of: PassagesOf, today: date) -> list[Edition]:
    siblings = versions.siblings(passage.document)
    paths = [one.path for one in siblings]
    if passage.document not in paths:
        return []
    mine, out = paths.index(passage.document), []
    for at, path in reversed(list(enumerate(paths))):
        other = counterpart(passage, passages_of(path)) if at != mine else None
        if other is not None:
            old, new = (passage, other) if at > mine else (other, passage)
            until = last_day(versions.period(path), today)
            out.append(Edition(other, until, at > mine, tuple(difference(old.text, new.text))))
    return out
