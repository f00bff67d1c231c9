"""Deliver the outbox of channels that must be pushed to, in order, with retry; a stale row is dropped, never sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.services.ports import Clock, Delivery, Messenger, Wakeups
from bot.services.transcripts import sent_file
from bot.services.views import Outgoing, Source
from bot.store.database import Database, Work
from bot.store.tables import ConversationRow, OutboxRow

log = structlog.get_logger()
#: A sender that dies with a row in hand gives it back after this.
CLAIM = timedelta(seconds=30)
MAX_TRIES = 12


class Outbox:
    """Sends what waits for the channels it has messengers of."""

    def __init__(self, database: Database, messengers: Sequence[Messenger], clock: Clock, wakeups: Wakeups) -> None:
        self.database, self.clock, self.wakeups = database, clock, wakeups
        self.messengers = {messenger.channel: messenger for messenger in messengers}

    async def once(self) -> int:
        """One sweep; answers how many rows were taken in hand."""
        batch = await asyncio.to_thread(self.database.run, self._take)
        await asyncio.gather(*(self._deliver(outgoing) for outgoing in batch))
        return len(batch)

    def _take(self, work: Work) -> list[Outgoing]:
        """Claim what is due, and drop what was written for a former owner."""
        now, batch = self.clock.now(), []
        for row, conversation in work.messages.outbox_due(list(self.messengers), now, limit=20):
            if row.owner_version is not None and row.owner_version != conversation.owner_version:
                row.status = "dropped"
            elif work.messages.claim_outbox(row.id, now, now + CLAIM):
                batch.append(_outgoing(row, conversation))
        return batch

    async def _deliver(self, outgoing: Outgoing) -> None:
        messenger = self.messengers[outgoing.channel]
        if not await asyncio.to_thread(self.database.run, lambda work: self._still_valid(work, outgoing.outbox_id)):
            return
        delivery, message_id = await messenger.send(outgoing)
        wait = messenger.retry_after
        await asyncio.to_thread(self.database.run, lambda work: self._record(work, outgoing, delivery, message_id, wait))
        self.wakeups.wake("desk")

    def _still_valid(self, work: Work, outbox_id: int) -> bool:
        """The last look before sending: the owner may have changed since the row was claimed."""
        row = work.messages.outbox(outbox_id)
        if row is None or row.status != "pending":
            return False
        conversation = work.conversations.get(row.conversation_id)
        if row.owner_version is None or (conversation and conversation.owner_version == row.owner_version):
            return True
        row.status = "dropped"
        return False

    def _record(self, work: Work, outgoing: Outgoing, delivery: Delivery, message_id: str | None, wait: float) -> None:
        now = self.clock.now()
        row = work.messages.outbox(outgoing.outbox_id)
        if row is None or row.status != "pending":
            return
        if delivery is Delivery.SENT:
            row.status, row.sent_at, row.channel_message_id = "sent", now, message_id
        elif delivery is Delivery.GONE or row.attempts >= MAX_TRIES:
            row.status = "failed"
            log.warning("not delivered", outbox=row.id, delivery=str(delivery), attempts=row.attempts)
        else:
            row.next_try_at = now + timedelta(seconds=max(wait, min(2.0**row.attempts, 300)))


def _outgoing(row: OutboxRow, conversation: ConversationRow) -> Outgoing:
    return Outgoing(
        row.id, conversation.channel, conversation.address, row.text,
        tuple((item[0], item[1]) for item in row.payload.get("buttons", ())),
        tuple(Source(**item) for item in row.payload.get("sources", ())),
        tuple((item[0], item[1], item[2]) for item in row.payload.get("files", ())), conversation.id, sent_file(row),
    )  # fmt: skip
