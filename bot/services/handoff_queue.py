"""What somebody who waits for a person hears and may choose: place, expected wait, the choice after ten minutes, a promise.

Inside the caller's transaction, with the conversation locked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median

from bot.cases.handoff import NOTICE_EVERY, EndReason, Event, Reason, State
from bot.services.calendar import say_time
from bot.services.handoff_moves import Call, Moves
from bot.services.outgoing import Said, say
from bot.services.texts import Texts
from bot.services.views import Button
from bot.store.database import Work
from bot.store.tables import ConversationRow, InboxRow

#: The expected wait is the median of so many days.
WAITS_OF = timedelta(days=14)
#: Fewer waits than this say nothing.
LEAST_WAITS = 5
#: The median is computed anew after so long.
KEPT_FOR = timedelta(minutes=1)
#: What can be chosen after ten minutes, in the order of the buttons.
CHOICES = ("leave_message", "callback", "meanwhile", "back")
DANGER = 1


class Queue:
    """The resident's side of waiting."""

    def __init__(self, texts: Texts, moves: Moves) -> None:
        self.texts, self.moves = texts, moves
        self._expected: tuple[datetime, int | None] | None = None

    def enter(self, work: Work, row: ConversationRow, call: Call, now: datetime, *, priority: int = 0) -> None:
        """Into the queue with a notice, or, while nobody is there, a promise with its time. Danger always goes in."""
        staffed = priority >= DANGER or self.moves.presence.staffed(work, now)
        if not staffed:
            self._nobody_there(work, row, call, now)
            return
        self.moves.happen(work, row, Event.ASKED, now, cause=call.inbox_id)
        handoff = self.moves.call(work, row, call, now)
        row.queued_at, row.queue_reason, row.priority = now, str(call.reason), priority
        self.moves.presence.offer(work, handoff, now, asked_for=call.asked_for)
        self.notice(work, row, now, f"queued:{row.id}:{row.owner_version}")

    def wait_again(self, work: Work, row: ConversationRow, event: Event, call: Call, now: datetime) -> None:
        """Back into the queue from a person's hands, whoever is there: the next one takes it."""
        urgency = row.priority
        self.moves.happen(work, row, event, now)
        handoff = self.moves.call(work, row, call, now)
        row.queued_at, row.queue_reason, row.priority = now, str(call.reason), urgency
        self.moves.presence.offer(work, handoff, now)
        row.noticed_at = now

    def _nobody_there(self, work: Work, row: ConversationRow, call: Call, now: datetime) -> None:
        self.moves.happen(work, row, Event.NOBODY_THERE, now, cause=call.inbox_id)
        handoff = self.moves.call(work, row, call, now)
        handoff.ended_at, handoff.end_reason = now, EndReason.OFF_HOURS
        promised = self.moves.promise(work, row, str(call.reason), now)
        when = say_time(promised.promised_by)
        dedupe = f"promised:{row.id}:{row.owner_version}"
        say(work, row, Said(self.texts("nobody_there", when=when), did=("handoff", "callback"), dedupe=dedupe), now)
        self.moves.tell_staff(work, row, "callback_new", now, role="agent", when=when)

    def heard(self, work: Work, row: ConversationRow, message: InboxRow, now: datetime) -> None:
        """A message of somebody who waits: kept; out of the queue on the word, else a notice at most every 3 minutes."""
        if message.text.strip() in self.texts.words("words_leave_queue"):
            self.leave(work, row, now, inbox_id=message.id)
        elif row.noticed_at is None or now - row.noticed_at >= NOTICE_EVERY:
            self.notice(work, row, now, f"waiting:{message.id}")

    def leave(self, work: Work, row: ConversationRow, now: datetime, *, inbox_id: int | None = None) -> None:
        """Queue → bot at the resident's wish; a conversation a person has taken stays with them."""
        if row.owner != State.QUEUED:
            return
        handoff = work.handoffs.open(row.id)
        ends = EndReason.ASSIGN_TIMEOUT if handoff and handoff.choice == "offered" else None
        if handoff and handoff.choice == "offered":
            handoff.choice = "back"
        self.moves.happen(work, row, Event.LEFT_QUEUE, now, cause=inbox_id, ends=ends)
        self._came_back(work, row)
        say(work, row, Said(self.texts("back_to_bot"), did=("back_to_bot",), inbox_id=inbox_id), now)

    def offer_choice(self, work: Work, row: ConversationRow, now: datetime) -> None:
        """Ten minutes and nobody came: what else can be done, with a button for each."""
        handoff = work.handoffs.open(row.id)
        if handoff is None:
            return
        handoff.choice = "offered"
        buttons = tuple(Button(self.texts(f"choice_{name}"), f"gateway:{name}") for name in CHOICES)
        say(work, row, Said(self.texts("queue_long"), buttons=buttons, dedupe=f"choice:{handoff.id}"), now)
        row.noticed_at = now

    def choose_callback(self, work: Work, row: ConversationRow, now: datetime, *, inbox_id: int | None = None) -> None:
        """The resident would rather be called: a promise with its time."""
        if row.owner != State.QUEUED:
            return
        if handoff := work.handoffs.open(row.id):
            handoff.choice = "callback"
        self.moves.happen(work, row, Event.CHOSE_CALLBACK, now, cause=inbox_id)
        self._came_back(work, row)
        when = say_time(self.moves.promise(work, row, "chosen", now).promised_by)
        say(work, row, Said(self.texts("callback_booked", when=when), did=("callback",), inbox_id=inbox_id), now)
        self.moves.tell_staff(work, row, "callback_new", now, role="agent", when=when)

    def choose_meanwhile(self, work: Work, row: ConversationRow, now: datetime, *, inbox_id: int | None = None) -> None:
        """The resident keeps the place and asks on: questions are answered by quotation while they wait."""
        handoff = work.handoffs.open(row.id)
        if row.owner == State.QUEUED and handoff is not None:
            handoff.choice = "meanwhile"
            say(work, row, Said(self.texts("meanwhile"), inbox_id=inbox_id, dedupe=f"meanwhile:{inbox_id}"), now)

    def message_left(self, work: Work, row: ConversationRow, now: datetime, *, inbox_id: int | None = None) -> None:
        """What was written while waiting has become a case: the bot has the word again."""
        if row.owner != State.QUEUED:
            return
        if handoff := work.handoffs.open(row.id):
            handoff.choice = "leave_message"
        self.moves.happen(work, row, Event.CHOSE_MESSAGE, now, cause=inbox_id)
        self._came_back(work, row)

    def notice(self, work: Work, row: ConversationRow, now: datetime, dedupe: str) -> None:
        """Place in the queue and, where enough calls have been answered, the wait to expect."""
        ahead = work.handoffs.ahead_of(row)
        key = "queue_safety" if row.queue_reason == Reason.SAFETY else "queue_notice" if ahead else "queue_first"
        minutes = None if row.queue_reason == Reason.SAFETY else self.expected(work, now)
        wait = self.texts("queue_wait", minutes=minutes) if minutes else ""
        buttons = (Button(self.texts("button_back"), "gateway:back"),)
        text = self.texts(key, ahead=ahead) + wait
        say(work, row, Said(text, buttons=buttons, did=("handoff",), dedupe=dedupe), now)
        row.noticed_at = now

    def expected(self, work: Work, now: datetime) -> int | None:
        """The median wait of the last 14 days in whole minutes, at least 1; None where too few have waited."""
        if self._expected is None or now - self._expected[0] >= KEPT_FOR:
            waits = work.handoffs.waits(now - WAITS_OF)
            minutes = max(1, round(median(waits) / 60)) if len(waits) >= LEAST_WAITS else None
            self._expected = (now, minutes)
        return self._expected[1]

    def _came_back(self, work: Work, row: ConversationRow) -> None:
        """The bot begins afresh: what was misunderstood before does not count against the next message."""
        row.noticed_at = None
