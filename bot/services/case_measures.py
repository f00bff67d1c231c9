"""How long cases took, round by round: a case that is done again is a round of its own, so no clock runs through the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from bot.cases.status import EventKind
from bot.services.calendar import LOCAL
from bot.services.handoff_measures import in_office
from bot.services.ports import Clock
from bot.store.case_rounds import steps
from bot.store.case_search import CaseFilter
from bot.store.database import Database

BEGINS = (EventKind.FILED, EventKind.REOPENED)
#: Ends of a round: the first of them counts. Whoever has answered once has answered.
ENDS = (EventKind.ANSWERED, EventKind.WITHDRAWN, EventKind.REJECTED)


@dataclass(frozen=True)
class CaseRound:
    """From the filing (or reopening) of a case to its answer. Times in seconds; None: not answered, or not any more."""

    day: date
    again: bool
    answered: float | None = None
    answered_office: float | None = None
    dropped: bool = False  # withdrawn, or not accepted


class CaseMeasures:
    """Reads what happened to cases; changes nothing."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock

    def rounds(self, since: datetime, wanted: CaseFilter) -> list[CaseRound]:
        """Every round begun since then (an aware instant), of the cases `wanted` asks for."""
        until = self.clock.now() + timedelta(seconds=1)
        with self.database.reading() as work:
            found = steps(work.session, wanted, [*BEGINS, *ENDS], since=since, until=until)
        cases = groupby(found, key=lambda step: step[0])
        return [one for _, taken in cases for one in rounds_of((kind, at) for _, kind, at in taken)]


def rounds_of(taken: Iterable[tuple[str, datetime]]) -> Iterator[CaseRound]:
    """The rounds in the steps of one case, in their order. An end whose beginning is not among them belongs to none."""
    current, begun = None, None
    for kind, at in taken:
        if kind in BEGINS:
            if current is not None:
                yield current
            current, begun = CaseRound(at.astimezone(LOCAL).date(), kind == EventKind.REOPENED), at
        elif current is not None and begun is not None and current.answered is None and not current.dropped:
            current = _ended(current, kind, begun, at)
    if current is not None:
        yield current


def _ended(current: CaseRound, kind: str, begun: datetime, at: datetime) -> CaseRound:
    if kind != EventKind.ANSWERED:
        return replace(current, dropped=True)
    return replace(current, answered=(at - begun).total_seconds(), answered_office=in_office(begun, at))
