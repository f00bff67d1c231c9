"""Where a case stands, computed from its events and from nothing else. Pure: no clock, no database.

`after` takes one event; `replay` takes all. What a move needs before it may happen is said in `bot.cases.needs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.cases.errors import MoveNotAllowed
from bot.cases.roles import Role
from bot.cases.status import ASIDE, CaseStatus, EventKind, next_status, rule_for

#: After so many returns a case may only be sent on by a ruling (裁定).
MOST_BOUNCES = 2
#: A resident's word reopens a case so often; after that a supervisor decides.
FREE_REOPENINGS = 1
S, E = CaseStatus, EventKind


@dataclass(frozen=True)
class Act:
    """Something that happens to a case: who, when, with what. `units` are those the actor works for; empty: no unit.

    `detail` holds what the move needs by name: unit, units, reason, clause, until, review, master, category, part, number.
    Times in it are ISO 8601, since it is kept as JSON.
    """

    kind: EventKind
    role: Role
    actor: str
    at: datetime
    text: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    units: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Standing:
    """All that the events of a case say about its present."""

    status: CaseStatus
    unit: str = ""  # the lead (主办)
    category: str = ""
    before: CaseStatus | None = None  # where a case set aside comes back to
    parts: frozenset[str] = frozenset()  # co-units (协办) whose part is open
    parts_done: frozenset[str] = frozenset()
    bounces: int = 0
    ruled: bool = False
    return_until: datetime | None = None
    resolve_due: datetime | None = None
    extension: str = ""  # "", asked, granted, refused
    extension_by: str = ""
    extension_until: datetime | None = None
    review: datetime | None = None  # when a deferred case is looked at again
    supervision: str = ""  # number of the order (督办) that lies on it
    done_by: frozenset[str] = frozenset()  # people and units that did the work
    reopened: int = 0
    appeals: int = 0
    master: str = ""
    contacted: bool = False

    @property
    def units(self) -> frozenset[str]:
        """Lead and co-units."""
        return frozenset({self.unit} - {""}) | self.parts | self.parts_done


def instant(written: Any) -> datetime | None:
    """A time of an event's detail; None for nothing or for what is no time with a zone."""
    try:
        moment = datetime.fromisoformat(written) if isinstance(written, str) and written else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def begun(act: Act) -> Standing:
    """The standing after the first event. Raises MoveNotAllowed unless that is `filed`."""
    if act.kind is not E.FILED:
        raise MoveNotAllowed(f"a case begins with filed, not {act.kind}")
    return Standing(S.FILED, category=act.detail.get("category", ""), resolve_due=instant(act.detail.get("resolve_due")))


def after(standing: Standing, act: Act) -> Standing:
    """The standing after a further event. Raises MoveNotAllowed on one the table does not know for this state and role."""
    status = next_status(standing.status, standing.before, rule_for(standing.status, act.kind, act.role))
    changed = CHANGES[act.kind](standing, act) if act.kind in CHANGES else standing
    before = standing.status if status in ASIDE and status is not standing.status else standing.before
    due = instant(act.detail.get("resolve_due"))
    return replace(changed, status=status, before=before if status in ASIDE else None, resolve_due=due or changed.resolve_due)


def replay(acts: Iterable[Act]) -> Standing:
    """The standing a list of events leads to. Raises MoveNotAllowed on an impossible list."""
    standing: Standing | None = None
    for act in acts:
        standing = begun(act) if standing is None else after(standing, act)
    if standing is None:
        raise MoveNotAllowed("a case has at least one event")
    return standing


def _assigned(standing: Standing, act: Act) -> Standing:
    unit = act.detail.get("unit") or standing.unit
    parts = frozenset(act.detail.get("units") or ()) | standing.parts
    until = instant(act.detail.get("return_until"))
    return replace(standing, unit=unit, parts=parts - standing.parts_done - {unit}, return_until=until)


def _ruled(standing: Standing, act: Act) -> Standing:
    return replace(_assigned(standing, act), ruled=True)


def _co_assigned(standing: Standing, act: Act) -> Standing:
    unit = act.detail["unit"]
    return replace(standing, parts=standing.parts | {unit}, parts_done=standing.parts_done - {unit})


def _part_done(standing: Standing, act: Act) -> Standing:
    part = frozenset({act.detail["part"]})
    return replace(
        standing,
        parts=standing.parts - part,
        parts_done=standing.parts_done | part,
        done_by=standing.done_by | {act.actor} | part,
    )


def _answered(standing: Standing, act: Act) -> Standing:
    return replace(standing, done_by=standing.done_by | {act.actor} | standing.units, contacted=True)


def _reopened(standing: Standing, act: Act) -> Standing:
    """A new round, of its own: times and extension begin anew; who did the work before still may not verify it."""
    ours = 1 if act.role is Role.RESIDENT else 0
    until = instant(act.detail.get("return_until"))
    unit = act.detail.get("unit") or standing.unit
    return replace(
        standing, reopened=standing.reopened + ours, extension="", extension_by="", extension_until=None, contacted=False,
        return_until=until, unit=unit, master="",
    )  # fmt: skip


#: What an event changes beside the status. Events that are not here change nothing else.
CHANGES: dict[EventKind, Callable[[Standing, Act], Standing]] = {
    E.ASSIGNED: _assigned,
    E.RULED: _ruled,
    E.RECLASSIFIED: lambda standing, act: replace(standing, category=act.detail["category"]),
    E.CO_ASSIGNED: _co_assigned,
    E.PART_DONE: _part_done,
    E.CONTACTED: lambda standing, act: replace(standing, contacted=True),
    E.RETURNED: lambda standing, act: replace(standing, bounces=standing.bounces + 1, return_until=None),
    E.EXTENSION_ASKED: lambda standing, act: replace(
        standing, extension="asked", extension_by=act.actor, extension_until=instant(act.detail["until"])
    ),
    E.EXTENSION_GRANTED: lambda standing, act: replace(standing, extension="granted", resolve_due=standing.extension_until),
    E.EXTENSION_REFUSED: lambda standing, act: replace(standing, extension="refused"),
    E.DEFERRED: lambda standing, act: replace(standing, review=instant(act.detail["review"])),
    E.RESUMED: lambda standing, act: replace(standing, review=None),
    E.SUPERVISED: lambda standing, act: replace(standing, supervision=act.detail.get("number", "")),
    E.SUPERVISION_LIFTED: lambda standing, act: replace(standing, supervision=""),
    E.ANSWERED: _answered,
    E.REOPENED: _reopened,
    E.APPEALED: lambda standing, act: replace(standing, appeals=standing.appeals + 1),
    E.MERGED: lambda standing, act: replace(standing, master=act.detail["master"]),
    E.UNMERGED: lambda standing, act: replace(standing, master=""),
}
