"""Which of the intents a message has, with a confidence that can be believed."""

from __future__ import annotations

import json
import logging
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse

from bot.rasa_components.ridge import Ridge, Rows, fit

logger = logging.getLogger(__name__)

FILE = "intents"
ARRAYS = ("centre", "scale", "lengths", "dual", "bias")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RidgeIntentClassifier(GraphComponent, IntentClassifier):
    """Ranks the intents by the sentence features of the featurizers before it."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Featurizers come first: one sparse, one dense."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`penalty` and `dense_share`: see ridge.fit; `ranking`: how many intents are reported.

        `refusals`: intents that turn a resident away; all of them together need the probability `refuse_from`.
        """
        return {"penalty": 0.3, "dense_share": 1.0, "ranking": 10, "refusals": [], "refuse_from": 0.0}

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model: Ridge | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RidgeIntentClassifier:
        """A classifier that has learnt nothing yet."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on every phrase that has an intent."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        labels = [example.get(INTENT) for example in examples]
        pieces, dense = _features(examples)
        self._model = fit(pieces, dense, labels, self._config["penalty"], self._config["dense_share"])
        logger.info("%d phrases; each read without itself: %.3f right", len(labels), self._model.left_out_accuracy)
        self._persist(self._model)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent` and `intent_ranking` on every message."""
        for message in messages:  # an empty message has no features, and the fallback after us expects an answer
            message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
        readable = [message for message in messages if message.get(TEXT)]
        if self._model is None or not readable:
            return messages
        for message, row in zip(readable, self._model.probabilities(*_features(readable)), strict=True):
            ranked = [(self._model.classes[place], float(row[place])) for place in np.argsort(-row)]
            ranking = [{"name": name, "confidence": share} for name, share in self._unless_unsure(ranked)]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _unless_unsure(self, ranked: list[tuple[str, float]]) -> list[tuple[str, float]]:
        """As many as are reported; without the refusals where they are not sure enough, for a matter turned away is lost."""
        refusals = self._config["refusals"]
        refused = sum(share for name, share in ranked if name in refusals)
        if ranked[0][0] in refusals and refused < self._config["refuse_from"]:
            ranked = [pair for pair in ranked if pair[0] not in refusals]
        return ranked[: self._config["ranking"]]

    def _persist(self, model: Ridge) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            facts = {
                "classes": model.classes,
                "temperature": model.temperature,
                "left_out_accuracy": model.left_out_accuracy,
            }
            (folder / f"{FILE}.json").write_text(json.dumps(facts), encoding="utf-8")
            np.savez(folder / f"{FILE}.npz", even=model.learnt.even, **{name: getattr(model, name) for name in ARRAYS})
            sparse.save_npz(folder / f"{FILE}.pieces.npz", model.learnt.pieces)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> RidgeIntentClassifier:
        """The classifier as it was trained; plain JSON and arrays, no pickle."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            facts = json.loads((folder / f"{FILE}.json").read_text(encoding="utf-8"))
            with np.load(folder / f"{FILE}.npz", allow_pickle=False) as arrays:
                learnt = Rows(sparse.load_npz(folder / f"{FILE}.pieces.npz"), arrays["even"])
                component._model = Ridge(**facts, learnt=learnt, **{name: arrays[name] for name in ARRAYS})
        return component


def _features(messages: list[Message]) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Sentence features of all messages as rows: sparse (n, pieces) and dense (n, 384)."""
    sparse_rows = [message.get_sparse_features(attribute=TEXT)[1].features for message in messages]
    dense_rows = [message.get_dense_features(attribute=TEXT)[1].features for message in messages]
    return sparse.vstack(sparse_rows).tocsr(), np.vstack(dense_rows)
