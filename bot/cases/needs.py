"""What a move needs before it may happen: conditions on the case and the person, and fields that must be filled in.

The table of moves names them; here each name has one small function. Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.cases.closing import missing_in
from bot.cases.errors import Invalid, MoveNotAllowed
from bot.cases.roles import Role
from bot.cases.standing import FREE_REOPENINGS, MOST_BOUNCES, Act, Standing, after, instant
from bot.cases.status import EventKind, rule_for

Condition = Callable[[Standing, Act], bool]
#: Roles that act for a unit. Of an account without a unit nobody can say that it did not do the work.
UNIT_ROLES = frozenset({Role.HANDLER, Role.GRID_WORKER})


def _not_doer(standing: Standing, act: Act) -> bool:
    """核查不能由承办单位自己做: neither the person nor anybody of the units that worked on it."""
    if act.actor in standing.done_by or act.units & (standing.done_by | standing.units):
        return False
    return bool(act.units) or act.role not in UNIT_ROLES


def _before_due(standing: Standing, act: Act) -> bool:
    return standing.resolve_due is not None and act.at < standing.resolve_due


#: Conditions: what has to be so. The desk offers a move only where all of them hold.
CONDITIONS: dict[str, Condition] = {
    "handles": lambda standing, act: not act.units or standing.unit in act.units,
    "holds_part": lambda standing, act: bool(act.units & standing.parts if act.units else standing.parts),
    "parts_done": lambda standing, act: not standing.parts,
    "few_bounces": lambda standing, act: standing.bounces < MOST_BOUNCES or standing.ruled,
    "many_bounces": lambda standing, act: standing.bounces >= MOST_BOUNCES,
    "not_ruled": lambda standing, act: not standing.ruled,
    "in_time": lambda standing, act: standing.return_until is None or act.at <= standing.return_until,
    "before_due": _before_due,
    "not_extended": lambda standing, act: standing.extension == "",
    "extension_open": lambda standing, act: standing.extension == "asked",
    "not_asker": lambda standing, act: act.actor != standing.extension_by,
    "not_supervised": lambda standing, act: not standing.supervision,
    "under_supervision": lambda standing, act: bool(standing.supervision),
    "not_doer": _not_doer,
    "first_reopening": lambda standing, act: standing.reopened < FREE_REOPENINGS,
    "alone": lambda standing, act: not standing.parts,
}


def _later(field: str) -> Condition:
    """A time after now, and for a new end also after the old one."""

    def check(standing: Standing, act: Act) -> bool:
        moment = instant(act.detail.get(field))
        least = max(act.at, standing.resolve_due or act.at) if act.kind is EventKind.EXTENSION_ASKED else act.at
        return moment is not None and moment > least

    return check


def _said(field: str) -> Condition:
    return lambda standing, act: isinstance(act.detail.get(field), str) and bool(act.detail[field].strip())


#: Fields: what has to be filled in. One that is missing is refused as `invalid_<field>`.
FIELDS: dict[str, Condition] = {
    "text": lambda standing, act: bool(act.text.strip()),
    "reason": _said("reason"),
    "clause": _said("clause"),
    "unit": lambda standing, act: (
        _said("unit")(standing, act) and (act.kind is not EventKind.RETURNED or act.detail["unit"] != standing.unit)
    ),
    "new_part": lambda standing, act: act.detail.get("unit") not in standing.units - standing.parts_done,
    "part": lambda standing, act: (
        act.detail.get("part") in standing.parts and (not act.units or act.detail["part"] in act.units)
    ),
    "category": lambda standing, act: _said("category")(standing, act) and act.detail["category"] != standing.category,
    "master": _said("master"),
    "until": _later("until"),
    "review": _later("review"),
    "closing_text": lambda standing, act: not missing_in(act.text),
}


def check(standing: Standing, act: Act) -> Standing:
    """The standing after `act`, which may happen. Raises MoveNotAllowed(why=need) or Invalid(field)."""
    rule = rule_for(standing.status, act.kind, act.role)
    for name in rule.needs:
        if name in CONDITIONS and not CONDITIONS[name](standing, act):
            raise MoveNotAllowed(f"{act.kind} needs {name}", why=name)
    for name in rule.needs:
        if name == "closing_text" and (missing := missing_in(act.text)):
            raise Invalid("answer", missing="、".join(missing))
        if name in FIELDS and not FIELDS[name](standing, act):
            raise Invalid(name, limit="2000")
    return after(standing, act)


def moves_now(
    standing: Standing, role: Role, actor: str, units: frozenset[str], at: datetime
) -> dict[EventKind, tuple[str, ...]]:
    """Every move this person may make now, with the names of the fields it asks for, in the order of `EventKind`."""
    found: dict[EventKind, tuple[str, ...]] = {}
    for kind in EventKind:
        act = Act(kind, role, actor, at, units=units)
        try:
            rule = rule_for(standing.status, kind, role)
        except MoveNotAllowed:
            continue
        if all(CONDITIONS[name](standing, act) for name in rule.needs if name in CONDITIONS):
            found[kind] = tuple(name for name in rule.needs if name in FIELDS and name != "new_part")
    return found
