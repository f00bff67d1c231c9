"""The bot's turn: one message of a conversation through Rasa, its answers into the outbox, exactly once.

A turn is three steps: take (lease the conversation, count the try), ask the engine outside any transaction, finish
(only if the lease is still ours and the row still new). A crash between any two leaves a row that is taken again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.cases.errors import EngineDown
from bot.cases.handoff import Reason
from bot.services import gateway_buttons, handoff_triggers
from bot.services.dressing import manner_of, unmasked
from bot.services.handoff import Handoff
from bot.services.outgoing import Said, say
from bot.services.ports import BotEngine, Clock, Wakeups
from bot.services.texts import Texts
from bot.services.views import Utterance
from bot.store.database import Database, Work
from bot.store.tables import ConversationRow, InboxRow

log = structlog.get_logger()
#: Seconds until a turn whose engine was down is tried again, by number of tries so far.
BACKOFF = (1, 2, 4, 8, 15)
#: At most one notice that the engine is down in this time.
NOTICE_EVERY = timedelta(minutes=10)
#: A message that breaks its turn each time goes to a person after so many tries.
GIVEN_UP_AFTER = 8
#: Answers a waiting resident's question by quotation: conversation, inbox row → what to say.
Quote = Callable[[str, int], Sequence[Utterance]]


@dataclass(frozen=True)
class Turn:
    """A message that has been taken for processing."""

    inbox_id: int
    conversation_id: str
    text: str
    metadata: dict[str, Any]
    owner_version: int
    attempts: int
    meanwhile: bool = False  # of somebody who waits for a person and asks on: the knowledge base answers, Rasa is not asked


class Turns:
    """Takes waiting messages, one at a time in each conversation."""

    def __init__(
        self, database: Database, engine: BotEngine, handoff: Handoff, texts: Texts, clock: Clock, wakeups: Wakeups, *,
        lease: float, patience: float, quote: Quote = lambda _conversation, _inbox: (),
    ) -> None:  # fmt: skip
        self.database, self.engine, self.handoff = database, engine, handoff
        self.texts, self.clock, self.wakeups = texts, clock, wakeups
        self.lease, self.patience = timedelta(seconds=lease), timedelta(seconds=patience)
        self.quote = quote
        self.listen: Callable[[int], str | None] = lambda _inbox: None  # reads a voice message (bot/services/hearing.py)
        self.holder = secrets.token_hex(8)  # this process, as the holder of leases

    def due(self, limit: int = 32) -> list[str]:
        """Conversations with a message to process now."""
        with self.database.reading() as work:
            return work.conversations.with_turns_due(self.clock.now(), limit)

    def run(self, conversation_id: str) -> bool:
        """Process the next message of a conversation; answers whether another one waits behind it."""
        turn = self.database.run(partial(self._take, conversation_id))
        if turn is None:
            return False
        try:
            said = self._answer(turn)
        except EngineDown:
            log.warning("engine down", conversation=turn.conversation_id, inbox=turn.inbox_id, attempts=turn.attempts)
            self.database.run(partial(self._postpone, turn))
            self._wake(conversation_id)
            return False
        more = self.database.run(partial(self._finish, turn, said))
        self._wake(conversation_id)
        return more

    def _answer(self, turn: Turn) -> Sequence[Utterance]:
        if turn.meanwhile:
            return self.quote(turn.conversation_id, turn.inbox_id)
        heard = self.listen(turn.inbox_id) if turn.metadata["kind"] == "voice" else None
        if heard == "":
            return ()  # danger, and answered
        return self.engine.reply(turn.conversation_id, heard or turn.text, turn.metadata, again=turn.attempts > 1)

    def forget_leases(self) -> None:
        """For the start of the only process there is: leases of a killed predecessor need not run out."""
        self.database.run(lambda work: work.conversations.release_all())

    def _take(self, conversation_id: str, work: Work) -> Turn | None:
        now = self.clock.now()
        conversation, row = work.conversations.locked(conversation_id), work.messages.first_new(conversation_id)
        if conversation is None or row is None or row.next_try_at > now:
            return None
        meanwhile = self.handoff.asks_meanwhile(work, conversation, row)
        if conversation.owner != "bot" and not meanwhile:  # it changed hands: the person reads it in the transcript
            for waiting in work.messages.all_new(conversation_id):
                waiting.status, waiting.done_at = "done", now
            return None
        if not work.conversations.lease(conversation, self.holder, now, now + self.lease):
            return None
        row.attempts += 1
        if row.attempts > GIVEN_UP_AFTER and row.next_try_at == row.received_at:  # it breaks us each time; Rasa is not down
            work.conversations.release(conversation, self.holder)
            row.status, row.done_at = "parked", now
            self.handoff.enqueue(work, conversation, Reason.BROKEN, now, inbox_id=row.id)
            return None
        text = str(row.payload.get("button") or row.text)
        metadata = {
            "inbox_id": row.id,
            "resident_id": conversation.resident_id,
            "kind": row.kind,
            "location": row.payload.get("location"),
            "elder": manner_of(work, conversation.resident_id).elder,
        }
        return Turn(row.id, conversation_id, text, metadata, conversation.owner_version, row.attempts, meanwhile)

    def _mine(self, turn: Turn, work: Work) -> tuple[ConversationRow, InboxRow] | None:
        """The rows of a turn that is still ours to finish; our lease is given back either way."""
        conversation, row = work.conversations.locked(turn.conversation_id), work.messages.inbox(turn.inbox_id)
        if conversation is None or row is None or conversation.leased_by != self.holder:
            return None
        work.conversations.release(conversation, self.holder)
        return (conversation, row) if row.status == "new" else None

    def _finish(self, turn: Turn, said: Sequence[Utterance], work: Work) -> bool:
        """Write what the bot said; answers whether another message waits."""
        now = self.clock.now()
        found = self._mine(turn, work)
        if found is not None:
            conversation, row = found
            # A hand-over that this very turn brought about does not make its own answer stale.
            fresh = conversation.owner_version == turn.owner_version or conversation.owner_cause == row.id
            written = []
            for index, utterance in enumerate(self._judgeable(work, conversation, said)):
                version = conversation.owner_version
                utterance = replace(utterance, text=unmasked(utterance.text, self.texts))  # noqa: PLW2901
                answer = Said.of(utterance, inbox_id=row.id, index=index, version=version, stale=not fresh)
                written.append(say(work, conversation, answer, now))
            row.status, row.done_at = "done", now
            if fresh and self._think_of_a_person(work, conversation, row, said, now):
                for answer_row in written:  # the call is this turn's own: its answers are no former owner's
                    answer_row.owner_version = conversation.owner_version
        return work.messages.first_new(turn.conversation_id) is not None

    def _think_of_a_person(
        self, work: Work, conversation: ConversationRow, row: InboxRow, said: Sequence[Utterance], now: datetime
    ) -> bool:
        """Offer a person where that seems wanted; True when one has been called."""
        reason = handoff_triggers.reason_of(work, conversation, row, said, self.texts)
        if reason is None or not handoff_triggers.offer(work, conversation, row, reason, self.texts, now):
            return False
        self.handoff.enqueue(work, conversation, reason, now, inbox_id=row.id)
        return True

    def _judgeable(self, work: Work, conversation: ConversationRow, said: Sequence[Utterance]) -> Sequence[Utterance]:
        """The same with 有用 and 没用 below a quotation, where it is the last thing said and asks nothing itself."""
        if not said or not said[-1].sources or said[-1].buttons:
            return said
        answer = work.messages.last_answer(conversation.resident_id)
        if answer is None or answer.status != "answered":
            return said
        return [*said[:-1], replace(said[-1], buttons=gateway_buttons.judging(self.texts, answer.id))]

    def _postpone(self, turn: Turn, work: Work) -> None:
        """Rasa is down: tell the resident once, try again later, and after `patience` let a person have it."""
        now = self.clock.now()
        found = self._mine(turn, work)
        if found is None:
            return
        conversation, row = found
        if now - row.received_at >= self.patience:
            self.handoff.enqueue(work, conversation, "engine_down", now, inbox_id=row.id)
            for waiting in work.messages.all_new(conversation.id):
                waiting.status, waiting.done_at = "parked", now
            return
        row.next_try_at = now + timedelta(seconds=BACKOFF[min(row.attempts, len(BACKOFF)) - 1])
        if row.text.strip() in self.texts.words("words_human"):
            row.status, row.done_at = "done", now
            self.handoff.enqueue(work, conversation, "asked", now, inbox_id=row.id)
        elif conversation.noticed_at is None or now - conversation.noticed_at >= NOTICE_EVERY:
            payloads = (gateway_buttons.HUMAN, gateway_buttons.LEAVE_MESSAGE)
            buttons = [gateway_buttons.button(self.texts, payload) for payload in payloads]
            say(work, conversation, Said(self.texts("engine_down"), buttons=buttons, inbox_id=row.id), now)
            conversation.noticed_at = now

    def _wake(self, conversation_id: str) -> None:
        for topic in (f"conversation:{conversation_id}", "outbox", "desk"):
            self.wakeups.wake(topic)
