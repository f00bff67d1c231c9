"""Sparse features of a message: pieces of one to three characters and single and paired words, weighted by TF-IDF.

Rasa's CountVectorsFeaturizer counts instead of weighing, cuts pieces at word borders and cannot mark where a
message begins and ends, which for messages of two characters is half of what there is.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any, Callable

import numpy as np
import rjieba
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.rasa_components.reading import MARKER, reading

FILE = "ngrams"
BEGIN, END = "\x02", "\x03"


def character_pieces(longest: int) -> Callable[[str], list[str]]:
    """A function from a reading to its pieces of 1 … `longest` characters; a mask counts as one character."""

    def pieces(text: str) -> list[str]:
        signs = [BEGIN, *_signs(text), END]
        return [
            "".join(signs[start : start + length])
            for length in range(1, longest + 1)
            for start in range(len(signs) - length + 1)
        ]

    return pieces


def word_pieces(text: str) -> list[str]:
    """The words of a reading, and every two neighbours."""
    found = [word for word in rjieba.cut(text) if word.strip()]
    return found + [f"{left} {right}" for left, right in pairwise(found)]


def _signs(text: str) -> list[str]:
    signs: list[str] = []
    position = 0
    for marker in MARKER.finditer(text):
        signs += [*text[position : marker.start()], marker.group()]
        position = marker.end()
    return signs + list(text[position:])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(SparseFeaturizer, GraphComponent):
    """Adds a (1, vocabulary) sentence feature: characters and words side by side."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`longest`: characters in the longest piece; `words`: weight of the words beside the characters."""
        return {**SparseFeaturizer.get_default_config(), "longest": 3, "words": 0.7}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Every value is fit for use; nothing to refuse."""

    def __init__(self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._vectorizers = (
            TfidfVectorizer(analyzer=character_pieces(config["longest"]), sublinear_tf=True, dtype=np.float32),
            TfidfVectorizer(analyzer=word_pieces, dtype=np.float32),
        )
        self._weights = (1.0, float(config["words"]))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramFeaturizer:
        """A featurizer that has learnt nothing yet."""
        return cls(config, execution_context.node_name, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which pieces there are and how telling each is."""
        texts = [reading(example.get(TEXT)) for example in training_data.training_examples if example.get(TEXT)]
        for vectorizer in self._vectorizers:
            vectorizer.fit(texts)
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features to every example that has a text."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the features to every message that has a text."""
        readable = [message for message in messages if message.get(TEXT)]
        if readable:
            rows = self._rows([reading(message.get(TEXT)) for message in readable])
            origin = self._config[FEATURIZER_CLASS_ALIAS]
            for message, row in zip(readable, rows, strict=True):
                message.add_features(Features(row.tocoo(), FEATURE_TYPE_SENTENCE, TEXT, origin))
        return messages

    def _rows(self, texts: list[str]) -> sparse.csr_matrix:
        parts = [
            vectorizer.transform(texts) * weight for vectorizer, weight in zip(self._vectorizers, self._weights, strict=True)
        ]
        return sparse.hstack(parts).tocsr()

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            vocabularies = [
                {piece: int(column) for piece, column in vectorizer.vocabulary_.items()} for vectorizer in self._vectorizers
            ]
            (folder / f"{FILE}.json").write_text(json.dumps(vocabularies, ensure_ascii=False), encoding="utf-8")
            np.savez(folder / f"{FILE}.npz", *[vectorizer.idf_ for vectorizer in self._vectorizers])

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramFeaturizer:
        """The featurizer as it was trained; plain JSON and arrays, no pickle."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            vocabularies = json.loads((folder / f"{FILE}.json").read_text(encoding="utf-8"))
            with np.load(folder / f"{FILE}.npz", allow_pickle=False) as weights:
                for number, vectorizer in enumerate(component._vectorizers):
                    vectorizer.vocabulary = vocabularies[number]
                    vectorizer.idf_ = weights[f"arr_{number}"]
        return component
