"""What people do about gaps: hand one to somebody with a day, begin a draft of it, close it; and closing by itself.

A gap is closed by itself once its draft is published and every way of asking it was made for is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from bot.cases.errors import Invalid, NotFound
from bot.cases.roles import Role, may
from bot.services.draft_states import DraftState
from bot.services.editing import Editing
from bot.services.editing_rows import local_day, need
from bot.services.editing_views import SYSTEM, DraftView
from bot.services.gaps import ANSWERED, ASSIGNED, CLOSED, OPEN, Gap, Gaps, mark_of
from bot.services.ports import Clock
from bot.services.releases import OFF
from bot.services.staff import Staff, StaffAccount
from bot.services.views import StaffView
from bot.store.care_tables import GapRow
from bot.store.database import Database, Work
from knowledge.answering import KnowledgeBase
from knowledge.trying import generation_of

RIGHT = "edit_knowledge"
TOPIC = "gaps"
NOTE_AT_MOST = 500
WAYS_AT_MOST, WAY_AT_MOST, TITLE_AT_MOST = 30, 200, 100  # of a draft; ways beyond are the rarer ones


class GapWork:
    """Moves gaps. One method, one transaction; each is written into the audit."""

    def __init__(
        self, database: Database, gaps: Gaps, editing: Editing, staff: Staff, knowledge: KnowledgeBase, clock: Clock,
        region: str | None,
    ) -> None:  # fmt: skip
        self.database, self.gaps, self.editing, self.staff = database, gaps, editing, staff
        self.knowledge, self.clock, self.region = knowledge, clock, region
        self._asked: dict[int, str] = {}  # gap → the state of the base its questions were last asked in

    def people(self) -> list[StaffAccount]:
        """Who may be given a gap: everybody at work who may write."""
        return [one for one in self.staff.list() if one.active and may(Role(one.role), RIGHT)]

    def assign(self, question: str, assignee: int, due_on: date | None, note: str, by: StaffView) -> None:
        """Give a gap to somebody, with the day by which it is to be done.

        Raises Invalid(gap_assignee) for somebody who may not write, Invalid(gap_due) for a day gone by, NotFound.
        """
        if assignee not in {one.id for one in self.people()}:
            raise Invalid("gap_assignee")
        if due_on is not None and due_on < local_day(self.clock.now()):
            raise Invalid("gap_due")

        def act(row: GapRow) -> None:
            row.state, row.assignee, row.due_on, row.note, row.closed_at = ASSIGNED, f"staff:{assignee}", due_on, note, None

        self._move(question, by, "gap_assigned", act)

    def close(self, question: str, state: str, note: str, by: StaffView) -> None:
        """Nothing is to be done: it is answered already, or it is not ours. Says why; raises Invalid(gap_note) without."""
        if state not in CLOSED:
            raise NotFound()
        if not 1 <= len(note) <= NOTE_AT_MOST:
            raise Invalid("gap_note", limit=str(NOTE_AT_MOST))

        def act(row: GapRow) -> None:
            row.state, row.note, row.closed_at = state, note, self.clock.now()

        self._move(question, by, f"gap_{state}", act)

    def reopen(self, question: str, by: StaffView) -> None:
        """Something is to be done after all."""

        def act(row: GapRow) -> None:
            row.state, row.closed_at = (ASSIGNED if row.assignee else OPEN), None

        self._move(question, by, "gap_reopened", act)

    def write(self, question: str, by: StaffView) -> DraftView:
        """A draft of an answer with all ways of asking; the one begun before, where there is one. Raises NotFound."""
        need(by, RIGHT)
        gap = self._known(question)
        if gap.draft_id and gap.draft_state not in ("", DraftState.DISCARDED, DraftState.PUBLISHED):
            return self.editing.draft(gap.draft_id)
        ways = tuple(dict.fromkeys(one.replace("\n", " ")[:WAY_AT_MOST] for one in gap.ways))[:WAYS_AT_MOST]
        draft = self.editing.start_asked(ways[0][:TITLE_AT_MOST], by, ways)

        def act(row: GapRow) -> None:
            row.draft_id, row.ways, row.unanswered = draft.id, list(ways), []
            row.state, row.assignee, row.closed_at = ASSIGNED, row.assignee or by.owner, None

        self._move(question, by, "gap_written", act)
        return draft

    def once(self) -> int:
        """Close gaps whose draft is published and whose questions are answered now; answers how many. The worker's."""
        self.gaps.warm_up()
        published, closed = self._published(), 0
        generation = generation_of(self.knowledge.folder) if published else ""
        for gap_id, ways in published:
            if self._asked.get(gap_id) == generation:
                continue
            answers = [(way, self.knowledge.ask(way, region=self.region).status) for way in ways]
            without = [way for way, status in answers if status != "answered"]
            self.database.run(partial(self._settle, gap_id=gap_id, without=without))
            self._asked[gap_id] = generation
            closed += not without
        return closed

    def _published(self) -> list[tuple[int, list[str]]]:
        """Gaps whose draft residents are answered from already, with the ways of asking it was made for."""
        found = []
        with self.database.reading() as work:
            for row in work.care.gaps():
                draft = work.knowledge.draft(row.draft_id) if row.draft_id and row.state not in CLOSED else None
                document = work.knowledge.document(draft.document_id) if draft else None
                if draft and document and draft.state == DraftState.PUBLISHED and document.applied not in ("", OFF):
                    found.append((row.id, list(map(str, row.ways))))
        return found

    def _settle(self, work: Work, gap_id: int, without: list[str]) -> None:
        row = work.care.gap(gap_id)
        if row is None or row.state in CLOSED:
            return
        row.unanswered, row.updated_at = without, self.clock.now()
        if not without:
            row.state, row.closed_at, row.updated_by = ANSWERED, row.updated_at, SYSTEM
            work.staff.audit(SYSTEM, "gap_answered", f"gap:{row.id}", row.updated_at)

    def _known(self, question: str) -> Gap:
        gap = self.gaps.one(question)
        if gap is None:
            raise NotFound()
        return gap

    def _move(self, question: str, by: StaffView, what: str, act: Callable[[GapRow], None]) -> None:
        """Do something with a gap, which gets its row on the first such occasion. Raises NotFound, NotPermitted."""
        need(by, RIGHT)
        gap = self._known(question)

        def run(work: Work) -> None:
            row = work.care.gap_marked(mark_of(question))
            if row is None:
                row = GapRow(mark=mark_of(question), question=question, state=OPEN, ways=list(gap.ways), updated_by=by.owner)
            row.updated_by, row.updated_at = by.owner, self.clock.now()
            act(row)
            work.care.add(row)
            work.staff.audit(by.owner, what, f"gap:{row.id}", row.updated_at)

        self.database.run(run)
