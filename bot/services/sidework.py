"""What staff do beside a conversation: labels, colleagues named in notes, notes for the next shift, corrected categories."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cases.errors import Invalid, NoSuchConversation, NotFound
from bot.services.ports import Clock, Wakeups
from bot.services.vault import Vault
from bot.services.views import StaffView
from bot.store.database import Database, Work
from bot.store.desk_tables import CorrectionRow, ShiftNoteRow
from bot.store.handoff_tables import DeskNoticeRow

LABEL_AT_MOST = 12
SHIFT_NOTE_AT_MOST = 1000
SHIFT_NOTES_SHOWN = 20
#: @ and a login or a name; the name ends where Chinese punctuation or a blank does.
MENTION = re.compile(r"@([\w.·-]{2,40})")


@dataclass(frozen=True)
class ShiftNote:
    """What one shift leaves for the next."""

    id: int
    author: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Correction:
    """A message with the category the machine guessed and the right one, as staff said."""

    text: str
    guessed: str
    right: str
    at: datetime


class Sidework:
    """Labels, mentions, hand-over notes, corrections. One method, one transaction."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, wakeups: Wakeups) -> None:
        self.database, self.vault, self.clock, self.wakeups = database, vault, clock, wakeups

    def label(self, conversation_id: str, label: str, on: bool, by: StaffView) -> None:
        """Put a word on a conversation, or take it off. Raises Invalid, NoSuchConversation."""
        word = label.strip()
        if not 1 <= len(word) <= LABEL_AT_MOST or not word.isprintable():
            raise Invalid("label", limit=str(LABEL_AT_MOST))

        def act(work: Work) -> None:
            row = work.conversations.locked(conversation_id)
            if row is None:
                raise NoSuchConversation(conversation_id)
            work.desk.set_label(conversation_id, word, on, self.clock.now())
            row.updated_at = self.clock.now()
            work.staff.audit(by.owner, "labelled" if on else "unlabelled", conversation_id, self.clock.now(), label=word)

        self.database.run(act)
        self._wake(conversation_id)

    def labels(self, conversation_ids: Sequence[str]) -> dict[str, list[str]]:
        """Labels by conversation."""
        with self.database.reading() as work:
            return work.desk.labels_of(conversation_ids)

    def mention(self, conversation_id: str, note: str, by: StaffView) -> list[str]:
        """Tell the colleagues a note names; answers their names. Nobody is told of an own note."""
        wanted = set(MENTION.findall(note))
        if not wanted:
            return []

        def act(work: Work) -> list[str]:
            named = [row for row in work.staff.all() if row.active and row.id != by.id and {row.login, row.name} & wanted]
            now, row = self.clock.now(), work.conversations.get(conversation_id)
            mark = f"{conversation_id}:{row.last_position if row else 0}"
            for one in named:
                notice = DeskNoticeRow(
                    at=now, kind="mention", conversation_id=conversation_id, to_staff=one.id,
                    text=f"{by.name}在备注里提到您：{note[:80]}", dedupe=f"mention:{mark}:{one.id}",
                )  # fmt: skip
                work.handoffs.notice(notice)
            return [one.name for one in named]

        names = self.database.run(act)
        self._wake(conversation_id)
        return names

    def hand_over(self, text: str, by: StaffView) -> None:
        """Leave a note for the next shift; personal data in it is masked. Raises Invalid."""
        clean = text.strip()
        if not 1 <= len(clean) <= SHIFT_NOTE_AT_MOST:
            raise Invalid("text", limit=str(SHIFT_NOTE_AT_MOST))
        row = ShiftNoteRow(author=by.owner, text=self.vault.mask(clean), at=self.clock.now())
        self.database.run(lambda work: work.desk.add(row))
        self.wakeups.wake("desk")

    def shift_notes(self) -> list[ShiftNote]:
        """Notes nobody has dealt with, the oldest first."""
        with self.database.reading() as work:
            names = {f"staff:{row.id}": row.name for row in work.staff.all()}
            rows = work.desk.open_shift_notes(SHIFT_NOTES_SHOWN)
            return [ShiftNote(row.id, names.get(row.author, row.author), row.text, row.at) for row in rows]

    def shift_note_done(self, note_id: int, by: StaffView) -> None:
        """Somebody has dealt with a note. Raises NotFound."""

        def act(work: Work) -> None:
            row = work.desk.shift_note(note_id)
            if row is None:
                raise NotFound()
            if row.done_at is None:
                row.done_by, row.done_at = by.owner, self.clock.now()

        self.database.run(act)
        self.wakeups.wake("desk")

    def correct(
        self,
        text: str,
        guessed: str,
        right: str,
        by: StaffView,
        *,
        conversation_id: str | None = None,
        number: str | None = None,
    ) -> None:
        """Keep what the machine took words for and what they were, to learn from; nothing where it was right."""
        if guessed == right or not text.strip():
            return
        row = CorrectionRow(
            conversation_id=conversation_id, case_number=number, text=self.vault.mask(text.strip()), guessed=guessed,
            right=right, by=by.owner, at=self.clock.now(),
        )  # fmt: skip
        self.database.run(lambda work: work.desk.add(row))

    def corrections(self) -> list[Correction]:
        """Everything corrected so far, the oldest first."""
        with self.database.reading() as work:
            return [Correction(row.text, row.guessed, row.right, row.at) for row in work.desk.corrections()]

    def _wake(self, conversation_id: str) -> None:
        for topic in (f"conversation:{conversation_id}", "desk"):
            self.wakeups.wake(topic)
