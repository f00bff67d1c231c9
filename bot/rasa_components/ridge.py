"""The arithmetic of the classifier: kernel ridge regression on sparse and dense features, calibrated without held-out data.

Two messages are as alike as their features' product says, plus the square of the cosine: what several signs say together
counts more than their sum (decision 0018). Solved in closed form, so thousands of phrases take seconds, and the score each
phrase would get from a model trained without it comes free (leave one out). The temperature that turns scores into
probabilities is fitted on those.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.optimize import minimize_scalar


@dataclass(frozen=True)
class Rows:
    """Features of n messages: `pieces` (n, vocabulary), `even` (n, 384) of about the length of a row of `pieces`."""

    pieces: sparse.csr_matrix
    even: np.ndarray

    @cached_property
    def columns(self) -> sparse.csr_matrix:
        """`pieces` turned, (vocabulary, n): one message then meets only the phrases that share a piece with it."""
        return self.pieces.T.tocsr()

    @property
    def lengths(self) -> np.ndarray:
        """The length of each row, shape (n,); never 0."""
        squares = np.asarray(self.pieces.multiply(self.pieces).sum(axis=1)).ravel() + (self.even**2).sum(axis=1)
        return np.sqrt(np.maximum(squares, 1e-12))


@dataclass(frozen=True)
class Ridge:
    """A fitted model. `classes` are names; `learnt` are the phrases, `lengths` theirs; `dual` (phrases, classes)."""

    classes: list[str]
    centre: np.ndarray
    scale: np.ndarray
    learnt: Rows
    lengths: np.ndarray
    dual: np.ndarray
    bias: np.ndarray
    temperature: float
    left_out_accuracy: float

    def probabilities(self, pieces: sparse.csr_matrix, dense: np.ndarray) -> np.ndarray:
        """Rows of probabilities over `classes` for rows of features."""
        rows = Rows(pieces, ((dense - self.centre) * self.scale).astype(np.float32))
        scores = _alike(rows, rows.lengths, self.learnt, self.lengths) @ self.dual + self.bias
        return softmax(np.asarray(scores, dtype=np.float64) * self.temperature)


def fit(pieces: sparse.csr_matrix, dense: np.ndarray, labels: list[str], penalty: float, dense_share: float) -> Ridge:
    """Fit on rows of features. `dense_share` is the length of a dense vector beside a sparse one of length 1."""
    classes = sorted(set(labels))
    wanted = np.array([[label == name for name in classes] for label in labels], dtype=np.float64)
    centre = dense.mean(axis=0)
    scale = dense_share / (np.sqrt(dense.shape[1]) * np.maximum(dense.std(axis=0), 1e-6))
    rows = Rows(pieces.astype(np.float32), ((dense - centre) * scale).astype(np.float32))

    alike = _alike(rows, rows.lengths, rows, rows.lengths).astype(np.float64)
    inverse = np.linalg.inv(alike + penalty * np.eye(len(labels)))
    share = wanted.mean(axis=0)
    dual = inverse @ (wanted - share)
    left_out = wanted - dual / np.diag(inverse)[:, None]
    return Ridge(
        classes=classes,
        centre=centre.astype(np.float32),
        scale=scale.astype(np.float32),
        learnt=rows,
        lengths=rows.lengths.astype(np.float32),
        dual=dual.astype(np.float32),
        bias=share.astype(np.float32),
        temperature=_temperature(left_out, wanted),
        left_out_accuracy=float((left_out.argmax(axis=1) == wanted.argmax(axis=1)).mean()),
    )


def _alike(rows: Rows, lengths: np.ndarray, others: Rows, their_lengths: np.ndarray) -> np.ndarray:
    """How alike messages are, shape (rows, others): product + 1 + squared cosine."""
    product = (rows.pieces @ others.columns).toarray() + rows.even @ others.even.T
    product += (product / (lengths[:, None] * their_lengths[None])) ** 2 + 1.0
    return np.asarray(product)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Each row as probabilities."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _temperature(left_out: np.ndarray, wanted: np.ndarray) -> float:
    def surprise(temperature: float) -> float:
        return -float(np.log(softmax(left_out * temperature)[wanted > 0] + 1e-12).mean())

    return float(minimize_scalar(surprise, bounds=(1.0, 40.0), method="bounded").x)
