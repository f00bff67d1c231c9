"""What writing and reviewing share: finding rows or refusing, and writing down who did what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from bot.cases.errors import NotFound, NotPermitted, Refused
from bot.cases.roles import Role, may
from bot.services.article_text import ArticleText
from bot.services.calendar import LOCAL
from bot.services.views import StaffView
from bot.store.database import Work
from bot.store.knowledge_tables import KnowledgeDocumentRow, KnowledgeDraftRow, KnowledgeEventRow

TITLE_KEPT, UNIT_KEPT = 200, 80


class StaleDraft(Refused):
    """Somebody else has saved this draft meanwhile; `facts['by']` is who."""

    code = "stale_draft"


def local_day(instant: datetime) -> date:
    """The day it is in the district."""
    return instant.astimezone(LOCAL).date()


def need(by: StaffView, what: str) -> None:
    """Refuse who may not do `what`. Raises NotPermitted."""
    if not may(Role(by.role), what):
        raise NotPermitted(what)


def held_document(work: Work, document_id: int) -> KnowledgeDocumentRow:
    """The document, held by this transaction. Raises NotFound."""
    row = work.knowledge.document(document_id, hold=True)
    if row is None:
        raise NotFound()
    return row


def held_draft(work: Work, draft_id: int) -> tuple[KnowledgeDraftRow, KnowledgeDocumentRow]:
    """The draft and its document, both held. Raises NotFound."""
    row = work.knowledge.draft(draft_id, hold=True)
    if row is None:
        raise NotFound()
    return row, held_document(work, row.document_id)


def check_edition(work: Work, row: KnowledgeDraftRow, edition: int) -> None:
    """Refuse who has not seen the newest text. Raises StaleDraft."""
    if row.edition != edition:
        last = work.staff.by_id(int(str(row.authors[-1]).removeprefix("staff:"))) if row.authors else None
        raise StaleDraft(by=last.name if last else "")


def describe(row: KnowledgeDocumentRow, article: ArticleText, now: datetime) -> None:
    """Repeat in the document's row what lists show of its text."""
    row.title, row.kind, row.region = article.title[:TITLE_KEPT], article.kind, article.region[:40]
    row.unit, row.valid_from, row.valid_to = article.unit[:UNIT_KEPT], article.valid_from, article.valid_to
    row.updated_at = now


def record(
    work: Work, document_id: int, kind: str, actor: str, at: datetime, *, text: str = "", version: int | None = None
) -> None:  # fmt: skip
    """Write down who did what to a document, for its history and for the audit of the desk."""
    event: dict[str, Any] = {"document_id": document_id, "kind": kind, "actor": actor, "at": at}
    work.knowledge.add(KnowledgeEventRow(**event, text=text, version=version))
    work.staff.audit(actor, f"knowledge_{kind}", f"knowledge:{document_id}", at, version=version)
