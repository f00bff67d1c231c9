"""The district's tables of time as one object: working calendar, limits by category, clocks and their points. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from bot.cases.clocks import ClockRule, IsWorkday, Running, due
from bot.cases.roles import Role
from bot.cases.status import MOVES, SAME, STATE_GROUPS, CaseStatus, EventKind, Rule

Row = Mapping[str, str]
LOCAL = ZoneInfo("Asia/Shanghai")
EMERGENCY = "emergency"
WORKING, YES = "working", "是"
#: Clocks whose hours stand in categories.csv; the others in limits.csv.
OF_CATEGORY = ("contact", "resolve")
#: Events that only tell somebody of a time that has passed.
TELLING = frozenset({EventKind.WARNED, EventKind.ESCALATED})
#: A move that needs nothing, changes nothing and says nothing to the resident.
BESIDE_ONLY = Rule(SAME, (), "")


@dataclass(frozen=True)
class Point:
    """One row of clock_points.csv: at `percent` of a clock, who hears of it and what is written."""

    clock: str
    percent: int
    tells: str  # owner, supervisor, above, resident
    event: EventKind
    text: str


@dataclass(frozen=True)
class Limit:
    """One row of limits.csv. `category` is a code, the beginning of one, `emergency`, or empty for all."""

    clock: str
    category: str
    hours: float
    working: bool


@dataclass(frozen=True)
class Timing:
    """Everything that decides when something falls due."""

    rules: tuple[ClockRule, ...]
    points: tuple[Point, ...]
    limits: tuple[Limit, ...]
    days: Mapping[date, bool] = field(default_factory=dict)
    otherwise: IsWorkday = lambda day: day.weekday() < 5  # noqa: PLR2004  # Monday to Friday
    mark: str = ""  # of the tables it was read from: the same rows, the same mark

    @classmethod
    def of(
        cls, clocks: Sequence[Row], points: Sequence[Row], limits: Sequence[Row], calendar: Sequence[Row], otherwise: IsWorkday
    ) -> Timing:
        """Read the rows of the four tables. Raises KeyError or ValueError on a row that cannot be right."""
        read_points = tuple(
            Point(row["clock"], int(row["percent"]), row["tells"], EventKind(row["event"]), row["text"]) for row in points
        )
        by_clock = {row["clock"]: tuple(p.percent for p in read_points if p.clock == row["clock"]) for row in clocks}
        return cls(
            tuple(_rule(row, by_clock[row["clock"]]) for row in clocks),
            read_points,
            tuple(Limit(row["clock"], row["category"], float(row["hours"]), row["counted"] == WORKING) for row in limits),
            {date.fromisoformat(row["date"]): row["working"] == YES for row in calendar},
            otherwise,
            _mark(clocks, points, calendar),
        )

    def is_workday(self, day: date) -> bool:
        """Whether offices work that day: our own table first, then what is known of other years."""
        return self.days[day] if day in self.days else self.otherwise(day)

    def limit(self, clock: str, category: str, *, emergency: bool) -> tuple[float, bool]:
        """(hours, counted in working hours) of a clock: the longest beginning of the code wins, emergency before all."""
        fitting = [one for one in self.limits if one.clock == clock and _fits(one, category, emergency)]
        best = max(fitting, key=lambda one: (one.category == EMERGENCY, len(one.category)))
        return best.hours, best.working

    def limits_of(
        self, category: str, contact: float, resolve: float, *, working: bool, emergency: bool
    ) -> dict[str, list[float]]:
        """The hours of every clock of a category, as they are kept with the event that files a case."""
        names = [rule.name for rule in self.rules if rule.name not in OF_CATEGORY and not rule.until]
        found = {name: self.limit(name, category, emergency=emergency) for name in names}
        found |= {"contact": (contact, working), "resolve": (resolve, working)}
        return {name: [hours, float(counted)] for name, (hours, counted) in found.items()}

    def after(self, start: datetime, hours: float, *, working: bool) -> datetime:
        """`hours` after an instant."""
        return due(start.astimezone(LOCAL), hours, working=working, is_workday=self.is_workday)

    def moment(self, clock: Running, percent: int) -> datetime:
        """When `percent` of a clock's time has passed."""
        return clock.point(percent, LOCAL, self.is_workday)

    def all_points(self, clock: Running) -> dict[int, datetime]:
        """When each point of a clock comes, by per cent; none while it stands or once it has stopped."""
        if clock.stopped or clock.stands_since:
            return {}
        rule = next(rule for rule in self.rules if rule.name == clock.name)
        return {percent: self.moment(clock, percent) for percent in rule.points}

    def next_point(self, clock: Running, passed: int) -> tuple[int, datetime] | None:
        """The next point nobody has acted on yet; None while the clock stands or once it has stopped."""
        return next(((percent, at) for percent, at in self.all_points(clock).items() if percent > passed), None)

    def only_tells(self, clock: str, percent: int, status: CaseStatus) -> bool:
        """Whether nothing follows from a point but its own event: nobody outside is told, no clock and no state changes."""
        point = self.point(clock, percent)
        rule = MOVES.get((status, point.event, Role.CLOCK))
        moves_clocks = any(point.event in one.starts | one.stops for one in self.rules)
        return point.event in TELLING and point.tells != "resident" and rule == BESIDE_ONLY and not moves_clocks

    def point(self, clock: str, percent: int) -> Point:
        """What happens at a point."""
        return next(point for point in self.points if point.clock == clock and point.percent == percent)

    def next_opening(self, instant: datetime) -> datetime:
        """The first moment of office hours from `instant` on."""
        return self.after(instant, 1e-6, working=True) - timedelta(hours=1e-6)


def _mark(*tables: Sequence[Row]) -> str:
    return sha256(repr([[sorted(row.items()) for row in rows] for rows in tables]).encode()).hexdigest()[:16]


def _fits(limit: Limit, category: str, emergency: bool) -> bool:
    return emergency if limit.category == EMERGENCY else category.startswith(limit.category)


def _rule(row: Row, percents: tuple[int, ...]) -> ClockRule:
    return ClockRule(
        row["clock"], _kinds(row["starts"]), _kinds(row["stops"]), _states(row["runs_in"]), _states(row["stands_in"]),
        row["until"], tuple(sorted(percents)),
    )  # fmt: skip


def _kinds(written: str) -> frozenset[EventKind]:
    return frozenset(EventKind(name) for name in written.split("|") if name)


def _states(written: str) -> frozenset[CaseStatus]:
    names = [name for name in written.split("|") if name]
    return frozenset(state for name in names for state in STATE_GROUPS.get(name) or (CaseStatus(name),))
