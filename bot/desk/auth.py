"""Signing in and out of the desk: the password, then the code of a second factor where there is one."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import NotFound, Refused
from bot.desk import guards
from bot.desk.guards import GENUINE, StaleSignIn, services_of
from bot.desk.inputs import Field
from bot.desk.rendering import SECURITY_HEADERS, page
from bot.desk.routes import PageRoute, safe_path
from bot.desk.words import sentence
from bot.services.staff import CODE_WITHIN, SESSION_LASTS, Locked

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Next = Annotated[str, Query(max_length=300)]
LONGEST = 200
#: First match names the browser; what looks like several claims to be all of them, the rarer first.
BROWSERS = (("MicroMessenger", "微信"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Android", "安卓"), ("iPhone|iPad", "iPhone/iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))


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
    """Open a session, ask for the code, or show the form again with the reason and the login typed."""
    services, goal = services_of(request), safe_path(next)
    try:
        guards.check_sign_in_proof(request, proof)
        token, _, _ = services.staff.sign_in(login, password, browser=browser_of(request))
    except Refused as error:
        return _form(request, goal=goal, problem=sentence(error), login=login, status=_status(error))
    owes = services.staff.owing(token) is not None
    answer = _form(request, goal=goal, asks_code=True) if owes else RedirectResponse(goal, 303, headers=SECURITY_HEADERS)
    _keep(request, answer, token, seconds=int((CODE_WITHIN if owes else SESSION_LASTS).total_seconds()))
    return answer


@router.post("/sign-in/code")
def sign_in_code(
    request: Request, code: Annotated[str, Form(max_length=LONGEST)] = "", proof: Field = "", next: Field = "/desk"
) -> Response:
    """The second step: the code of the telephone, or a recovery code."""
    services, goal = services_of(request), safe_path(next)
    try:
        guards.check_sign_in_proof(request, proof)
        token = services.workplace.factors.sign_in(request.cookies.get(guards.COOKIE, ""), code)
    except NotFound:  # five minutes are over, or too many wrong codes
        return _form(request, goal=goal, problem=sentence(StaleSignIn()), status=400)
    except Refused as error:
        asks = not isinstance(error, Locked | StaleSignIn)
        return _form(request, goal=goal, problem=sentence(error), asks_code=asks, status=_status(error))
    answer = RedirectResponse(goal, 303, headers=SECURITY_HEADERS)
    _keep(request, answer, token, seconds=int(SESSION_LASTS.total_seconds()))
    return answer


@router.post("/sign-out", dependencies=GENUINE)
def sign_out(request: Request) -> Response:
    """End this browser's session."""
    services_of(request).staff.sign_out(request.cookies.get(guards.COOKIE, ""))
    answer = RedirectResponse("/desk/sign-in", 303, headers=SECURITY_HEADERS)
    answer.delete_cookie(guards.COOKIE, path="/")
    return answer


def browser_of(request: Request) -> str:
    """The browser in two words, so that people know their own sessions: Chrome（Windows）."""
    agent = request.headers.get("user-agent", "")
    browser, system = (next((name for mark, name in table if re.search(mark, agent)), "") for table in (BROWSERS, SYSTEMS))
    return f"{browser or '浏览器'}（{system}）" if system else browser or "浏览器"


def _keep(request: Request, answer: Response, token: str, *, seconds: int) -> None:
    guards.keep_session(answer, token, seconds=seconds, secure=services_of(request).settings.secure_cookies)


def _status(error: Refused) -> int:
    return 400 if isinstance(error, StaleSignIn) else 401


def _form(
    request: Request, *, goal: str, problem: str = "", login: str = "", asks_code: bool = False, status: int = 200
) -> Response:
    proof = guards.new_proof(request)
    context = {
        "member": None, "here": "", "goal": goal, "problem": problem, "login": login, "proof": proof, "asks_code": asks_code
    }  # fmt: skip
    answer = page("sign_in.html", context, status)
    guards.sign_in_proof(answer, secure=services_of(request).settings.secure_cookies, proof=proof)
    return answer
