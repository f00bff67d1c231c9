"""The hit test (试问) and golden questions: why the knowledge base answers what it answers, and what must stay so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.cases.errors import Invalid, NotFound
from bot.safety import redact
from bot.services.editing_rows import TITLE_KEPT, need
from bot.services.editing_views import Names
from bot.services.ports import Clock
from bot.services.views import StaffView
from bot.store.database import Database, Work
from bot.store.golden_tables import GoldenRow
from knowledge.answering import Answer, KnowledgeBase
from knowledge.clock import today
from knowledge.decision import fitted
from knowledge.finding import Finding
from knowledge.text import even
from knowledge.timing import asked_day

RIGHT = "edit_knowledge"
MOST = 300  # golden questions; all are asked in one go
NO_PASSAGE = ("abstained", "clarify")  # what may be expected beside a passage


@dataclass(frozen=True)
class Weighed:
    """One thing the decision looked at: its value times its weight pushes towards an answer (positive) or away."""

    name: str
    value: float
    push: float


@dataclass(frozen=True)
class Trial:
    """A question tried. `weighed` is what the decision saw of the first passage, the strongest push first."""

    answer: Answer
    kind: str
    probability: float
    threshold: float
    weighed: tuple[Weighed, ...]


@dataclass(frozen=True)
class GoldenView:
    """A golden question. `got` is what comes of it now, None where it was not asked; `passed` whether that is right."""

    id: int
    question: str
    region: str
    day: date | None
    expected: str
    document: str
    article: str
    title: str
    author: str
    kept_at: datetime
    got: Answer | None = None

    @property
    def passed(self) -> bool:
        """Whether the answer has the status and cites the passage that is expected."""
        if self.got is None or self.got.status != self.expected:
            return False
        wanted = (self.document, self.article)
        return self.expected != "answered" or any((one.document, one.article) == wanted for one in self.got.citations)


class Golden:
    """Tries questions and keeps those that matter."""

    def __init__(self, database: Database, knowledge: KnowledgeBase, clock: Clock) -> None:
        self.database, self.knowledge, self.clock = database, knowledge, clock

    def try_out(self, question: str, region: str, day: date | None) -> Trial:
        """What is answered, with what the decision saw. Nothing is kept. Raises KnowledgeError."""
        answer = self.knowledge.ask(question, region=region or None, on=day)
        meant = day or asked_day(even(question), today()) or today()
        finding = self.knowledge.look_up(question, region=region or None, on=meant)
        if finding is None:
            return Trial(answer, "", 0.0, 0.0, ())
        return Trial(answer, finding.kind, finding.probability, finding.threshold, _weighed(finding))

    def keep(self, question: str, region: str, day: date | None, expected: str, by: StaffView) -> GoldenView:
        """A golden question; the same question for the same place is changed instead of kept twice.

        `expected` is `abstained`, `clarify`, or the version of the passage that must be cited. Raises
        Invalid(golden_expected), Invalid(golden_many).
        """
        need(by, RIGHT)
        passage = None if expected in NO_PASSAGE else self.knowledge.passage(expected)
        if passage is None and expected not in NO_PASSAGE:
            raise Invalid("golden_expected")
        masked = redact.mask(question)

        def act(work: Work) -> GoldenView:
            row = work.golden.same(masked, region)
            if row is None and len(work.golden.all()) >= MOST:
                raise Invalid("golden_many", limit=str(MOST))
            row = row or GoldenRow(question=masked, region=region)
            row.day, row.author, row.kept_at = day, by.owner, self.clock.now()
            row.expected = "answered" if passage else expected
            row.document, row.article = (passage.document, passage.article) if passage else ("", "")
            row.title = passage.title[:TITLE_KEPT] if passage else ""
            work.golden.add(row)
            work.staff.audit(by.owner, "golden_kept", f"golden:{row.id}", row.kept_at)
            return _view(row, Names(work))

        return self.database.run(act)

    def remove(self, golden_id: int, by: StaffView) -> None:
        """Ask this question no more. Raises NotFound."""
        need(by, RIGHT)

        def act(work: Work) -> None:
            row = work.golden.one(golden_id)
            if row is None:
                raise NotFound()
            work.golden.remove(row)
            work.staff.audit(by.owner, "golden_removed", f"golden:{golden_id}", self.clock.now(), question=row.question)

        self.database.run(act)

    def ask(self, golden_id: int) -> GoldenView:
        """One golden question with what comes of it now. Raises NotFound, KnowledgeError."""
        with self.database.reading() as work:
            row = work.golden.one(golden_id)
            if row is None:
                raise NotFound()
            view = _view(row, Names(work))
        return replace(view, got=ask_again(self.knowledge, view)[0])

    def list(self, *, ask: bool = False) -> list[GoldenView]:
        """All golden questions, oldest first; with `ask`, with what comes of them now, the failed ones first.

        Raises KnowledgeError when the knowledge base cannot be read.
        """
        with self.database.reading() as work:
            views = golden_views(work)
        if not ask:
            return views
        asked = [replace(view, got=ask_again(self.knowledge, view)[0]) for view in views]
        return sorted(asked, key=lambda view: view.passed)


def golden_views(work: Work) -> list[GoldenView]:
    """All golden questions, oldest first."""
    names = Names(work)
    return [_view(row, names) for row in work.golden.all()]


def ask_again(knowledge: KnowledgeBase, view: GoldenView, day: date | None = None) -> tuple[Answer, bool]:
    """What comes of a golden question, and whether it is right; `day` where it names none itself. Raises KnowledgeError."""
    got = knowledge.ask(view.question, region=view.region or None, on=view.day or day)
    return got, replace(view, got=got).passed


def _view(row: GoldenRow, names: Names) -> GoldenView:
    return GoldenView(
        row.id, row.question, row.region, row.day, row.expected, row.document, row.article, row.title, names(row.author),
        row.kept_at,
    )  # fmt: skip


def _weighed(finding: Finding) -> tuple[Weighed, ...]:
    """Everything that pushed the decision at all."""
    weights = fitted()[finding.kind].weights
    pushes = (
        Weighed(name, value, weights[name] * value) for name, value in finding.features.items() if name in weights and value
    )
    return tuple(sorted(pushes, key=lambda one: -abs(one.push)))
