"""Reviewing and publishing texts of the knowledge base: two people for every text, versions that never change.

A review may publish at once or at an hour; `publish_due` is the worker's. Going back to a version, and taking a text out
of the answers, need one person with the right to review: the one was reviewed before, the other makes nothing false.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import TypeVar

from bot.cases.errors import Invalid, NotFound, Refused
from bot.services import gate
from bot.services.article_text import lacks, read_text
from bot.services.calendar import LOCAL
from bot.services.draft_states import moved
from bot.services.editing import WHY_AT_MOST, document_view
from bot.services.editing_rows import check_edition, describe, held_document, held_draft, local_day, need, record
from bot.services.editing_views import SYSTEM, DocumentView, DraftView, Names, draft_view
from bot.services.ports import Clock, Wakeups
from bot.services.shipped import Shipped
from bot.services.views import StaffView
from bot.store.database import Database, Work
from bot.store.knowledge_tables import KnowledgeDocumentRow, KnowledgeDraftRow, KnowledgeVersionRow

T = TypeVar("T")
RIGHT = "review_knowledge"
TOPIC = gate.PUBLISH  # woken when the knowledge base has to be brought up to the tables
SHIPPED = 0  # the number under which the shipped text of today is asked for


class OwnDraft(Refused):
    """Nobody reviews what they wrote themselves."""

    code = "own_draft"


class Reviewing:
    """Reviews, publications, ways back. One method, one transaction."""

    def __init__(self, database: Database, clock: Clock, wakeups: Wakeups, shipped: Shipped, folder: Path) -> None:
        self.database, self.clock, self.wakeups, self.shipped, self.folder = database, clock, wakeups, shipped, folder

    def approve(
        self, draft_id: int, edition: int, by: StaffView, *, note: str = "", publish_at: datetime | None = None
    ) -> DraftView:
        """Let a draft be published: at once, or at an instant to come; never before its day where an older text answers.

        Raises OwnDraft for whoever wrote in it, StaleDraft, WrongDraftState, Invalid(publish_at) for an hour gone by.
        """
        need(by, RIGHT)

        def act(work: Work) -> DraftView:
            row, document = self._reviewed(work, draft_id, edition, by, "approve", note)
            now = self.clock.now()
            if publish_at is not None and publish_at <= now:
                raise Invalid("publish_at")
            hour = self._hour(document, row.text, publish_at)
            row.publish_at = hour or now
            record(work, document.id, "approved", by.owner, now, text=note)
            if hour is None and not work.golden.any():  # else the golden questions come first
                self._publish(work, row, document)
            return draft_view(row, document, Names(work))

        return self._waking(act)

    def reject(self, draft_id: int, edition: int, by: StaffView, note: str) -> DraftView:
        """Send a draft back to its author with the reason; also one that was approved, whose answers turned out wrong."""
        need(by, RIGHT)
        if not note:
            raise Invalid("review_note", limit=str(WHY_AT_MOST))

        def act(work: Work) -> DraftView:
            row, document = self._reviewed(work, draft_id, edition, by, "reject", note)
            row.publish_at = None
            record(work, document.id, "rejected", by.owner, self.clock.now(), text=note)
            return draft_view(row, document, Names(work))

        return self.database.run(act)

    def publish_due(self) -> int:
        """Publish approved drafts whose hour has come and whose changed answers are all accepted; answers how many."""

        def act(work: Work) -> int:
            now, waiting = self.clock.now(), work.knowledge.due(self.clock.now())
            stamp = gate.stamp_of(work, self.folder) if waiting else ""
            due = [row for row in waiting if gate.may_go(work, row, stamp, now)]
            for row in due:
                self._publish(work, row, held_document(work, row.document_id))
            return len(due)

        return self.database.run(act)

    def restore(self, document_id: int, number: int, by: StaffView, why: str) -> DocumentView:
        """A new version equal to an old one; `SHIPPED` asks for the text that comes with the system. Raises NotFound."""
        need(by, RIGHT)
        _check_why(why)

        def act(work: Work) -> DocumentView:
            document = held_document(work, document_id)
            text = self._text(work, document, number)
            missing = lacks(document.path, text)
            if missing:
                raise Invalid("incomplete", what=missing)
            after = work.knowledge.next_number(document.id)
            source = "restored" if number else "shipped"
            self._add(work, document, after, text, source=source, author=by.owner, why=why, restored=number or None)
            record(work, document.id, "restored", by.owner, self.clock.now(), text=why, version=after)
            return document_view(work, document)

        return self._waking(act)

    def withdraw(self, document_id: int, by: StaffView, why: str) -> DocumentView:
        """Let a document answer nobody any more, at once. Its versions stay."""
        return self._set_withdrawn(document_id, True, by, why)

    def bring_back(self, document_id: int, by: StaffView, why: str) -> DocumentView:
        """Let a withdrawn document answer again, in the version it had."""
        return self._set_withdrawn(document_id, False, by, why)

    def adopt(self, path: str, by: StaffView) -> DocumentView:
        """The document of a shipped text, made on first need so that it can be withdrawn. Raises NotFound."""
        need(by, RIGHT)

        def act(work: Work) -> DocumentView:
            document = work.knowledge.by_path(path)
            if document is None:
                text = self.shipped.text(path)
                if text is None:
                    raise NotFound()
                now = self.clock.now()
                document = KnowledgeDocumentRow(path=path, created_at=now, title="", kind="", region="", updated_at=now)
                describe(document, read_text(text, ""), now)
                work.knowledge.add(document)
            return document_view(work, document)

        return self.database.run(act)

    def _waking(self, act: Callable[[Work], T]) -> T:
        """Run, then tell the worker that the knowledge base is behind the tables, or has to be asked first."""
        done = self.database.run(act)
        for topic in (TOPIC, gate.TOPIC):
            self.wakeups.wake(topic)
        return done

    def _hour(self, document: KnowledgeDocumentRow, text: str, asked: datetime | None) -> datetime | None:
        """When to publish, None for at once. A text of tomorrow must not silence the one that holds today."""
        begins = read_text(text, "").valid_from
        answers = document.live_version is not None or self.shipped.text(document.path) is not None
        if not answers or begins is None or begins <= local_day(self.clock.now()):
            return asked
        first = datetime.combine(begins, time(), LOCAL)
        return max(asked, first) if asked else first

    def _reviewed(
        self, work: Work, draft_id: int, edition: int, by: StaffView, act: str, note: str
    ) -> tuple[KnowledgeDraftRow, KnowledgeDocumentRow]:
        row, document = held_draft(work, draft_id)
        state = moved(row.state, act)
        if by.owner in row.authors:
            raise OwnDraft()
        check_edition(work, row, edition)
        row.state, row.reviewer, row.review_note = state, by.owner, note
        row.edition += 1
        row.updated_at = self.clock.now()
        return row, document

    def _publish(self, work: Work, row: KnowledgeDraftRow, document: KnowledgeDocumentRow) -> None:
        """The draft as a version. What came with the system becomes the version before it, so that one can go back."""
        number = work.knowledge.next_number(document.id)
        before = self.shipped.text(document.path)
        if number == 1 and before is not None:
            self._version(work, document, 1, before, source="shipped", author=SYSTEM, why="", reviewer=None, restored=None)
            number = 2
        gate.settle(work, row)
        row.state, row.publish_at = moved(row.state, "publish"), None
        author = str(row.authors[-1])
        self._add(work, document, number, row.text, source="edited", author=author, why=row.why, reviewer=row.reviewer)
        record(work, document.id, "published", row.reviewer or author, self.clock.now(), text=row.why, version=number)

    def _add(
        self, work: Work, document: KnowledgeDocumentRow, number: int, text: str, *, source: str, author: str, why: str,
        reviewer: str | None = None, restored: int | None = None,
    ) -> None:  # fmt: skip
        """A version that answers from now on."""
        self._version(work, document, number, text, source=source, author=author, why=why, reviewer=reviewer, restored=restored)
        document.live_version, document.withdrawn, document.applied, document.refused = number, False, "", ""
        describe(document, read_text(text, ""), self.clock.now())

    def _version(
        self, work: Work, document: KnowledgeDocumentRow, number: int, text: str, *, source: str, author: str, why: str,
        reviewer: str | None, restored: int | None,
    ) -> None:  # fmt: skip
        work.knowledge.add(
            KnowledgeVersionRow(
                document_id=document.id,
                number=number,
                text=text,
                source=source,
                author=author,
                reviewer=reviewer,
                why=why,
                restored=restored,
                published_at=self.clock.now(),
            )
        )

    def _text(self, work: Work, document: KnowledgeDocumentRow, number: int) -> str:
        if number == SHIPPED:
            text = self.shipped.text(document.path)
        else:
            version = work.knowledge.version(document.id, number)
            text = version.text if version else None
        if text is None:
            raise NotFound()
        return text

    def _set_withdrawn(self, document_id: int, withdrawn: bool, by: StaffView, why: str) -> DocumentView:
        need(by, RIGHT)
        _check_why(why)

        def act(work: Work) -> DocumentView:
            document = held_document(work, document_id)
            if document.live_version is None and self.shipped.text(document.path) is None:
                raise NotFound()
            document.withdrawn, document.applied, document.refused = withdrawn, "", ""
            document.updated_at = self.clock.now()
            kind = "withdrawn" if withdrawn else "brought_back"
            record(work, document.id, kind, by.owner, self.clock.now(), text=why)
            return document_view(work, document)

        return self._waking(act)


def _check_why(why: str) -> None:
    if not 1 <= len(why) <= WHY_AT_MOST:
        raise Invalid("why", limit=str(WHY_AT_MOST))
