"""Who is asking, may they, and is it really they: sessions, rights and forgery checks for every route of desk and admin."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from bot.cases.errors import NotPermitted, Refused
from bot.cases.roles import Role, may
from bot.desk.desk import Desk
from bot.services.views import StaffView

if TYPE_CHECKING:
    from bot.app import Services

COOKIE = "jiefang_desk"
#: Where somebody may go whose role must have a second factor and who has none yet.
WITHOUT_FACTOR = ("/desk/me", "/desk/sign-out", "/desk/static")
SIGN_IN_COOKIE = "jiefang_sign_in"
PROOF = re.compile(r"[0-9a-f]{32}")


class SignedOut(Refused):
    """Nobody is signed in, or the session is over."""

    code = "signed_out"


class StaleForm(Refused):
    """The form's proof of origin does not belong to this session."""

    code = "stale_form"


class StaleSignIn(Refused):
    """The sign-in form's proof of origin is missing or old."""

    code = "stale_signin"


class NeedsFactor(Refused):
    """This installation wants a second factor from this role, and the account has none yet."""

    code = "needs_factor"


@dataclass(frozen=True)
class SignedIn:
    """The staff member behind a request."""

    staff: StaffView
    csrf: str

    @property
    def role(self) -> Role:
        """The member's role."""
        return Role(self.staff.role)

    def may(self, what: str) -> bool:
        """Whether the table of rights lets them do `what`."""
        return may(self.role, what)


def desk_of(request: Request) -> Desk:
    """The desk of the application that was asked."""
    desk: Desk = request.app.state.desk
    return desk


def services_of(request: Request) -> Services:
    """The services behind the desk."""
    return desk_of(request).services


def signed_in(request: Request) -> SignedIn:
    """The signed-in staff member. Raises SignedOut."""
    token = request.cookies.get(COOKIE)
    found = services_of(request).staff.who(token) if token else None
    if found is None:
        raise SignedOut()
    member = request.state.member = SignedIn(*found)
    _check_factor(request, member)
    return member


def allowed(what: str) -> Callable[[Request, SignedIn], SignedIn]:
    """A dependency: the signed-in member, if role and scope let them do `what` with what the path names.

    Raises NotPermitted; NoSuchCase or NoSuchConversation for what lies outside of their scope.
    """

    def check(request: Request, member: Annotated[SignedIn, Depends(signed_in)]) -> SignedIn:
        if not member.may(what):
            raise NotPermitted(what)
        named = request.path_params
        services_of(request).workplace.scopes.check(
            member.staff, number=named.get("number"), conversation_id=named.get("conversation_id")
        )
        return member

    return check


async def genuine(request: Request, member: Annotated[SignedIn, Depends(signed_in)]) -> None:
    """Refuse a post that does not carry this session's token, in a header or a field. Raises StaleForm."""
    given = request.headers.get("x-csrf-token")
    if given is None and "form" in request.headers.get("content-type", ""):
        given = str((await request.form()).get("csrf", ""))
    check_form(member, given or "")


def check_form(member: SignedIn, given: str) -> None:
    """The same for a page that keeps what was typed when it refuses. Raises StaleForm."""
    if not _same(given, member.csrf):
        raise StaleForm()


def keep_session(response: Response, token: str, *, seconds: int, secure: bool) -> None:
    """Hand the session token to the browser, out of reach of scripts and of other sites' posts."""
    response.set_cookie(COOKIE, token, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/")


def sign_in_proof(response: Response, *, secure: bool, proof: str) -> None:
    """Hand the sign-in form's proof to the browser; the form repeats it."""
    response.set_cookie(SIGN_IN_COOKIE, proof, max_age=3600, httponly=True, samesite="lax", secure=secure, path="/desk")


def new_proof(request: Request) -> str:
    """The proof this browser already has (two tabs share it), or a new one."""
    kept = request.cookies.get(SIGN_IN_COOKIE, "")
    return kept if PROOF.fullmatch(kept) else secrets.token_hex(16)


def check_sign_in_proof(request: Request, given: str) -> None:
    """Refuse a sign-in form that another site sent. Raises StaleSignIn."""
    kept = request.cookies.get(SIGN_IN_COOKIE, "")
    if not kept or not _same(given, kept):
        raise StaleSignIn()


def _check_factor(request: Request, member: SignedIn) -> None:
    services = services_of(request)
    if member.staff.role not in services.settings.second_factor_for or request.url.path.startswith(WITHOUT_FACTOR):
        return
    if not services.workplace.factors.state(member.staff.id)[0]:
        raise NeedsFactor()


def _same(given: str, kept: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), kept.encode("utf-8", "replace"))


Member = Annotated[SignedIn, Depends(signed_in)]
Agent = Annotated[SignedIn, Depends(allowed("see_queue"))]
CaseWorker = Annotated[SignedIn, Depends(allowed("see_cases"))]
CaseFiler = Annotated[SignedIn, Depends(allowed("file_case"))]
Supervisor = Annotated[SignedIn, Depends(allowed("supervise"))]
ReplyKeeper = Annotated[SignedIn, Depends(allowed("keep_replies"))]
Auditor = Annotated[SignedIn, Depends(allowed("see_audit"))]
Admin = Annotated[SignedIn, Depends(allowed("manage_staff"))]
KnowledgeReader = Annotated[SignedIn, Depends(allowed("see_knowledge"))]
KnowledgeEditor = Annotated[SignedIn, Depends(allowed("edit_knowledge"))]
KnowledgeReviewer = Annotated[SignedIn, Depends(allowed("review_knowledge"))]
GENUINE = [Depends(genuine)]
