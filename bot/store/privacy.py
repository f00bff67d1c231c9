"""Everything that is kept about one resident, gathered for a copy or erased.

`ERASED` says for every table that hangs on a resident what becomes of its rows; a test holds it to the tables there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import String, cast, delete, exists, literal, select, update
from sqlalchemy.orm import Session

from bot.store.case_tables import CaseEventRow, CaseRow
from bot.store.resident_tables import ExportRow, IdentityCheckRow
from bot.store.tables import AccountRow, AnswerRow, AttachmentRow, ConversationRow, InboxRow, OutboxRow, ResidentRow, Table

#: Stands where words of an erased resident stood.
ERASED_WORDS = "〔已应本人要求删除〕"
#: Facts of a case's events that say nothing of a person; everything else in their details goes.
PLAIN_DETAILS = frozenset({"role", "rule", "category", "grade", "solved", "clock", "to", "unit", "reason_code"})
Link = Literal["resident_id", "conversation_id", "inbox_id", "case_id", "answer_id"]


@dataclass(frozen=True)
class Fate:
    """What becomes of a table's rows when their resident is erased: gone, or these columns blanked (none: kept as it is)."""

    link: Link
    gone: bool = False
    blank: dict[str, Any] = field(default_factory=dict)


#: Table → fate. In this order: what others point to comes last.
ERASED: dict[str, Fate] = {
    "attachments": Fate("inbox_id", gone=True),
    "exports": Fate("conversation_id", gone=True),
    "identity_checks": Fate("resident_id", gone=True),
    "preferences": Fate("resident_id", gone=True),  # the living conversation takes them along before
    "buttons": Fate("conversation_id", gone=True),
    "inbox": Fate("conversation_id", blank={"text": ERASED_WORDS, "payload": {}, "sealed_id": None}),
    "outbox": Fate("conversation_id", blank={"text": ERASED_WORDS, "payload": {}, "channel_message_id": None}),
    "notes": Fate("conversation_id", blank={"text": ERASED_WORDS}),
    "alerts": Fate("conversation_id"),  # level, kind and times, no words
    "answers": Fate("resident_id", blank={"question": ERASED_WORDS}),
    "answer_quotes": Fate("answer_id"),
    "recall_notices": Fate("resident_id", blank={"question": ERASED_WORDS}),
    "handoffs": Fate("conversation_id", blank={"carried": {}}),
    "callbacks": Fate("conversation_id"),
    "desk_notices": Fate("conversation_id", blank={"text": ERASED_WORDS}),
    "topics": Fate("conversation_id"),
    "conversation_labels": Fate("conversation_id", gone=True),
    "corrections": Fate("conversation_id", blank={"text": ERASED_WORDS}),
    "bookings": Fate("case_id"),
    "case_parts": Fate("case_id"),
    "case_photos": Fate("case_id", gone=True),  # of the work, perhaps inside a home
    "case_clocks": Fate("case_id"),
    "case_links": Fate("case_id"),
    "mediations": Fate("case_id"),
    # What the timeline says word for word, by residents and staff alike, may name the person.
    "case_events": Fate("case_id", blank={"text": ""}),
    "cases": Fate(
        "resident_id",
        blank={
            "description": ERASED_WORDS, "location": "", "occurred": None, "sealed_id": None, "has_contact": False,
            "anonymous": True, "dispatch_reason": {},
        },
    ),
    "sealed": Fate("resident_id", gone=True),
    "residents": Fate("resident_id", blank={"region": None}),
}  # fmt: skip


