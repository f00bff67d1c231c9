"""The workbench: queue, conversation and resident side by side, and the parts of it that a script fetches anew."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from bot.desk.files import served
from bot.desk.guards import Agent, Member, SignedIn, services_of
from bot.desk.inputs import ConversationId, RowId
from bot.desk.rendering import page
from bot.desk.routes import PageRoute
from bot.services.views import ConversationView

router = APIRouter(route_class=PageRoute, include_in_schema=False)
#: A longer transcript is cut at its beginning.
LINES_SHOWN = 200
RECENT_SHOWN = 20
#: What the file picker offers; the bytes decide (bot/services/upload_kinds.py).
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif,.pdf,.doc,.docx,.xls,.xlsx,.wps,audio/*,video/mp4,video/quicktime"
NOTICES_SHOWN = 8


def workbench(request: Request, member: Member) -> Response:
    """The workbench without an open conversation; who may not see the queue goes to the cases, or to the knowledge base."""
    if not member.may("see_queue"):
        return RedirectResponse("/desk/cases" if member.may("see_cases") else "/admin/knowledge/documents", 303)
    return page("workbench.html", lists(request, member) | {"member": member, "here": "inbox", "open": None})


@router.get("/c/{conversation_id}")
def conversation_page(request: Request, member: Agent, conversation_id: ConversationId) -> Response:
    """The workbench with one conversation open."""
    opened = conversation(request, member, conversation_id) | choices(request, member)
    return page("workbench.html", opened | _with_labels(lists(request, member), opened) | {"here": "inbox", "whole": True})


@router.get("/fragments/lists")
def lists_fragment(request: Request, member: Agent) -> Response:
    """Queue, own and recent conversations as they are now."""
    return page("fragments/lists.html", lists(request, member) | {"open": None, "member": member})


@router.get("/fragments/c/{conversation_id}")
def conversation_fragment(request: Request, member: Agent, conversation_id: ConversationId) -> Response:
    """State line, transcript and resident's card as they are now."""
    return page("fragments/conversation.html", conversation(request, member, conversation_id) | {"whole": False})


@router.get("/c/{conversation_id}/files/{attachment_id}")
def attachment(request: Request, member: Agent, conversation_id: ConversationId, attachment_id: RowId) -> Response:
    """A photo, shown; anything else a resident sent, as a download that no browser runs."""
    return served(services_of(request).conversations.attachment(attachment_id, conversation_id=conversation_id))


def lists(request: Request, member: SignedIn) -> dict[str, Any]:
    """The left column: what calls for attention, then three lists; a conversation stands in the first that it belongs to."""
    services = services_of(request)
    handoff, scope = services.handoff, member.staff.scope
    queue, mine = handoff.queue(scope), handoff.mine(member.staff)
    shown = {view.id for view in [*queue, *mine]}
    recent = [view for view in handoff.recent(RECENT_SHOWN, scope) if view.id not in shown]
    return {
        "queue": queue, "mine": mine, "recent": recent, "member": member,
        "labels": services.workplace.sidework.labels([view.id for view in (*queue, *mine, *recent)]),
        "notices": handoff.notices(member.staff)[:NOTICES_SHOWN], "callbacks": handoff.callbacks(),
        "shift_notes": services.workplace.sidework.shift_notes(),
    }  # fmt: skip


def conversation(request: Request, member: SignedIn, conversation_id: str) -> dict[str, Any]:
    """Everything the middle and right columns show of one conversation."""
    services = services_of(request)
    view = services.handoff.get(conversation_id)
    after = max(0, view.last_position - LINES_SHOWN)
    messages = services.conversations.transcript(conversation_id, after=after, limit=LINES_SHOWN, for_staff=True)
    return {
        "member": member, "open": view, "mine_now": view.owner == member.staff.owner, "can": buttons(view, member),
        "messages": messages,
        "cut": after > 0, "cases": services.cases.of_resident(view.resident_id),
        "shown": services.workplace.learning.shown(view.resident_id),
        "labels": services.workplace.sidework.labels([view.id]),
        "callback": next((one for one in services.handoff.callbacks() if one.conversation_id == view.id), None),
    }  # fmt: skip


def _with_labels(left: dict[str, Any], opened: dict[str, Any]) -> dict[str, Any]:
    """The left column with the labels of the open conversation, which may stand in none of its lists."""
    return left | {"labels": left["labels"] | opened["labels"]}


def choices(request: Request, member: SignedIn) -> dict[str, Any]:
    """What the page's dialogs offer in whatever conversation: macros, teams, and for supervisors colleagues."""
    services = services_of(request)
    return {
        "macros": services.workplace.macros.all(),
        "teams": list(dict.fromkeys(name.partition(" / ")[0] for _, name in services.cases.categories())),
        "colleagues": services.presence.members() if member.may("supervise") else [],
        "most_mb": services.settings.max_upload_mb,
        "accepted": ACCEPTED,
    }


def buttons(view: ConversationView, member: SignedIn) -> dict[str, bool]:
    """Which of the conversation's buttons this member gets now."""
    mine = view.owner == member.staff.owner
    colleague = view.owner.startswith("staff:") and not mine
    return {
        "claim": view.owner in ("queued", "bot") and member.may("take_conversation"),
        "take_over": colleague and member.may("take_from_colleague"),
        "assign": member.may("supervise") and view.owner != "closed",
        "watch": colleague and member.may("supervise"),
        "transfer": mine,
        "draft": member.may("suggest_knowledge"),
        "give_back": mine,
        "close": mine,
        "confirm_alert": view.open_alert and member.may("take_conversation"),
        "file_case": member.may("file_case"),
        "reveal": member.may("reveal_personal_data"),
    }
