"""What the pages of the knowledge base see: drafts, versions, documents and what happened, with people's names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.services.article_text import ArticleText, read_text
from bot.store.database import Work
from bot.store.knowledge_tables import KnowledgeDocumentRow, KnowledgeDraftRow, KnowledgeEventRow, KnowledgeVersionRow

SYSTEM = "system"
SYSTEM_NAME = "系统自带"


@dataclass(frozen=True)
class DraftView:
    """A draft. `edition` must be handed back with a save; `authors` are names, `author_ids` owners (staff:<id>)."""

    id: int
    document_id: int
    path: str
    text: str
    state: str
    edition: int
    author_ids: tuple[str, ...]
    authors: tuple[str, ...]
    why: str
    reviewer: str
    review_note: str
    publish_at: datetime | None
    updated_at: datetime
    live_version: int | None

    @cached_property
    def article(self) -> ArticleText:
        """The draft in its parts."""
        return read_text(self.text, "")


@dataclass(frozen=True)
class VersionView:
    """A published text; it never changes."""

    number: int
    text: str
    source: str
    author: str
    reviewer: str
    why: str
    restored: int | None
    published_at: datetime

    @cached_property
    def article(self) -> ArticleText:
        """The version in its parts."""
        return read_text(self.text, "")


@dataclass(frozen=True)
class EventView:
    """Something that happened to a document."""

    kind: str
    actor: str
    at: datetime
    version: int | None
    text: str


@dataclass(frozen=True)
class DocumentView:
    """A document with its history. `applied` says whether residents are answered from the live version already."""

    id: int
    path: str
    title: str
    live_version: int | None
    withdrawn: bool
    applied: bool
    applied_at: datetime | None
    refused: str
    versions: tuple[VersionView, ...]
    events: tuple[EventView, ...]
    draft: DraftView | None


class Names:
    """Names of staff, looked up once each."""

    def __init__(self, work: Work) -> None:
        self.work, self._known = work, {SYSTEM: SYSTEM_NAME, "": ""}

    def __call__(self, owner: str | None) -> str:
        """The name behind `staff:<id>`."""
        owner = owner or ""
        if owner not in self._known:
            row = self.work.staff.by_id(int(owner.removeprefix("staff:")))
            self._known[owner] = row.name if row else owner
        return self._known[owner]


def draft_view(row: KnowledgeDraftRow, document: KnowledgeDocumentRow, names: Names) -> DraftView:
    """A draft as pages see it."""
    return DraftView(
        row.id, row.document_id, document.path, row.text, row.state, row.edition, tuple(row.authors),
        tuple(map(names, row.authors)), row.why, names(row.reviewer), row.review_note, row.publish_at, row.updated_at,
        document.live_version,
    )  # fmt: skip


def version_view(row: KnowledgeVersionRow, names: Names) -> VersionView:
    """A version as pages see it."""
    return VersionView(
        row.number, row.text, row.source, names(row.author), names(row.reviewer), row.why, row.restored, row.published_at
    )


def event_view(row: KnowledgeEventRow, names: Names) -> EventView:
    """An event as pages see it."""
    return EventView(row.kind, names(row.actor), row.at, row.version, row.text)
