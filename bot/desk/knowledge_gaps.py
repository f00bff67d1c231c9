"""Gaps at the desk: what residents asked in vain, who takes it in hand and until when, the draft that fills it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, NotFound, Refused, ServiceError
from bot.desk.guards import KnowledgeEditor, KnowledgeReader, SignedIn, check_form, services_of
from bot.desk.inputs import Field, Search, optional
from bot.desk.knowledge_forms import day_of, number_of
from bot.desk.knowledge_pages import view
from bot.desk.knowledge_trial import IndexMissing
from bot.desk.routes import PageRoute
from bot.services.gap_work import NOTE_AT_MOST, GapWork
from bot.services.gaps import ASSIGNED, CLOSED, LOOK_BACK, OPEN, STATES, Gap
from bot.services.views import StaffView
from knowledge.errors import KnowledgeError

router = APIRouter(prefix="/knowledge", route_class=PageRoute, include_in_schema=False)
SHOWN = 100
MINE = "mine"
BLANK = {"question": "", "assignee": "", "due": "", "note": ""}


@router.get("/gaps")
def gaps(request: Request, member: KnowledgeReader, state: Search = OPEN, done: Search = "") -> Response:
    """What residents asked in vain in the last 30 days, and what somebody has in hand."""
    return _gaps(request, member, state=state, done=done)


@router.post("/gaps/write")
def write(request: Request, member: KnowledgeEditor, question: Field = "", csrf: Field = "") -> Response:
    """A draft of an answer with all ways of asking."""
    try:
        check_form(member, csrf)
        draft = services_of(request).gap_work.write(question, member.staff)
    except (Refused, NotFound) as error:  # meanwhile gone: the list says what is left
        return _gaps(request, member, error)
    return RedirectResponse(f"/admin/knowledge/drafts/{draft.id}", 303)


@router.post("/gaps/move")
def move(
    request: Request, member: KnowledgeEditor, *, question: Field = "", act: Field = "", assignee: Field = "",
    due: Field = "", note: Field = "", csrf: Field = "",
) -> Response:  # fmt: skip
    """Give a gap to somebody, close it, or open it again."""
    typed = {"question": question, "assignee": assignee, "due": due, "note": note}
    work, state = services_of(request).gap_work, act if act in CLOSED else ASSIGNED
    try:
        check_form(member, csrf)
        reason = optional("gap_note", note, NOTE_AT_MOST)
        if act == "reopen":
            work.reopen(question, member.staff)
        elif act in CLOSED:
            work.close(question, act, reason, member.staff)
        else:
            _assign(work, question, assignee, day_of("due", due.strip()), reason, member.staff)
    except (Refused, Invalid, NotFound) as error:
        return _gaps(request, member, error, typed=typed, state=_state_of(request, question))
    return RedirectResponse(f"/admin/knowledge/gaps?state={state}&done=gap_{act if act in CLOSED else 'moved'}", 303)


def _assign(work: GapWork, question: str, assignee: str, due: date | None, note: str, by: StaffView) -> None:
    work.assign(question, number_of(assignee) or 0, due, note, by)


def _state_of(request: Request, question: str) -> str:
    """The list on which a gap stands, so that a refused form is shown again."""
    found = services_of(request).gaps.one(question)
    return found.state if found else OPEN


def _gaps(
    request: Request, member: SignedIn, error: ServiceError | None = None, *, state: str = OPEN, done: str = "",
    typed: Mapping[str, str] = BLANK,
) -> Response:  # fmt: skip
    services = services_of(request)
    try:
        found = services.gaps.all()
    except KnowledgeError as unreadable:
        found, error = [], IndexMissing(reason=str(unreadable))
    lists = {one: [gap for gap in found if gap.state == one] for one in STATES}
    lists[MINE] = [gap for gap in lists[ASSIGNED] if gap.assignee_id == member.staff.owner]
    chosen = state if state in lists else OPEN
    context = {
        "gaps": lists[chosen][:SHOWN], "found": len(lists[chosen]), "state": chosen, "days": LOOK_BACK.days, "done": done,
        "counts": {one: len(gaps) for one, gaps in lists.items()}, "late": {one: _late(gaps) for one, gaps in lists.items()},
        "people": services.gap_work.people(), "typed": typed,
    }  # fmt: skip
    return view("gaps.html", member, "gaps", context, error)


def _late(gaps: list[Gap]) -> int:
    return sum(gap.overdue for gap in gaps)
