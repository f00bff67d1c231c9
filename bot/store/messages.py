"""What was said: inbox, outbox, attachments, notes, buttons, and the sealed originals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from bot.store.tables import (
    AnswerRow,
    AttachmentRow,
    ButtonRow,
    ConversationRow,
    InboxRow,
    NoteRow,
    OutboxRow,
    SealedRow,
)


class MessageStore:
    """Repository of everything that is said in a conversation."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, row: Any) -> None:
        """Write a row and learn its id."""
        self.session.add(row)
        self.session.flush()

    def add_all(self, rows: Sequence[Any]) -> None:
        """Write rows whose ids are known already."""
        self.session.add_all(rows)

    def next_position(self, conversation: ConversationRow) -> int:
        """The next place in a conversation that the caller has locked."""
        conversation.last_position += 1
        return conversation.last_position

    def inbox(self, inbox_id: int) -> InboxRow | None:
        """An inbox row by its id."""
        return self.session.get(InboxRow, inbox_id)

    def inbox_by_message(self, channel: str, message_id: str) -> InboxRow | None:
        """The row of a message that has come before."""
        return self.session.scalar(select(InboxRow).filter_by(channel=channel, message_id=message_id))

    def first_new(self, conversation_id: str) -> InboxRow | None:
        """The earliest message of a conversation that has not been processed."""
        return self.session.scalar(
            select(InboxRow).filter_by(conversation_id=conversation_id, status="new").order_by(InboxRow.position).limit(1)
        )

    def all_new(self, conversation_id: str) -> Sequence[InboxRow]:
        """All messages of a conversation that have not been processed, in order."""
        return self.session.scalars(
            select(InboxRow).filter_by(conversation_id=conversation_id, status="new").order_by(InboxRow.position)
        ).all()

    def inbox_at(self, conversation_id: str, position: int) -> InboxRow | None:
        """The resident's message at a position."""
        return self.session.scalar(select(InboxRow).filter_by(conversation_id=conversation_id, position=position))

    def inbox_after(self, conversation_id: str, after: int, limit: int) -> Sequence[InboxRow]:
        """The resident's messages behind a position."""
        return self._after(InboxRow, conversation_id, after, limit)

    def outbox_after(self, conversation_id: str, after: int, limit: int) -> Sequence[OutboxRow]:
        """Our messages behind a position."""
        return self._after(OutboxRow, conversation_id, after, limit)

    def notes_after(self, conversation_id: str, after: int, limit: int) -> Sequence[NoteRow]:
        """Internal notes behind a position."""
        return self._after(NoteRow, conversation_id, after, limit)

    def _after(self, table: Any, conversation_id: str, after: int, limit: int) -> Sequence[Any]:
        return self.session.scalars(
            select(table)
            .where(table.conversation_id == conversation_id, table.position > after)
            .order_by(table.position)
            .limit(limit)
        ).all()

    def last_text(self, conversation_id: str) -> str:
        """The resident's last words, masked; empty when there are none."""
        row = self.session.scalar(
            select(InboxRow).filter_by(conversation_id=conversation_id).order_by(InboxRow.position.desc()).limit(1)
        )
        return row.text if row else ""

    def last_texts(self, conversation_ids: Sequence[str]) -> dict[str, str]:
        """The residents' last words, masked, by conversation."""
        last = (
            select(InboxRow.conversation_id, func.max(InboxRow.position).label("position"))
            .where(InboxRow.conversation_id.in_(conversation_ids))
            .group_by(InboxRow.conversation_id)
            .subquery()
        )
        same = (InboxRow.conversation_id == last.c.conversation_id) & (InboxRow.position == last.c.position)
        return {
            row[0]: row[1] for row in self.session.execute(select(InboxRow.conversation_id, InboxRow.text).join(last, same))
        }

    def outbox_by_dedupe(self, dedupe: str) -> OutboxRow | None:
        """A message of ours that was written before under the same key."""
        return self.session.scalar(select(OutboxRow).filter_by(dedupe=dedupe))

    def outbox(self, outbox_id: int) -> OutboxRow | None:
        """An outbox row by its id."""
        return self.session.get(OutboxRow, outbox_id)

    def outbox_due(self, channels: Sequence[str], now: datetime, limit: int) -> Sequence[tuple[OutboxRow, ConversationRow]]:
        """Rows to deliver now on these channels: of each conversation only the first, so that order is kept."""
        first = (
            select(func.min(OutboxRow.id))
            .where(OutboxRow.status == "pending")
            .group_by(OutboxRow.conversation_id)
            .scalar_subquery()
        )
        rows = self.session.execute(
            select(OutboxRow, ConversationRow)
            .join(ConversationRow, ConversationRow.id == OutboxRow.conversation_id)
            .where(OutboxRow.id.in_(first), OutboxRow.next_try_at <= now, ConversationRow.channel.in_(channels))
            .order_by(OutboxRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=OutboxRow)
        )
        return [(row[0], row[1]) for row in rows]

    def button(self, button_id: str, conversation_id: str) -> ButtonRow | None:
        """A button of this conversation; another conversation's is unknown here."""
        row = self.session.get(ButtonRow, button_id)
        return row if row and row.conversation_id == conversation_id else None

    def attachments_of(self, inbox_ids: Sequence[int]) -> dict[int, list[AttachmentRow]]:
        """Attachments by inbox row."""
        found: dict[int, list[AttachmentRow]] = {}
        if not inbox_ids:
            return found
        for row in self.session.scalars(select(AttachmentRow).where(AttachmentRow.inbox_id.in_(inbox_ids))):
            found.setdefault(row.inbox_id, []).append(row)
        return found

    def attachment(self, attachment_id: int) -> tuple[AttachmentRow, str] | None:
        """An attachment and the id of its conversation."""
        found = self.session.execute(
            select(AttachmentRow, InboxRow.conversation_id).join(InboxRow).where(AttachmentRow.id == attachment_id)
        ).first()
        return (found[0], found[1]) if found else None

    def sealed(self, sealed_id: int) -> SealedRow | None:
        """A sealed text by its id."""
        return self.session.get(SealedRow, sealed_id)

    def answers_of(self, resident_id: str) -> Sequence[AnswerRow]:
        """Answers a resident was given, newest first."""
        return self.session.scalars(select(AnswerRow).filter_by(resident_id=resident_id).order_by(AnswerRow.id.desc())).all()

    def answer(self, answer_id: int, resident_id: str) -> AnswerRow | None:
        """An answer this resident was given; another resident's is unknown here."""
        return self.session.scalar(select(AnswerRow).filter_by(id=answer_id, resident_id=resident_id))

    def last_answer(self, resident_id: str) -> AnswerRow | None:
        """The answer, or the question that could not be answered, which a resident got last."""
        query = select(AnswerRow).filter_by(resident_id=resident_id).order_by(AnswerRow.id.desc()).limit(1)
        return self.session.scalar(query)

    def last_answers(self, resident_id: str, limit: int) -> Sequence[AnswerRow]:
        """The latest answers, or questions that could not be answered, the newest first."""
        query = select(AnswerRow).filter_by(resident_id=resident_id).order_by(AnswerRow.id.desc()).limit(limit)
        return self.session.scalars(query).all()

    def unhelped(self, since: datetime, limit: int) -> Sequence[AnswerRow]:
        """Questions since then that were not answered, or whose answer was no use, newest first."""
        query = select(AnswerRow).where(AnswerRow.given_at >= since)
        query = query.where(or_(AnswerRow.status == "abstained", AnswerRow.feedback == "useless"))
        return self.session.scalars(query.order_by(AnswerRow.id.desc()).limit(limit)).all()

    def claim_outbox(self, outbox_id: int, now: datetime, until: datetime) -> bool:
        """Take a pending row for delivery until `until`; False when another sender was quicker."""
        taken = self.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == outbox_id, OutboxRow.status == "pending", OutboxRow.next_try_at <= now)
            .values(next_try_at=until, attempts=OutboxRow.attempts + 1)
        )
        return taken.rowcount == 1  # type: ignore[attr-defined,no-any-return]  # an UPDATE answers a CursorResult
