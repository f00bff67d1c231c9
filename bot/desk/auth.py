"""Signing in and out of the desk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Refused
from bot.desk import guards
from bot.desk.guards import GENUINE, StaleSignIn, services_of
from bot.desk.inputs import Field
from bot.desk.rendering import SECURITY_HEADERS, page
from bot.desk.routes import PageRoute, safe_path
from bot.desk.words import sentence
from bot.services.staff import SESSION_LASTS

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Next = Annotated[str, Query(max_length=300)]
LONGEST = 200


@router.get("/sign-in")
def sign_in_page(request: Request, next: Next = "/desk", expired: bool = False) -> Response:
    """The sign-in form; `next` is where to go afterwards."""
    return _form(request, goal=safe_path(next), problem=sentence(guards.SignedOut()) if expired else "")


@router.post("/sign-in")
def sign_in(
    request: Request,
    login: Annotated[str, Form(max_length=LONGEST)] = "",
    password: Annotated[str, Form(max_length=LONGEST)] = "",
    proof: Field = "",
    next: Field = "/desk",
) -> Response:
    """Open a session, or show the form again with the reason and the login typed."""
    services, goal = services_of(request), safe_path(next)
    try:
        guards.check_sign_in_proof(request, proof)
        token, _, _ = services.staff.sign_in(login, password)
    except Refused as error:
        status = 400 if isinstance(error, StaleSignIn) else 401
        return _form(request, goal=goal, problem=sentence(error), login=login, status=status)
    answer = RedirectResponse(goal, 303, headers=SECURITY_HEADERS)
    guards.keep_session(answer, token, seconds=int(SESSION_LASTS.total_seconds()), secure=services.settings.secure_cookies)
    return answer


@router.post("/sign-out", dependencies=GENUINE)
def sign_out(request: Request) -> Response:
    """End this browser's session."""
    services_of(request).staff.sign_out(request.cookies.get(guards.COOKIE, ""))
    answer = RedirectResponse("/desk/sign-in", 303, headers=SECURITY_HEADERS)
    answer.delete_cookie(guards.COOKIE, path="/")
    return answer


def _form(request: Request, *, goal: str, problem: str = "", login: str = "", status: int = 200) -> Response:
    proof = guards.new_proof(request)
    context = {"member": None, "here": "", "goal": goal, "problem": problem, "login": login, "proof": proof}
    answer = page("sign_in.html", context, status)
    guards.sign_in_proof(answer, secure=services_of(request).settings.secure_cookies, proof=proof)
    return answer
