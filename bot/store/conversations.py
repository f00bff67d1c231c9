"""Residents, where they can be reached, and who has the word in their conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.store.tables import AccountRow, AlertRow, ConversationRow, InboxRow, ResidentRow


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

    def lease(self, conversation_id: str, holder: str, now: datetime, until: datetime) -> bool:
        """Take the right to process this conversation's turns; False when another process holds it."""
        free = or_(
            ConversationRow.leased_until.is_(None), ConversationRow.leased_until < now, ConversationRow.leased_by == holder
        )
        taken = self.session.execute(
            update(ConversationRow)
            .where(ConversationRow.id == conversation_id, free)
            .values(leased_by=holder, leased_until=until)
        )
        return taken.rowcount == 1  # type: ignore[attr-defined,no-any-return]  # an UPDATE answers a CursorResult

    def release(self, conversation_id: str, holder: str) -> None:
        """Give the right to process back."""
        self.session.execute(
            update(ConversationRow)
            .where(ConversationRow.id == conversation_id, ConversationRow.leased_by == holder)
            .values(leased_by=None, leased_until=None)
        )

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

    def owned_by(self, owner: str, limit: int = 100) -> Sequence[ConversationRow]:
        """Conversations of one owner; the queue is ordered by urgency, then by waiting."""
        order = (ConversationRow.priority.desc(), ConversationRow.queued_at, ConversationRow.updated_at.desc())
        return self.session.scalars(select(ConversationRow).filter_by(owner=owner).order_by(*order).limit(limit)).all()

    def recent(self, limit: int) -> Sequence[ConversationRow]:
        """Conversations by last change, newest first."""
        return self.session.scalars(select(ConversationRow).order_by(ConversationRow.updated_at.desc()).limit(limit)).all()

    def open_alerts(self, conversation_id: str) -> Sequence[AlertRow]:
        """Alerts of a conversation nobody has confirmed."""
        return self.session.scalars(
            select(AlertRow).where(AlertRow.conversation_id == conversation_id, AlertRow.confirmed_at.is_(None))
        ).all()
