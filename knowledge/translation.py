"""Residents' words for words of the law: a table learnt from their questions, and how well a passage explains a question.

The table is model 1 of Brown et al. (1993), used for search as by Berger and Lafferty (1999): each word that was asked is
explained by words the passage holds. 遛狗 so finds 携犬出户, whatever the two have in common as vectors. Fitted by
`python -m knowledge.fitting.translating`; kept in translation.npz.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from knowledge.lexical import Postings
from knowledge.own import pairs
from knowledge.text import words
from knowledge.vectors import Floats, Ints

FILE = "translation.npz"
NOTHING = 0  # the column of the empty word, which explains what no word of a passage does
#: What a chance is compared with: how common the word is among questions, and a floor for rare ones. Measured.
BEST_COMMON, BEST_FLOOR = 3.0, 3e-3
ALL_COMMON, ALL_FLOOR, ALL_WORDS = 1.0, 3e-4, 10


@dataclass(frozen=True)
class Translation:
    """`asked` numbers the terms of questions, `held` the words of passages from 1; both as they were learnt from.

    Term t is explained by word `columns[i]` with `chances[i]`, `starts[t] <= i < starts[t + 1]`. `common` is the share of
    each term among all that was asked, shape (terms,).
    """

    asked: dict[str, int]
    held: dict[str, int]
    starts: npt.NDArray[np.int64]
    columns: npt.NDArray[np.uint16]
    chances: Floats
    common: Floats

    def scores(self, question: str, lists: Sequence[npt.NDArray[np.uint16]]) -> tuple[Floats, Floats]:
        """How well passages explain an evened question: by the best word for each term, and by all words together.

        `lists` are the passages' columns, see `Held`. Both of shape (len(lists),), 0 for a passage that explains nothing.
        """
        known = [self.asked[term] for term in terms(question) if term in self.asked]
        if not known or not lists:
            return np.zeros(len(lists), dtype=np.float32), np.zeros(len(lists), dtype=np.float32)
        table = np.zeros((len(known), len(self.held) + 1), dtype=np.float32)
        for row, term in enumerate(known):
            span = slice(self.starts[term], self.starts[term + 1])
            table[row, self.columns[span]] = self.chances[span]
        sizes = np.array([len(one) for one in lists])
        values = table[:, np.concatenate(lists)]
        at = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        common = self.common[known][:, None]
        best = np.log1p(np.maximum.reduceat(values, at, axis=1) / (BEST_COMMON * common + BEST_FLOOR))
        mean = np.add.reduceat(values, at, axis=1) / (sizes + ALL_WORDS)
        every = np.log1p(mean / (ALL_COMMON * common + ALL_FLOOR))
        many = np.sqrt(len(known))
        return (best.sum(axis=0) / many).astype(np.float32), (every.sum(axis=0) / many).astype(np.float32)


class Held:
    """The words the table knows, passage by passage: the postings of a shelf read the other way round."""

    def __init__(self, postings: Postings, translation: Translation) -> None:
        column = np.array([translation.held.get(word, NOTHING) for word in postings.vocabulary], dtype=np.uint16)
        of_posting = np.repeat(column, np.diff(postings.starts))
        known = of_posting != NOTHING
        passages = np.asarray(postings.passages)[known]
        count = len(postings.lengths)
        # Each passage holds the empty word too, so that none is an empty list.
        order = np.argsort(np.concatenate([np.arange(count), passages]), kind="stable")
        self._columns = np.concatenate([np.zeros(count, np.uint16), of_posting[known]])[order]
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(passages, minlength=count) + 1)]).astype(np.int64)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def of(self, passage: int) -> npt.NDArray[np.uint16]:
        """The columns of one passage, the empty word first."""
        return self._columns[self._starts[passage] : self._starts[passage + 1]]


class StackedHeld:
    """The words of several shelves as of one; passages are numbered through in the order of the shelves."""

    def __init__(self, shelves: Sequence[Held]) -> None:
        self._shelves = list(shelves)
        self._starts = np.cumsum([0, *(len(shelf) for shelf in shelves)])

    def of(self, positions: Ints) -> list[npt.NDArray[np.uint16]]:
        """The columns of each passage."""
        shelf = np.searchsorted(self._starts, positions, side="right") - 1
        return [self._shelves[at].of(int(one - self._starts[at])) for at, one in zip(shelf, positions, strict=True)]


def terms(question: str) -> list[str]:
    """What of an evened question is explained: its words, and pairs of characters where words are cut unluckily."""
    return list(dict.fromkeys([*words(question), *pairs(question)]))


@cache
def shipped() -> Translation:
    """The table that is shipped."""
    with resources.files("knowledge").joinpath(FILE).open("rb") as file, np.load(file) as stored:
        asked, held = (str(stored[name]).split("\n") for name in ("asked", "held"))
        return Translation(
            asked=dict(zip(asked, range(len(asked)), strict=True)),
            held=dict(zip(held, range(1, len(held) + 1), strict=True)),
            starts=np.concatenate([[0], np.cumsum(stored["sizes"])]).astype(np.int64),
            columns=stored["columns"],
            chances=stored["chances"].astype(np.float32),
            common=stored["common"].astype(np.float32),
        )
