"""The gate before a publication: answers to golden questions that a draft changes are accepted one by one, or it waits.

Finding out what changes is `checking`; here is what people say to it, and whether a draft may go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.cases.errors import NotFound, Refused
from bot.services.draft_states import DraftState
from bot.services.editing_rows import TITLE_KEPT, held_draft, need, record
from bot.services.editing_views import Names
from bot.services.ports import Clock, Wakeups
from bot.services.views import StaffView
from bot.store.care_tables import AnswerChangeRow
from bot.store.database import Database, Work
from bot.store.knowledge_tables import KnowledgeDraftRow
from knowledge.trying import generation_of

RIGHT = "review_knowledge"
TOPIC = "checks"  # woken when a draft has to be checked
PUBLISH = "knowledge"  # woken when one may be published
VERDICTS = ("accepted", "refused")
#: So long a finished check holds although the base has changed meanwhile: an import changes it every few seconds.
FRESH = timedelta(seconds=60)


class OwnDraftAnswers(Refused):
    """Nobody accepts what their own draft changes."""

    code = "own_draft_answers"


class NotWaiting(Refused):
    """The draft is published, taken back or changed; its answers are not asked about any more."""

    code = "answers_not_waiting"


@dataclass(frozen=True)
class ChangedAnswer:
    """A golden question before and after. Both sides hold `status`, `passages` (title, article, quote), `choices`, `right`."""

    id: int
    question: str
    region: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    verdict: str
    decider: str


@dataclass(frozen=True)
class GateView:
    """How a draft stands at the gate: `none` (no golden questions), waiting, running, failed, changed or clear."""

    state: str
    asked: int = 0
    total: int = 0
    reason: str = ""
    changes: tuple[ChangedAnswer, ...] = ()

    @property
    def left(self) -> int:
        """Changed answers nobody has decided on."""
        return sum(one.verdict == "open" for one in self.changes)

    @property
    def refused(self) -> int:
        """Changed answers that somebody does not want."""
        return sum(one.verdict == "refused" for one in self.changes)


class Gate:
    """Shows what a draft changes and keeps what people say to it."""

    def __init__(self, database: Database, clock: Clock, wakeups: Wakeups) -> None:
        self.database, self.clock, self.wakeups = database, clock, wakeups

    def view(self, draft_id: int) -> GateView:
        """How a draft stands. Raises NotFound."""
        with self.database.reading() as work:
            row = work.knowledge.draft(draft_id)
            if row is None:
                raise NotFound()
            check, names = work.care.check(draft_id), Names(work)
            if row.state != DraftState.APPROVED or not work.golden.any():
                return GateView("none")
            if check is None or check.edition != row.edition:
                return GateView("waiting")
            changes = tuple(_view(one, names) for one in work.care.changes(draft_id, row.edition))
            stopped = any(one.verdict != "accepted" for one in changes)
            state = check.state if check.state != "done" else "changed" if stopped else "clear"
            return GateView(state, check.asked, check.total, check.reason, changes)

    def decide(self, change_id: int, verdict: str, by: StaffView) -> int:
        """Accept or refuse one changed answer; until the draft is published the last word counts. Answers the draft.

        Raises NotFound, OwnDraftAnswers, NotWaiting where the draft has moved on.
        """
        need(by, RIGHT)
        if verdict not in VERDICTS:
            raise NotFound()

        def act(work: Work) -> int:
            change = work.care.change(change_id)
            if change is None:
                raise NotFound()
            row, document = held_draft(work, change.draft_id)
            if row.state != DraftState.APPROVED or row.edition != change.edition or not change.current:
                raise NotWaiting()
            if by.owner in row.authors:
                raise OwnDraftAnswers()
            change.verdict, change.decider, change.decided_at = verdict, by.owner, self.clock.now()
            record(work, document.id, f"answer_{verdict}", by.owner, change.decided_at, text=change.question)
            return change.draft_id

        draft_id = self.database.run(act)
        self.wakeups.wake(PUBLISH)
        return draft_id


def stamp_of(work: Work, folder: Path) -> str:
    """A mark of what a check depends on besides its draft: the knowledge base and the golden questions."""
    golden = [(row.id, row.kept_at.isoformat()) for row in work.golden.all()]
    return hashlib.sha256(f"{generation_of(folder)}{golden}".encode()).hexdigest()[:40]


def may_go(work: Work, row: KnowledgeDraftRow, stamp: str, now: datetime) -> bool:
    """Whether nothing stands against publishing an approved draft."""
    if not work.golden.any():
        return True
    check = work.care.check(row.id)
    if check is None or check.edition != row.edition or check.state != "done" or check.finished_at is None:
        return False
    if check.stamp != stamp and now - check.finished_at > FRESH:
        return False
    return all(one.verdict == "accepted" for one in work.care.changes(row.id, row.edition))


def settle(work: Work, row: KnowledgeDraftRow) -> None:
    """The accepted answers of a draft that is published are what its golden questions expect from now on."""
    for change in work.care.changes(row.id, row.edition):
        golden = work.golden.one(change.golden_id)
        if golden is None:
            continue
        first: Mapping[str, str] = next(iter(change.after["passages"]), {})
        golden.expected = change.after["status"]
        golden.document, golden.article = first.get("document", ""), first.get("article", "")
        golden.title = first.get("title", "")[:TITLE_KEPT]


def _view(row: AnswerChangeRow, names: Names) -> ChangedAnswer:
    return ChangedAnswer(row.id, row.question, row.region, row.before, row.after, row.verdict, names(row.decider))
