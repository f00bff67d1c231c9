"""The administrator's pages: accounts, the district's tables as loaded."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.cases.errors import Invalid, Refused, ServiceError
from bot.cases.roles import STAFF_ROLES, Role
from bot.desk.guards import Admin, SignedIn, check_form, services_of
from bot.desk.inputs import Field, RowId
from bot.desk.rendering import page
from bot.desk.routes import PageRoute, status_of
from bot.desk.words import sentence
from bot.services.overview import Overview
from bot.services.staff import new_password

router = APIRouter(route_class=PageRoute, include_in_schema=False)


def accounts(request: Request, member: Admin) -> Response:
    """All accounts and the form for a new one."""
    return _accounts(request, member)


@router.post("/accounts")
def add_account(
    request: Request, member: Admin, *, login: Field = "", name: Field = "", role: Field = "", csrf: Field = ""
) -> Response:
    """A new account; its random password is shown on the answering page and never again."""
    password = new_password()
    try:
        check_form(member, csrf)
        added = services_of(request).staff.add(login, name, role, password, by=member.staff)
    except (Refused, Invalid) as error:
        return _accounts(request, member, error, typed={"login": login, "name": name, "role": role})
    return _accounts(request, member, shown={"login": added.login, "name": added.name, "password": password, "new": True})


@router.post("/accounts/{staff_id}/password")
def reset_password(request: Request, member: Admin, staff_id: RowId, csrf: Field = "") -> Response:
    """A new random password, shown on the answering page and never again."""
    try:
        check_form(member, csrf)
    except Refused as error:
        return _accounts(request, member, error)
    staff, password = services_of(request).staff.reset_password(staff_id, member.staff)
    return _accounts(request, member, shown={"login": staff.login, "name": staff.name, "password": password, "new": False})


@router.post("/accounts/{staff_id}/active")
def set_active(request: Request, member: Admin, staff_id: RowId, active: Field = "", csrf: Field = "") -> Response:
    """Deactivate an account that holds no conversation, or make it usable again."""
    services = services_of(request)
    try:
        check_form(member, csrf)
        if active != "1":
            _check_free_of_conversations(request, staff_id)
        services.staff.set_active(staff_id, active == "1", member.staff)
    except (Refused, Invalid) as error:
        return _accounts(request, member, error)
    return _accounts(request, member)


@router.get("/district")
def district(request: Request, member: Admin) -> Response:
    """Categories, units, areas and sentences as they are loaded."""
    services = services_of(request)
    overview = Overview(services.database)
    context = {
        "categories": overview.categories(), "units": overview.units(), "areas": overview.areas(),
        "texts": sorted(services.texts.all().items()),
    }  # fmt: skip
    return page("admin/district.html", context | {"member": member, "here": "district"})


def _accounts(
    request: Request, member: SignedIn, error: ServiceError | None = None, *,
    shown: dict[str, Any] | None = None, typed: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    context = {
        "member": member, "here": "accounts", "problem": sentence(error) if error else "", "shown": shown,
        "accounts": services_of(request).staff.list(), "typed": typed or {"login": "", "name": "", "role": "agent"},
        "roles": [role for role in Role if role in STAFF_ROLES], "now": services_of(request).clock.now(),
    }  # fmt: skip
    return page("admin/accounts.html", context, status_of(error) if error else 200)


def _check_free_of_conversations(request: Request, staff_id: int) -> None:
    """A conversation whose owner cannot sign in would wait for ever."""
    services = services_of(request)
    account = next((account for account in services.staff.list() if account.id == staff_id), None)
    if account is None:
        return
    held = services.handoff.mine(account.view)
    if held:
        raise Invalid("has_conversations", name=account.name, count=str(len(held)))
