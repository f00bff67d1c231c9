"""People: ask for a person, take a conversation, reply, note, pass on, hand back. One owner at a time.

What may happen when is the table in bot/cases/handoff.py; the owner stands on the conversation's row, with a version that
rises on every change. This is its public side: each method is one transaction with the conversation locked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from bot.cases.errors import AlreadyTaken, Invalid, NoSuchConversation, NotFound, NotOwner, NotPermitted
from bot.cases.handoff import REOPENS_WITHIN, EndReason, Event, Reason, State
from bot.cases.roles import Role, may
from bot.services import transcripts
from bot.services.handoff_lists import Lists
from bot.services.handoff_moves import Call, Moves
from bot.services.handoff_needs import Needs
from bot.services.handoff_queue import Queue
from bot.services.outgoing import Said, say
from bot.services.ports import Clock, Wakeups
from bot.services.presence import Presence, roles_below
from bot.services.texts import Texts
from bot.services.vault import Vault
from bot.services.views import Button, CallbackView, ConversationView, DeskNotice, MessageView, SentFile, StaffView
from bot.store.database import Database, Work
from bot.store.handoff_tables import HandoffRow
from bot.store.tables import ConversationRow, InboxRow, NoteRow

MAX_REPLY = 4000
GRADES = ("很满意", "满意", "一般", "不满意", "很不满意")
T = TypeVar("T")


class Handoff(Lists):
    """Moves conversations between the bot, the queue and the staff."""

    def __init__(
        self, database: Database, vault: Vault, texts: Texts, clock: Clock, wakeups: Wakeups, presence: Presence, needs: Needs
    ) -> None:
        self.database, self.vault, self.texts, self.clock, self.wakeups = database, vault, texts, clock, wakeups
        self.presence, self.moves = presence, Moves(texts, presence, needs)
        self.waiting = Queue(texts, self.moves)

    # -- the resident's side ---------------------------------------------------------------------------------------

    def request(
        self, conversation_id: str, reason: str, *, inbox_id: int | None = None, carried: dict[str, Any] | None = None
    ) -> None:
        """Put the conversation into the queue and tell the resident; nothing happens if a person has it already.

        `carried`: topic and facts told so far, masked, for the person who comes.
        """
        call = partial(self.enqueue, reason=reason, inbox_id=inbox_id, carried=carried)
        self._change(conversation_id, lambda work, row, now: call(work, row, now=now))

    def enqueue(
        self, work: Work, row: ConversationRow, reason: str, now: datetime, *, inbox_id: int | None = None,
        priority: int = 0, carried: dict[str, Any] | None = None, asked_for: int | None = None,
    ) -> None:  # fmt: skip
        """The same as `request`, inside the caller's transaction, with the conversation locked."""
        if row.owner == "queued" or row.owner.startswith("staff:"):
            return
        if inbox_id is not None and work.handoffs.by_inbox(inbox_id) is not None:
            return  # this very message has called somebody before
        call = Call(Reason(reason), inbox_id, carried or {}, asked_for=asked_for)
        self.waiting.enter(work, row, call, now, priority=priority)

    def carry(self, conversation_id: str, carried: dict[str, Any] | None) -> None:
        """Keep what an open form knows (masked), so that whoever is called later sees it; None: nothing is open."""

        def keep(work: Work) -> None:
            row = work.conversations.locked(conversation_id)
            if row is not None and row.carried != carried:
                row.carried = carried

        self.database.run(keep)

    def back_to_bot(self, work: Work, row: ConversationRow, now: datetime, *, inbox_id: int | None = None) -> None:
        """Queue → bot at the resident's wish; a conversation a person has taken stays with them."""
        self.waiting.leave(work, row, now, inbox_id=inbox_id)

    def heard(self, work: Work, row: ConversationRow, message: InboxRow, now: datetime) -> None:
        """A message of somebody who waits or talks with a person: it is kept, and the clocks of an answer run."""
        if row.owner == "queued":
            self.waiting.heard(work, row, message, now)
            return
        handoff = work.handoffs.open(row.id)
        work.timers.stop("resident_silent", row.id, now)
        if handoff is not None and handoff.unanswered_since is None:
            handoff.unanswered_since = now
            self.moves.set_timers(work, row.id, State.HUMAN, "unanswered", now)

    @staticmethod
    def asks_meanwhile(work: Work, row: ConversationRow, message: InboxRow) -> bool:
        """Whether a message of somebody who waits is a question to be answered by quotation (边等边问)."""
        if row.owner != "queued" or message.kind != "text" or row.priority:
            return False
        call = work.handoffs.open(row.id)
        return call is not None and call.choice == "meanwhile"

    def reopen(self, work: Work, row: ConversationRow, message: InboxRow, now: datetime) -> None:
        """A word after the end: the bot listens again; within 48 hours the person it was with can be asked for."""
        last = work.handoffs.last(row.id)
        if last is None or last.taken_by is None or last.ended_at is None or now - last.ended_at > REOPENS_WITHIN:
            return
        buttons = (Button(self.texts("button_last_person"), "gateway:last_person"),)
        text, dedupe = self.texts("reopened"), f"reopened:{message.id}"
        say(work, row, Said(text, buttons=buttons, inbox_id=message.id, dedupe=dedupe, version=row.owner_version), now)

    def grade(self, work: Work, row: ConversationRow, handoff_id: int, grade: int, now: datetime) -> bool:
        """Keep the answer to a survey; False for a call that is not this conversation's."""
        handoff = work.handoffs.get(handoff_id)
        if handoff is None or handoff.conversation_id != row.id or grade not in range(1, len(GRADES) + 1):
            return False
        handoff.grade, handoff.graded_at = grade, now
        return True

    # -- the staff's side ------------------------------------------------------------------------------------------

    def claim(self, conversation_id: str, staff: StaffView, *, from_colleague: bool = False) -> ConversationView:
        """Take the conversation; of two who press at once exactly one wins, the other gets AlreadyTaken(by=name).

        `from_colleague`: take it even so, for those whose role allows it.
        """
        self._permit(staff, "take_conversation")

        def take(work: Work, row: ConversationRow, now: datetime) -> None:
            if row.owner == staff.owner:
                return
            taken = row.owner.startswith("staff:")
            if taken and not (from_colleague and may(Role(staff.role), "take_from_colleague")):
                raise AlreadyTaken(by=self._owner_name(work, row.owner))
            self._give(work, row, staff, Event.TAKEN_OVER if taken else Event.CLAIMED, now)
            work.staff.audit(staff.owner, "take_over" if taken else "claim", row.id, now)

        self.presence.beat(staff, active=True)
        self._change(conversation_id, take)
        return self.get(conversation_id)

    def assign(self, conversation_id: str, to: StaffView, by: StaffView) -> ConversationView:
        """Give a conversation to a colleague (supervisors). Raises NotPermitted, HandoffNotAllowed."""
        self._permit(by, "take_from_colleague")
        self._permit(to, "take_conversation")

        def give(work: Work, row: ConversationRow, now: datetime) -> None:
            if row.owner != to.owner:
                self._give(work, row, to, Event.ASSIGNED, now)
                self.moves.tell_staff(work, row, "assigned", now, staff=to.id, by=by.name)
                work.staff.audit(by.owner, "assign", row.id, now, to=to.owner)

        self._change(conversation_id, give)
        return self.get(conversation_id)

    def transfer(self, conversation_id: str, staff: StaffView, team: str | None = None, *, why: str = "") -> None:
        """Pass the conversation on to whoever answers for `team` (a business, None: anybody): it waits again."""

        def pass_on(work: Work, row: ConversationRow, now: datetime) -> None:
            self._need_owner(work, row, staff)
            last = work.handoffs.open(row.id)
            since = last.unanswered_since if last else None
            carried = last.carried if last else {}
            if why.strip():
                self._note(work, row, staff, why.strip()[:MAX_REPLY], now)
            call = Call(Reason.TRANSFER, carried=carried, since=since, team=team)
            self.waiting.wait_again(work, row, Event.TRANSFERRED, call, now)
            self._not_again(work, row, staff)
            say(work, row, Said(self.texts("transferred", name=staff.name)), now)
            work.staff.audit(staff.owner, "transfer", row.id, now, team=team or "")

        self._change(conversation_id, pass_on)

    def reply(
        self, conversation_id: str, staff: StaffView, text: str, *, client_id: str, sent: SentFile | None = None
    ) -> MessageView:
        """Say something to the resident, or send a file. Only the owner may (NotOwner); one `client_id` is one message."""
        clean = _checked(text)

        def write(work: Work, row: ConversationRow, now: datetime) -> int:
            dedupe = f"staff:{staff.id}:{row.id[:12]}:{client_id}"[:80]
            if (earlier := work.messages.outbox_by_dedupe(dedupe)) is not None:
                return earlier.position  # sent before, whoever has the word now
            self._need_owner(work, row, staff)
            said = say(work, row, Said(clean, staff.owner, dedupe=dedupe, sent=sent), now)
            row.updated_at = now
            self._answered(work, row, now)
            return said.position

        position = self._change(conversation_id, write)
        self.presence.beat(staff, active=True)
        with self.database.reading() as work:
            return transcripts.read(work, conversation_id, after=position - 1, limit=1, for_staff=True)[0]

    def note(self, conversation_id: str, staff: StaffView, text: str) -> None:
        """Write an internal note; no resident ever sees it. A note by another than the owner is whispered to the owner."""
        clean = _checked(text)

        def write(work: Work, row: ConversationRow, now: datetime) -> None:
            position = self._note(work, row, staff, clean, now)
            if row.owner.startswith("staff:") and row.owner != staff.owner:
                owner = int(row.owner.removeprefix("staff:"))
                self.moves.tell_staff(work, row, "whisper", now, staff=owner, mark=str(position), by=staff.name)

        self._change(conversation_id, write)

    def watch(self, conversation_id: str, staff: StaffView) -> ConversationView:
        """A supervisor looks on (督看): allowed by role, written down. Raises NotPermitted."""
        self._permit(staff, "take_from_colleague")
        self._change(conversation_id, lambda work, row, now: work.staff.audit(staff.owner, "watch", row.id, now), wake=False)
        return self.get(conversation_id)

    def give_back(self, conversation_id: str, staff: StaffView) -> None:
        """Hand the conversation back to the bot; one line tells the resident, and whether an unfinished form goes on."""

        def leave(work: Work, row: ConversationRow, now: datetime) -> None:
            self._need_owner(work, row, staff)
            self.moves.happen(work, row, Event.GIVEN_BACK, now)
            text = self.texts("handed_back", name=staff.name) + (self.texts("form_kept") if row.carried else "")
            say(work, row, Said(text), now)
            row.noticed_at = None
            work.staff.audit(staff.owner, "handed_back", row.id, now)

        self._change(conversation_id, leave)

    def close(self, conversation_id: str, staff: StaffView, *, to_case: bool = False) -> None:
        """End the conversation; the resident's next message opens it again. `to_case`: it goes on as a case."""

        def end(work: Work, row: ConversationRow, now: datetime) -> None:
            self._need_owner(work, row, staff)
            handoff = work.handoffs.open(row.id)
            self.moves.happen(work, row, Event.ENDED, now, ends=EndReason.TO_WORKORDER if to_case else None)
            say(work, row, Said(self.texts("conversation_closed", name=staff.name)), now)
            if handoff is not None and handoff.first_reply_at is not None and not handoff.reopened:
                self._survey(work, row, handoff, now)
            work.staff.audit(staff.owner, "conversation_closed", row.id, now)

        self._change(conversation_id, end)

    def called_back(self, conversation_id: str, staff: StaffView) -> None:
        """A promised call was made without the chat (by telephone): the promise is kept and the conversation ends."""
        self._permit(staff, "take_conversation")

        def done(work: Work, row: ConversationRow, now: datetime) -> None:
            if work.handoffs.callback(row.id) is None:
                raise NotFound(f"no promise to {row.id}")
            if self.moves.state(work, row) is State.CALLBACK:
                self.moves.happen(work, row, Event.CALLED_BACK, now)
            self.moves.keep_promise(work, row, staff.owner, now)
            work.staff.audit(staff.owner, "called_back", row.id, now)

        self._change(conversation_id, done)

    def confirm_alert(self, conversation_id: str, staff: StaffView) -> None:
        """Say that a person has seen to every alert of this conversation."""

        def confirm(work: Work, row: ConversationRow, now: datetime) -> None:
            for alert in work.conversations.open_alerts(row.id):
                alert.confirmed_by, alert.confirmed_at = staff.owner, now
            row.updated_at = now
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

    def callbacks(self) -> list[CallbackView]:
        """Promised calls that have not been made, the earliest first."""
        now = self.clock.now()
        with self.database.reading() as work:
            return [
                CallbackView(row.conversation_id, row.reason, row.promised_from, row.promised_by, row.promised_by < now)
                for row in work.handoffs.callbacks()
            ]

    def notices(self, staff: StaffView) -> list[DeskNotice]:
        """What this person should look at and has not seen to, the newest first."""
        with self.database.reading() as work:
            rows = work.handoffs.notices(staff.id, [str(role) for role in roles_below(staff.role)])
            return [DeskNotice(row.id, row.kind, row.conversation_id, row.text, row.at) for row in rows]

    def see_notice(self, notice_id: int, staff: StaffView) -> None:
        """This person has seen to a notice. An unknown one, or another's, is no error and nothing happens."""

        def see(work: Work) -> None:
            row, roles = work.handoffs.notice_of(notice_id), roles_below(staff.role)
            if row is not None and row.seen_at is None and (row.to_staff == staff.id or row.to_role in roles):
                row.seen_by, row.seen_at = staff.owner, self.clock.now()

        self.database.run(see)
        self.wakeups.wake("desk")

    # -- shared ----------------------------------------------------------------------------------------------------

    def _give(self, work: Work, row: ConversationRow, staff: StaffView, event: Event, now: datetime) -> None:
        """A person has the word from now on: the call is theirs, the resident is told, the promise is kept."""
        called = row.owner == State.QUEUED or row.owner.startswith("staff:")
        self.moves.happen(work, row, event, now, staff=staff)
        self.moves.keep_promise(work, row, staff.owner, now)
        handoff = work.handoffs.open(row.id) or self.moves.call(work, row, Call(Reason.STAFF), now)
        handoff.taken_at, handoff.taken_by = handoff.taken_at or now, staff.id
        for waiting in work.messages.all_new(row.id):  # what the bot had not begun is the person's to answer
            waiting.status, waiting.done_at = "done", now
            called = True
        if called and (handoff.unanswered_since or handoff.first_reply_at is None):
            handoff.unanswered_since = handoff.unanswered_since or now
            self.moves.set_timers(work, row.id, State.HUMAN, "unanswered", now)
        say(work, row, Said(self.texts("taken_over", name=staff.name)), now)

    def _answered(self, work: Work, row: ConversationRow, now: datetime) -> None:
        handoff = work.handoffs.open(row.id)
        if handoff is not None:
            handoff.first_reply_at, handoff.unanswered_since = handoff.first_reply_at or now, None
        work.timers.stop_all(("staff_nudge", "staff_idle"), row.id, now)
        self.moves.set_timers(work, row.id, State.HUMAN, "answered", now)

    def _survey(self, work: Work, row: ConversationRow, handoff: HandoffRow, now: datetime) -> None:
        buttons = [Button(title, f"gateway:survey:{handoff.id}:{len(GRADES) - place}") for place, title in enumerate(GRADES)]
        say(work, row, Said(self.texts("survey"), buttons=buttons, dedupe=f"survey:{handoff.id}"), now)

    def _not_again(self, work: Work, row: ConversationRow, staff: StaffView) -> None:
        """Who has just passed it on is not the one it is offered to."""
        handoff = work.handoffs.open(row.id)
        if handoff is not None and handoff.offered_to == staff.id:
            self.presence.offer(work, handoff, self.clock.now())

    @staticmethod
    def _note(work: Work, row: ConversationRow, staff: StaffView, text: str, now: datetime) -> int:
        position = work.messages.next_position(row)
        note = NoteRow(conversation_id=row.id, position=position, author=staff.owner, text=text, created_at=now)
        work.messages.add(note)
        row.updated_at = now
        return position

    def _need_owner(self, work: Work, row: ConversationRow, staff: StaffView) -> None:
        if row.owner != staff.owner:
            raise NotOwner(by=self._owner_name(work, row.owner))

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

    @staticmethod
    def _permit(staff: StaffView, what: str) -> None:
        if not may(Role(staff.role), what):
            raise NotPermitted(what)


def _checked(text: str) -> str:
    clean = text.strip()
    if not clean or len(clean) > MAX_REPLY:
        raise Invalid("text", limit=str(MAX_REPLY))
    return clean
