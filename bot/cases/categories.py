"""The district's categories of cases and how a message is matched to one by the words of its table.

Times, responsible units and what counts as an emergency are columns of the same file; who reads them is
`bot/services/dispatch.py`. Learning categories from a city's own history is not done here.
"""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.text.normalize import even

FILE_NAME = "categories.csv"
#: A word of one character says little; each further one adds this much.
WEIGHT_PER_CHARACTER = 0.5
#: Words of other categories with the same 大类 support a guess a little.
SUPPORT = 0.15
#: 电梯+坏: both parts must occur, and together say more than the same characters in one word.
PAIR_BONUS = 1.15


@dataclass(frozen=True)
class Category:
    """One row of categories.csv. Hours are those of `clock`: eight working hours make a working day."""

    code: str
    major: str
    minor: str
    kind: str
    keywords: tuple[str, ...]
    unit: str
    level: str
    contact_hours: float
    resolve_hours: float
    clock: str
    emergency: bool


@dataclass(frozen=True)
class Guess:
    """The category a message most likely belongs to; `score` is at least 0 and has no upper bound."""

    code: str
    major: str
    minor: str
    score: float


@dataclass(frozen=True)
class Catalogue:
    """All categories of the district, in the order of the file."""

    categories: tuple[Category, ...]

    @classmethod
    def read(cls, path: Path) -> Catalogue:
        """Read categories.csv, or the one in the folder `path`. Raises OSError, KeyError or ValueError on a bad file."""
        file_path = path / FILE_NAME if path.is_dir() else path
        with file_path.open(encoding="utf-8-sig", newline="") as file:
            return cls.of(list(csv.DictReader(file)))

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, str]]) -> Catalogue:
        """The categories of rows that have been read. Raises KeyError or ValueError on a row that cannot be right."""
        return cls(tuple(_category(row) for row in rows))

    def get(self, code: str) -> Category | None:
        """The category with this code, or None."""
        return self._by_code.get(code)

    def guess(self, text: str) -> Guess | None:
        """The category whose words say most in this text; None when no word of any category occurs."""
        return self._best(self._found(even(text)))

    def _best(self, found: dict[str, float]) -> Guess | None:
        scores = {category.code: _score(category, found) for category in self.categories}
        scores = {code: score for code, score in scores.items() if score > 0}
        if not scores:
            return None
        majors: dict[str, float] = defaultdict(float)
        for code, score in scores.items():
            majors[self._by_code[code].major] += score
        best = max(scores, key=lambda code: scores[code] + SUPPORT * (majors[self._by_code[code].major] - scores[code]))
        category = self._by_code[best]
        return Guess(category.code, category.major, category.minor, scores[best])

    def ranked(self, text: str, limit: int = 3) -> list[tuple[Guess, tuple[str, ...]]]:
        """The likeliest categories with the words that speak for each, best first; what `guess` answers comes first."""
        found = self._found(even(text))
        best = self._best(found)
        guesses = [(c, _score(c, found)) for c in self.categories]
        order = sorted(
            (pair for pair in guesses if pair[1] > 0), key=lambda pair: (pair[0].code != (best and best.code), -pair[1])
        )
        return [
            (Guess(c.code, c.major, c.minor, score), tuple(word for word in c.keywords if word in found))
            for c, score in order[:limit]
        ]

    @cached_property
    def _by_code(self) -> dict[str, Category]:
        return {category.code: category for category in self.categories}

    @cached_property
    def _words(self) -> dict[str, list[tuple[str, tuple[str, ...], float]]]:
        """Each word with its parts and its weight: a word that stands in several categories says less about each.

        By first character: a short text holds few of the thousands there are, and the rest need not be looked for.
        """
        counted = Counter(word for category in self.categories for word in category.keywords)
        found: dict[str, list[tuple[str, tuple[str, ...], float]]] = defaultdict(list)
        for word, count in counted.items():
            found[word[:1]].append((word, tuple(word.split("+")), _weight(word) / math.sqrt(count)))
        return dict(found)

    def _found(self, text: str) -> dict[str, float]:
        """The words that occur in an evened text, with their weights."""
        return {
            word: weight
            for start in {*text, ""}
            for word, parts, weight in self._words.get(start, ())
            if (word in text if len(parts) == 1 else all(part in text for part in parts))
        }


def _score(category: Category, found: dict[str, float]) -> float:
    """What the found words say for this category; a word inside a longer one of it does not count again."""
    ours = [word for word in category.keywords if word in found]
    return sum(found[word] for word in ours if not any(word != other and word in other for other in ours))


def _weight(word: str) -> float:
    parts = word.split("+")
    length = sum(len(part) for part in parts)
    return (1 + WEIGHT_PER_CHARACTER * (length - 1)) * (PAIR_BONUS if len(parts) > 1 else 1.0)


def _category(row: Mapping[str, str]) -> Category:
    return Category(
        code=row["code"],
        major=row["major"],
        minor=row["minor"],
        kind=row["kind"],
        keywords=tuple(even(word) for word in row["keywords"].split("|") if word),
        unit=row["unit"],
        level=row["level"],
        contact_hours=float(row["contact_hours"]),
        resolve_hours=float(row["resolve_hours"]),
        clock=row["clock"],
        emergency=row["emergency"] == "是",
    )
