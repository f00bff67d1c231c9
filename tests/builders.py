"""Valid objects that say only what a test is about."""

from __future__ import annotations

from itertools import count
from typing import Any

from bot.app import Services
from bot.services.views import Incoming, NewCase, StaffView

_numbers = count(1)


def incoming(
    text: str = "你好", *, address: str = "li", channel: str = "web", message_id: str | None = None, **more: Any
) -> Incoming:
    """A message; a new one each time unless `message_id` is given."""
    return Incoming(
        channel=channel, address=address, message_id=message_id or f"m{next(_numbers)}", text=text, **{"kind": "text", **more}
    )


def write(services: Services, text: str = "你好", **more: Any) -> str:
    """A resident writes; answers the conversation."""
    return services.conversations.accept(incoming(text, **more)).conversation_id


def process(services: Services) -> None:
    """Let the bot take every turn that is due."""
    for conversation in services.turns.due():
        while services.turns.run(conversation):
            pass


def said(services: Services, conversation: str) -> list[str]:
    """What the resident has been told, in order."""
    return [view.text for view in services.conversations.transcript(conversation) if view.sender != "resident"]


def a_staff(services: Services, login: str = "wang", role: str = "agent") -> StaffView:
    """An account at the desk."""
    return services.staff.add(login, f"王{login}", role, "correct horse battery")


def a_report(**more: Any) -> NewCase:
    """A broken street lamp."""
    facts: dict[str, Any] = {"kind": "report", "description": "路灯不亮三天了", "location": "阳光小区3号楼"}
    return NewCase(**{**facts, **more})
