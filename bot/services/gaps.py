"""Gaps (缺口): what residents asked and got no use of, questions that mean the same together, counted by residents.

What people do about a gap is `gap_work`; here it is looked up and put together with what residents asked.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.services.editing_rows import local_day
from bot.services.editing_views import Names
from bot.services.ports import Clock
from bot.store.care_tables import GapRow
from bot.store.database import Database, Work
from bot.store.tables import AnswerRow
from knowledge.answering import KnowledgeBase
from knowledge.text import even, words
from knowledge.vectors import Floats

LOOK_BACK = timedelta(days=30)
MOST_QUESTIONS = 500  # the newest different ones; each is encoded once in the life of the process
ALIKE = 0.95  # cosine from which two questions that share a word are called the same matter
SAME_WORDS = 0.8  # share of common words from which they are, whatever the encoder says
BY_PERSON = "by_person"
#: Words with which a question is asked; a thank-you that was answered is no gap.
ASKS = re.compile(
    "[?？]|吗|呢$|怎么|怎样|如何|什么|哪里|哪儿|哪个|哪些|多少|几点|几天|多久|多长|能不能|可不可以|要不要|是不是|有没有|为什么"
)
OPEN, ASSIGNED, ANSWERED, NOT_OURS = STATES = ("open", "assigned", "answered", "not_ours")
CLOSED = (ANSWERED, NOT_OURS)


@dataclass(frozen=True)
class Gap:
    """Questions about one matter. `question` is the first that was asked, made even; it names the gap.

    `useless` counts answers pressed 没用, `reasons` the reasons given for it. `again`: asked in vain after it had been
    closed as answered. `unanswered` are the ways of asking that a published draft does not answer.
    """

    question: str
    ways: tuple[str, ...]
    residents: int
    abstained: int
    useless: int
    reasons: Mapping[str, int]
    last_at: datetime | None
    people: int = 0  # how often a person at the desk answered it
    state: str = OPEN
    assignee: str = ""
    assignee_id: str = ""
    due_on: date | None = None
    overdue: bool = False
    again: bool = False
    note: str = ""
    draft_id: int | None = None
    draft_state: str = ""
    unanswered: tuple[str, ...] = ()


@dataclass
class _Matter:
    question: str
    tokens: frozenset[str]
    vector: Floats
    kept: GapRow | None = None
    rows: list[AnswerRow] = field(default_factory=list)

    def is_about(self, tokens: frozenset[str], vector: Floats) -> bool:
        """Whether another question asks for the same."""
        shared = len(tokens & self.tokens)
        return shared > 0 and (shared / len(tokens | self.tokens) >= SAME_WORDS or float(vector @ self.vector) >= ALIKE)


class Gaps:
    """Looks for gaps; changes nothing."""

    def __init__(self, database: Database, knowledge: KnowledgeBase, clock: Clock) -> None:
        self.database, self.knowledge, self.clock = database, knowledge, clock
        self._vectors: dict[str, Floats] = {}

    def all(self) -> list[Gap]:
        """Gaps of the last 30 days and all that somebody has in hand: overdue ones first, then those of most residents.

        The same rows always give the same gaps. Raises KnowledgeError where the encoder is missing.
        """
        now = self.clock.now()
        with self.database.reading() as work:
            rows = [*work.messages.unhelped(now - LOOK_BACK, MOST_QUESTIONS), *_asked_of_people(work, now - LOOK_BACK)]
            matters = [_Matter(row.question, *self._seen(row.question), kept=row) for row in work.care.gaps()]
            for row in reversed(rows):
                self._put(matters, row)
            names, today = Names(work), local_day(now)
            gaps = [_gap(work, matter, names, today) for matter in matters]
        return sorted(gaps, key=_order)

    def warm_up(self) -> None:
        """Encode new questions before somebody opens the page."""
        with self.database.reading() as work:
            rows = work.messages.unhelped(self.clock.now() - LOOK_BACK, MOST_QUESTIONS)
            for row in rows:
                self._seen(even(row.question))

    def one(self, question: str) -> Gap | None:
        """The gap that a question names; None when it is there no more."""
        return next((gap for gap in self.all() if gap.question == question), None)

    def _put(self, matters: list[_Matter], row: AnswerRow) -> None:
        """With the first matter it belongs to, or as a new one: compared with the first question, so that none drifts."""
        text = even(row.question)
        tokens, vector = self._seen(text)
        found = next((one for one in matters if one.question == text or one.is_about(tokens, vector)), None)
        if found is None:
            matters.append(found := _Matter(text, tokens, vector))
        found.rows.append(row)

    def _seen(self, text: str) -> tuple[frozenset[str], Floats]:
        if len(self._vectors) > 4 * MOST_QUESTIONS:
            self._vectors.clear()
        if text not in self._vectors:
            self._vectors[text] = self.knowledge.encoder.encode_query(text)
        return frozenset(words(text)), self._vectors[text]


def mark_of(question: str) -> str:
    """The short name of a gap's question."""
    return hashlib.sha256(question.encode()).hexdigest()


def _order(gap: Gap) -> tuple[bool, int, float, str]:
    last = gap.last_at.timestamp() if gap.last_at else 0.0
    return not gap.overdue, -gap.residents, -last, gap.question


def _gap(work: Work, matter: _Matter, names: Names, today: date) -> Gap:
    kept = matter.kept
    if kept is None:
        return _counted(matter.question, matter.rows, ())
    closed = kept.closed_at if kept.state == ANSWERED else None
    rows = [row for row in matter.rows if closed is None or row.given_at > closed]
    again = closed is not None and bool(rows)
    state = OPEN if again else kept.state
    draft = work.knowledge.draft(kept.draft_id) if kept.draft_id else None
    gap = _counted(matter.question, rows, tuple(map(str, kept.ways)))
    return Gap(
        **{
            **vars(gap), "state": state, "assignee": names(kept.assignee), "assignee_id": kept.assignee or "",
            "due_on": kept.due_on, "overdue": bool(kept.due_on and kept.due_on < today and state not in CLOSED),
            "again": again, "note": kept.note, "draft_id": kept.draft_id, "draft_state": draft.state if draft else "",
            "unanswered": tuple(map(str, kept.unanswered)),
        }
    )  # fmt: skip


def _asked_of_people(work: Work, since: datetime) -> list[AnswerRow]:
    """Questions a person answered, in the shape of those the bot could not: what people are asked, it should know."""
    found = work.desk.answered_by_people(since, MOST_QUESTIONS)
    return [
        AnswerRow(resident_id=resident_id, question=asked.text, status=BY_PERSON, given_at=asked.received_at)
        for resident_id, asked, _ in found
        if ASKS.search(asked.text)
    ]


def _counted(question: str, rows: Sequence[AnswerRow], ways: tuple[str, ...]) -> Gap:
    """What residents asked; `ways` are shown where none of them is left in these 30 days."""
    asked = tuple(dict.fromkeys(row.question for row in rows))
    return Gap(
        question,
        asked or ways or (question,),
        len({row.resident_id for row in rows}),
        sum(row.status == "abstained" for row in rows),
        sum(row.feedback == "useless" for row in rows),
        dict(Counter(row.feedback_reason for row in rows if row.feedback == "useless" and row.feedback_reason).most_common()),
        max((row.given_at for row in rows), default=None),
        sum(row.status == BY_PERSON for row in rows),
    )
