"""Mapped classes of what administrators write for the knowledge base: documents, versions, drafts, what happened; no behaviour.

What residents are answered from lies in the knowledge base's own files; these tables say what has to be there.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables import Key, Table

#: A document has at most one draft that is still going somewhere.
OPEN = text("state IN ('draft', 'handed_in', 'rejected', 'approved')")


class KnowledgeDocumentRow(Table):
    """An own text that was written or changed at the desk. Title and the rest repeat its newest text, for lists."""

    __tablename__ = "knowledge_documents"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    path: Mapped[str] = mapped_column(String(200), unique=True)  # its name in the knowledge base
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(12))  # guide, faq, text
    region: Mapped[str] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(80), default="")
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    live_version: Mapped[int | None]  # None: never published
    withdrawn: Mapped[bool] = mapped_column(default=False)
    applied: Mapped[str] = mapped_column(
        String(80), default=""
    )  # what the knowledge base was last given, see services/releases
    refused: Mapped[str] = mapped_column(Text, default="")  # why it did not take it
    applied_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class KnowledgeVersionRow(Table):
    """A text as it was published. Written once, never changed."""

    __tablename__ = "knowledge_versions"
    __table_args__ = (UniqueConstraint("document_id", "number"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("knowledge_documents.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)  # Markdown with front matter
    source: Mapped[str] = mapped_column(String(12))  # edited, restored, shipped
    author: Mapped[str] = mapped_column(String(40))  # staff:<id>, or system for a shipped text
    reviewer: Mapped[str | None] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(Text)
    restored: Mapped[int | None]  # the version this one equals
    published_at: Mapped[datetime]


class KnowledgeDraftRow(Table):
    """A text on its way to publication."""

    __tablename__ = "knowledge_drafts"
    __table_args__ = (
        Index("uq_knowledge_drafts_open", "document_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_knowledge_drafts_due", "state", "publish_at"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("knowledge_documents.id"))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))  # see services/draft_states.py
    edition: Mapped[int] = mapped_column(default=1)  # rises with every save: of two who edit at once one is told
    authors: Mapped[list[Any]] = mapped_column(default=list)  # everybody who wrote in it; none of them may review it
    why: Mapped[str] = mapped_column(Text, default="")
    reviewer: Mapped[str | None] = mapped_column(String(40))
    review_note: Mapped[str] = mapped_column(Text, default="")
    publish_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class KnowledgeEventRow(Table):
    """Who did what to a document, when and why. Written once, never changed."""

    __tablename__ = "knowledge_events"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("knowledge_documents.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    version: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text, default="")
