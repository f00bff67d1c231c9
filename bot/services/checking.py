"""Asks all golden questions of the knowledge base as it is and as it would be, and keeps which answers a draft changes.

The worker's; safe to run twice and to kill: a check that did not end is done again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog

from bot.services.article_text import read_text
from bot.services.editing_rows import local_day
from bot.services.gate import FRESH, PUBLISH, stamp_of
from bot.services.golden import GoldenView, ask_again, golden_views
from bot.services.ports import Clock, Wakeups
from bot.store.care_tables import AnswerChangeRow, DraftCheckRow
from bot.store.database import Database, Work
from bot.store.knowledge_tables import KnowledgeDraftRow
from knowledge.answering import KnowledgeBase
from knowledge.errors import BadFile, Busy, KnowledgeError
from knowledge.importing import read_document
from knowledge.trying import trial

log = structlog.get_logger()
RETRY = timedelta(seconds=60)  # after a check that failed
TOLD_EVERY = 0.5  # seconds between two reports of progress
QUOTE_KEPT = 300  # characters of a quotation that are shown


@dataclass(frozen=True)
class Waiting:
    """A draft to be checked, as it would lie in the knowledge base, and the day from which it would answer."""

    draft_id: int
    edition: int
    path: str
    text: str
    day: date


@dataclass(frozen=True)
class Difference:
    """A golden question whose answer changes; `drafts` are those that have a part in it."""

    golden: GoldenView
    before: dict[str, Any]
    after: dict[str, Any]
    drafts: tuple[Waiting, ...]


class Checking:
    """Runs the checks that are due."""

    def __init__(self, database: Database, knowledge: KnowledgeBase, clock: Clock, wakeups: Wakeups) -> None:
        self.database, self.knowledge, self.clock, self.wakeups = database, knowledge, clock, wakeups

    def once(self) -> int:
        """Check what waits; answers how many drafts. Those that would answer from the same day are asked about together."""
        with self.database.reading() as work:
            if not work.golden.any():
                return 0
            stamp, goldens = stamp_of(work, self.knowledge.folder), golden_views(work)
            groups: dict[date, list[Waiting]] = defaultdict(list)
            for row in work.care.approved():
                if self._needs(work, row, stamp):
                    waiting = self._waiting(work, row)
                    groups[waiting.day].append(waiting)
        return sum(self._check(group, day, goldens, stamp) for day, group in groups.items())

    def _needs(self, work: Work, row: KnowledgeDraftRow, stamp: str) -> bool:
        check, now = work.care.check(row.id), self.clock.now()
        if check is None or check.edition != row.edition or check.state == "running":
            return True
        finished = check.finished_at or check.started_at
        if check.state == "failed":
            return now - finished > RETRY
        due = row.publish_at is not None and row.publish_at <= now
        return due and check.stamp != stamp and now - finished > FRESH

    def _waiting(self, work: Work, row: KnowledgeDraftRow) -> Waiting:
        document = work.knowledge.document(row.document_id)
        begins = read_text(row.text, "").valid_from
        day = max(local_day(self.clock.now()), local_day(row.publish_at or self.clock.now()), begins or date.min)
        return Waiting(row.id, row.edition, document.path if document else "", row.text, day)

    def _check(self, group: Sequence[Waiting], day: date, goldens: Sequence[GoldenView], stamp: str) -> int:
        self.database.run(lambda work: self._begin(work, group, len(goldens), stamp))
        put = [(one.path, one.text.encode()) for one in group if _readable(one)]
        try:
            with trial(self.knowledge, put) as tried:
                found = self._compare(tried, group, day, goldens)
        except Busy:  # another worker is at it, or an import writes: the next sweep
            return 0
        except (KnowledgeError, OSError) as error:
            log.warning("golden questions cannot be asked", reason=str(error))
            reason = str(error) if isinstance(error, KnowledgeError) else "磁盘空间不够，或者读写出错。"
            self.database.run(lambda work: self._end(work, group, "failed", reason))
            return 0
        self.database.run(lambda work: self._keep(work, group, found))
        self.wakeups.wake(PUBLISH)
        return len(group)

    def _compare(
        self, tried: KnowledgeBase, group: Sequence[Waiting], day: date, goldens: Sequence[GoldenView]
    ) -> list[Difference]:
        found, told = [], time.monotonic()
        for done, golden in enumerate(goldens):
            before, after = (_said(base, golden, day) for base in (self.knowledge, tried))
            if _mark(before) != _mark(after):
                found.append(Difference(golden, before, after, _involved(group, before, after)))
            if time.monotonic() - told > TOLD_EVERY:
                self._tell(group, done + 1)
                told = time.monotonic()
        return found

    def _tell(self, group: Sequence[Waiting], asked: int) -> None:
        self.database.run(lambda work: work.care.set_progress([one.draft_id for one in group], asked))

    def _begin(self, work: Work, group: Sequence[Waiting], total: int, stamp: str) -> None:
        for one in group:
            row = work.care.check(one.draft_id) or DraftCheckRow(draft_id=one.draft_id)
            row.edition, row.stamp, row.state, row.reason = one.edition, stamp, "running", ""
            row.asked, row.total, row.started_at, row.finished_at = 0, total, self.clock.now(), None
            work.care.add(row)

    def _end(self, work: Work, group: Sequence[Waiting], state: str, reason: str = "") -> None:
        for one in group:
            row = work.care.check(one.draft_id)
            if row is not None and row.edition == one.edition:
                row.state, row.reason, row.finished_at = state, reason, self.clock.now()
                row.asked = row.total if state == "done" else row.asked

    def _keep(self, work: Work, group: Sequence[Waiting], found: Sequence[Difference]) -> None:
        """What people said to the same answer of the same draft stands. Drafts without a part in a change wait for another
        check: without those that are stopped they may answer otherwise."""
        for one in group:
            work.care.forget_changes(one.draft_id)
        stopped = {_write(work, difference, one, self.clock.now()) for difference in found for one in difference.drafts}
        rest = [one for one in group if one.draft_id not in stopped] if len(group) > 1 and any(stopped) else []
        self._end(work, [one for one in group if one not in rest], "done")
        for one in rest:
            row = work.care.check(one.draft_id)
            if row is not None:
                row.state = "running"


def _write(work: Work, difference: Difference, one: Waiting, now: datetime) -> int:
    """Keep a change of a draft's answers; answers the draft where it is stopped by it, else 0."""
    golden, mark = difference.golden, _mark(difference.after)
    row = work.care.same_change(one.draft_id, one.edition, golden.id, mark)
    row = row or AnswerChangeRow(draft_id=one.draft_id, edition=one.edition, golden_id=golden.id, mark=mark, verdict="open")
    row.question, row.region, row.current = golden.question, golden.region, True
    row.before, row.after = difference.before, difference.after
    work.care.add(row)
    return one.draft_id if row.verdict != "accepted" else 0


