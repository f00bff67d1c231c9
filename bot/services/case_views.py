"""A case as people read it: labels, promise and timeline in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.cases.natures import Natures
from bot.cases.roles import Role
from bot.cases.status import ENDED, CaseStatus
from bot.services.calendar import say_time
from bot.services.texts import Texts
from bot.services.views import CaseEventView, CaseView, StaffView
from bot.store.case_tables import CaseEventRow, CaseRow
from bot.store.database import Work


def status_of(row: CaseRow) -> CaseStatus:
    """The status kept on the row."""
    return CaseStatus(row.status)


def full(work: Work, row: CaseRow, now: datetime, texts: Texts, events: Sequence[CaseEventRow] | None = None) -> CaseView:
    """A case with its timeline; `events` where they have been read already."""
    events = work.cases.events(row.id) if events is None else events
    answers = [tuple(pair) for pair in (events[0].detail.get("answers", []) if events else [])]
    return replace(brief(work, row, now, texts), events=tuple(_event(item, texts) for item in events), answers=tuple(answers))


def brief(work: Work, row: CaseRow, now: datetime, texts: Texts) -> CaseView:
    """A case for a list, without its timeline."""
    status = status_of(row)
    category, unit = work.district.category(row.category_code), work.district.unit(row.unit_code)
    area = work.district.area(row.grid_code) or work.district.area(row.community_code)
    return CaseView(
        number=row.number, kind=row.kind, category_code=row.category_code,
        category=f"{category.major} / {category.minor}" if category else row.category_code,
        status=status, status_label=texts(f"status_{status}"), description=row.description, location=row.location,
        occurred=row.occurred, unit=unit.name if unit else row.unit_code, area=area.name if area else "",
        anonymous=row.anonymous, urgent=row.urgent, has_contact=row.has_contact, resident_id=row.resident_id,
        conversation_id=row.conversation_id, opened_at=row.opened_at, contact_due=row.contact_due,
        resolve_due=row.resolve_due, promise=promise(row, texts), overdue=status not in ENDED and now > row.resolve_due,
    )  # fmt: skip


def for_staff(view: CaseView, row: CaseRow, natures: Natures, staff: StaffView | None) -> CaseView:
    """A case as this staff member may read it: of a confidential one, grid workers and units that only help learn nobody."""
    nature = natures.get(row.nature)
    secret = row.anonymous or row.nature in natures.confidential
    named = replace(view, nature=nature.name if nature else row.nature, confidential=secret)
    if not secret or staff is None or not _only_helps(row, staff):
        return named
    return replace(named, resident_id="", conversation_id="", has_contact=False, anonymous=True)


def _only_helps(row: CaseRow, staff: StaffView) -> bool:
    """Whether somebody works at the place, or for a unit that does not lead the case."""
    return staff.role == Role.GRID_WORKER or bool(staff.scope.units and row.unit_code not in staff.scope.units)


def seen_by(work: Work, row: CaseRow, staff: StaffView) -> bool:
    """Whether a case lies within what a staff member sees; a co-unit sees it too."""
    if not staff.scope.bounded:
        return True
    category, grid = work.district.category(row.category_code), work.district.area(row.grid_code)
    community = work.district.area(row.community_code or (grid.parent if grid else None))
    areas = [row.grid_code, row.community_code, grid.parent if grid else None, community.parent if community else None]
    units = [row.unit_code, *(part.unit_code for part in work.cases.parts(row.id))]
    major = category.major if category else None
    return any(staff.scope.covers(areas=areas, major=major, unit=unit) for unit in units)


def promise(row: CaseRow, texts: Texts) -> str:
    """The times promised, as a resident reads them."""
    return texts("promise", contact=say_time(row.contact_due), resolve=say_time(row.resolve_due))


def _event(row: CaseEventRow, texts: Texts) -> CaseEventView:
    actor = texts("actor_staff" if row.actor.startswith("staff:") else f"actor_{row.actor}")
    return CaseEventView(row.kind, texts(f"event_{row.kind}"), actor, row.at, row.text)
