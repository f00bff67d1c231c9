"""Gaps at the desk: what residents asked in vain, with the way to try it and to write what is missing."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Refused
from bot.desk.guards import KnowledgeEditor, KnowledgeReader, check_form, services_of
from bot.desk.inputs import Field, clean
from bot.desk.knowledge_forms import LIMITS
from bot.desk.knowledge_pages import view
from bot.desk.knowledge_trial import IndexMissing
from bot.desk.routes import PageRoute
from bot.services.gaps import LOOK_BACK
from knowledge.errors import KnowledgeError

router = APIRouter(prefix="/knowledge", route_class=PageRoute, include_in_schema=False)
SHOWN = 100


@router.get("/gaps")
def gaps(request: Request, member: KnowledgeReader) -> Response:
    """What residents asked in vain in the last 30 days."""
    context = {"gaps": [], "found": 0, "days": LOOK_BACK.days}
    try:
        found = services_of(request).gaps.all()
    except KnowledgeError as error:
        return view("gaps.html", member, "gaps", context, IndexMissing(reason=str(error)))
    return view("gaps.html", member, "gaps", context | {"gaps": found[:SHOWN], "found": len(found)})


@router.post("/gaps/write")
def write(request: Request, member: KnowledgeEditor, question: Field = "", csrf: Field = "") -> Response:
    """A draft of an answer, with the question as its title and as a way of asking."""
    try:
        check_form(member, csrf)
    except Refused as error:
        return view("gaps.html", member, "gaps", {"gaps": [], "found": 0, "days": LOOK_BACK.days}, error)
    words = clean(question).replace("\n", " ")[: LIMITS["title"]]
    draft = services_of(request).editing.start_asked(words, member.staff)
    return RedirectResponse(f"/admin/knowledge/drafts/{draft.id}", 303)
