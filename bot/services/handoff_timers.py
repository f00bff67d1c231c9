"""What falls due in the machine of people: alerts, choices, nudges, missed promises. Timers are rows; nothing is in memory.

The conversation is held first, then its timer is claimed and its state looked at again: a timer acts once, on what is true.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.cases.handoff import SAFETY_LADDER, TIMERS, Event, Reason, State
from bot.cases.roles import Role
from bot.services.handoff import Handoff
from bot.services.handoff_moves import Call
from bot.services.outgoing import Said, say
from bot.store.database import Work
from bot.store.tables import ConversationRow

#: An offer nobody took up goes to somebody else after this.
OFFER_STANDS = timedelta(seconds=60)
#: Who hears of an unconfirmed danger at each step.
SAFETY_ROLES = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
SAFETY_KINDS = tuple(f"safety_{step}" for step in range(len(SAFETY_LADDER)))
SILENT_AFTER = next(timer.after for timer in TIMERS if timer.kind == "bot_silent")
KINDS = (*(timer.kind for timer in TIMERS if timer.kind != "bot_silent"), *SAFETY_KINDS)
Act = Callable[[Work, ConversationRow, datetime], object]


class HandoffTimers:
    """Acts on timers of conversations that have fallen due."""

    def __init__(self, handoff: Handoff) -> None:
        self.handoff, self.database, self.texts, self.clock = handoff, handoff.database, handoff.texts, handoff.clock
        self.acts = {
            "queue_alert": self._queue_alert, "queue_choice": self._queue_choice, "staff_nudge": self._staff_nudge,
            "staff_idle": self._staff_idle, "resident_silent": self._resident_silent,
            "callback_soon": self._callback_soon, "callback_missed": self._callback_missed,
        }  # fmt: skip

    def once(self) -> int:
        """Act on everything that is due now; answers how much was done."""
        now = self.clock.now()
        with self.database.reading() as work:
            due = work.timers.coming(now, KINDS)
            unoffered = work.handoffs.unoffered(now - OFFER_STANDS)
            silent = work.handoffs.silent(now - SILENT_AFTER)
        done = sum(self._run(conversation, partial(self._fire, timer)) for timer, conversation in due)
        done += sum(self._run(conversation, self._offer) for conversation in unoffered)
        return done + sum(self._run(conversation, self._fell_silent) for conversation in silent)

    def _run(self, conversation_id: str, act: Act) -> int:
        """One act in a transaction of its own, with the conversation held; 1 when something was done."""
        if not self.database.run(partial(self._held, conversation_id, act)):
            return 0
        for topic in (f"conversation:{conversation_id}", "desk", "outbox"):
            self.handoff.wakeups.wake(topic)
        return 1

    def _held(self, conversation_id: str, act: Act, work: Work) -> bool:
        row = work.conversations.locked(conversation_id)
        return row is not None and bool(act(work, row, self.clock.now()))

    def _fire(self, timer_id: int, work: Work, row: ConversationRow, now: datetime) -> bool:
        timer = work.timers.claim(timer_id, now)
        if timer is None:
            return False
        if timer.kind in SAFETY_KINDS:
            self._safety(work, row, SAFETY_KINDS.index(timer.kind), now)
        else:
            self.acts[timer.kind](work, row, now)
        return True

    # -- waiting ---------------------------------------------------------------------------------------------------

    def _queue_alert(self, work: Work, row: ConversationRow, now: datetime) -> None:
        if row.owner == State.QUEUED:
            self.handoff.moves.tell_staff(work, row, "queue_alert", now, role=Role.SUPERVISOR)
            self.handoff.waiting.notice(work, row, now, f"still:{row.id}:{row.owner_version}")

    def _queue_choice(self, work: Work, row: ConversationRow, now: datetime) -> None:
        if row.owner == State.QUEUED:
            self.handoff.waiting.offer_choice(work, row, now)

    def _offer(self, work: Work, row: ConversationRow, now: datetime) -> bool:
        """Nobody took up the last offer: the next one is asked. Nothing to tell where it stays as it was."""
        call = work.handoffs.open(row.id)
        if row.owner != State.QUEUED or call is None or (call.offered_at and now - call.offered_at < OFFER_STANDS):
            return False
        before = call.offered_to
        return self.handoff.presence.offer(work, call, now) != before

    # -- with a person ---------------------------------------------------------------------------------------------

    def _staff_nudge(self, work: Work, row: ConversationRow, now: datetime) -> None:
        call = work.handoffs.open(row.id)
        if (staff := _holder(row)) is not None and call is not None and call.unanswered_since is not None:
            self.handoff.moves.tell_staff(work, row, "staff_nudge", now, staff=staff, mark=str(call.unanswered_since))

    def _staff_idle(self, work: Work, row: ConversationRow, now: datetime) -> None:
        """Back into the queue: the resident is told, the person too, and it is written down."""
        call = work.handoffs.open(row.id)
        if (staff := _holder(row)) is None or call is None or call.unanswered_since is None:
            return
        self.handoff.moves.tell_staff(work, row, "staff_idle", now, staff=staff)
        again = Call(Reason.STAFF_IDLE, carried=call.carried, since=call.unanswered_since, team=call.team)
        self.handoff.waiting.wait_again(work, row, Event.STAFF_IDLE, again, now)
        say(work, row, Said(self.texts("staff_idle_back")), now)
        work.staff.audit("clock", "staff_idle", row.id, now, staff=staff)

    def _resident_silent(self, work: Work, row: ConversationRow, now: datetime) -> None:
        if (staff := _holder(row)) is not None:
            self.handoff.moves.tell_staff(work, row, "resident_silent", now, staff=staff, mark=f"{now:%m%d%H%M}")

    # -- promises, danger, silence -----------------------------------------------------------------------------------

    def _callback_soon(self, work: Work, row: ConversationRow, now: datetime) -> None:
        if work.handoffs.callback(row.id) is not None:
            self.handoff.moves.tell_staff(work, row, "callback_soon", now, role=Role.AGENT)

    def _callback_missed(self, work: Work, row: ConversationRow, now: datetime) -> None:
        promised = work.handoffs.callback(row.id)
        if promised is not None:
            promised.missed_at = now
            self.handoff.moves.tell_staff(work, row, "callback_missed", now, role=Role.SUPERVISOR)

    def _safety(self, work: Work, row: ConversationRow, step: int, now: datetime) -> None:
        if work.conversations.open_alerts(row.id):
            self.handoff.moves.tell_staff(work, row, "safety", now, role=SAFETY_ROLES[step], mark=str(step))

    def _fell_silent(self, work: Work, row: ConversationRow, now: datetime) -> bool:
        """A day without a word: the conversation ends without one of ours, and keeps its place in the desk's list."""
        before = row.updated_at
        if self.handoff.moves.state(work, row) is not State.BOT or now - before < SILENT_AFTER:
            return False
        self.handoff.moves.happen(work, row, Event.FELL_SILENT, now)
        row.updated_at = before
        return True


def _holder(row: ConversationRow) -> int | None:
    """The staff member who has the word."""
    return int(row.owner.removeprefix("staff:")) if row.owner.startswith("staff:") else None
