"""One's own page at the desk: password, second factor, signed-in browsers, sounds and notifications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, Refused, ServiceError
from bot.desk.guards import COOKIE, Member, SignedIn, check_form, services_of
from bot.desk.inputs import Field
from bot.desk.rendering import page
from bot.desk.routes import PageRoute, status_of
from bot.desk.words import sentence

router = APIRouter(prefix="/me", route_class=PageRoute, include_in_schema=False)
Secret = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True)
class _News:
    """What the answering page says beside what always stands there."""

    problem: ServiceError | None = None
    done: str = ""
    recovery: tuple[str, ...] = ()


def me_page(request: Request, member: Member, needed: bool = False, done: str = "") -> Response:
    """The page as it is now; `needed` when somebody was sent here because their role wants a second factor."""
    return _page(request, member, _News(done=done if done in ("password", "session", "removed") else ""), needed=needed)


@router.post("/password")
def change_password(
    request: Request, member: Member, *, present: Secret = "", new: Secret = "", again: Secret = "", csrf: Field = ""
) -> Response:
    """A password of one's own choice; other browsers are signed out."""
    try:
        check_form(member, csrf)
        if new != again:
            raise Invalid("password_again")
        token = request.cookies.get(COOKIE, "")
        services_of(request).staff.change_password(member.staff, present, new, token=token)
    except (Refused, Invalid) as error:
        return _page(request, member, _News(error))
    return RedirectResponse("/desk/me?done=password", 303)


@router.post("/factor")
def begin_factor(request: Request, member: Member, csrf: Field = "") -> Response:
    """A new secret with its QR code."""
    try:
        check_form(member, csrf)
        services_of(request).workplace.factors.begin(member.staff)
    except Refused as error:
        return _page(request, member, _News(error))
    return RedirectResponse("/desk/me#factor", 303)


@router.post("/factor/confirm")
def confirm_factor(request: Request, member: Member, code: Secret = "", csrf: Field = "") -> Response:
    """The first code puts the factor into use; the recovery codes are shown on the answering page and never again."""
    try:
        check_form(member, csrf)
        codes = services_of(request).workplace.factors.confirm(member.staff, code)
    except Refused as error:
        return _page(request, member, _News(error))
    return _page(request, member, _News(done="factor", recovery=tuple(codes)))


@router.post("/factor/recovery")
def renew_recovery(request: Request, member: Member, code: Secret = "", csrf: Field = "") -> Response:
    """New recovery codes; the old ones end."""
    try:
        check_form(member, csrf)
        codes = services_of(request).workplace.factors.renew_recovery(member.staff, code)
    except Refused as error:
        return _page(request, member, _News(error))
    return _page(request, member, _News(done="recovery", recovery=tuple(codes)))


@router.post("/factor/remove")
def remove_factor(request: Request, member: Member, code: Secret = "", csrf: Field = "") -> Response:
    """Take one's own factor away."""
    try:
        check_form(member, csrf)
        services_of(request).workplace.factors.remove(member.staff, code)
    except Refused as error:
        return _page(request, member, _News(error))
    return RedirectResponse("/desk/me?done=removed", 303)


@router.post("/sessions/end")
def end_session(request: Request, member: Member, session: Secret = "", csrf: Field = "") -> Response:
    """Sign out another browser of one's own."""
    try:
        check_form(member, csrf)
    except Refused as error:
        return _page(request, member, _News(error))
    services_of(request).staff.end_session(member.staff.id, session, member.staff)
    return RedirectResponse("/desk/me?done=session", 303)


def _page(request: Request, member: SignedIn, news: _News, *, needed: bool = False) -> Response:
    services = services_of(request)
    in_use, left = services.workplace.factors.state(member.staff.id)
    begun = None if in_use else services.workplace.factors.begun(member.staff)
    context = {
        "member": member, "here": "me", "problem": sentence(news.problem) if news.problem else "", "done": news.done,
        "recovery": news.recovery, "in_use": in_use, "left": left, "begun": begun, "needed": needed,
        "picture": picture_of(begun.uri) if begun else "",
        "sessions": services.staff.sessions(member.staff.id, request.cookies.get(COOKIE, "")),
    }  # fmt: skip
    return page("me.html", context, status_of(news.problem) if news.problem else 200)


def picture_of(uri: str) -> str:
    """A QR code as a data: address, which the pages' policy allows for pictures."""
    return str(segno.make(uri, error="m", micro=False).png_data_uri(scale=5, border=3))
