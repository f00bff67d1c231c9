"""A second opinion on danger: what the rules and pieces of the safety check say, weighed with the encoder's vector.

The gateway's check (`bot.safety.triage`) runs first and without Rasa. Here the vector is at hand anyway, and with it wording
that shares no characters with what was learnt is noticed too. The weights are written by `scripts/fit_opinion.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.rasa_components.ridge import softmax
from bot.safety import triage
from bot.safety.danger_model import Pieces
from bot.text.calls import with_calls_read

#: Under this key of the parsed message: {"level", "confidence"}.
DANGER = "danger"


@dataclass(frozen=True)
class Opinion:
    """Weights of pieces, of the vector (384, levels), and of the last step (levels + rules + 1, levels)."""

    pieces: Pieces
    centre: np.ndarray
    scale: np.ndarray
    dense: np.ndarray
    last: np.ndarray

    def levels(self, text: str, vector: np.ndarray) -> np.ndarray:
        """The probability of each of triage.LEVELS."""
        scores = self.pieces.scores(with_calls_read(text)) + ((vector - self.centre) * self.scale) @ self.dense
        rules = triage.rule_features(text, triage.by_tables(text))
        found: np.ndarray = softmax(np.concatenate([scores, rules, [1.0]])[None] @ self.last)[0]
        return found

    def save(self, path: Path) -> None:
        """Write everything as arrays."""
        names = list(self.pieces.weights)
        weights = np.array(list(self.pieces.weights.values()), dtype=np.float16)
        rarity = np.array([self.pieces.rarity[name] for name in names], dtype=np.float16)
        np.savez_compressed(
            path, names=np.array("\t".join(names)), weights=weights, rarity=rarity, bias=np.array(self.pieces.bias),
            centre=self.centre, scale=self.scale, dense=self.dense, last=self.last,
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Opinion:
        """Read what `save` wrote; no pickle. Raises OSError or KeyError where there is none."""
        with np.load(path, allow_pickle=False) as stored:
            names = str(stored["names"]).split("\t")
            weights = {name: tuple(row) for name, row in zip(names, stored["weights"].tolist(), strict=True)}
            rarity = dict(zip(names, stored["rarity"].tolist(), strict=True))
            pieces = Pieces(triage.LEVELS, tuple(stored["bias"].tolist()), weights, rarity)
            return cls(pieces, *(stored[name] for name in ("centre", "scale", "dense", "last")))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class DangerOpinion(GraphComponent, IntentClassifier):
    """Decides whether a message is one of the intents emergency and self_harm; the other intents keep their order."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`weights`: file of the opinion; `crisis_from`: from which probability on a message is taken for a crisis."""
        return {"weights": None, "crisis_from": 0.5}

    def __init__(self, config: dict[str, Any]) -> None:
        self._opinion = Opinion.load(Path(config["weights"]))
        self._crisis_from = float(config["crisis_from"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DangerOpinion:
        """An opinion; it learns nothing in Rasa's training."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `danger` on every message, and put a crisis where it belongs in the ranking of intents."""
        for message in messages:
            if message.get(TEXT) and message.get(INTENT_RANKING_KEY):
                vector = message.get_dense_features(attribute=TEXT)[1].features[0]
                likely = self._opinion.levels(message.get(TEXT), vector)
                self._decide(message, dict(zip(triage.LEVELS, likely.tolist(), strict=True)))
        return messages

    def _decide(self, message: Message, likely: dict[str, float]) -> None:
        crisis = {level: likely[level] for level in triage.CRISIS_LEVELS}
        confidence = sum(crisis.values())
        level = max(crisis, key=lambda name: crisis[name]) if confidence >= self._crisis_from else "none"
        message.set(DANGER, {"level": level, "confidence": confidence}, add_to_output=True)
        others = [row for row in message.get(INTENT_RANKING_KEY) if row["name"] not in crisis]
        total = sum(row["confidence"] for row in others) or 1.0
        ranking = [{"name": row["name"], "confidence": row["confidence"] / total * (1 - confidence)} for row in others]
        ranking.sort(key=lambda row: -row["confidence"])
        danger = [{"name": name, "confidence": share} for name, share in sorted(crisis.items(), key=lambda item: -item[1])]
        if level != "none":  # likelier or not: a missed crisis weighs more than a question too many
            danger[0]["confidence"] = confidence
        ranking = [*danger, *ranking] if level != "none" else [*ranking, *danger]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
