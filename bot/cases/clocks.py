"""When a promise on a case falls due, in working or calendar hours, with pauses credited exactly. Pure.

`due` counts forward, `counted` measures; both know office hours and the calendar handed in. A case's clocks are followed
through its events by `run`: which events start and stop a clock is a table (data/district/clocks.csv).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from bot.cases.standing import Act, Standing, after, begun, instant
from bot.cases.status import CaseStatus, EventKind

#: Office hours by which working hours are counted (示范区口径).
OPENS, CLOSES = time(9, 0), time(17, 0)
WORKING_HOURS_A_DAY = 8
#: A calendar without a working day in so many days is broken, not a holiday.
LONGEST_HOLIDAY = 400

IsWorkday = Callable[[date], bool]
Pause = tuple[datetime, datetime]


def due(start: datetime, hours: float, *, working: bool, is_workday: IsWorkday, pauses: Sequence[Pause] = ()) -> datetime:
    """`hours` after `start`; with `working`, only office hours of working days count; time in `pauses` never counts.

    `start` and the answer are local wall-clock datetimes with the same tzinfo. Hours of 8 make one working day.
    Raises ValueError where the calendar has no working day for more than a year.
    """
    left = timedelta(hours=hours)
    for begin, end in _spans(start, working, is_workday):
        for piece_begin, piece_end in _without(begin, end, pauses):
            if piece_begin + left <= piece_end:
                return piece_begin + left
            left -= piece_end - piece_begin
    raise ValueError("the calendar has no working days")


def counted(start: datetime, end: datetime, *, working: bool, is_workday: IsWorkday) -> float:
    """Hours between two local datetimes that count; 0 when `end` is not after `start`."""
    total = timedelta()
    for begin, finish in _spans(start, working, is_workday):
        if begin >= end:
            break
        total += min(finish, end) - begin
    return total / timedelta(hours=1)


def _spans(start: datetime, working: bool, is_workday: IsWorkday) -> Iterator[Pause]:
    """Stretches of time that count, from `start` on."""
    if not working:
        yield start, start + timedelta(days=36500)
        return
    for ahead in range(LONGEST_HOLIDAY):
        day = start + timedelta(days=ahead)
        opens, closes = (day.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0) for at in (OPENS, CLOSES))
        if is_workday(day.date()) and start < closes:
            yield max(start, opens), closes


def _without(begin: datetime, end: datetime, pauses: Sequence[Pause]) -> Iterator[Pause]:
    """A stretch with the pauses cut out, in order."""
    for stops, goes_on in sorted(pauses):
        if goes_on <= begin or stops >= end:
            continue
        if begin < stops:
            yield begin, stops
        begin = max(begin, goes_on)
    if begin < end:
        yield begin, end


@dataclass(frozen=True)
class ClockRule:
    """One row of clocks.csv: what starts and stops a clock, in which states it runs, in which it stands."""

    name: str
    starts: frozenset[EventKind]
    stops: frozenset[EventKind]
    runs_in: frozenset[CaseStatus]
    stands_in: frozenset[CaseStatus]
    until: str  # the field of the starting event that says when it ends; empty: counted in hours
    points: tuple[int, ...]  # per cent at which somebody hears of it


@dataclass(frozen=True)
class Running:
    """A clock of one case. `hours` of 0 with `until`: it ends at that time. `pauses` are closed; `stands_since` is open."""

    name: str
    started: datetime
    hours: float
    working: bool
    until: datetime | None = None
    since: datetime | None = None  # when `until` was set; pauses before it are already in it
    pauses: tuple[Pause, ...] = ()
    stands_since: datetime | None = None
    stopped: bool = False

    def point(self, percent: int, zone: tzinfo, is_workday: IsWorkday) -> datetime:
        """When `percent` of its time has passed. While it stands, as if it went on at `stands_since`."""
        pauses = [(begin.astimezone(zone), end.astimezone(zone)) for begin, end in self.pauses]
        if self.until is None:
            local, hours = self.started.astimezone(zone), self.hours * percent / 100
            return due(local, hours, working=self.working, is_workday=is_workday, pauses=pauses)
        since = (self.since or self.started).astimezone(zone)
        credit = sum(
            counted(begin, end, working=self.working, is_workday=is_workday) for begin, end in pauses if begin >= since
        )
        end = due(self.until.astimezone(zone), credit, working=self.working, is_workday=is_workday) if credit else self.until
        return self.started + (end.astimezone(self.started.tzinfo) - self.started) * percent / 100


Limits = Mapping[str, tuple[float, bool]]


def run(acts: Iterable[Act], rules: Sequence[ClockRule]) -> tuple[Standing | None, dict[str, Running]]:
    """Where a case stands and its clocks after all its events."""
    standing: Standing | None = None
    clocks: dict[str, Running] = {}
    limits: dict[str, tuple[float, bool]] = {}
    for act in acts:
        standing = begun(act) if standing is None else after(standing, act)
        limits.update({name: (float(hours), bool(working)) for name, (hours, working) in act.detail.get("clocks", {}).items()})
        for rule in rules:
            running = _step(rule, clocks.get(rule.name), act, standing, limits)
            if running is not None:
                clocks[rule.name] = running
    return standing, clocks


def _step(rule: ClockRule, clock: Running | None, act: Act, standing: Standing, limits: Limits) -> Running | None:
    """One clock after one event."""
    if act.kind in rule.starts and standing.status in rule.runs_in | rule.stands_in:
        clock = _started(rule, act, limits)
    if clock is None or clock.stopped:
        return clock
    if act.kind in rule.stops or standing.status not in rule.runs_in | rule.stands_in:
        return replace(_going(clock, act.at), stopped=True)
    if rule.name in act.detail.get("clocks", {}):
        hours, working = limits[rule.name]
        clock = replace(clock, hours=hours, working=working)
    if act.kind is EventKind.EXTENSION_GRANTED and rule.name == "resolve":
        clock = replace(clock, until=standing.extension_until, since=act.at)
    if standing.status in rule.stands_in:
        return clock if clock.stands_since else replace(clock, stands_since=act.at)
    return _going(clock, act.at)


def _started(rule: ClockRule, act: Act, limits: Limits) -> Running | None:
    until = instant(act.detail.get(rule.until)) if rule.until else None
    if until is None and rule.name not in limits:
        return None
    hours, working = limits.get(rule.name, (0.0, False))
    return Running(rule.name, act.at, hours, working, until)


def _going(clock: Running, at: datetime) -> Running:
    """The clock going on at `at`, should it have stood."""
    if clock.stands_since is None:
        return clock
    pauses = (*clock.pauses, (clock.stands_since, at)) if at > clock.stands_since else clock.pauses
    return replace(clock, pauses=pauses, stands_since=None)
