"""Mapped classes of taking answers back: which answer quoted which passage, corrections, and who is sent one; no behaviour."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables import Key, Table

UNSENT = text("sent_at IS NULL")


class AnswerQuoteRow(Table):
    """A passage version an answer quoted, as in `AnswerRow.versions`, where it can be looked up by version."""

    __tablename__ = "answer_quotes"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"), index=True)
    version: Mapped[str] = mapped_column(String(64), index=True)


class RecallRow(Table):
    """A correction for everybody who was told something of a document's version that is wrong now."""

    __tablename__ = "recalls"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    path: Mapped[str] = mapped_column(String(200), index=True)  # the document's name in the knowledge base
    title: Mapped[str] = mapped_column(String(200))
    number: Mapped[int]  # the document's version; 0: the text that comes with the system
    versions: Mapped[list[Any]] = mapped_column(default=list)  # the passages that are wrong
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))  # waiting, confirmed, dropped
    author: Mapped[str] = mapped_column(String(40))
    decider: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class RecallNoticeRow(Table):
    """One resident who is sent a correction, once, in the conversation in which they had asked."""

    __tablename__ = "recall_notices"
    __table_args__ = (
        UniqueConstraint("recall_id", "resident_id"),
        Index("ix_recall_notices_unsent", "id", sqlite_where=UNSENT, postgresql_where=UNSENT),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    recall_id: Mapped[int] = mapped_column(ForeignKey("recalls.id"))
    resident_id: Mapped[str] = mapped_column(ForeignKey("residents.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    question: Mapped[str] = mapped_column(Text)  # masked
    asked_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
