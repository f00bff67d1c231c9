"""Canned replies, macros, labels, hand-over notes and corrections of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.store.desk_tables import CannedRow, CorrectionRow, LabelRow, MacroRow, SavedListRow, ShiftNoteRow
from bot.store.tables import ConversationRow, InboxRow, OutboxRow


class DeskStore:
    """Repository of what staff keep at hand."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, row: Any) -> None:
        """Write a row and learn its id."""
        self.session.add(row)
        self.session.flush()

    def canned(self) -> Sequence[CannedRow]:
        """All canned replies, the most used first."""
        return self.session.scalars(select(CannedRow).order_by(CannedRow.used.desc(), CannedRow.shortcut)).all()

    def canned_by(self, *, canned_id: int | None = None, shortcut: str = "") -> CannedRow | None:
        """A canned reply by its id, else by its shortcut."""
        if canned_id is not None:
            return self.session.get(CannedRow, canned_id)
        return self.session.scalar(select(CannedRow).filter_by(shortcut=shortcut))

    def drop_canned(self, canned_id: int) -> None:
        """Forget a canned reply."""
        self.session.execute(delete(CannedRow).where(CannedRow.id == canned_id))

    def count_use(self, canned_id: int) -> None:
        """One more use of a canned reply."""
        self.session.execute(update(CannedRow).where(CannedRow.id == canned_id).values(used=CannedRow.used + 1))

    def macros(self) -> Sequence[MacroRow]:
        """All macros by name."""
        return self.session.scalars(select(MacroRow).order_by(MacroRow.name)).all()

    def macro(self, *, macro_id: int | None = None, name: str = "") -> MacroRow | None:
        """A macro by its id, else by its name."""
        if macro_id is not None:
            return self.session.get(MacroRow, macro_id)
        return self.session.scalar(select(MacroRow).filter_by(name=name))

    def drop_macro(self, macro_id: int) -> None:
        """Forget a macro."""
        self.session.execute(delete(MacroRow).where(MacroRow.id == macro_id))

    def saved_lists(self, staff_id: int) -> Sequence[SavedListRow]:
        """A person's saved lists of cases, in the order they were saved."""
        return self.session.scalars(select(SavedListRow).filter_by(staff_id=staff_id).order_by(SavedListRow.id)).all()

    def labels_of(self, conversation_ids: Sequence[str]) -> dict[str, list[str]]:
        """Labels by conversation, the oldest first."""
        found: dict[str, list[str]] = {}
        query = select(LabelRow).where(LabelRow.conversation_id.in_(conversation_ids)).order_by(LabelRow.at, LabelRow.label)
        for row in self.session.scalars(query):
            found.setdefault(row.conversation_id, []).append(row.label)
        return found

    def set_label(self, conversation_id: str, label: str, on: bool, at: datetime) -> None:
        """Put a label on a conversation or take it off; twice is once."""
        row = self.session.get(LabelRow, (conversation_id, label))
        if on and row is None:
            self.add(LabelRow(conversation_id=conversation_id, label=label, at=at))
        elif not on and row is not None:
            self.session.delete(row)
            self.session.flush()

    def open_shift_notes(self, limit: int) -> Sequence[ShiftNoteRow]:
        """Hand-over notes nobody has dealt with, the oldest first."""
        query = select(ShiftNoteRow).where(ShiftNoteRow.done_at.is_(None)).order_by(ShiftNoteRow.id).limit(limit)
        return self.session.scalars(query).all()

    def shift_note(self, note_id: int) -> ShiftNoteRow | None:
        """A hand-over note by its id."""
        return self.session.get(ShiftNoteRow, note_id)

    def corrections(self) -> Sequence[CorrectionRow]:
        """Everything staff have corrected, the oldest first."""
        return self.session.scalars(select(CorrectionRow).order_by(CorrectionRow.id)).all()

    def answered_by_people(self, since: datetime, limit: int) -> Sequence[tuple[str, InboxRow, OutboxRow]]:
        """(resident, question, answer): each first reply of a person behind a resident's words, the newest first."""
        replies = self.session.execute(
            select(OutboxRow, ConversationRow.resident_id)
            .join(ConversationRow, ConversationRow.id == OutboxRow.conversation_id)
            .where(OutboxRow.sender.startswith("staff:"), OutboxRow.created_at >= since)
            .order_by(OutboxRow.id.desc())
            .limit(limit)
        ).all()
        found: dict[int, tuple[str, InboxRow, OutboxRow]] = {}
        for reply, resident_id in replies:
            asked = self.question_before(reply.conversation_id, reply.position)
            if asked is not None:
                found[asked.id] = (resident_id, asked, reply)  # an earlier reply to the same words replaces a later one
        return list(found.values())

    def question_before(self, conversation_id: str, position: int) -> InboxRow | None:
        """The resident's last words in text before a position."""
        return self.session.scalar(
            select(InboxRow)
            .where(InboxRow.conversation_id == conversation_id, InboxRow.position < position, InboxRow.kind == "text")
            .order_by(InboxRow.position.desc())
            .limit(1)
        )

    def reply_at(self, conversation_id: str, position: int) -> OutboxRow | None:
        """What we said at a position."""
        return self.session.scalar(select(OutboxRow).filter_by(conversation_id=conversation_id, position=position))
