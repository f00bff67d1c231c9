"""One case at the desk: everything about it, why it went where it went, and the moves this person may make now."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from pydantic import Field as Described
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, NotPermitted, Refused
from bot.cases.status import BESIDE, EventKind
from bot.desk import purposes
from bot.desk.files import served
from bot.desk.guards import GENUINE, CaseWorker, SignedIn, check_form, services_of
from bot.desk.inputs import CaseNumber, RowId, clean, optional
from bot.desk.purposes import Purpose
from bot.desk.rendering import CHINA, page
from bot.desk.routes import JsonRoute, PageRoute, status_of
from bot.desk.words import sentence
from bot.services.case_desk import CaseDetails

router = APIRouter(route_class=PageRoute, include_in_schema=False)
api = APIRouter(prefix="/api", route_class=JsonRoute, tags=["坐席台"])
TEXT_AT_MOST, REASON_AT_MOST = 2000, 500
#: The button that takes a case on is the large one; returning and rejecting never are.
ONWARD = (EventKind.VERIFIED, EventKind.ANSWERED, EventKind.STARTED, EventKind.SIGNED, EventKind.ASSIGNED)
#: Fields a form of its own asks for; a move that needs only words stands beside the others under one text.
ASKED_APART = frozenset({"unit", "reason", "clause", "until", "review", "master", "category", "part"})
DAYS = frozenset({"until", "review"})
#: A day somebody names as the end of something means the end of its office hours.
END_OF_DAY = time(17, 0, tzinfo=CHINA)


class Originals(BaseModel):
    """工单里隐去之前的内容。"""

    description: str = ""
    location: str = ""
    contact: str = Described("", description="居民没有留联系方式时为空")


class MoveForm(BaseModel):
    """What a move's form sends; which fields it needs says the table of moves."""

    csrf: str = ""
    event: str = ""
    text: str = ""
    unit: str = ""
    reason: str = ""
    clause: str = ""
    until: str = ""
    review: str = ""
    master: str = ""
    category: str = ""
    part: str = ""

    def detail(self) -> dict[str, str]:
        """What the move needs beside its words, days as the end of their office hours. Raises Invalid."""
        found = {name: optional(name, getattr(self, name), REASON_AT_MOST) for name in ASKED_APART}
        return {name: _end_of(name, value) if name in DAYS else value for name, value in found.items() if value}


@router.get("/cases/{number}")
def case_page(request: Request, member: CaseWorker, number: CaseNumber, filed: bool = False, moved: bool = False) -> Response:
    """One case with its timeline and the moves open to this member."""
    notice = "filed" if filed else "moved" if moved else ""
    return page("case.html", _case(request, member, number) | {"notice": notice})


@router.post("/cases/{number}/move")
def move(request: Request, member: CaseWorker, number: CaseNumber, form: Annotated[MoveForm, Form()]) -> Response:
    """Bring an event about; when it is refused, the page comes back with the reason and what was typed."""
    try:
        check_form(member, form.csrf)
        words = optional("text", form.text, TEXT_AT_MOST)
        services_of(request).cases.move(number, event_named(form.event), member.staff, words, form.detail())
    except (Refused, Invalid) as error:
        problem = sentence(error)
        if why := getattr(error, "facts", {}).get("why"):
            problem = services_of(request).texts(f"why_{why}")
        return page("case.html", _case(request, member, number, problem=problem, typed=form), status_of(error))
    return RedirectResponse(f"/desk/cases/{number}?moved=1", 303)


@router.get("/cases/{number}/photos/{photo_id}")
def photo(request: Request, member: CaseWorker, number: CaseNumber, photo_id: RowId) -> Response:
    """A photo of the work, to whoever may see the case."""
    return served(services_of(request).field_work.photo_file(number, photo_id, member.staff))


@api.post("/cases/{number}/reveal", summary="显示工单原文（记入审计）", dependencies=GENUINE)
def reveal(request: Request, member: CaseWorker, number: CaseNumber, body: Purpose) -> Originals:
    """Description, place and contact in clear; who looked, and what for, is written down."""
    if not member.may("reveal_personal_data"):
        raise NotPermitted("reveal_personal_data")
    return Originals(**services_of(request).cases.reveal(number, member.staff, purposes.said(body)))


def event_named(name: str) -> EventKind:
    """The move of a form's button. Raises Invalid."""
    try:
        return EventKind(name)
    except ValueError as error:
        raise Invalid("event") from error


def _end_of(field: str, written: str) -> str:
    try:
        return datetime.combine(date.fromisoformat(clean(written)), END_OF_DAY).isoformat()
    except ValueError as error:
        raise Invalid(field) from error


def _case(
    request: Request, member: SignedIn, number: str, *, problem: str = "", typed: MoveForm | None = None
) -> dict[str, Any]:
    desk = services_of(request).case_desk
    details = desk.details(number, member.staff)
    plain = [event for event, fields in details.moves.items() if not ASKED_APART & set(fields)]
    return {
        "member": member,
        "here": "cases",
        "case": details.line.view,
        "details": details,
        "photos": services_of(request).field_work.photos(number, member.staff),
        "moves": [event for event in plain if event not in BESIDE],
        "main": next((event for event in ONWARD if event in plain), None),
        "beside": [event for event in plain if event in BESIDE],
        "apart": [(event, fields) for event, fields in details.moves.items() if ASKED_APART & set(fields)],
        "choices": _choices(request, details),
        "problem": problem,
        "typed": typed or MoveForm(),
        "notice": "",
    }


def _choices(request: Request, details: CaseDetails) -> dict[str, list[tuple[str, str]]]:
    """What the select boxes of the moves offer: (value, label)."""
    services = services_of(request)
    return {
        "unit": services.case_desk.units(),
        "part": [(code, name) for code, name, done in details.parts if not done],
        "category": services.cases.categories(),
        "clause": services.case_desk.clauses(),
    }
