"""Many drafts at once, as an uploaded table makes them: handed in together, approved together, each refused for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from bot.cases.errors import Invalid, NotFound, Refused
from bot.desk.guards import KnowledgeEditor, KnowledgeReviewer, SignedIn, check_form, services_of
from bot.desk.inputs import Field, optional
from bot.desk.knowledge_pages import view
from bot.desk.routes import PageRoute
from bot.desk.words import sentence
from bot.services.editing import WHY_AT_MOST
from bot.services.editing_views import DraftView
from bot.services.uploads import MOST_DOCUMENTS

router = APIRouter(prefix="/knowledge", route_class=PageRoute, include_in_schema=False)
#: Drafts picked on a page, as `id:edition`: only what was seen is acted on.
Picks = Annotated[list[str], Form()]


@router.post("/drafts-hand-in")
def hand_in_all(request: Request, member: KnowledgeEditor, picks: Picks = [], why: Field = "", csrf: Field = "") -> Response:  # noqa: B006  # FastAPI copies it
    """Hand in all picked drafts; those that lack something stay drafts, and it is said what."""
    editing = services_of(request).editing

    def act(draft: DraftView, edition: int) -> None:
        editing.hand_in(draft.id, edition, member.staff, optional("why", why, WHY_AT_MOST))

    return _each(request, member, picks, csrf, act, "handed_in")


@router.post("/drafts-approve")
def approve_all(request: Request, member: KnowledgeReviewer, picks: Picks = [], note: Field = "", csrf: Field = "") -> Response:  # noqa: B006  # as above
    """Approve and publish all picked drafts at once; one's own and those changed meanwhile are left, and it is said why."""
    reviewing = services_of(request).reviewing

    def act(draft: DraftView, edition: int) -> None:
        reviewing.approve(draft.id, edition, member.staff, note=optional("review_note", note, WHY_AT_MOST))

    return _each(request, member, picks, csrf, act, "published")


def _each(
    request: Request, member: SignedIn, picks: list[str], csrf: str, act: Callable[[DraftView, int], None], what: str
) -> Response:
    check_form(member, csrf)
    done, left = [], []
    for ident, edition in map(_pick, picks[:MOST_DOCUMENTS]):
        try:
            draft = services_of(request).editing.draft(ident)
        except NotFound:
            continue
        try:
            act(draft, edition)
            done.append(draft)
        except (Refused, Invalid) as error:
            left.append((draft, sentence(error)))
    return view("bulk.html", member, "waiting", {"done": done, "left": left, "what": what})


def _pick(text: str) -> tuple[int, int]:
    """(draft, edition) of a tick; zeros, which are no draft, for rubbish."""
    numbers = text.split(":")
    if len(numbers) == 2 and all(part.isascii() and part.isdecimal() and len(part) <= 9 for part in numbers):  # noqa: PLR2004  # a pair
        return int(numbers[0]), int(numbers[1])
    return 0, 0
