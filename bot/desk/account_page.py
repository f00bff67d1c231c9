"""One account for the administrator: role, scope, second factor, signed-in browsers, what was done to it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, NotFound, Refused, ServiceError
from bot.cases.roles import STAFF_ROLES, Role
from bot.desk.guards import Admin, SignedIn, check_form, services_of
from bot.desk.inputs import Field, RowId
from bot.desk.rendering import page
from bot.desk.routes import PageRoute, status_of
from bot.desk.words import sentence
from bot.services.auditing import Wanted
from bot.services.overview import Overview
from bot.services.staff import StaffAccount

router = APIRouter(prefix="/accounts/{staff_id}", route_class=PageRoute, include_in_schema=False)
LINES_SHOWN = 20


class RoleForm(BaseModel):
    """Role and bounds as the form sends them; a bound is `kind:code`."""

    csrf: str = ""
    role: str = ""
    bound: list[str] = []


def account_page(request: Request, member: Admin, staff_id: RowId, done: str = "") -> Response:
    """The account as it is now."""
    return _page(request, member, staff_id, done=done if done in ("role", "factor", "session") else "")


@router.post("/role")
def set_role(request: Request, member: Admin, staff_id: RowId, form: Annotated[RoleForm, Form()]) -> Response:
    """Another role, other bounds."""
    try:
        check_form(member, form.csrf)
        bounds = [(kind, code) for kind, _, code in (one.partition(":") for one in form.bound) if code]
        services_of(request).staff.set_role(staff_id, form.role, bounds, member.staff)
    except (Refused, Invalid) as error:
        return _page(request, member, staff_id, error)
    return RedirectResponse(f"/admin/accounts/{staff_id}?done=role", 303)


@router.post("/factor")
def reset_factor(request: Request, member: Admin, staff_id: RowId, csrf: Field = "") -> Response:
    """Take the second factor away: a lost telephone without recovery codes."""
    try:
        check_form(member, csrf)
        services_of(request).workplace.factors.reset(staff_id, member.staff)
    except Refused as error:
        return _page(request, member, staff_id, error)
    return RedirectResponse(f"/admin/accounts/{staff_id}?done=factor", 303)


@router.post("/sessions/end")
def end_session(request: Request, member: Admin, staff_id: RowId, *, session: Field = "", csrf: Field = "") -> Response:
    """Sign out one of their browsers."""
    try:
        check_form(member, csrf)
        services_of(request).staff.end_session(staff_id, session, member.staff)
    except Refused as error:
        return _page(request, member, staff_id, error)
    return RedirectResponse(f"/admin/accounts/{staff_id}?done=session", 303)


def _page(request: Request, member: SignedIn, staff_id: int, error: ServiceError | None = None, *, done: str = "") -> Response:
    services = services_of(request)
    overview = Overview(services.database)
    context = {
        "member": member, "here": "accounts", "account": _account(request, staff_id), "done": done,
        "problem": sentence(error) if error else "", "roles": [role for role in Role if role in STAFF_ROLES],
        "sessions": services.staff.sessions(staff_id), "now": services.clock.now(),
        "choices": {
            "area": [(row.code, row.name) for row in overview.areas()],
            "major": [(name, name) for name in dict.fromkeys(row.major for row in overview.categories())],
            "unit": [(row.code, row.name) for row in overview.units()],
        },
        "lines": services.workplace.audit.search(Wanted(subject=f"staff:{staff_id}"), LINES_SHOWN),
    }  # fmt: skip
    return page("admin/account.html", context, status_of(error) if error else 200)


def _account(request: Request, staff_id: int) -> StaffAccount:
    found = next((account for account in services_of(request).staff.list() if account.id == staff_id), None)
    if found is None:
        raise NotFound(f"account {staff_id}")
    return found
