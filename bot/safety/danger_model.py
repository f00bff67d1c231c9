"""How likely a message speaks of danger: short pieces of writing, weighed by tables that `scripts/fit_danger.py` writes.

Rules only know wording somebody foresaw. Here every piece of one to three characters says a little, learnt from sentences
of our own (data/safety). Plain Python, a few tenths of a millisecond a message.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLES = Path(__file__).parent / "tables"
#: Longest piece, in characters.
LONGEST = 3
#: Weights are written as whole numbers of this part, which keeps the tables small.
UNIT = 100
#: Of a longer message the first and the last characters are read, so that no message costs more than this.
MOST = 600
_MARKS = re.compile(r"[ ,。!?;.、~…:]+")


@dataclass(frozen=True)
class Pieces:
    """Weights of pieces for some labels; `rarity` is the inverse document frequency of the TF-IDF they were fitted on."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    weights: dict[str, tuple[float, ...]]
    rarity: dict[str, float]

    def scores(self, evened: str) -> list[float]:
        """The log odds of each label for an evened text (bot.text.normalize.even)."""
        found = {piece: 1 + math.log(n) for piece, n in Counter(pieces(evened)).items() if piece in self.weights}
        values = {piece: often * self.rarity[piece] for piece, often in found.items()}
        length = math.sqrt(sum(value * value for value in values.values())) or 1.0
        totals = list(self.bias)
        for piece, value in values.items():
            for label, weight in enumerate(self.weights[piece]):
                totals[label] += value / length * weight
        return totals


def pieces(evened: str) -> Iterator[str]:
    """All pieces of one to LONGEST characters, with ^ and $ at the ends and one blank for any mark."""
    if len(evened) > MOST:
        evened = evened[: MOST // 2] + " " + evened[-MOST // 2 :]
    text = "^" + _MARKS.sub(" ", evened) + "$"
    for size in range(1, LONGEST + 1):
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


@cache
def read_pieces(name: str) -> Pieces:
    """The table `name`: a line of labels, a line of biases, then piece, rarity and one weight a label."""
    head, bias, *rows = _rows(name)
    weights: dict[str, tuple[float, ...]] = {}
    rarity: dict[str, float] = {}
    for piece, rare, *numbers in rows:
        weights[piece] = tuple(int(number) / UNIT for number in numbers)
        rarity[piece] = int(rare) / UNIT
    return Pieces(tuple(head[2:]), tuple(int(number) / UNIT for number in bias[2:]), weights, rarity)


@cache
def read_weights(name: str) -> dict[str, tuple[float, ...]]:
    """A small table of plain numbers: name of a row, then its numbers."""
    return {row[0]: tuple(float(number) for number in row[1:]) for row in _rows(name)}


def _rows(name: str) -> list[list[str]]:
    """The rows behind the first line, which is a comment; a piece may be any sign but a tab or a new line."""
    lines = (TABLES / name).read_text(encoding="utf-8").split("\n")
    return [line.split("\t") for line in lines[1:] if line]


def shares(scores: Sequence[float]) -> list[float]:
    """Scores as probabilities that sum to one."""
    highest = max(scores)
    grown = [math.exp(score - highest) for score in scores]
    return [value / sum(grown) for value in grown]
