"""Buttons the gateway answers by itself, so that they work while Rasa is down: a person, what to do while waiting, a grade."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.cases.handoff import Reason
from bot.services.handoff import Handoff
from bot.services.handoff_queue import Queue
from bot.services.outgoing import Said, say
from bot.services.texts import Texts
from bot.services.views import Button
from bot.store.database import Work
from bot.store.tables import ConversationRow, InboxRow

PREFIX = "gateway:"
HUMAN, LEAVE_MESSAGE, BACK, EXPIRED = (PREFIX + name for name in ("human", "leave_message", "back", "expired"))
CALLBACK, MEANWHILE, LAST_PERSON = (PREFIX + name for name in ("callback", "meanwhile", "last_person"))
#: With what follows behind a colon: why a person was offered; the call and the grade.
HUMAN_BECAUSE, SURVEY = HUMAN + ":", PREFIX + "survey:"

#: Below an answer, with the answer's id behind a colon: gateway:useful:17.
USEFUL, USELESS = (PREFIX + name for name in ("useful", "useless"))

#: Why an answer was no use, behind which its code and the answer's id stand: gateway:why:outdated:17.
WHY = PREFIX + "why"
REASONS = ("off_topic", "unclear", "outdated", "elsewhere")

#: Reasons for which the bot offers a person by itself.
OFFERED = frozenset(str(one) for one in (Reason.REPEATED, Reason.ANGER, Reason.NO_ANSWER, Reason.BROKEN))
#: What somebody who waits may choose; anywhere else these do nothing.
WHILE_WAITING = {BACK: Queue.leave, CALLBACK: Queue.choose_callback, MEANWHILE: Queue.choose_meanwhile}

#: Files what a resident has written so far as a case of kind `message` and answers the sentence to say.
LeaveMessage = Callable[[Work, ConversationRow, InboxRow, datetime], str]


def button(texts: Texts, payload: str) -> Button:
    """The button of a payload, with its title from the table of texts."""
    return Button(texts("button_" + payload.removeprefix(PREFIX)), payload)


def judging(texts: Texts, answer_id: int) -> tuple[Button, Button]:
    """Whether an answer was of use."""
    useful, useless = (Button(texts("button_" + one.removeprefix(PREFIX)), f"{one}:{answer_id}") for one in (USEFUL, USELESS))
    return useful, useless


def reasons(texts: Texts, answer_id: int) -> tuple[Button, ...]:
    """What may be wrong with an answer that was no use."""
    return tuple(Button(texts(f"button_why_{one}"), f"{WHY}:{one}:{answer_id}") for one in REASONS)


def press(
    work: Work, conversation: ConversationRow, row: InboxRow, payload: str, now: datetime, handoff: Handoff,
    leave_message: LeaveMessage, texts: Texts,
) -> None:  # fmt: skip
    """Do what a button of ours promises."""
    because = payload.removeprefix(HUMAN_BECAUSE)
    if payload == HUMAN or because in OFFERED:
        reason = because if because in OFFERED else Reason.BUTTON
        handoff.enqueue(work, conversation, reason, now, inbox_id=row.id)
    elif payload == LAST_PERSON:
        last = work.handoffs.last(conversation.id)
        person = last.taken_by if last else None
        handoff.enqueue(work, conversation, Reason.REOPENED, now, inbox_id=row.id, asked_for=person)
    elif payload in WHILE_WAITING:
        WHILE_WAITING[payload](handoff.waiting, work, conversation, now, inbox_id=row.id)
    elif payload == LEAVE_MESSAGE:
        text = leave_message(work, conversation, row, now)
        say(work, conversation, Said(text, did=("file_case",), inbox_id=row.id, dedupe=f"message:{row.id}"), now)
        if work.cases.of_inbox(row.id, 0) is not None:
            handoff.waiting.message_left(work, conversation, now, inbox_id=row.id)
    elif payload.startswith((USEFUL + ":", USELESS + ":")):
        _judge(work, conversation, row, payload, now, texts)
    elif payload.startswith(WHY + ":"):
        _explain(work, conversation, row, payload, now, texts)
    elif payload.startswith(SURVEY) and _grade(work, conversation, payload, now, handoff):
        say(work, conversation, Said(texts("survey_thanks"), inbox_id=row.id, dedupe=f"graded:{row.id}"), now)
    else:
        say(work, conversation, Said(texts("button_expired"), inbox_id=row.id, dedupe=f"expired:{row.id}"), now)


def _grade(work: Work, conversation: ConversationRow, payload: str, now: datetime, handoff: Handoff) -> bool:
    call, _, grade = payload.removeprefix(SURVEY).partition(":")
    return handoff.grade(work, conversation, int(call), int(grade), now)


def _judge(work: Work, conversation: ConversationRow, row: InboxRow, payload: str, now: datetime, texts: Texts) -> None:
    """Keep what a resident thinks of an answer; of two presses the later one counts. While a person talks, only keep it."""
    judgement, _, answer_id = payload.removeprefix(PREFIX).partition(":")
    answer = work.messages.answer(int(answer_id), conversation.resident_id)
    if answer is None:
        return
    answer.feedback, answer.feedback_at, answer.feedback_reason = judgement, now, None
    if conversation.owner == "bot":
        buttons = (*reasons(texts, answer.id), button(texts, HUMAN)) if payload.startswith(USELESS) else ()
        said = Said(texts(f"judged_{judgement}"), buttons=buttons, inbox_id=row.id, dedupe=f"judged:{row.id}")
        say(work, conversation, said, now)


def _explain(work: Work, conversation: ConversationRow, row: InboxRow, payload: str, now: datetime, texts: Texts) -> None:
    """Keep why an answer was no use; a resident who has pressed 有用 since has changed their mind."""
    reason, _, answer_id = payload.removeprefix(WHY + ":").partition(":")
    answer = work.messages.answer(int(answer_id), conversation.resident_id)
    if answer is None or answer.feedback != "useless":
        return
    answer.feedback_reason = reason
    if conversation.owner == "bot":
        said = Said(texts("judged_why"), buttons=(button(texts, HUMAN),), inbox_id=row.id, dedupe=f"judged:{row.id}")
        say(work, conversation, said, now)
