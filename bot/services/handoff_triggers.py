"""When the bot itself thinks of a person: the same question again, anger, two questions without an answer, an error.

The first time a person is offered with a button that carries the reason; the second time for the same reason one is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cases.handoff import Reason
from bot.services.outgoing import Said, say
from bot.services.texts import Texts
from bot.services.views import Button, Utterance
from bot.store.database import Work
from bot.store.tables import ConversationRow, InboxRow
from bot.text.normalize import even

#: So many of the resident's messages are looked back at, and for so long.
LOOKS_BACK, WITHIN = 6, timedelta(minutes=30)
#: Shorter messages (是的, 好) are said again for good reasons.
A_QUESTION = 4
#: The act an action reports that has met an exception.
ERROR = "error"
#: Acts after which a person is on the way anyway.
HANDED_OVER = frozenset({"handoff", "emergency_alarm"})


@dataclass(frozen=True)
class Heard:
    """A message, those before it (newest first), what was said to it, and the statuses of the last answers by message."""

    row: InboxRow
    earlier: Sequence[InboxRow]
    said: Sequence[Utterance]
    answers: Sequence[tuple[int | None, str]]


def _angry(heard: Heard, texts: Texts) -> bool:
    evened = even(heard.row.text)
    return any(word in evened for word in texts.words("words_angry"))


def _repeated(heard: Heard, texts: Texts) -> bool:
    if any(utterance.asked for utterance in heard.said):
        return False  # we did take it in and ask for the next thing: a message sent three times by an unsure hand
    evened = even(heard.row.text)
    return len(evened) >= A_QUESTION and any(even(before.text) == evened for before in heard.earlier if before.kind == "text")


def _unanswered(heard: Heard, texts: Texts) -> bool:
    recent = {heard.row.id, *(row.id for row in heard.earlier)}
    last = [status for inbox_id, status in heard.answers[:2] if inbox_id in recent]
    return last == ["abstained", "abstained"] and heard.answers[0][0] == heard.row.id


def _broken(said: Sequence[Utterance]) -> bool:
    return any(ERROR in utterance.did for utterance in said)


#: The first that holds is the reason.
TRIGGERS: tuple[tuple[Reason, Callable[[Heard, Texts], bool]], ...] = (
    (Reason.BROKEN, lambda heard, texts: _broken(heard.said)),
    (Reason.ANGER, _angry),
    (Reason.NO_ANSWER, _unanswered),
    (Reason.REPEATED, _repeated),
)


def reason_of(
    work: Work, conversation: ConversationRow, row: InboxRow, said: Sequence[Utterance], texts: Texts
) -> Reason | None:
    """Why a person should be thought of after this turn; None: no reason.

    An error may meet a pressed button or a photo as well; all else is read off words.
    """
    if conversation.owner != "bot" or any(HANDED_OVER & set(one.did) for one in said):
        return None
    if row.kind != "text":
        return Reason.BROKEN if _broken(said) else None
    latest = work.handoffs.last_said(conversation.id, LOOKS_BACK + 1)
    earlier = [one for one in latest if one.position < row.position and row.received_at - one.received_at <= WITHIN]
    answers = [(one.inbox_id, one.status) for one in work.messages.last_answers(conversation.resident_id, 2)]
    heard = Heard(row, earlier, said, answers)
    return next((reason for reason, holds in TRIGGERS if holds(heard, texts)), None)


def offer(work: Work, conversation: ConversationRow, row: InboxRow, reason: Reason, texts: Texts, now: datetime) -> bool:
    """Offer a person for `reason`; True when one was offered for it a moment ago, so that now one is to be called."""
    before = work.handoffs.last_said(conversation.id, LOOKS_BACK + 1)
    if any(work.messages.outbox_by_dedupe(f"offer:{one.id}:{reason}") for one in before if one.id != row.id):
        return True
    button = Button(texts("button_human"), f"gateway:human:{reason}")
    said = Said(
        texts(f"offer_person_{reason}"), buttons=(button,), inbox_id=row.id, version=conversation.owner_version,
        dedupe=f"offer:{row.id}:{reason}",
    )  # fmt: skip
    say(work, conversation, said, now)
    return False