def _readable(one: Waiting) -> bool:
    """A text that the knowledge base refuses changes no answer; `releases` says what is wrong with it."""
    try:
        read_document(one.path, one.text.encode())
    except BadFile:
        return False
    return True


def _said(knowledge: KnowledgeBase, golden: GoldenView, day: date) -> dict[str, Any]:
    """What a knowledge base answers to a golden question, as it is kept and shown."""
    answer, right = ask_again(knowledge, golden, day)
    passages = [
        {"document": one.document, "article": one.article, "title": one.title, "quote": one.quote[:QUOTE_KEPT]}
        for one in answer.citations
    ]
    return {"status": answer.status, "passages": passages, "choices": list(answer.choices), "right": right}


def _mark(said: dict[str, Any]) -> str:
    """The same for answers a resident would call the same."""
    passages = [(one["document"], one["article"], one["quote"]) for one in said["passages"]]
    return hashlib.sha256(json.dumps([said["status"], passages, said["choices"]]).encode()).hexdigest()[:40]


def _involved(group: Sequence[Waiting], before: dict[str, Any], after: dict[str, Any]) -> tuple[Waiting, ...]:
    """The drafts whose text is in one of the answers; all of them where it is in neither."""
    paths = {one["document"] for said in (before, after) for one in said["passages"]}
    return tuple(one for one in group if one.path in paths) or tuple(group)
