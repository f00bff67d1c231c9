"""A transcript as the chat page gets it: plain JSON values, nothing a resident may not know."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bot.services.dressing import Manner
from bot.services.views import ConversationState, ConversationView, MessageView, Source

#: Signs of a quotation that travel to the reader page, enough to find the place.
MARKED_SIGNS = 300


def message_json(view: MessageView) -> dict[str, Any]:
    """One line of the chat. `client_id` is the sending page's own id of it, so that it finds its bubble again."""
    return {
        "position": view.position,
        "sender": view.sender,
        "name": view.sender_name,
        "kind": view.kind,
        "text": view.text,
        "at": view.at.isoformat(),
        "client_id": view.message_id.partition(":")[2] if view.message_id else None,
        "sealed": view.sealed,
        "location": list(view.location) if view.location else None,
        "buttons": [{"id": ident, "title": title} for ident, title in view.buttons],
        "sources": [source_json(source) for source in view.sources],
        "attachments": [
            {"href": f"/chat/api/attachments/{ident}", "kind": kind, "name": name, "type": content_type}
            for ident, kind, name, content_type in view.attachments
        ]
        + [
            {"href": f"/chat/api/exports/{ident}", "kind": "file", "name": name, "type": content_type}
            for ident, name, content_type in view.files
        ]
        + [
            {"href": f"/chat/api/sent/{view.position}", "kind": sent.kind, "name": sent.name, "type": sent.content_type}
            for sent in (view.sent,)
            if sent is not None
        ],
    }


def source_json(source: Source) -> dict[str, str | None]:
    """Where a quotation comes from, with the way to the whole text."""
    return {
        "title": source.title,
        "article": source.article,
        "quote": source.quote,
        "number": source.number,
        "issuer": source.issuer,
        "region": source.region,
        "in_force": source.in_force,
        "href": f"/kb/{quote(source.version, safe='')}?q={quote(source.quote[:MARKED_SIGNS])}",
    }


def state_json(conversation: ConversationView | ConversationState, manner: Manner) -> dict[str, str | bool]:
    """Who has the word: bot, queued, staff or closed, and the staff member's name; how the resident likes to be spoken to."""
    owner = conversation.owner.partition(":")[0]
    name = conversation.owner_name if owner == "staff" else ""
    return {"owner": owner, "name": name, "elder": manner.elder, "slow": manner.slow}
