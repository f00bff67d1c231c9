"""The hit test at the desk: try a question, see why it is answered so, and keep it as a golden question."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, Refused, ServiceError, Unavailable
from bot.desk.guards import KnowledgeEditor, KnowledgeReader, SignedIn, check_form, services_of
from bot.desk.inputs import Field, RowId, Search, needed, optional
from bot.desk.knowledge_forms import day_of
from bot.desk.knowledge_pages import view
from bot.desk.rendering import page
from bot.desk.routes import PageRoute
from bot.services.golden import Trial
from bot.services.overview import knowledge_counts
from knowledge.errors import KnowledgeError
from knowledge.regions import parse_region

router = APIRouter(prefix="/knowledge", route_class=PageRoute, include_in_schema=False)
QUESTION_AT_MOST = 500


class IndexMissing(Unavailable):
    """The knowledge base cannot be read; `facts['reason']` is its own sentence."""

    code = "index_missing"


@dataclass(frozen=True)
class Asked:
    """What was typed into the box."""

    question: str = ""
    region: str = ""
    day: str = ""


def trial_page(request: Request, member: KnowledgeReader, q: Search = "", region: Search = "") -> Response:
    """What the knowledge base holds, and the box to try a question."""
    return _trial(request, member, Asked(q, region))


def try_question(
    request: Request, member: KnowledgeReader, *, question: Field = "", region: Field = "", day: Field = "", csrf: Field = ""
) -> Response:
    """What is answered to a question, with the passages that were weighed and what decided. Nothing is kept."""
    asked = Asked(question, region, day)
    try:
        check_form(member, csrf)
        words, place = needed("question", question, QUESTION_AT_MOST), _place(region)
        trial = services_of(request).golden.try_out(words, place, day_of("day", day.strip()))
    except (Refused, Invalid) as error:
        return _trial(request, member, asked, error)
    except KnowledgeError as error:
        return _trial(request, member, asked, IndexMissing(reason=str(error)))
    return _trial(request, member, Asked(words, place, day), trial=trial)


@router.get("/golden")
def golden(request: Request, member: KnowledgeReader, done: Search = "") -> Response:
    """All golden questions."""
    return _golden(request, member, done=done)


@router.post("/golden")
def keep(
    request: Request, member: KnowledgeEditor, *, question: Field = "", region: Field = "", day: Field = "",
    expected: Field = "", csrf: Field = "",
) -> Response:  # fmt: skip
    """Keep a tried question."""
    try:
        check_form(member, csrf)
        words, when = needed("question", question, QUESTION_AT_MOST), day_of("day", day.strip())
        services_of(request).golden.keep(words, _place(region), when, expected[:64], member.staff)
    except (Refused, Invalid) as error:
        return _trial(request, member, Asked(question, region, day), error)
    return RedirectResponse("/admin/knowledge/golden?done=golden_kept", 303)


@router.post("/golden/ask")
def ask_all(request: Request, member: KnowledgeReader, csrf: Field = "") -> Response:
    """Ask all golden questions now."""
    try:
        check_form(member, csrf)
        return _golden(request, member, ask=True)
    except Refused as error:
        return _golden(request, member, error)
    except KnowledgeError as error:
        return _golden(request, member, IndexMissing(reason=str(error)))


@router.get("/golden/{golden_id}/now")
def ask_one(request: Request, member: KnowledgeReader, golden_id: RowId) -> Response:
    """What comes of one golden question now; a script asks for one after the other and shows how far it is."""
    try:
        return page("knowledge/golden_now.html", {"one": services_of(request).golden.ask(golden_id)})
    except KnowledgeError as error:
        raise IndexMissing(reason=str(error)) from error


@router.post("/golden/{golden_id}/remove")
def remove(request: Request, member: KnowledgeEditor, golden_id: RowId, csrf: Field = "") -> Response:
    """Ask this question no more."""
    try:
        check_form(member, csrf)
        services_of(request).golden.remove(golden_id, member.staff)
    except Refused as error:
        return _golden(request, member, error)
    return RedirectResponse("/admin/knowledge/golden?done=golden_removed", 303)


def _place(region: str) -> str:
    place = optional("region", region, 40)
    if place and parse_region(place) is None:
        raise Invalid("knowledge_region", region=place[:20])
    return place


def _trial(
    request: Request, member: SignedIn, asked: Asked, error: ServiceError | None = None, *, trial: Trial | None = None
) -> Response:  # fmt: skip
    context = {"asked": asked, "trial": trial, "counts": knowledge_counts(services_of(request).settings.knowledge)}
    return view("trial.html", member, "try", context, error)


def _golden(
    request: Request, member: SignedIn, error: ServiceError | None = None, *, ask: bool = False, done: str = ""
) -> Response:  # fmt: skip
    lines = services_of(request).golden.list(ask=ask)
    return view("golden.html", member, "golden", {"lines": lines, "asked": ask, "done": done}, error)
