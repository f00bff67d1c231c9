"""What search has learnt from residents' questions: a linear map of the question's vector (learned.npz).

People ask by their situation, laws speak by their terms: the map turns the vector of the one towards the vectors of the
other, and leans towards articles that residents ask about at all. The passages' vectors stay those of the encoder, so
nothing has to be encoded anew when the map is fitted again (`python -m knowledge.fitting.learning`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from knowledge.vectors import Floats

FILE = "learned.npz"


@dataclass(frozen=True)
class Learned:
    """`weights` (width, width) and `bias` (width,); they belong to the vectors of the encoder called `encoder`."""

    encoder: str
    weights: Floats
    bias: Floats

    def towards_passages(self, vector: Floats) -> Floats:
        """A question's vector as it is compared with passages, shape (width,).

        Not of unit length: its products with passages are logits, the logarithms of odds up to a constant.
        """
        out: Floats = vector @ self.weights + self.bias
        return out


@cache
def _shipped() -> Learned:
    with resources.files("knowledge").joinpath(FILE).open("rb") as file, np.load(file) as stored:
        weights, bias = stored["weights"].astype(np.float32), stored["bias"].astype(np.float32)
        return Learned(str(stored["encoder"]), weights, bias)


def learned_for(encoder: str) -> Learned | None:
    """The map for vectors of an encoder; None for encoders nothing was learnt with."""
    shipped = _shipped()
    return shipped if shipped.encoder == encoder else None
