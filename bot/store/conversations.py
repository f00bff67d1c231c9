"""Residents, where they can be reached, and who has the word in their conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, true, update
from sqlalchemy.orm import Session

from bot.cases.scope import EVERYTHING, Scope
from bot.store.handoff_tables import HandoffRow
from bot.store.tables import AccountRow, AlertRow, ConversationRow, InboxRow, ResidentRow

#: Built once: it is asked on every call of every open page.
WATCHED = select(
    ConversationRow.owner,
    ConversationRow.last_position,
    select(func.count())
    .select_from(InboxRow)
    .where(InboxRow.conversation_id == bindparam("conversation"), InboxRow.status == "new")
    .scalar_subquery(),
).where(ConversationRow.id == bindparam("conversation"))


class ConversationStore:
    """Repository of residents and conversations."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def account(self, channel: str, address: str) -> AccountRow | None:
        """The account at this address, if somebody has written from it."""
        return self.session.scalar(select(AccountRow).filter_by(channel=channel, address=address))

    def open(self, channel: str, address: str, resident_id: str, conversation_id: str, now: datetime) -> ConversationRow:
        """A new resident with an account and a conversation that the bot owns."""
        self.session.add(ResidentRow(id=resident_id, created_at=now))
        self.session.flush()
        conversation = ConversationRow(
            id=conversation_id, resident_id=resident_id, channel=channel, address=address, owner="bot",
            owner_version=0, priority=0, last_position=0, created_at=now, updated_at=now,
        )  # fmt: skip
        self.session.add(conversation)
        self.session.add(
            AccountRow(
                channel=channel, address=address, resident_id=resident_id, conversation_id=conversation_id, created_at=now
            )
        )
        self.session.flush()
        return conversation

    def resident(self, resident_id: str) -> ResidentRow | None:
        """The resident of this id."""
        return self.session.get(ResidentRow, resident_id)

    def get(self, conversation_id: str) -> ConversationRow | None:
        """The conversation as it stands, unlocked."""
        return self.session.get(ConversationRow, conversation_id)

    def watched(self, conversation_id: str) -> tuple[str, int, int] | None:
        """Owner, last position and the number of messages not yet processed, in one look."""
        found = self.session.execute(WATCHED, {"conversation": conversation_id}).first()
        return (found[0], found[1], found[2]) if found else None

    def locked(self, conversation_id: str) -> ConversationRow | None:
        """The conversation, with its row held until the transaction ends (SQLite holds the whole database anyway)."""
        return self.session.scalar(
            select(ConversationRow).filter_by(id=conversation_id).with_for_update().execution_options(populate_existing=True)
        )

    def give_to(self, row: ConversationRow, owner: str, now: datetime, *, cause: int | None = None) -> None:
        """Change who has the word; the version rises, so what the former owner still has in hand grows stale."""
        row.owner, row.owner_version, row.owner_cause, row.updated_at = owner, row.owner_version + 1, cause, now
        if owner != "queued":
            row.queued_at, row.queue_reason = None, None
        if owner in ("bot", "closed"):
            row.priority = 0

    def lease(self, row: ConversationRow, holder: str, now: datetime, until: datetime) -> bool:
        """Take the right to process a locked conversation's turns; False while another process holds it."""
        if row.leased_until is not None and row.leased_until >= now and row.leased_by != holder:
            return False
        row.leased_by, row.leased_until = holder, until
        return True

    def release(self, row: ConversationRow, holder: str) -> None:
        """Give the right to process back."""
        if row.leased_by == holder:
            row.leased_by, row.leased_until = None, None

    def release_all(self) -> None:
        """Forget every lease: only for the start of a process that is the only one."""
        self.session.execute(update(ConversationRow).values(leased_by=None, leased_until=None))

    def with_turns_due(self, now: datetime, limit: int) -> list[str]:
        """Ids of conversations that have a message to process and are free to be leased, longest waiting first."""
        due = (
            select(InboxRow.conversation_id)
            .join(ConversationRow, ConversationRow.id == InboxRow.conversation_id)
            .where(
                InboxRow.status == "new",
                InboxRow.next_try_at <= now,
                or_(ConversationRow.leased_until.is_(None), ConversationRow.leased_until < now),
            )
            .order_by(InboxRow.id)
            .limit(limit)
        )
        return list(dict.fromkeys(self.session.scalars(due)))

    def owned_by(self, owner: str, limit: int = 100, within: Scope = EVERYTHING) -> Sequence[ConversationRow]:
        """Conversations of one owner within a scope; the queue is ordered by urgency, then by waiting."""
        order = (ConversationRow.priority.desc(), ConversationRow.queued_at, ConversationRow.updated_at.desc())
        query = select(ConversationRow).where(ConversationRow.owner == owner, _within(within))
        return self.session.scalars(query.order_by(*order).limit(limit)).all()

    def recent(self, limit: int, within: Scope = EVERYTHING) -> Sequence[ConversationRow]:
        """Conversations within a scope by last change, newest first."""
        query = select(ConversationRow).where(_within(within)).order_by(ConversationRow.updated_at.desc())
        return self.session.scalars(query.limit(limit)).all()

    def is_within(self, conversation_id: str, scope: Scope, owner: str) -> bool:
        """Whether a conversation lies within a scope, or is in the hands of `owner` anyway."""
        seen = or_(_within(scope), ConversationRow.owner == owner)
        return self.session.scalar(select(ConversationRow.id).where(ConversationRow.id == conversation_id, seen)) is not None

    def alerted(self, conversation_ids: Sequence[str]) -> frozenset[str]:
        """Which of these conversations have an alert nobody has confirmed."""
        query = select(AlertRow.conversation_id).where(
            AlertRow.conversation_id.in_(conversation_ids), AlertRow.confirmed_at.is_(None)
        )
        return frozenset(self.session.scalars(query))

    def open_alerts(self, conversation_id: str) -> Sequence[AlertRow]:
        """Alerts of a conversation nobody has confirmed."""
        return self.session.scalars(
            select(AlertRow).where(AlertRow.conversation_id == conversation_id, AlertRow.confirmed_at.is_(None))
        ).all()


def _within(scope: Scope) -> ColumnElement[bool]:
    """A conversation is bound by its open call for a person, once that says where and what about.

    One that names neither belongs to everybody at the desk: a resident nobody can place must still find a person.
    """
    outside = [
        and_(column.is_not(None), column.not_in(bounds))
        for column, bounds in ((HandoffRow.area, scope.areas), (HandoffRow.business, scope.majors))
        if bounds
    ]
    if not outside:
        return true()
    elsewhere = select(HandoffRow.id).where(
        HandoffRow.conversation_id == ConversationRow.id, HandoffRow.ended_at.is_(None), or_(*outside)
    )
    return ~elsewhere.exists()
