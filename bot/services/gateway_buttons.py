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

#: Below an answer, with the answer's id behind a colon: gateway:useful:17.
USEFUL, USELESS = (PREFIX + name for name in ("useful", "useless"))

#: Files what a resident has written so far as a case of kind `message` and answers the sentence to say.
LeaveMessage = Callable[[Work, ConversationRow, InboxRow, datetime], str]


def button(texts: Texts, payload: str) -> Button:
    """The button of a payload, with its title from the table of texts."""
    return Button(texts("button_" + payload.removeprefix(PREFIX)), payload)


def judging(texts: Texts, answer_id: int) -> tuple[Button, Button]:
    """Whether an answer was of use."""
    useful, useless = (Button(texts("button_" + one.removeprefix(PREFIX)), f"{one}:{answer_id}") for one in (USEFUL, USELESS))
    return useful, useless


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
    elif payload.startswith((USEFUL + ":", USELESS + ":")):
        _judge(work, conversation, row, payload, now, texts)
    else:
        say(work, conversation, Said(texts("button_expired"), inbox_id=row.id, dedupe=f"expired:{row.id}"), now)


def _judge(work: Work, conversation: ConversationRow, row: InboxRow, payload: str, now: datetime, texts: Texts) -> None:
    """Keep what a resident thinks of an answer; of two presses the later one counts. While a person talks, only keep it."""
    judgement, _, answer_id = payload.removeprefix(PREFIX).partition(":")
    answer = work.messages.answer(int(answer_id), conversation.resident_id)
    if answer is None:
        return
    answer.feedback, answer.feedback_at = judgement, now
    if conversation.owner == "bot":
        buttons = (button(texts, HUMAN),) if payload.startswith(USELESS) else ()
        said = Said(texts(f"judged_{judgement}"), buttons=buttons, inbox_id=row.id, dedupe=f"judged:{row.id}")
        say(work, conversation, said, now)
