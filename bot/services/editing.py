"""Writing for the knowledge base: drafts of new and of existing texts, saved with care for who else writes in them.

Reviewing and publishing is `reviewing`; what residents are answered from changes in `releases` only.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

from bot.cases.errors import Invalid, NotFound
from bot.services.article_text import ArticleText, lacks, new_article, read_text, without_empty_offers, write_text
from bot.services.draft_states import DraftState, moved
from bot.services.editing_rows import check_edition, describe, held_draft, local_day, need, record
from bot.services.editing_views import DocumentView, DraftView, Names, draft_view, event_view, version_view
from bot.services.ports import Clock
from bot.services.shipped import Shipped
from bot.services.views import StaffView
from bot.store.database import Database, Work
from bot.store.knowledge_tables import KnowledgeDocumentRow, KnowledgeDraftRow

#: Where texts of the desk lie in the knowledge base; shipped ones keep their path.
FOLDER = "admin"
WHY_AT_MOST = 500
STEM_AT_MOST = 120
RIGHT = "edit_knowledge"


class Editing:
    """Drafts. One method, one transaction."""

    def __init__(self, database: Database, clock: Clock, shipped: Shipped) -> None:
        self.database, self.clock, self.shipped = database, clock, shipped

    def start_new(self, kind: str, by: StaffView) -> DraftView:
        """An empty draft of a new text of a kind (guide, faq, text)."""
        need(by, RIGHT)
        ident = f"own-{secrets.token_hex(4)}"
        article = new_article(ident, kind, local_day(self.clock.now()))
        return self.database.run(lambda work: self._start(work, f"{FOLDER}/{ident}.md", write_text(article), by))

    def start_asked(self, question: str, by: StaffView, ways: Sequence[str] = ()) -> DraftView:
        """A draft of an answer to a question that residents asked in vain: its title, and the ways of asking."""
        draft = self.start_new("faq", by)
        article = replace(draft.article, title=question, questions=tuple(ways) or (question,))
        return self.save(draft.id, draft.edition, article, by)

    def start_answered(self, question: str, answer: str, by: StaffView) -> DraftView:
        """A draft of what a person answered at the desk. Whoever may suggest may begin it; an editor finishes it."""
        need(by, "suggest_knowledge")
        ident = f"own-{secrets.token_hex(4)}"
        blank = new_article(ident, "faq", local_day(self.clock.now()))
        article = replace(blank, title=question, questions=(question,), parts=(replace(blank.parts[0], text=answer),))
        return self.database.run(lambda work: self._start(work, f"{FOLDER}/{ident}.md", write_text(article), by))

    def start_edit(self, path: str, by: StaffView) -> DraftView:
        """The open draft of a document, or a new one with its present text. Raises NotFound."""
        need(by, RIGHT)

        def act(work: Work) -> DraftView:
            document = work.knowledge.by_path(path)
            opened = work.knowledge.open_draft(document.id) if document else None
            if document and opened:
                return draft_view(opened, document, Names(work))
            text = self._present(work, path, document)
            if text is None:
                raise NotFound()
            return self._start(work, path, text, by)

        return self.database.run(act)

    def keep_uploaded(self, documents: Sequence[tuple[str, ArticleText]], by: StaffView) -> list[DraftView]:
        """Drafts of imported documents, all or none. A name that exists becomes a draft of that document.

        Raises Invalid(draft_open) where such a document has a draft already, with its title.
        """
        need(by, RIGHT)
        return self.database.run(lambda work: [self._keep(work, path, article, by) for path, article in documents])

    def save(self, draft_id: int, edition: int, article: ArticleText, by: StaffView, why: str = "") -> DraftView:
        """Keep what was written. Raises StaleDraft when somebody else has saved since `edition`, WrongDraftState."""
        need(by, RIGHT)

        def act(work: Work) -> DraftView:
            row, document = held_draft(work, draft_id)
            check_edition(work, row, edition)
            row.state = moved(row.state, "save")
            now = self.clock.now()
            whole = replace(article, id=PurePosixPath(document.path).stem, reviewed=local_day(now))
            row.text, row.why = write_text(whole), why
            row.authors = [*(owner for owner in row.authors if owner != by.owner), by.owner]
            self._touch(row, document, now)
            return draft_view(row, document, Names(work))

        return self.database.run(act)

    def hand_in(self, draft_id: int, edition: int, by: StaffView, why: str) -> DraftView:
        """Ask for a second person's look. Raises Invalid when something is missing, StaleDraft, WrongDraftState."""
        need(by, RIGHT)

        def act(work: Work) -> DraftView:
            row, document = held_draft(work, draft_id)
            check_edition(work, row, edition)
            row.state, row.why = moved(row.state, "hand_in"), why
            if not why:
                raise Invalid("why", limit=str(WHY_AT_MOST))
            looked = replace(read_text(row.text, ""), reviewed=local_day(self.clock.now()))
            row.text = write_text(without_empty_offers(looked))
            missing = lacks(document.path, row.text)
            if missing:
                raise Invalid("incomplete", what=missing)
            row.reviewer, row.review_note = None, ""
            self._touch(row, document, self.clock.now())
            record(work, document.id, "handed_in", by.owner, self.clock.now(), text=why)
            return draft_view(row, document, Names(work))

        return self.database.run(act)

    def take_back(self, draft_id: int, by: StaffView) -> DraftView:
        """Write on: a draft that waits for review or for its hour is a draft again."""
        return self._simply(draft_id, "take_back", "taken_back", by)

    def discard(self, draft_id: int, by: StaffView) -> DraftView:
        """Give a draft up; its words stay in the table, a new draft may be begun."""
        return self._simply(draft_id, "discard", "discarded", by)

    def draft(self, draft_id: int) -> DraftView:
        """A draft in whatever state. Raises NotFound."""
        with self.database.reading() as work:
            row = work.knowledge.draft(draft_id)
            document = work.knowledge.document(row.document_id) if row else None
            if row is None or document is None:
                raise NotFound()
            return draft_view(row, document, Names(work))

    def waiting(self) -> Sequence[DraftView]:
        """Drafts that wait for review, the longest waiting first."""
        with self.database.reading() as work:
            names, found = Names(work), []
            for row in work.knowledge.open_drafts():
                document = work.knowledge.document(row.document_id)
                if document and row.state == DraftState.HANDED_IN:
                    found.append(draft_view(row, document, names))
        return sorted(found, key=lambda draft: draft.updated_at)

    def document(self, document_id: int) -> DocumentView:
        """A document with versions, events and open draft. Raises NotFound."""
        with self.database.reading() as work:
            row = work.knowledge.document(document_id)
            if row is None:
                raise NotFound()
            return document_view(work, row)

    def document_at(self, path: str) -> DocumentView | None:
        """The document of a path; None where nobody has ever written in it."""
        with self.database.reading() as work:
            row = work.knowledge.by_path(path)
            return document_view(work, row) if row else None

    def _simply(self, draft_id: int, move: str, event: str, by: StaffView) -> DraftView:
        need(by, RIGHT)

        def act(work: Work) -> DraftView:
            row, document = held_draft(work, draft_id)
            row.state, row.publish_at = moved(row.state, move), None
            row.edition += 1
            row.updated_at = self.clock.now()
            record(work, document.id, event, by.owner, row.updated_at)
            return draft_view(row, document, Names(work))

        return self.database.run(act)

    def _touch(self, row: KnowledgeDraftRow, document: KnowledgeDocumentRow, now: datetime) -> None:
        row.edition += 1
        row.updated_at = now
        if document.live_version is None:
            describe(document, read_text(row.text, ""), now)

    def _present(self, work: Work, path: str, document: KnowledgeDocumentRow | None) -> str | None:
        """What residents are answered from, or would be: the live version, else the shipped text."""
        if document and document.live_version:
            version = work.knowledge.version(document.id, document.live_version)
            return version.text if version else None
        return self.shipped.text(path)

    def _start(self, work: Work, path: str, text: str, by: StaffView) -> DraftView:
        now, article = self.clock.now(), read_text(text, PurePosixPath(path).stem)
        document = work.knowledge.by_path(path)
        if document is None:
            document = KnowledgeDocumentRow(path=path, created_at=now, title="", kind="", region="", updated_at=now)
            describe(document, article, now)
            work.knowledge.add(document)
        row = KnowledgeDraftRow(
            document_id=document.id,
            text=text,
            state=DraftState.DRAFT,
            edition=1,
            authors=[by.owner],
            created_at=now,
            updated_at=now,
        )
        work.knowledge.add(row)
        record(work, document.id, "begun", by.owner, now)
        return draft_view(row, document, Names(work))

    def _keep(self, work: Work, path: str, article: ArticleText, by: StaffView) -> DraftView:
        stem = PurePosixPath(path).stem[:STEM_AT_MOST]
        goal = path if self.shipped.text(path) is not None else f"{FOLDER}/{stem}.md"
        document = work.knowledge.by_path(goal)
        if document and work.knowledge.open_draft(document.id):
            raise Invalid("draft_open", title=document.title)
        return self._start(work, goal, write_text(replace(article, id=stem, title=article.title or stem)), by)


def document_view(work: Work, row: KnowledgeDocumentRow) -> DocumentView:
    """A document with everything its page shows."""
    names, opened = Names(work), work.knowledge.open_draft(row.id)
    return DocumentView(
        row.id, row.path, row.title, row.live_version, row.withdrawn, bool(row.applied), row.applied_at, row.refused,
        tuple(version_view(version, names) for version in work.knowledge.versions(row.id)),
        tuple(event_view(event, names) for event in work.knowledge.events(row.id)),
        draft_view(opened, row, names) if opened else None,
    )  # fmt: skip
