"""Cases between their events and the columns that repeat what the events say. The only writer of those columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.cases.clocks import Running, run
from bot.cases.roles import Role
from bot.cases.standing import Act, Standing
from bot.cases.status import CaseStatus, EventKind
from bot.cases.timing import Timing
from bot.store.case_tables import CaseClockRow, CaseEventRow, CasePartRow, CaseRow
from bot.store.database import Work

#: Roles of events written before events kept one.
ROLE_OF_ACTOR = {"resident": Role.RESIDENT, "clock": Role.CLOCK}


def act_of(row: CaseEventRow) -> Act:
    """A stored event as the rules read it."""
    role = Role(row.role) if row.role else ROLE_OF_ACTOR.get(row.actor, Role.SUPERVISOR)
    return Act(EventKind(row.kind), role, row.actor, row.at, row.text, row.detail)


#: Clocks of something promised; the others only say when to look again.
PROMISES = ("sign", "contact", "update", "resolve", "order")
#: Marks the event that gives clocks to a case from before they were kept: they run from its filing on.
SINCE_FILING = "since_filing"


def history(work: Work, row: CaseRow, timing: Timing) -> tuple[Standing, dict[str, Running]]:
    """Where a case stands and its clocks, from its events alone."""
    standing, clocks = run(_backdated([act_of(event) for event in work.cases.events(row.id)]), timing.rules)
    if standing is None:
        raise ValueError(f"case {row.number} has no events")
    if not standing.unit:  # sent on before events named the unit
        standing = replace(standing, unit=row.unit_code)
    return standing, clocks


def _backdated(acts: list[Act]) -> list[Act]:
    """The same with clocks that were given later put where they belong: to the filing."""
    given = next((act for act in acts if act.detail.get(SINCE_FILING)), None)
    if given is None:
        return acts
    return [replace(acts[0], detail={**acts[0].detail, "clocks": given.detail["clocks"]}), *acts[1:]]


def write(work: Work, row: CaseRow, act: Act, inbox_id: int | None = None, *, sequence: int | None = None) -> None:
    """Add an event to a case; `sequence` where it is known already."""
    work.cases.add_event(CaseEventRow(**columns_of(row.id, act), inbox_id=inbox_id, sequence=sequence))


def columns_of(case_id: int, act: Act) -> dict[str, Any]:
    """An event as it is stored, without its place among the others."""
    return {
        "case_id": case_id, "kind": act.kind, "actor": act.actor, "role": act.role, "at": act.at, "text": act.text,
        "detail": dict(act.detail),
    }  # fmt: skip


def project(
    work: Work,
    row: CaseRow,
    standing: Standing,
    clocks: dict[str, Running],
    timing: Timing,
    now: datetime,
    *,
    new: bool = False,
) -> None:
    """Write what the events say into the columns, parts and clocks of a case; a `new` one has its columns and no other rows."""
    _project_clocks(work, row, clocks, timing, () if new else work.cases.clocks(row.id))
    if not new:
        keep_columns(row, standing, clocks, timing)
    row.updated_at = now
    kept = {part.unit_code: part for part in (() if new else work.cases.parts(row.id))}
    for unit in standing.parts | standing.parts_done:
        part = kept.get(unit) or work.cases.keep(CasePartRow(case_id=row.id, unit_code=unit))
        part.done = unit in standing.parts_done
    for unit in set(kept) - standing.parts - standing.parts_done:
        work.session.delete(kept[unit])
    work.session.flush()


def keep_columns(row: CaseRow, standing: Standing, clocks: dict[str, Running], timing: Timing) -> None:
    """Set the columns of a case that follow from its events."""
    for name, value in columns(standing, clocks, timing).items():
        setattr(row, name, value)


def columns(standing: Standing, clocks: dict[str, Running], timing: Timing) -> dict[str, Any]:
    """The columns of a case that follow from its events, by name."""
    dues = {name: timing.moment(clocks[name], 100) for name in ("contact", "update", "resolve") if name in clocks}
    found: dict[str, Any] = {
        "status": str(standing.status), "bounces": standing.bounces, "reopened": standing.reopened,
        "supervision": standing.supervision or None, "extension": standing.extension,
        "review_at": standing.review if standing.status is CaseStatus.DEFERRED else None,
    }  # fmt: skip
    if standing.unit:
        found["unit_code"] = standing.unit
    if standing.category:
        found["category_code"] = standing.category
    if "update" in clocks:
        found["update_due"] = None if clocks["update"].stopped else dues["update"]
    return found | {f"{name}_due": dues[name] for name in ("contact", "resolve") if name in dues}


def _project_clocks(
    work: Work, row: CaseRow, clocks: dict[str, Running], timing: Timing, there: Sequence[CaseClockRow]
) -> None:
    kept = {clock.clock: clock for clock in there}
    for name, clock in clocks.items():
        points = timing.all_points(clock)
        due_at = points.get(100) or timing.moment(clock, 100)
        stored = kept.get(name)
        if stored is None:
            stored = CaseClockRow(case_id=row.id, clock=name, started_at=clock.started, due_at=due_at, passed=0)
            work.session.add(stored)
        elif stored.started_at != clock.started:
            stored.started_at, stored.passed = clock.started, 0
        stored.due_at, stored.counted_by = due_at, timing.mark
        stored.points = {str(percent): at.astimezone(UTC).isoformat() for percent, at in points.items()} or None
        stored.next_at = next((at for percent, at in points.items() if percent > stored.passed), None)
        kept[name] = stored
    row.warned = warned(kept.values(), clocks)


def warned(stored: Iterable[CaseClockRow], clocks: dict[str, Running]) -> int:
    """Per cent of the most advanced promise that still runs; 0 when nothing is late."""
    return max(
        (c.passed for c in stored if c.clock in PROMISES and c.clock in clocks and not clocks[c.clock].stopped), default=0
    )


def differences(work: Work, row: CaseRow, timing: Timing) -> list[str]:
    """The names of columns that do not say what the events say; empty for a sound case."""
    standing, clocks = history(work, row, timing)
    wrong = [name for name, value in columns(standing, clocks, timing).items() if getattr(row, name) != value]
    parts: Sequence[CasePartRow] = work.cases.parts(row.id)
    if {(part.unit_code, part.done) for part in parts} != {
        *((unit, False) for unit in standing.parts), *((unit, True) for unit in standing.parts_done)
    }:  # fmt: skip
        wrong.append("parts")
    for stored in work.cases.clocks(row.id):
        clock = clocks.get(stored.clock)
        coming = timing.next_point(clock, stored.passed) if clock else None
        if clock is None or (stored.started_at, stored.next_at) != (clock.started, coming[1] if coming else None):
            wrong.append(f"clock {stored.clock}")
    return wrong
