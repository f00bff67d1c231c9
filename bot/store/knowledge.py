"""What administrators write for the knowledge base, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.store.knowledge_tables import KnowledgeDocumentRow, KnowledgeDraftRow, KnowledgeEventRow, KnowledgeVersionRow

OPEN_STATES = ("draft", "handed_in", "rejected", "approved")


class KnowledgeStore:
    """Repository of documents, their versions, drafts and events. Versions and events are only ever added."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(
        self, row: KnowledgeDocumentRow | KnowledgeDraftRow | KnowledgeVersionRow | KnowledgeEventRow
    ) -> None:  # fmt: skip
        """Write a new row and learn its id."""
        self.session.add(row)
        self.session.flush()

    def documents(self) -> Sequence[KnowledgeDocumentRow]:
        """Every document, the one changed last first."""
        return self.session.scalars(select(KnowledgeDocumentRow).order_by(KnowledgeDocumentRow.updated_at.desc())).all()

    def document(self, document_id: int, *, hold: bool = False) -> KnowledgeDocumentRow | None:
        """A document by its id; `hold` keeps others from changing it until the transaction ends."""
        query = select(KnowledgeDocumentRow).filter_by(id=document_id)
        return self.session.scalar(query.with_for_update() if hold else query)

    def by_path(self, path: str) -> KnowledgeDocumentRow | None:
        """A document by its name in the knowledge base."""
        if "\x00" in path:  # no database takes it, and no document has it
            return None
        return self.session.scalar(select(KnowledgeDocumentRow).filter_by(path=path))

    def draft(self, draft_id: int, *, hold: bool = False) -> KnowledgeDraftRow | None:
        """A draft by its id, in whatever state."""
        query = select(KnowledgeDraftRow).filter_by(id=draft_id)
        return self.session.scalar(query.with_for_update() if hold else query)

    def open_draft(self, document_id: int) -> KnowledgeDraftRow | None:
        """The document's one draft that is still going somewhere."""
        query = select(KnowledgeDraftRow).filter_by(document_id=document_id)
        return self.session.scalar(query.where(KnowledgeDraftRow.state.in_(OPEN_STATES)))

    def open_drafts(self) -> Sequence[KnowledgeDraftRow]:
        """All drafts that are still going somewhere."""
        return self.session.scalars(select(KnowledgeDraftRow).where(KnowledgeDraftRow.state.in_(OPEN_STATES))).all()

    def due(self, now: datetime) -> Sequence[KnowledgeDraftRow]:
        """Approved drafts whose hour has come, held so that two workers never publish one twice."""
        return self.session.scalars(
            select(KnowledgeDraftRow)
            .where(KnowledgeDraftRow.state == "approved", KnowledgeDraftRow.publish_at <= now)
            .order_by(KnowledgeDraftRow.publish_at)
            .with_for_update(skip_locked=True)
        ).all()

    def versions(self, document_id: int) -> Sequence[KnowledgeVersionRow]:
        """The versions of a document, newest first."""
        query = select(KnowledgeVersionRow).filter_by(document_id=document_id)
        return self.session.scalars(query.order_by(KnowledgeVersionRow.number.desc())).all()

    def version(self, document_id: int, number: int) -> KnowledgeVersionRow | None:
        """One version."""
        return self.session.scalar(select(KnowledgeVersionRow).filter_by(document_id=document_id, number=number))

    def next_number(self, document_id: int) -> int:
        """The number of the next version; the document must be held."""
        query = select(func.max(KnowledgeVersionRow.number)).filter_by(document_id=document_id)
        return (self.session.scalar(query) or 0) + 1

    def events(self, document_id: int) -> Sequence[KnowledgeEventRow]:
        """What happened to a document, newest first."""
        query = select(KnowledgeEventRow).filter_by(document_id=document_id)
        return self.session.scalars(query.order_by(KnowledgeEventRow.id.desc())).all()
