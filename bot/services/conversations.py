"""A message arrives: record it once, look for danger first, give it to whoever has the word.

This is the gateway. `accept` is all a channel calls; when it returns, the message is committed and will be
processed even if every process dies now. The bot's turn itself is `turns.py`.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import partial

from bot.cases.errors import NotFound
from bot.cases.handoff import SAFETY_LADDER, Event
from bot.safety import redact, triage
from bot.safety import texts as safety_texts
from bot.services import gateway_buttons, transcripts
from bot.services.handoff import Handoff
from bot.services.manners import Manners
from bot.services.media import Media, StoredFile
from bot.services.outgoing import Said, say
from bot.services.ports import Clock, Wakeups
from bot.services.texts import Texts
from bot.services.vault import Vault
from bot.services.views import Accepted, Incoming, MessageView
from bot.store.database import Database, Work
from bot.store.tables import AlertRow, ConversationRow, InboxRow

#: What Rasa and the transcript read where there are no words.
PLACEHOLDER = {"photo": "[图片]", "voice": "[语音]", "file": "[文件]", "location": "[位置]"}
#: Levels at which a life may be at risk: the fixed text goes out at once and a person is called.
CRISIS = {"emergency": 2, "self_harm": 2}
#: Kinds of messages whose words are the resident's own; a button's are ours.
READ_FOR_DANGER = frozenset({"text", "photo", "voice", "file", "edit"})


class Conversations:
    """Takes messages in and shows conversations."""

    def __init__(
        self, database: Database, vault: Vault, texts: Texts, clock: Clock, wakeups: Wakeups, media: Media, handoff: Handoff,
        leave_message: gateway_buttons.LeaveMessage,
    ) -> None:  # fmt: skip
        self.database, self.vault, self.texts, self.clock = database, vault, texts, clock
        self.wakeups, self.media, self.handoff, self.leave_message = wakeups, media, handoff, leave_message
        self.manners: Manners | None = None

    @staticmethod
    def warm_up() -> None:
        """Read the tables of danger and personal data now, so that nobody's first message waits for them."""
        triage.assess("")
        redact.mask("")

    def accept(self, incoming: Incoming) -> Accepted:
        """Commit the message (once, however often it is delivered) and let it be processed."""
        # Reading the words takes longer than writing them: done before the database is held.
        masked = self.vault.mask(incoming.text)
        danger = triage.assess(incoming.text) if incoming.text and incoming.kind in READ_FOR_DANGER else None
        accepted = self.database.run(partial(self._accept, incoming, masked, danger))
        if not accepted.duplicate:
            for topic in (f"conversation:{accepted.conversation_id}", "inbox", "outbox", "desk"):
                self.wakeups.wake(topic)
        return accepted

    def conversation_of(self, channel: str, address: str) -> str | None:
        """The conversation of somebody who has written before."""
        with self.database.reading() as work:
            account = work.conversations.account(channel, address)
            return account.conversation_id if account else None

    def transcript(
        self, conversation_id: str, *, after: int = 0, limit: int = 200, for_staff: bool = False
    ) -> list[MessageView]:
        """What was said behind `after`, in order. Residents see no notes and nothing that was not sent."""
        with self.database.reading() as work:
            return transcripts.read(work, conversation_id, after=after, limit=limit, for_staff=for_staff)

    def original(self, inbox_id: int) -> str:
        """The resident's words in clear. Never to be logged or handed to Rasa."""
        with self.database.reading() as work:
            row = work.messages.inbox(inbox_id)
            if row is None:
                raise NotFound(f"inbox row {inbox_id}")
            return self.vault.open(work, row.sealed_id).get("text", row.text)

    def attachment(self, attachment_id: int, *, conversation_id: str | None) -> StoredFile:
        """An attachment's file; with `conversation_id`, only if it belongs there. Raises NotFound."""
        with self.database.reading() as work:
            found = work.messages.attachment(attachment_id)
            if found is None or (conversation_id is not None and found[1] != conversation_id):
                raise NotFound(f"attachment {attachment_id}")
            return self.media.file_of(found[0])

    def _accept(self, incoming: Incoming, masked: str, danger: triage.Assessment | None, work: Work) -> Accepted:
        now = self.clock.now()
        conversation = self._conversation(work, incoming, now)
        earlier = work.messages.inbox_by_message(incoming.channel, incoming.message_id)
        if earlier is not None:
            return Accepted(earlier.id, earlier.conversation_id, duplicate=True)
        again = conversation.owner == "closed"
        if again:
            self.handoff.moves.happen(work, conversation, Event.WROTE_AGAIN, now)
        row = self._record(work, conversation, incoming, masked, now)
        conversation.last_inbound_at = conversation.updated_at = now
        if danger is None or not self.danger_in(work, conversation, row, danger, now):
            self._hand_on(work, conversation, row, now)
        if again and conversation.owner == "bot" and row.kind != "button":
            self.handoff.reopen(work, conversation, row, now)
        return Accepted(row.id, conversation.id, duplicate=False)

    def _conversation(self, work: Work, incoming: Incoming, now: datetime) -> ConversationRow:
        account = work.conversations.account(incoming.channel, incoming.address)
        if account is None:
            ids = secrets.token_hex(16), secrets.token_hex(16)
            return work.conversations.open(incoming.channel, incoming.address, *ids, now)
        conversation = work.conversations.locked(account.conversation_id)
        if conversation is None:
            raise NotFound(f"conversation {account.conversation_id}")
        return conversation

    def _record(self, work: Work, conversation: ConversationRow, incoming: Incoming, masked: str, now: datetime) -> InboxRow:
        payload: dict[str, object] = {}
        text, sealed_id = masked or PLACEHOLDER.get(incoming.kind, ""), None
        if masked != incoming.text:
            sealed_id = self.vault.seal(work, conversation.resident_id, {"text": incoming.text}, now)
        if incoming.button is not None:
            button = work.messages.button(incoming.button, conversation.id)
            text, payload["button"] = (button.title, button.payload) if button else ("", "gateway:expired")
        if incoming.latitude is not None and incoming.longitude is not None:
            payload["location"] = [incoming.latitude, incoming.longitude]
        row = InboxRow(
            channel=incoming.channel, message_id=incoming.message_id, conversation_id=conversation.id,
            position=work.messages.next_position(conversation), kind=incoming.kind, text=text, sealed_id=sealed_id,
            payload=payload, status="new", safety="none", attempts=0, received_at=now, next_try_at=now,
        )  # fmt: skip
        work.messages.add(row)
        for upload in incoming.uploads:
            work.messages.add(self.media.keep(row.id, upload))
        return row

    def danger_in(
        self, work: Work, conversation: ConversationRow, row: InboxRow, found: triage.Assessment, now: datetime
    ) -> bool:
        """Answer danger at once, without Rasa and whoever has the word; True when that was the whole answer."""
        if found.level == "none":
            return False
        row.safety = found.level
        work.messages.add(
            AlertRow(inbox_id=row.id, conversation_id=conversation.id, level=found.level, kind=found.kind, raised_at=now)
        )
        if found.level not in CRISIS:
            return False
        if not found.sure:  # the numbers are said, somebody looks, and the conversation goes on
            say(work, conversation, Said(self.texts("maybe_danger"), inbox_id=row.id, dedupe=f"safety:{row.id}"), now)
            return False
        advice = safety_texts.advice(found.kind, found.level)
        say(work, conversation, Said(advice, did=("emergency_alarm",), inbox_id=row.id, dedupe=f"safety:{row.id}"), now)
        if conversation.owner == "bot":
            self.handoff.enqueue(work, conversation, "safety", now, inbox_id=row.id, priority=CRISIS[found.level])
        conversation.priority = max(conversation.priority, CRISIS[found.level])
        for step, after in enumerate(SAFETY_LADDER):
            work.timers.set(f"safety_{step}", conversation.id, now + after)
        self._finish(row, now)
        return True

    def _hand_on(self, work: Work, conversation: ConversationRow, row: InboxRow, now: datetime) -> None:
        """Leave the message to the bot's turn, to the staff, or answer a button that is the gateway's own."""
        if self.manners is not None:
            self.manners.choose(work, conversation, row)
        button = str(row.payload.get("button", ""))
        if button.startswith(gateway_buttons.PREFIX):
            gateway_buttons.press(work, conversation, row, button, now, self.handoff, self.leave_message, self.texts)
            self._finish(row, now)
        elif self.manners is not None and self.manners.hear(work, conversation, row, now):
            self._finish(row, now)
        elif row.kind == "edit":
            say(work, conversation, Said(self.texts("edited"), inbox_id=row.id, dedupe=f"edit:{row.id}"), now)
            self._finish(row, now)
        elif conversation.owner != "bot":
            self.handoff.heard(work, conversation, row, now)
            if not self.handoff.asks_meanwhile(work, conversation, row):
                self._finish(row, now)
        elif row.text.strip() in self.texts.words("words_human") and self._stuck(work, conversation, row):
            self._finish(row, now)
            self.handoff.enqueue(work, conversation, "asked", now, inbox_id=row.id)

    @staticmethod
    def _stuck(work: Work, conversation: ConversationRow, row: InboxRow) -> bool:
        """Whether an earlier message still waits for a Rasa that is down, so that the bot could not hear this one."""
        first = work.messages.first_new(conversation.id)
        return first is not None and first.id != row.id and first.attempts > 0

    @staticmethod
    def _finish(row: InboxRow, now: datetime) -> None:
        row.status, row.done_at = "done", now
