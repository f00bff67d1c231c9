"""A change of owner, whole: the table is asked, the owner changes, the call begins or ends, timers stop and start.

Everything here happens inside the caller's transaction, with the conversation locked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.cases import handoff as table
from bot.cases.handoff import EndReason, Event, Reason, State
from bot.services.handoff_needs import Needs
from bot.services.presence import Presence
from bot.services.texts import Texts
from bot.services.views import StaffView
from bot.store.database import Work
from bot.store.handoff_tables import CallbackRow, DeskNoticeRow, HandoffRow
from bot.store.tables import ConversationRow

#: Timers that belong to a promise, not to who has the word: they stand until it is kept.
PROMISED = tuple(timer.kind for timer in table.TIMERS if timer.since == "promise")
OWNED = tuple(table.TIMER_KINDS - set(PROMISED))


@dataclass(frozen=True)
class Call:
    """Why a person is called and what they should know: see HandoffRow. `asked_for`: the person it had before."""

    reason: Reason
    inbox_id: int | None = None
    carried: dict[str, Any] = field(default_factory=dict)
    since: datetime | None = None  # the resident has been waiting from then on; None: from now
    team: str | None = None
    asked_for: int | None = None


class Moves:
    """Moves conversations along the table."""

    def __init__(self, texts: Texts, presence: Presence, needs: Needs) -> None:
        self.texts, self.presence, self.needs = texts, presence, needs

    def state(self, work: Work, row: ConversationRow) -> State:
        """Where a conversation stands."""
        return table.state_of(row.owner, promised=row.owner == "bot" and work.handoffs.callback(row.id) is not None)

    def happen(
        self, work: Work, row: ConversationRow, event: Event, now: datetime, *, staff: StaffView | None = None,
        cause: int | None = None, ends: EndReason | None = None,
    ) -> State:  # fmt: skip
        """Let `event` happen; answers the new state. `ends`: a reason that says more than the table's.

        Raises HandoffNotAllowed for what the table does not have.
        """
        change = table.move(self.state(work, row), event)
        owner = staff.owner if staff else "bot" if change.to is State.CALLBACK else change.to.value
        work.conversations.give_to(row, owner, now, cause=cause)
        work.timers.stop_all(OWNED, row.id, now)
        if change.ends and (handoff := work.handoffs.open(row.id)):
            handoff.ended_at, handoff.end_reason, handoff.unanswered_since = now, ends or change.ends, None
        self.set_timers(work, row.id, change.to, "state", now)
        return change.to

    @staticmethod
    def set_timers(work: Work, conversation_id: str, state: State, since: str, moment: datetime) -> None:
        """Start what falls due in `state`, counted from `moment`."""
        for timer in table.timers_of(state, since):
            work.timers.set(timer.kind, conversation_id, moment + timer.after)

    def call(self, work: Work, row: ConversationRow, call: Call, now: datetime) -> HandoffRow:
        """Write down a call for a person that a change of owner belongs to."""
        last = work.handoffs.last(row.id)
        carried = call.carried or row.carried or {}
        reopened = bool(last and last.ended_at and last.taken_at and now - last.ended_at <= table.REOPENS_WITHIN)
        return work.handoffs.add(
            HandoffRow(
                conversation_id=row.id, inbox_id=call.inbox_id, reason=call.reason, requested_at=call.since or now,
                area=self.needs.area(work, row, carried), business=call.team or carried.get("business"),
                language=self.needs.language(work, row), carried=carried,
                reopened=reopened or call.reason is Reason.REOPENED, team=call.team,
            )
        )  # fmt: skip

    def promise(self, work: Work, row: ConversationRow, reason: str, now: datetime) -> CallbackRow:
        """Promise a call, or find the promise that stands."""
        standing = work.handoffs.callback(row.id)
        if standing is not None:
            return standing
        begins, ends = self.presence.promise(work, now)
        last = work.handoffs.last(row.id)
        promised = work.handoffs.add_callback(
            CallbackRow(
                conversation_id=row.id, handoff_id=last.id if last else None, reason=reason, promised_from=begins,
                promised_by=ends, status="open", created_at=now,
            )
        )  # fmt: skip
        self.set_timers(work, row.id, State.CALLBACK, "promise", ends)
        return promised

    @staticmethod
    def keep_promise(work: Work, row: ConversationRow, by: str, now: datetime) -> None:
        """Somebody is in touch: what was promised is kept."""
        promised = work.handoffs.callback(row.id)
        if promised is not None:
            promised.status, promised.done_at, promised.done_by = "done", now, by
            work.timers.stop_all(PROMISED, row.id, now)

    def tell_staff(
        self, work: Work, row: ConversationRow, kind: str, now: datetime, *, staff: int | None = None,
        role: str | None = None, mark: str = "", **facts: object,
    ) -> None:  # fmt: skip
        """A notice to one person or to everybody of a role, once for each `mark` and state of the conversation."""
        resident = f"居民 {row.resident_id[:4].upper()}"
        work.handoffs.notice(
            DeskNoticeRow(
                at=now, kind=kind, conversation_id=row.id, to_staff=staff, to_role=role,
                text=self.texts(f"notice_{kind}", resident=resident, **facts),
                dedupe=f"{kind}:{row.id}:{row.owner_version}:{mark}"[:80],
            )
        )  # fmt: skip
