"""Cases at the desk: list, page with timeline and moves, filing one for a resident."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel
from pydantic import Field as Described
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, NotPermitted, Refused
from bot.cases.status import BESIDE, CaseStatus, EventKind
from bot.desk import purposes
from bot.desk.guards import GENUINE, CaseFiler, CaseWorker, SignedIn, check_form, desk_of, services_of
from bot.desk.inputs import CaseNumber, ConversationId, Field, Search, clean, needed, optional
from bot.desk.purposes import Purpose
from bot.desk.rendering import page
from bot.desk.routes import JsonRoute, PageRoute, status_of
from bot.desk.words import sentence
from bot.services.views import CaseView, MessageView, NewCase

router = APIRouter(route_class=PageRoute, include_in_schema=False)
api = APIRouter(prefix="/api", route_class=JsonRoute, tags=["坐席台"])
CASES_SHOWN = 100
KINDS = ("report", "service", "dispute", "message")
LINES_PREFILLED = 3
TEXT_AT_MOST = 2000
#: The button that takes a case on is the large one; returning and rejecting never are.
ONWARD = (EventKind.STARTED, EventKind.ANSWERED, EventKind.SIGNED, EventKind.ASSIGNED)


class FiledForm(BaseModel):
    """What the filing form sends; everything may be missing, so that the page can say what is."""

    csrf: str = ""
    form: str = Described("", max_length=40)
    kind: str = "report"
    category_code: str = ""
    description: str = ""
    location: str = ""
    occurred: str = ""
    contact: str = ""
    anonymous: bool = False
    urgent: bool = False


class Originals(BaseModel):
    """工单里隐去之前的内容。"""

    description: str = ""
    location: str = ""
    contact: str = Described("", description="居民没有留联系方式时为空")


@router.get("/cases")
def case_list(
    request: Request, member: CaseWorker, status: Annotated[str, Query(max_length=20)] = "", q: Search = ""
) -> Response:
    """Cases, newest first, of one status and with some words in them."""
    chosen = status if status in set(CaseStatus) else None
    services = services_of(request)
    every = services.cases.search(status=chosen, text=clean(q) or None, limit=CASES_SHOWN)
    found = services.workplace.scopes.cases(member.staff, every)
    context = {"cases": found, "status": chosen or "", "q": q, "statuses": list(CaseStatus), "most": CASES_SHOWN}
    return page("cases.html", context | {"member": member, "here": "cases"})


@router.get("/cases/{number}")
def case_page(request: Request, member: CaseWorker, number: CaseNumber, filed: bool = False, moved: bool = False) -> Response:
    """One case with its timeline and the moves open to this member."""
    notice = "filed" if filed else "moved" if moved else ""
    return page("case.html", _case(request, member, services_of(request).cases.get(number, member.staff)) | {"notice": notice})


@router.post("/cases/{number}/move")
def move(
    request: Request, member: CaseWorker, number: CaseNumber, *, event: Field = "", text: Field = "", csrf: Field = ""
) -> Response:
    """Bring an event about; when it is refused, the page comes back with the reason and the text typed."""
    cases = services_of(request).cases
    try:
        check_form(member, csrf)
        cases.move(number, _event(event), member.staff, optional("text", text, TEXT_AT_MOST))
    except (Refused, Invalid) as error:
        again = _case(request, member, cases.get(number, member.staff), problem=sentence(error), typed=text, chosen=event)
        return page("case.html", again, status_of(error))
    return RedirectResponse(f"/desk/cases/{number}?moved=1", 303)


@router.get("/c/{conversation_id}/file")
def filing_page(request: Request, member: CaseFiler, conversation_id: ConversationId) -> Response:
    """The form of a new case for this resident, with their last words in it."""
    services = services_of(request)
    view = services.handoff.get(conversation_id)
    after = max(0, view.last_position - 60)
    lines = services.conversations.transcript(conversation_id, after=after, for_staff=True)
    typed = {"description": prefilled(lines), "form": secrets.token_hex(8)}
    return _filing(request, member, conversation_id, typed)


@router.post("/c/{conversation_id}/file")
def file(request: Request, member: CaseFiler, conversation_id: ConversationId, form: Annotated[FiledForm, Form()]) -> Response:
    """File the case; the same form twice is one case."""
    desk = desk_of(request)
    try:
        check_form(member, form.csrf)
        new = _new_case(form, {code for code, _ in desk.services.cases.categories()})
        number = desk.once(
            f"{member.staff.id}:{conversation_id}:{form.form}",
            lambda: desk.services.cases.file(conversation_id, new, inbox_id=None, by=member.staff).number,
        )
    except (Refused, Invalid) as error:
        return _filing(request, member, conversation_id, form.model_dump(), problem=sentence(error), status=status_of(error))
    return RedirectResponse(f"/desk/cases/{number}?filed=1", 303)


@api.post("/cases/{number}/reveal", summary="显示工单原文（记入审计）", dependencies=GENUINE)
def reveal(request: Request, member: CaseWorker, number: CaseNumber, body: Purpose) -> Originals:
    """Description, place and contact in clear; who looked, and what for, is written down."""
    if not member.may("reveal_personal_data"):
        raise NotPermitted("reveal_personal_data")
    return Originals(**services_of(request).cases.reveal(number, member.staff, purposes.said(body)))


def prefilled(lines: Sequence[MessageView]) -> str:
    """The resident's last few lines in words, as a beginning of the description."""
    said = [line.text for line in lines if line.sender == "resident" and line.kind == "text" and line.text]
    return "\n".join(said[-LINES_PREFILLED:])


def _new_case(form: FiledForm, codes: set[str]) -> NewCase:
    if form.kind not in KINDS:
        raise Invalid("kind")
    if form.category_code and form.category_code not in codes:
        raise Invalid("category")
    return NewCase(
        kind=form.kind,  # type: ignore[arg-type]  # checked against KINDS above
        description=needed("description", form.description, TEXT_AT_MOST),
        location=optional("location", form.location, 200),
        occurred=optional("occurred", form.occurred, 100) or None,
        contact=optional("contact", form.contact, 100) or None,
        anonymous=form.anonymous,
        urgent=form.urgent,
        category_code=form.category_code or None,
    )


def _filing(
    request: Request, member: SignedIn, conversation_id: str, typed: dict[str, Any], *, problem: str = "", status: int = 200
) -> Response:
    services = services_of(request)
    context = {
        "member": member, "here": "inbox", "problem": problem, "kinds": KINDS, "groups": _groups(services.cases.categories()),
        "typed": FiledForm(**typed), "open": services.handoff.get(conversation_id),
    }  # fmt: skip
    return page("file_case.html", context, status)


def _groups(categories: Sequence[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """小类 by 大类, for a select box that an operator can search with the eye."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, name in categories:
        major, _, minor = name.partition(" / ")
        groups.setdefault(major, []).append((code, minor or major))
    return groups


def _case(
    request: Request, member: SignedIn, view: CaseView, *, problem: str = "", typed: str = "", chosen: str = ""
) -> dict[str, Any]:
    open_moves = services_of(request).cases.moves(view.number, member.staff)
    return {
        "member": member,
        "here": "cases",
        "case": view,
        "moves": [event for event in open_moves if event not in BESIDE],
        "main": next((event for event in ONWARD if event in open_moves), None),
        "beside": [event for event in open_moves if event in BESIDE],
        "problem": problem,
        "typed": typed,
        "chosen": chosen,
        "notice": "",
    }


def _event(name: str) -> EventKind:
    try:
        return EventKind(name)
    except ValueError as error:
        raise Invalid("event") from error
