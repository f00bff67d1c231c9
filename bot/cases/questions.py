"""What to ask about a matter by its category, which of it the chat asks, and what an answer says. Standard library only.

A row is asked in the chat where `ask` says so and none of the words in `told` has been said; every other row is for the staff.
An option is written `有人/有/里面有`: what its button says, and how else people say it. The first of a yes_no is the yes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.text.normalize import even

YES = "是"
#: Of a yes_no without options of its own.
PLAIN_OPTIONS = "是/有/对|不是/没有/没|不知道/不清楚"
#: So many of one matter are asked at most: an elder has to reach the end.
MOST = 2
#: With more characters beside the word a message tells something of its own and is no answer.
BESIDE = 5
#: Words that begin like an answer and are none.
NO_ANSWER = re.compile(
    "没(?:有)?人(?:管|修|来|理|问|弄|办|处理|接)|没有?(?:问题|意见|错|毛病|电话|手机)|有(?:个|件|一)?(?:事|问题)|有没有"
)
FILLER = re.compile("[的了啊呀吧呢嘛哦嗯,。! ]")

Row = Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """One row of questions.csv. `options`: (button, other words for it) in order; none: answered in one's own words."""

    category: str
    key: str
    text: str
    options: tuple[tuple[str, tuple[str, ...]], ...]
    in_chat: bool
    told: tuple[str, ...]
    dangerous: int | None  # position of the option that means danger
    danger: str  # kind of the safety text said then

    @property
    def titles(self) -> tuple[str, ...]:
        """What the buttons say."""
        return tuple(title for title, _ in self.options)

    def read(self, text: str) -> int | None:
        """Position of the option a short message chooses: the word that comes first in it, the longer of two; else None."""
        said = FILLER.sub("", even(text))
        if not said or NO_ANSWER.search(said):
            return None
        found = [
            (said.find(word), -len(word), position)
            for position, (title, others) in enumerate(self.options)
            for word in (title, *others)
            if _is_said(word, said)
        ]
        return min(found)[2] if found else None


@dataclass(frozen=True)
class Questions:
    """All rows, in the order they are asked."""

    questions: tuple[Question, ...]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Questions:
        """Read rows of questions.csv, `ask` and `told` empty where a table was kept without. Raises KeyError, ValueError."""
        ordered = sorted(rows, key=lambda row: (row["category"], int(row["position"] or 0)))
        return cls(tuple(_question(row) for row in ordered))

    def of_category(self, code: str) -> list[Question]:
        """Everything that is to be known of a category, by the chat or by the staff."""
        return [question for question in self.questions if question.category == code]

    def get(self, code: str, key: str) -> Question | None:
        """The question `key` of a category."""
        return next((question for question in self.of_category(code) if question.key == key), None)

    def next_in_chat(self, code: str, words: str, put: Collection[str]) -> Question | None:
        """What the chat asks next of a matter told in `words`, when the questions `put` have been asked; None: nothing."""
        if len(put) >= MOST:
            return None
        evened = even(words)
        open_ones = (question for question in self.of_category(code) if question.in_chat and question.key not in put)
        return next((one for one in open_ones if not any(word in evened for word in one.told)), None)


def _is_said(word: str, said: str) -> bool:
    """A single character (有, 没) has to be everything that is said."""
    return word == said if len(word) == 1 else word in said and len(said) <= len(word) + BESIDE


def _question(row: Row) -> Question:
    written = row["options"] or (PLAIN_OPTIONS if row["kind"] == "yes_no" else "")
    options = tuple(_option(cell) for cell in written.split("|") if cell)
    named = row["dangerous"].strip()
    titles = [title for title, _ in options]
    dangerous = (0 if named == YES and row["kind"] == "yes_no" else titles.index(named)) if named else None
    return Question(
        row["category"], row["key"], row["question"], options, row.get("ask", "") == YES and bool(options),
        tuple(even(word) for word in row.get("told", "").split("|") if word), dangerous, row["danger"],
    )  # fmt: skip


def _option(cell: str) -> tuple[str, tuple[str, ...]]:
    title, *others = (even(word) for word in cell.split("/") if word)
    return title, tuple(others)