class PrivacyStore:
    """Repository of one resident's whole data."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def check(self, resident_id: str) -> IdentityCheckRow:
        """The resident's identity check; a new one the first time."""
        row = self.session.get(IdentityCheckRow, resident_id, with_for_update=True)
        if row is None:
            row = IdentityCheckRow(resident_id=resident_id, wrong=0)
            self.session.add(row)
            self.session.flush()
        return row

    def cases(self, resident_id: str) -> Sequence[CaseRow]:
        """Everything the resident has filed, oldest first."""
        return self.session.scalars(select(CaseRow).filter_by(resident_id=resident_id).order_by(CaseRow.id)).all()

    def inbox(self, resident_id: str) -> Sequence[InboxRow]:
        """Everything the resident has written, oldest first."""
        return self.session.scalars(
            select(InboxRow).where(InboxRow.conversation_id.in_(self._conversations(resident_id))).order_by(InboxRow.id)
        ).all()

    def outbox(self, resident_id: str) -> Sequence[OutboxRow]:
        """Everything the resident was told, oldest first."""
        return self.session.scalars(
            select(OutboxRow)
            .where(OutboxRow.conversation_id.in_(self._conversations(resident_id)), OutboxRow.status == "sent")
            .order_by(OutboxRow.id)
        ).all()

    def attachments(self, resident_id: str) -> Sequence[AttachmentRow]:
        """Every photo, voice message and file of the resident."""
        query = select(AttachmentRow).join(InboxRow, InboxRow.id == AttachmentRow.inbox_id)
        return self.session.scalars(
            query.where(InboxRow.conversation_id.in_(self._conversations(resident_id))).order_by(AttachmentRow.id)
        ).all()

    def export(self, export_id: int) -> ExportRow | None:
        """A copy by its id."""
        return self.session.get(ExportRow, export_id)

    def exports_of(self, inbox_id: int) -> Sequence[ExportRow]:
        """The copies a message has brought about."""
        return self.session.scalars(select(ExportRow).filter_by(inbox_id=inbox_id).order_by(ExportRow.id)).all()

    def drop_expired(self, now: datetime) -> int:
        """Forget copies nobody may fetch any more; answers how many there were."""
        done = self.session.execute(delete(ExportRow).where(ExportRow.expires_at <= now))
        return int(done.rowcount)  # type: ignore[attr-defined]  # a DELETE answers a CursorResult

    def erase(self, resident_id: str) -> list[str]:
        """Blank or delete every row that hangs on the resident; answers the digests of files that nobody names any more."""
        digests = {row.sha256 for row in self.attachments(resident_id)}
        conversations = self._conversations(resident_id)
        told = self.session.scalars(select(OutboxRow.payload).where(OutboxRow.conversation_id.in_(conversations)))
        digests |= {payload["sent"]["digest"] for payload in told if payload.get("sent")}
        # The channel's own ids of messages hold the address they came from.
        self.session.execute(
            update(InboxRow)
            .where(InboxRow.conversation_id.in_(conversations))
            .values(message_id=literal("erased:") + cast(InboxRow.id, String), status="done")
        )
        self.session.execute(
            update(OutboxRow)
            .where(OutboxRow.conversation_id.in_(conversations), OutboxRow.status == "pending")
            .values(status="dropped")
        )
        for event in self.session.scalars(
            select(CaseEventRow).where(CaseEventRow.case_id.in_(self._ids("case_id", resident_id)))
        ):
            event.detail = {key: value for key, value in event.detail.items() if key in PLAIN_DETAILS}
        self.session.flush()
        for name, fate in ERASED.items():
            self._erase_table(name, fate, resident_id)
        self.session.expire_all()
        return [digest for digest in sorted(digests) if not self._is_named(digest)]

    def begin_anew(self, old: ConversationRow, resident_id: str, conversation_id: str, now: datetime) -> ConversationRow:
        """Whoever writes from this address from now on is somebody new; positions go on, so that an open page follows."""
        self.session.add(ResidentRow(id=resident_id, created_at=now))
        self.session.flush()
        new = ConversationRow(
            id=conversation_id, resident_id=resident_id, channel=old.channel, address=old.address, owner="bot",
            owner_version=0, priority=0, last_position=old.last_position, created_at=now, updated_at=now,
        )  # fmt: skip
        self.session.add(new)
        self.session.flush()
        moved = {"resident_id": resident_id, "conversation_id": conversation_id}
        self.session.execute(update(AccountRow).where(AccountRow.conversation_id == old.id).values(moved))
        return new

    def _erase_table(self, name: str, fate: Fate, resident_id: str) -> None:
        table = Table.metadata.tables[name]
        where = self._column(name, fate.link).in_(self._ids(fate.link, resident_id))
        if fate.gone:
            self.session.execute(delete(table).where(where))
        elif fate.blank:
            self.session.execute(update(table).where(where).values(fate.blank))

    @staticmethod
    def _column(name: str, link: Link) -> Any:
        return Table.metadata.tables[name].c["id" if name == "residents" else link]

    def _ids(self, link: Link, resident_id: str) -> Any:
        conversations = self._conversations(resident_id)
        return {
            "resident_id": [resident_id],
            "conversation_id": conversations,
            "inbox_id": select(InboxRow.id).where(InboxRow.conversation_id.in_(conversations)),
            "case_id": select(CaseRow.id).filter_by(resident_id=resident_id),
            "answer_id": select(AnswerRow.id).filter_by(resident_id=resident_id),
        }[link]

    def _is_named(self, digest: str) -> bool:
        return bool(self.session.scalar(select(exists().where(AttachmentRow.sha256 == digest))))

    @staticmethod
    def _conversations(resident_id: str) -> Any:
        return select(ConversationRow.id).filter_by(resident_id=resident_id)
