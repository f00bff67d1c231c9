"""People: ask for a person, take a conversation, reply, note, hand back. One owner at a time.

The owner stands on the conversation's row, with a version that rises on every change; see docs/architecture.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.cases.errors import AlreadyTaken, Invalid, NoSuchConversation, NotOwner, NotPermitted
from bot.cases.roles import Role, may
from bot.services import transcripts
from bot.services.outgoing import Said, say
from bot.services.ports import Clock, Wakeups
from bot.services.texts import Texts
from bot.services.vault import Vault
from bot.services.views import Button, ConversationState, ConversationView, MessageView, StaffView
from bot.store.database import Database, Work
from bot.store.tables import ConversationRow, InboxRow, NoteRow

#: At most one queue notice in this time (GB/T 33358 lets message media wait three minutes for a first answer).
NOTICE_EVERY = timedelta(minutes=3)
MAX_REPLY = 4000
T = TypeVar("T")
OWNER_NAMES = {"bot": "机器人", "queued": "排队中", "closed": "已结束"}


class Handoff:
    """Moves conversations between the bot, the queue and the staff."""

    def __init__(self, database: Database, vault: Vault, texts: Texts, clock: Clock, wakeups: Wakeups) -> None:
        self.database, self.vault, self.texts, self.clock, self.wakeups = database, vault, texts, clock, wakeups

    # -- the resident's side ---------------------------------------------------------------------------------------

    def request(self, conversation_id: str, reason: str, *, inbox_id: int | None = None) -> None:
        """Put the conversation into the queue and tell the resident; nothing happens if a person has it already."""
        self._change(conversation_id, lambda work, row, now: self.enqueue(work, row, reason, now, inbox_id=inbox_id))

    def enqueue(
        self, work: Work, row: ConversationRow, reason: str, now: datetime, *, inbox_id: int | None = None, priority: int = 0
    ) -> None:
        """The same as `request`, inside the caller's transaction, with the conversation locked."""
        if row.owner == "queued" or row.owner.startswith("staff:"):
            return
        work.conversations.give_to(row, "queued", now, cause=inbox_id)
        row.queued_at, row.queue_reason, row.priority = now, reason, priority
        self._queue_notice(work, row, now, f"queued:{row.id}:{row.owner_version}")

    def back_to_bot(self, work: Work, row: ConversationRow, now: datetime, *, inbox_id: int | None = None) -> None:
        """Queue → bot at the resident's wish; a conversation a person has taken stays with them."""
        if row.owner == "queued":
            work.conversations.give_to(row, "bot", now, cause=inbox_id)
            say(work, row, Said(self.texts("back_to_bot"), did=("back_to_bot",), inbox_id=inbox_id), now)

    def heard_in_queue(self, work: Work, row: ConversationRow, message: InboxRow, now: datetime) -> None:
        """A message of somebody who waits: it is kept; leave the queue on the word, else a notice at most every 3 minutes."""
        if row.owner != "queued":
            return
        if message.text.strip() in self.texts.words("words_leave_queue"):
            self.back_to_bot(work, row, now, inbox_id=message.id)
        elif row.noticed_at is None or now - row.noticed_at >= NOTICE_EVERY:
            self._queue_notice(work, row, now, f"waiting:{message.id}")

    def _queue_notice(self, work: Work, row: ConversationRow, now: datetime, dedupe: str) -> None:
        ahead = [other for other in work.conversations.owned_by("queued") if other.id != row.id]
        before = sum(1 for other in ahead if (-other.priority, other.queued_at or now) <= (-row.priority, row.queued_at or now))
        key = "queue_safety" if row.queue_reason == "safety" else "queue_notice" if before else "queue_first"
        buttons = (Button(self.texts("button_back"), "gateway:back"),)
        say(work, row, Said(self.texts(key, ahead=before), buttons=buttons, did=("handoff",), dedupe=dedupe), now)
        row.noticed_at = now

    # -- the staff's side ------------------------------------------------------------------------------------------

    def claim(self, conversation_id: str, staff: StaffView, *, from_colleague: bool = False) -> ConversationView:
        """Take the conversation; of two who press at once exactly one wins, the other gets AlreadyTaken(by=name).

        `from_colleague`: take it even so, for those whose role allows it.
        """
        self._permit(staff, "take_conversation")

        def take(work: Work, row: ConversationRow, now: datetime) -> None:
            if row.owner == staff.owner:
                return
            allowed = from_colleague and may(Role(staff.role), "take_from_colleague")
            if row.owner.startswith("staff:") and not allowed:
                raise AlreadyTaken(by=self._owner_name(work, row.owner))
            work.conversations.give_to(row, staff.owner, now)
            for waiting in work.messages.all_new(row.id):  # what the bot had not begun is the person's to answer
                waiting.status, waiting.done_at = "done", now
            say(work, row, Said(self.texts("taken_over", name=staff.name)), now)
            work.staff.audit(staff.owner, "claim", row.id, now)

        self._change(conversation_id, take)
        return self.get(conversation_id)

    def reply(self, conversation_id: str, staff: StaffView, text: str, *, client_id: str) -> MessageView:
        """Say something to the resident. Only the owner may (NotOwner); one `client_id` is one message."""
        clean = _checked(text)

        def write(work: Work, row: ConversationRow, now: datetime) -> int:
            if row.owner != staff.owner:
                raise NotOwner(by=self._owner_name(work, row.owner))
            said = say(work, row, Said(clean, staff.owner, dedupe=f"staff:{staff.id}:{client_id}"[:80]), now)
            row.updated_at = now
            return said.position

        position = self._change(conversation_id, write)
        with self.database.reading() as work:
            return transcripts.read(work, conversation_id, after=position - 1, limit=1, for_staff=True)[0]

    def note(self, conversation_id: str, staff: StaffView, text: str) -> None:
        """Write an internal note; no resident ever sees it."""
        clean = _checked(text)

        def write(work: Work, row: ConversationRow, now: datetime) -> None:
            position = work.messages.next_position(row)
            work.messages.add(
                NoteRow(conversation_id=row.id, position=position, author=staff.owner, text=clean, created_at=now)
            )

        self._change(conversation_id, write)

    def give_back(self, conversation_id: str, staff: StaffView) -> None:
        """Hand the conversation back to the bot; one line tells the resident."""
        self._leave(conversation_id, staff, "bot", "handed_back")

    def close(self, conversation_id: str, staff: StaffView) -> None:
        """End the conversation; the resident's next message opens it again with the bot."""
        self._leave(conversation_id, staff, "closed", "conversation_closed")

    def confirm_alert(self, conversation_id: str, staff: StaffView) -> None:
        """Say that a person has seen to every alert of this conversation."""

        def confirm(work: Work, row: ConversationRow, now: datetime) -> None:
            for alert in work.conversations.open_alerts(row.id):
                alert.confirmed_by, alert.confirmed_at = staff.owner, now
            work.staff.audit(staff.owner, "confirm_alert", row.id, now)

        self._change(conversation_id, confirm)

    def reveal(self, conversation_id: str, position: int, staff: StaffView, purpose: str = "") -> str:
        """A message in clear; who looked, and what for, is written down."""
        self._permit(staff, "reveal_personal_data")

        def look(work: Work, row: ConversationRow, now: datetime) -> str:
            message = work.messages.inbox_at(row.id, position)
            if message is None:
                raise NoSuchConversation(f"no message at {position}")
            work.staff.audit(staff.owner, "reveal_message", f"{row.id}:{position}", now, purpose=purpose)
            return self.vault.open(work, message.sealed_id).get("text", message.text)

        return self._change(conversation_id, look, wake=False)

    # -- lists -----------------------------------------------------------------------------------------------------

    def queue(self) -> list[ConversationView]:
        """Who waits for a person, most urgent first, then longest waiting."""
        return self._list("queued")

    def mine(self, staff: StaffView) -> list[ConversationView]:
        """What this person has taken."""
        return self._list(staff.owner)

    def recent(self, limit: int = 50) -> list[ConversationView]:
        """Conversations by last change."""
        with self.database.reading() as work:
            return [self._view(work, row) for row in work.conversations.recent(limit)]

    def get(self, conversation_id: str) -> ConversationView:
        """One conversation. Raises NoSuchConversation."""
        with self.database.reading() as work:
            row = work.conversations.get(conversation_id)
            if row is None:
                raise NoSuchConversation(conversation_id)
            return self._view(work, row)

    def state(self, conversation_id: str) -> ConversationState:
        """The little that changes whenever a page has something new to show; cheap enough to ask on every call."""
        with self.database.reading() as work:
            found = work.conversations.watched(conversation_id)
            if found is None:
                raise NoSuchConversation(conversation_id)
            owner, last_position, unprocessed = found
            return ConversationState(owner, self._owner_name(work, owner), last_position, unprocessed)

    def _list(self, owner: str) -> list[ConversationView]:
        with self.database.reading() as work:
            return [self._view(work, row) for row in work.conversations.owned_by(owner)]

    def _view(self, work: Work, row: ConversationRow) -> ConversationView:
        return ConversationView(
            row.id, row.resident_id, f"居民 {row.resident_id[:4].upper()}", row.channel, row.owner,
            self._owner_name(work, row.owner), row.owner_version, row.queue_reason, row.queued_at, row.priority,
            row.last_inbound_at, work.messages.last_text(row.id), row.last_position,
            bool(work.conversations.open_alerts(row.id)),
        )  # fmt: skip

    # -- shared ----------------------------------------------------------------------------------------------------

    def _leave(self, conversation_id: str, staff: StaffView, owner: str, text: str) -> None:
        def leave(work: Work, row: ConversationRow, now: datetime) -> None:
            if row.owner != staff.owner:
                raise NotOwner(by=self._owner_name(work, row.owner))
            work.conversations.give_to(row, owner, now)
            say(work, row, Said(self.texts(text, name=staff.name)), now)
            work.staff.audit(staff.owner, text, row.id, now)

        self._change(conversation_id, leave)

    def _change(self, conversation_id: str, act: Callable[[Work, ConversationRow, datetime], T], *, wake: bool = True) -> T:
        result = self.database.run(partial(self._locked, conversation_id, act))
        for topic in (f"conversation:{conversation_id}", "desk", "outbox") if wake else ():
            self.wakeups.wake(topic)
        return result

    def _locked(self, conversation_id: str, act: Callable[[Work, ConversationRow, datetime], T], work: Work) -> T:
        row = work.conversations.locked(conversation_id)
        if row is None:
            raise NoSuchConversation(conversation_id)
        return act(work, row, self.clock.now())

    def _owner_name(self, work: Work, owner: str) -> str:
        if owner in OWNER_NAMES:
            return OWNER_NAMES[owner]
        staff = work.staff.by_id(int(owner.removeprefix("staff:")))
        return staff.name if staff else owner

    @staticmethod
    def _permit(staff: StaffView, what: str) -> None:
        if not may(Role(staff.role), what):
            raise NotPermitted(what)


def _checked(text: str) -> str:
    clean = text.strip()
    if not clean or len(clean) > MAX_REPLY:
        raise Invalid("text", limit=str(MAX_REPLY))
    return clean
