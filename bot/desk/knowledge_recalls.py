"""Taking answers back at the desk: who was told what, the correction, and the second person who sends it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, Refused, ServiceError
from bot.desk.guards import KnowledgeEditor, KnowledgeReviewer, SignedIn, check_form, services_of
from bot.desk.inputs import Field, RowId, Search, needed
from bot.desk.knowledge_pages import Number, Path, view
from bot.desk.routes import PageRoute
from bot.services.recalls import TEXT_AT_MOST
from bot.services.views import StaffView

router = APIRouter(prefix="/knowledge", route_class=PageRoute, include_in_schema=False)
Picks = Annotated[list[str], Form()]
NO_VERSION = 100_000


@router.get("/recall")
def recall_page(request: Request, member: KnowledgeEditor, path: Path, number: Number) -> Response:
    """What a version has told whom, and the form for a correction."""
    return _recall(request, member, path, number)


@router.post("/recall")
def propose(
    request: Request, member: KnowledgeEditor, *, path: Field = "", number: Field = "", picks: Picks = [],  # noqa: B006  # FastAPI copies it
    text: Field = "", csrf: Field = "",
) -> Response:  # fmt: skip
    """Keep a correction for a second person."""
    version = int(number) if number.isascii() and number.isdecimal() and len(number) < len(str(NO_VERSION)) else NO_VERSION
    try:
        check_form(member, csrf)
        words = needed("recall_text", text, TEXT_AT_MOST)
        services_of(request).recalls.propose(path, version, picks, words, member.staff)
    except (Refused, Invalid) as error:
        return _recall(request, member, path, version, error, text=text, picks=picks)
    return RedirectResponse("/admin/knowledge/recalls?done=recall_written", 303)


@router.get("/recalls")
def recalls(request: Request, member: KnowledgeEditor, done: Search = "") -> Response:
    """All corrections: what waits for a second person, what was sent to how many."""
    return _recalls(request, member, done=done)


@router.post("/recalls/{recall_id}/confirm")
def confirm(request: Request, member: KnowledgeReviewer, recall_id: RowId, csrf: Field = "") -> Response:
    """Send a correction that somebody else wrote."""
    return _decided(request, member, csrf, partial(services_of(request).recalls.confirm, recall_id), "recall_confirmed")


@router.post("/recalls/{recall_id}/drop")
def drop(request: Request, member: KnowledgeEditor, recall_id: RowId, csrf: Field = "") -> Response:
    """Send nothing."""
    return _decided(request, member, csrf, partial(services_of(request).recalls.drop, recall_id), "recall_dropped")


def _decided(
    request: Request, member: SignedIn, csrf: str, decide: Callable[[StaffView], object], done: str
) -> Response:  # fmt: skip
    try:
        check_form(member, csrf)
        decide(member.staff)
    except (Refused, Invalid) as error:
        return _recalls(request, member, error)
    return RedirectResponse(f"/admin/knowledge/recalls?done={done}", 303)


def _recall(
    request: Request, member: SignedIn, path: str, number: int, error: ServiceError | None = None, *,
    text: str = "", picks: list[str] | None = None,
) -> Response:  # fmt: skip
    look = services_of(request).recalls.look(path, number)
    ticked = picks if picks is not None else [one.version for one in look.passages if one.gone and one.residents]
    context = {"look": look, "ticked": ticked, "text": text, "most": TEXT_AT_MOST}
    return view("recall.html", member, "recalls", context, error)


def _recalls(request: Request, member: SignedIn, error: ServiceError | None = None, *, done: str = "") -> Response:
    return view("recalls.html", member, "recalls", {"recalls": services_of(request).recalls.list(), "done": done}, error)
