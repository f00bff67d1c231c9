"""Who is on duty, how much each takes and for what; how long residents waited for people, on a page and as a table."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, ServiceError
from bot.cases.roster import MINUTES_A_DAY
from bot.desk.guards import GENUINE, SignedIn, allowed, services_of
from bot.desk.inputs import Field, RowId
from bot.desk.measure_pages import span
from bot.desk.rendering import page
from bot.desk.routes import PageRoute, status_of
from bot.desk.words import sentence
from bot.services.handoff_measures import HandoffMeasures
from bot.services.presence import SKILLS
from bot.text.languages import code_of, name_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Supervisor = Annotated[SignedIn, Depends(allowed("supervise"))]
Days = Annotated[int, Query(ge=1, le=366)]
WEEK = 7


@router.get("/roster")
def roster_page(request: Request, member: Supervisor, days: Days = WEEK) -> Response:
    """Everybody who takes conversations, with shifts and skills, and the waits of the last days."""
    return _page(request, member, days=days)


@router.post("/roster/{staff_id}/shifts", dependencies=GENUINE)
def add_shift(
    request: Request, member: Supervisor, staff_id: RowId, *, day: Field = "", begins: Field = "", ends: Field = ""
) -> Response:
    """Put somebody on duty."""
    try:
        hours = {"begins": _minutes(begins), "ends": _minutes(ends)}
        services_of(request).presence.add_shift(staff_id, member.staff, day=day.strip(), **hours)
    except Invalid as error:
        return _page(request, member, error)
    return RedirectResponse("/admin/roster", 303)


@router.post("/roster/shifts/{shift_id}/remove", dependencies=GENUINE)
def remove_shift(request: Request, member: Supervisor, shift_id: RowId) -> Response:
    """Take a shift out."""
    services_of(request).presence.remove_shift(shift_id, member.staff)
    return RedirectResponse("/admin/roster", 303)


@router.post("/roster/{staff_id}", dependencies=GENUINE)
def set_profile(
    request: Request, member: Supervisor, staff_id: RowId, *, capacity: Field = "", telegram: Field = "",
    area: Field = "", business: Field = "", language: Field = "",
) -> Response:  # fmt: skip
    """How much somebody takes at one time, for what, and who they are on Telegram."""
    told = {"area": area, "business": business, "language": language}
    folder = services_of(request).settings.district
    skills = [
        (kind, code_of(value, folder) if kind == "language" else value)
        for kind, values in told.items()
        for value in values.replace("，", ",").replace("、", ",").split(",")
    ]
    try:
        services_of(request).presence.set_profile(
            staff_id, member.staff, capacity=_whole("capacity", capacity, 99), skills=skills,
            telegram_id=_whole("telegram", telegram, 2**52) if telegram.strip() else None,
        )  # fmt: skip
    except Invalid as error:
        return _page(request, member, error)
    return RedirectResponse("/admin/roster", 303)


@router.get("/handoffs.csv")
def handoffs_table(request: Request, member: Supervisor, days: Days = 31) -> Response:
    """Every call for a person of the last days, without names and words."""
    services = services_of(request)
    since = services.clock.now() - timedelta(days=days)
    table = HandoffMeasures(services.database, services.clock).table(since, scope=member.staff.scope)
    headers = {"Content-Disposition": 'attachment; filename="handoffs.csv"', "Cache-Control": "no-store"}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


def _page(request: Request, member: SignedIn, error: ServiceError | None = None, *, days: int = WEEK) -> Response:
    services = services_of(request)
    since = services.clock.now() - timedelta(days=days)
    context: dict[str, Any] = {
        "member": member, "here": "roster", "problem": sentence(error) if error else "", "days": days, "kinds": SKILLS,
        "people": services.presence.members(),
        "report": HandoffMeasures(services.database, services.clock).report(since, scope=member.staff.scope),
        "callbacks": services.handoff.callbacks(), "hour": _hour, "span": span,
        "language": lambda code: name_of(code, services.settings.district),
    }  # fmt: skip
    return page("admin/roster.html", context, status_of(error) if error else 200)


def _minutes(written: str) -> int:
    """`08:30` as minutes of the day; 24:00 is its end. Raises Invalid."""
    hour, _, minute = written.strip().partition(":")
    if not (hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit() and len(written) <= len("00:00")):
        raise Invalid("hours")
    total = int(hour) * 60 + int(minute)
    if total > MINUTES_A_DAY:
        raise Invalid("hours")
    return total


def _whole(field: str, written: str, most: int) -> int:
    tidy = written.strip()
    if not (tidy.isascii() and tidy.isdigit() and len(tidy) <= len(str(most)) and int(tidy) <= most):
        raise Invalid(field, most=str(most))
    return int(tidy)


def _hour(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
