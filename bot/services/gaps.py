"""Gaps (缺口): what residents asked and got no use of, questions that mean the same together, counted by residents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.services.ports import Clock
from bot.store.database import Database
from bot.store.tables import AnswerRow
from knowledge.answering import KnowledgeBase
from knowledge.text import even, words
from knowledge.vectors import Floats

LOOK_BACK = timedelta(days=30)
MOST_QUESTIONS = 500  # the newest different ones; each is encoded once in the life of the process
ALIKE = 0.95  # cosine from which two questions that share a word are called the same matter
SAME_WORDS = 0.8  # share of common words from which they are, whatever the encoder says


@dataclass(frozen=True)
class Gap:
    """Questions about one matter. `question` is the first that was asked; `useless` counts answers pressed 没用."""

    question: str
    ways: tuple[str, ...]
    residents: int
    abstained: int
    useless: int
    last_at: datetime


@dataclass
class _Matter:
    question: str
    tokens: frozenset[str]
    vector: Floats
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
        """The gaps of the last 30 days, those of most residents first. The same rows always give the same gaps."""
        with self.database.reading() as work:
            rows = list(work.messages.unhelped(self.clock.now() - LOOK_BACK, MOST_QUESTIONS))
        matters: list[_Matter] = []
        for row in reversed(rows):
            self._put(matters, row)
        gaps = [_gap(matter.question, matter.rows) for matter in matters]
        return sorted(gaps, key=lambda gap: (-gap.residents, -gap.last_at.timestamp(), gap.question))

    def _put(self, matters: list[_Matter], row: AnswerRow) -> None:
        """With the first matter it belongs to, or as a new one: compared with the first question, so that none drifts."""
        text = even(row.question)
        tokens, vector = frozenset(words(text)), self._vector(text)
        found = next((one for one in matters if one.question == text or one.is_about(tokens, vector)), None)
        if found is None:
            matters.append(found := _Matter(text, tokens, vector))
        found.rows.append(row)

    def _vector(self, text: str) -> Floats:
        if len(self._vectors) > 4 * MOST_QUESTIONS:
            self._vectors.clear()
        if text not in self._vectors:
            self._vectors[text] = self.knowledge.encoder.encode_query(text)
        return self._vectors[text]


def _gap(question: str, rows: Sequence[AnswerRow]) -> Gap:
    return Gap(
        question,
        tuple(dict.fromkeys(row.question for row in rows)),
        len({row.resident_id for row in rows}),
        sum(row.status == "abstained" for row in rows),
        sum(row.feedback == "useless" for row in rows),
        max(row.given_at for row in rows),
    )
