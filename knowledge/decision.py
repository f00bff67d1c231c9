"""Whether to answer: a logistic regression over `features`, fitted by knowledge/fitting and kept in decision.json."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Decision:
    """Weights by feature name. `threshold` is the probability from which an answer is given.

    `beside` is the same for own articles in a base that holds statutes too, where more is asked that they do not cover.
    """

    weights: dict[str, float]
    intercept: float
    threshold: float
    beside: float

    def probability(self, features: dict[str, float]) -> float:
        """How likely the best passage answers, 0 to 1."""
        score = self.intercept + sum(weight * features[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


@cache
def fitted() -> dict[str, Decision]:
    """The decisions that are shipped, by the kind of document the best passage belongs to."""
    stored = json.loads(resources.files("knowledge").joinpath("decision.json").read_text("utf-8"))
    return {kind: Decision(**row) for kind, row in stored.items()}
