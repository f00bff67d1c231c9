"""How much two reports say the same: by the pairs of neighbouring characters they share, rare pairs weighing most.

No weights are learnt, so it works from a district's first day on; benchmarks/duplicates.py measures it.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Generic, TypeVar

#: From this likeness on a neighbour's report is shown: 0.02 of those shown are of another matter (benchmarks/duplicates.py).
SAME_FROM = 0.28
#: What masking puts in the place of personal data says nothing about the matter.
SILENT = re.compile(r"〔[^〕]*〕|\W")
K = TypeVar("K")


class Alike(Generic[K]):
    """Reports by key, ready for comparison. Unlike in `bot.cases.alike`, common words count little."""

    def __init__(self, texts: Mapping[K, str]) -> None:
        self._pairs = {key: pairs(text) for key, text in texts.items()}
        self._holding: dict[str, list[K]] = defaultdict(list)
        for key, held in self._pairs.items():
            for pair in held:
                self._holding[pair].append(key)
        self._lengths = {key: self._length(held) for key, held in self._pairs.items()}

    def nearest(self, text: str, limit: int) -> list[tuple[float, K]]:
        """(likeness from 0 to 1, key) of the most alike, best first."""
        held = pairs(text)
        shared: Counter[K] = Counter()
        for pair in held:
            weight = self._weight(pair) ** 2
            for key in self._holding.get(pair, ()):
                shared[key] += weight  # type: ignore[assignment]  # a counter of weights
        length = self._length(held)
        scored = [(self._share(weight, length, self._lengths[key]), key) for key, weight in shared.items()]
        return sorted(scored, key=lambda each: each[0], reverse=True)[:limit]

    @staticmethod
    def _share(weight: float, one: float, other: float) -> float:
        """The mean of the shares in both texts and in the shorter: a short report of a long one's matter is that matter."""
        return (weight / (one * other) + weight / min(one, other) ** 2) / 2

    def _weight(self, pair: str) -> float:
        """Rare pairs say most. A pair every report has still says something: in a small pool all are common."""
        return math.log(1 + (len(self._pairs) + 1) / (len(self._holding.get(pair, ())) + 0.5))

    def _length(self, held: frozenset[str]) -> float:
        return math.sqrt(sum(self._weight(pair) ** 2 for pair in held)) or 1.0


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a text without marks and masked data."""
    plain = SILENT.sub("", text)
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))
