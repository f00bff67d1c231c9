"""Filing a case at the desk for a resident who is talked to."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from pydantic import Field as Described
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, Refused
from bot.desk.guards import CaseFiler, SignedIn, check_form, desk_of, services_of
from bot.desk.inputs import ConversationId, needed, optional
from bot.desk.rendering import page
from bot.desk.routes import PageRoute, status_of
from bot.desk.words import sentence
from bot.services.views import MessageView, NewCase

if TYPE_CHECKING:
    from bot.app import Services

router = APIRouter(route_class=PageRoute, include_in_schema=False)
KINDS = ("report", "service", "dispute", "message")
LINES_PREFILLED = 3
TEXT_AT_MOST = 2000


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
    _learn_from(desk.services, new, member, conversation_id, number)
    return RedirectResponse(f"/desk/cases/{number}?filed=1", 303)


def _learn_from(services: Services, new: NewCase, member: SignedIn, conversation_id: str, number: str) -> None:
    """A category chosen by hand says what the machine would have missed."""
    if new.category_code:
        guessed = services.cases.likely_code(new.description) or ""
        services.workplace.sidework.correct(
            new.description, guessed, new.category_code, member.staff, conversation_id=conversation_id, number=number
        )


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
