"""Mapped classes of conversations, people and texts: columns, constraints, indexes; no behaviour.

Cases and the district have their own file, `case_tables.py`. Personal data in clear is in no table: `SealedRow` holds
it encrypted, every other text column holds the masked words.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, MetaData, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.store.engine import UtcDateTime

#: Constraint names must be known to be dropped again on both databases.
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
#: Rows that wait are few among all: their indexes hold only them.
NEW, PENDING = text("status = 'new'"), text("status = 'pending'")
#: SQLite counts up only INTEGER keys by itself.
Key = BigInteger().with_variant(Integer, "sqlite")


class Table(DeclarativeBase):
    """Base of all mapped classes; its metadata is what the migrations must lead to."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}


class ResidentRow(Table):
    """A person who writes to us. The id is random: it is all that Rasa and the logs ever see."""

    __tablename__ = "residents"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime]
    region: Mapped[str | None] = mapped_column(String(40))


class AccountRow(Table):
    """Where a resident can be reached: a Telegram chat, a browser (only a hash of its token)."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("channel", "address"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(128))
    resident_id: Mapped[str] = mapped_column(ForeignKey("residents.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]


class ConversationRow(Table):
    """One resident on one channel, and who has the word: `bot`, `queued`, `staff:<id>` or `closed`."""

    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    resident_id: Mapped[str] = mapped_column(ForeignKey("residents.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(128))
    owner: Mapped[str] = mapped_column(String(40), default="bot", index=True)
    owner_version: Mapped[int] = mapped_column(default=0)
    owner_cause: Mapped[int | None] = mapped_column(Key)  # the inbox row whose turn changed the owner
    queued_at: Mapped[datetime | None]
    queue_reason: Mapped[str | None] = mapped_column(String(40))
    priority: Mapped[int] = mapped_column(default=0)  # 0 ordinary, 1 urgent, 2 life at risk
    noticed_at: Mapped[datetime | None]  # last queue or engine notice
    carried: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # topic and facts of an open form, masked
    last_position: Mapped[int] = mapped_column(default=0)
    last_inbound_at: Mapped[datetime | None]
    leased_by: Mapped[str | None] = mapped_column(String(40))
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)


class InboxRow(Table):
    """A message from a resident, committed before the channel hears that we have it."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "message_id"),
        Index("ix_inbox_waiting", "next_try_at", sqlite_where=NEW, postgresql_where=NEW),
        Index("ix_inbox_conversation_position", "conversation_id", "position"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    message_id: Mapped[str] = mapped_column(String(160))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))  # text, button, photo, voice, file, location, edit
    text: Mapped[str] = mapped_column(Text)  # masked
    sealed_id: Mapped[int | None] = mapped_column(ForeignKey("sealed.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    safety: Mapped[str] = mapped_column(String(12), default="none")
    status: Mapped[str] = mapped_column(String(12), default="new")  # new, done, parked
    attempts: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class AttachmentRow(Table):
    """A photo, voice message or file a resident sent; the bytes lie under var/media, named by their hash."""

    __tablename__ = "attachments"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)


class OutboxRow(Table):
    """Something we say to a resident. A bot's row goes out only while its `owner_version` is the conversation's."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("dedupe"),
        Index("ix_outbox_waiting", "next_try_at", sqlite_where=PENDING, postgresql_where=PENDING),
        Index("ix_outbox_conversation_position", "conversation_id", "position"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    position: Mapped[int]
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"))
    sender: Mapped[str] = mapped_column(String(40))  # bot, system, staff:<id>
    text: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)  # buttons, sources, card, meta: see services/views.py
    owner_version: Mapped[int | None]  # None: valid whoever has the word (safety, staff, notices)
    dedupe: Mapped[str | None] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(12), default="pending")  # pending, sent, dropped, failed
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    channel_message_id: Mapped[str | None] = mapped_column(String(64))


class ButtonRow(Table):
    """What a button means; Telegram carries only 64 bytes, so the meaning stays here and the short id travels."""

    __tablename__ = "buttons"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    title: Mapped[str] = mapped_column(String(200))
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class NoteRow(Table):
    """An internal note of the staff on a conversation; no resident ever sees it."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    position: Mapped[int]
    author: Mapped[str] = mapped_column(String(40))  # staff:<id> or system
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class SealedRow(Table):
    """Personal data, encrypted (Fernet). The only place where it is kept."""

    __tablename__ = "sealed"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    resident_id: Mapped[str] = mapped_column(ForeignKey("residents.id"), index=True)
    ciphertext: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class AlertRow(Table):
    """A message in which somebody may be in danger; stays until a person has confirmed it."""

    __tablename__ = "alerts"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    level: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(40))
    raised_at: Mapped[datetime]
    confirmed_by: Mapped[str | None] = mapped_column(String(40))
    confirmed_at: Mapped[datetime | None]


class AnswerRow(Table):
    """An answer given from the knowledge base with the passage versions it quoted, or a question it could not answer."""

    __tablename__ = "answers"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"), index=True)
    resident_id: Mapped[str] = mapped_column(ForeignKey("residents.id"), index=True)
    question: Mapped[str] = mapped_column(Text)  # masked
    status: Mapped[str] = mapped_column(String(12))
    confidence: Mapped[float]
    versions: Mapped[list[Any]] = mapped_column(default=list)
    given_at: Mapped[datetime]
    feedback: Mapped[str | None] = mapped_column(String(12))  # what the resident pressed: useful, useless
    feedback_at: Mapped[datetime | None]
    feedback_reason: Mapped[str | None] = mapped_column(String(16))  # why it was useless, one of the four buttons


class TimerRow(Table):
    """Something that falls due: a promise, a reminder. Survives restarts because it is a row."""

    __tablename__ = "timers"
    __table_args__ = (UniqueConstraint("kind", "subject"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]


class StaffRow(Table):
    """An account at the desk."""

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    login: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StaffSessionRow(Table):
    """A signed-in browser of a staff member; only a hash of its token is kept."""

    __tablename__ = "staff_sessions"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # sha-256 of the cookie
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    pending: Mapped[bool] = mapped_column(default=False, server_default=false())  # the second factor's code is due
    browser: Mapped[str] = mapped_column(String(60), default="", server_default="")  # for the list of one's own sessions
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class AuditRow(Table):
    """Who did what at the desk, each look at personal data included. A link of a chain: see store/audit.py."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hash: Mapped[str | None] = mapped_column(String(64))  # None: written before the chain began
