"""诉求性质: what a resident is after (ask, get help, complain, denounce, suggest, praise), found by a table. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.text.normalize import even

Row = Mapping[str, str]
YES = "是"
#: Where no row of the table says otherwise.
FALLBACK = "complaint"


@dataclass(frozen=True)
class Nature:
    """One row of natures.csv. `kinds`: kinds of cases that are of this nature where no word says more."""

    code: str
    name: str
    words: tuple[str, ...]
    confidential: bool  # nobody beyond the office learns who reported it
    counted: bool  # counts as a want of the neighbourhood: alike ones open a proactive case
    kinds: frozenset[str]


@dataclass(frozen=True)
class Natures:
    """The table in order."""

    rows: tuple[Nature, ...]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Natures:
        """Read the rows of natures.csv; a table kept before it had `kinds` has none. Raises KeyError on a missing column."""
        return cls(tuple(_nature(row) for row in rows))

    def get(self, code: str) -> Nature | None:
        """The nature with this code."""
        return next((nature for nature in self.rows if nature.code == code), None)

    def derive(self, text: str, kind: str) -> str:
        """The code for a matter: where its words say most; a confidential one before others; by its kind without any word."""
        evened = even(text)
        scores = {nature.code: _score(nature, evened) for nature in self.rows}
        best = max(self.rows, key=lambda nature: (scores[nature.code], nature.confidential), default=None)
        if best is not None and scores[best.code]:
            return best.code
        return next((nature.code for nature in self.rows if kind in nature.kinds), FALLBACK)

    @property
    def confidential(self) -> frozenset[str]:
        """Codes whose reporters are nobody's business."""
        return frozenset(nature.code for nature in self.rows if nature.confidential)

    @property
    def uncounted(self) -> frozenset[str]:
        """Codes that are no want of the neighbourhood."""
        return frozenset(nature.code for nature in self.rows if not nature.counted)


def _score(nature: Nature, text: str) -> int:
    """Characters of its words that are said."""
    return sum(len(word) for word in nature.words if word in text)


def _nature(row: Row) -> Nature:
    words = tuple(even(word) for word in row["words"].split("|") if word)
    kinds = frozenset(kind for kind in row.get("kinds", "").split("|") if kind)
    return Nature(row["code"], row["name"], words, row["confidential"] == YES, row["counted"] == YES, kinds)
