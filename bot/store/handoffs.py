"""Calls for a person, promised call-backs, what staff must be told, and forum topics."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from bot.store.handoff_tables import CallbackRow, DeskNoticeRow, HandoffRow, TopicRow
from bot.store.tables import ConversationRow, InboxRow, OutboxRow

#: Enough for a median.
WAITS = 500


class HandoffStore:
    """Repository of everything about people being called and coming."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, row: HandoffRow) -> HandoffRow:
        """Write a call and learn its id."""
        self.session.add(row)
        self.session.flush()
        return row

    def get(self, handoff_id: int) -> HandoffRow | None:
        """A call by its id."""
        return self.session.get(HandoffRow, handoff_id)

    def open(self, conversation_id: str) -> HandoffRow | None:
        """The call of a conversation that is not over."""
        return self.session.scalar(select(HandoffRow).where(HandoffRow.conversation_id == conversation_id, _OPEN))

    def open_of(self, conversation_ids: Sequence[str]) -> dict[str, HandoffRow]:
        """The same of many conversations, by conversation."""
        query = select(HandoffRow).where(HandoffRow.conversation_id.in_(conversation_ids), _OPEN)
        return {row.conversation_id: row for row in self.session.scalars(query)}

    def by_inbox(self, inbox_id: int) -> HandoffRow | None:
        """The call a message of the resident made."""
        return self.session.scalar(select(HandoffRow).filter_by(inbox_id=inbox_id))

    def last(self, conversation_id: str) -> HandoffRow | None:
        """The latest call of a conversation, over or not."""
        query = select(HandoffRow).filter_by(conversation_id=conversation_id).order_by(HandoffRow.id.desc()).limit(1)
        return self.session.scalar(query)

    def between(self, since: datetime, until: datetime) -> Sequence[HandoffRow]:
        """Calls made in a time, in their order."""
        query = select(HandoffRow).where(HandoffRow.requested_at >= since, HandoffRow.requested_at < until)
        return self.session.scalars(query.order_by(HandoffRow.id)).all()

    def waits(self, since: datetime) -> list[float]:
        """Seconds residents waited from asking until somebody came, the latest first; who was not asked for is left out."""
        query = select(HandoffRow.requested_at, HandoffRow.taken_at).where(
            HandoffRow.requested_at >= since, HandoffRow.taken_at.is_not(None), HandoffRow.reason != "staff"
        )
        rows = self.session.execute(query.order_by(HandoffRow.id.desc()).limit(WAITS))
        return [(row[1] - row[0]).total_seconds() for row in rows]

    def ahead_of(self, row: ConversationRow) -> int:
        """How many wait before a conversation of the queue: the more urgent, then who came earlier."""
        earlier = and_(ConversationRow.priority == row.priority, ConversationRow.queued_at <= row.queued_at)
        query = select(func.count()).where(
            ConversationRow.owner == "queued",
            ConversationRow.id != row.id,
            or_(ConversationRow.priority > row.priority, earlier),
        )
        return self.session.scalar(query) or 0

    def unoffered(self, before: datetime, limit: int = 20) -> list[str]:
        """Conversations that wait and that nobody has been offered since `before`, the most urgent first."""
        stale = or_(HandoffRow.offered_at.is_(None), HandoffRow.offered_at <= before)
        query = (
            select(ConversationRow.id)
            .join(HandoffRow, HandoffRow.conversation_id == ConversationRow.id)
            .where(ConversationRow.owner == "queued", _OPEN, stale)
            .order_by(ConversationRow.priority.desc(), ConversationRow.queued_at)
        )
        return list(self.session.scalars(query.limit(limit)))

    def said_since(self, conversation_id: str, since: datetime) -> Sequence[InboxRow]:
        """The resident's own messages since then, in order; buttons are our words, not theirs."""
        query = select(InboxRow).where(
            InboxRow.conversation_id == conversation_id, InboxRow.received_at >= since, InboxRow.kind != "button"
        )
        return self.session.scalars(query.order_by(InboxRow.position)).all()

    def unheard(self, row: ConversationRow) -> Sequence[InboxRow]:
        """What nobody has heard: messages that wait for the bot; while a person is waited for, those since they were called."""
        if row.owner == "queued" and row.queued_at is not None:
            return self.said_since(row.id, row.queued_at)
        query = select(InboxRow).filter_by(conversation_id=row.id, status="new").order_by(InboxRow.position)
        return self.session.scalars(query).all()

    def last_said(self, conversation_id: str, limit: int) -> Sequence[InboxRow]:
        """The resident's latest messages, the newest first."""
        query = select(InboxRow).filter_by(conversation_id=conversation_id).order_by(InboxRow.position.desc())
        return self.session.scalars(query.limit(limit)).all()

    # -- call-backs --------------------------------------------------------------------------------------------------

    def add_callback(self, row: CallbackRow) -> CallbackRow:
        """Write a promise and learn its id."""
        self.session.add(row)
        self.session.flush()
        return row

    def callback(self, conversation_id: str) -> CallbackRow | None:
        """The promise to a conversation that has not been kept."""
        return self.session.scalar(select(CallbackRow).filter_by(conversation_id=conversation_id, status="open").limit(1))

    def callbacks(self, limit: int = 100) -> Sequence[CallbackRow]:
        """All promises to be kept, the earliest first."""
        query = select(CallbackRow).filter_by(status="open").order_by(CallbackRow.promised_by)
        return self.session.scalars(query.limit(limit)).all()

    # -- notices -----------------------------------------------------------------------------------------------------

    def notice(self, row: DeskNoticeRow) -> bool:
        """Tell staff something once; False when the same has been told."""
        if self.session.scalar(select(DeskNoticeRow.id).filter_by(dedupe=row.dedupe)) is not None:
            return False
        self.session.add(row)
        self.session.flush()
        return True

    def notices(self, staff_id: int, roles: Sequence[str], limit: int = 50) -> Sequence[DeskNoticeRow]:
        """What this person has not seen to, the newest first."""
        mine = or_(DeskNoticeRow.to_staff == staff_id, DeskNoticeRow.to_role.in_(roles))
        query = select(DeskNoticeRow).where(DeskNoticeRow.seen_at.is_(None), mine).order_by(DeskNoticeRow.id.desc())
        return self.session.scalars(query.limit(limit)).all()

    def notice_of(self, notice_id: int) -> DeskNoticeRow | None:
        """A notice by its id."""
        return self.session.get(DeskNoticeRow, notice_id)

    def silent(self, before: datetime, limit: int = 20) -> list[str]:
        """Conversations with the bot in which nothing was said since `before`."""
        promised = select(CallbackRow.conversation_id).where(CallbackRow.status == "open")
        query = select(ConversationRow.id).where(
            ConversationRow.owner == "bot", ConversationRow.updated_at <= before, ConversationRow.id.not_in(promised)
        )
        return list(self.session.scalars(query.limit(limit)))

    # -- forum topics ------------------------------------------------------------------------------------------------

    def topic(self, conversation_id: str) -> TopicRow | None:
        """The topic of a conversation."""
        return self.session.get(TopicRow, conversation_id)

    def topic_of(self, chat_id: int, thread_id: int) -> TopicRow | None:
        """The topic with this number in the staff's group."""
        return self.session.scalar(select(TopicRow).filter_by(chat_id=chat_id, thread_id=thread_id))

    def add_topic(self, row: TopicRow) -> TopicRow:
        """A conversation gets a topic."""
        self.session.add(row)
        self.session.flush()
        return row

    def topics_due(self, now: datetime, limit: int = 20) -> list[str]:
        """Conversations whose topic has something to be told: people are wanted or have it, or its name is out of date."""
        wanted = or_(ConversationRow.owner == "queued", ConversationRow.owner.like("staff:%"))
        behind = or_(TopicRow.told < ConversationRow.last_position, TopicRow.shown != ConversationRow.owner)
        query = (
            select(ConversationRow.id)
            .outerjoin(TopicRow, TopicRow.conversation_id == ConversationRow.id)
            .where(
                or_(
                    and_(TopicRow.conversation_id.is_(None), wanted),
                    and_(TopicRow.next_try_at <= now, wanted, behind),
                    and_(TopicRow.next_try_at <= now, TopicRow.shown != ConversationRow.owner),
                )
            )
            .order_by(ConversationRow.updated_at)
        )
        return list(self.session.scalars(query.limit(limit)))

    def delivered(self, conversation_id: str, after: int) -> Sequence[OutboxRow]:
        """What we said behind a position and has not been dropped."""
        query = select(OutboxRow).where(
            OutboxRow.conversation_id == conversation_id, OutboxRow.position > after, OutboxRow.status != "dropped"
        )
        return self.session.scalars(query.order_by(OutboxRow.position)).all()


_OPEN = HandoffRow.ended_at.is_(None)
