"""Conversations as topics of the staff's group: which topic has something to be told, and what it has been told.

Knows nothing of Telegram. A topic is claimed for a while by who tells it, so that two processes do not tell it twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.services import transcripts
from bot.services.handoff import Handoff
from bot.services.views import ConversationView, MessageView
from bot.store.database import Work
from bot.store.handoff_tables import TopicRow

#: Who tells a topic has so long before another may.
CLAIM = timedelta(seconds=60)
#: So many lines of what was said before are told in a new topic.
CONTEXT = 20
#: Lines told at one time.
LINES = 40
#: Replies written in the topic itself carry a key with this behind the staff member: they are not told there again.
FROM_TOPIC = "tg-"


@dataclass(frozen=True)
class Telling:
    """What a topic is to be told now. `thread` None: it has to be made first. `until`: the position told by then."""

    view: ConversationView
    thread: int | None
    fresh: bool  # nothing has been told yet: a card of the conversation goes first
    lines: tuple[MessageView, ...]
    until: int
    shown: str


class Forum:
    """Topics of one group, by its chat id."""

    def __init__(self, handoff: Handoff, chat: int) -> None:
        self.handoff, self.chat, self.clock, self.database = handoff, chat, handoff.clock, handoff.database

    def due(self) -> Sequence[str]:
        """Conversations whose topic has something to be told."""
        with self.database.reading() as work:
            return work.handoffs.topics_due(self.clock.now())

    def take(self, conversation_id: str) -> Telling | None:
        """What to tell the topic of a conversation, which is ours for a minute; None when another process has it."""
        claimed = self.database.run(partial(self._claim, conversation_id))
        if claimed is None:
            return None
        thread, told, shown = claimed
        view = self.handoff.get(conversation_id)
        with self.database.reading() as work:
            lines = transcripts.read(work, conversation_id, after=told, limit=LINES, for_staff=True)
            own = {
                row.position
                for row in work.handoffs.delivered(conversation_id, told)
                if row.sender.startswith("staff:") and (row.dedupe or "").split(":")[-1].startswith(FROM_TOPIC)
            }
        until = lines[-1].position if len(lines) == LINES else view.last_position
        kept = tuple(line for line in lines if line.position not in own)
        return Telling(view, thread, thread is None, kept, until, shown)

    def _claim(self, conversation_id: str, work: Work) -> tuple[int | None, int, str] | None:
        now, row = self.clock.now(), work.conversations.locked(conversation_id)
        topic = work.handoffs.topic(conversation_id)
        if row is None or (topic is not None and topic.next_try_at > now):
            return None
        if topic is None:
            told = max(0, row.last_position - CONTEXT)
            topic = work.handoffs.add_topic(
                TopicRow(conversation_id=row.id, chat_id=self.chat, told=told, shown="", next_try_at=now, updated_at=now)
            )
        topic.next_try_at = now + CLAIM
        return topic.thread_id, topic.told, topic.shown

    def made(self, conversation_id: str, thread: int) -> None:
        """The topic has been made, under this number."""
        self._set(conversation_id, thread_id=thread, shown="")

    def told(self, conversation_id: str, until: int, shown: str) -> None:
        """Everything up to `until` is in the topic and its name shows `shown`; it is free again."""
        self._set(conversation_id, told=until, shown=shown, next_try_at=self.clock.now())

    def lost(self, conversation_id: str) -> None:
        """The topic is no more: a new one is made at once and told the last lines again."""

        def forget(work: Work) -> None:
            row, topic = work.conversations.locked(conversation_id), work.handoffs.topic(conversation_id)
            if row is not None and topic is not None:
                topic.thread_id, topic.shown = None, ""
                topic.told, topic.next_try_at = max(0, row.last_position - CONTEXT), self.clock.now()

        self.database.run(forget)

    def later(self, conversation_id: str, seconds: float) -> None:
        """It could not be told now."""
        self._set(conversation_id, next_try_at=self.clock.now() + timedelta(seconds=seconds))

    def conversation_of(self, thread: int) -> str | None:
        """The conversation of a topic of our group."""
        with self.database.reading() as work:
            topic = work.handoffs.topic_of(self.chat, thread)
            return topic.conversation_id if topic else None

    def _set(self, conversation_id: str, **values: object) -> None:
        def write(work: Work) -> None:
            topic = work.handoffs.topic(conversation_id)
            if topic is not None:
                topic.updated_at = self.clock.now()
                for name, value in values.items():
                    setattr(topic, name, value)

        self.database.run(write)
