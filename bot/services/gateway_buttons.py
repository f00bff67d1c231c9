"""Buttons the gateway answers by itself, so that they work while Rasa is down: a person, a message left, back to the bot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.services.handoff import Handoff
from bot.services.outgoing import Said, say
from bot.services.texts import Texts
from bot.services.views import Button
from bot.store.database import Work
from bot.store.tables import ConversationRow, InboxRow

PREFIX = "gateway:"
HUMAN, LEAVE_MESSAGE, BACK, EXPIRED = (PREFIX + name for name in ("human", "leave_message", "back", "expired"))

#: Files what a resident has written so far as a case of kind `message` and answers the sentence to say.
LeaveMessage = Callable[[Work, ConversationRow, InboxRow, datetime], str]


def button(texts: Texts, payload: str) -> Button:
    """The button of a payload, with its title from the table of texts."""
    return Button(texts("button_" + payload.removeprefix(PREFIX)), payload)


def press(
    work: Work, conversation: ConversationRow, row: InboxRow, payload: str, now: datetime, handoff: Handoff,
    leave_message: LeaveMessage, texts: Texts,
) -> None:  # fmt: skip
    """Do what a button of ours promises."""
    if payload == HUMAN:
        handoff.enqueue(work, conversation, "asked", now, inbox_id=row.id)
    elif payload == BACK:
        handoff.back_to_bot(work, conversation, now, inbox_id=row.id)
    elif payload == LEAVE_MESSAGE:
        text = leave_message(work, conversation, row, now)
        say(work, conversation, Said(text, did=("file_case",), inbox_id=row.id, dedupe=f"message:{row.id}"), now)
    else:
        say(work, conversation, Said(texts("button_expired"), inbox_id=row.id, dedupe=f"expired:{row.id}"), now)
