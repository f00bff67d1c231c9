"""Categories learnt from a city's own sorted messages: words and pairs of characters, weighed by TF-IDF, cut by a linear SVM.

How sure the model is comes from messages it had not seen: the history is cut into folds, near copies of a message always in
the same one, and each fold is read by a model of the others. Nothing of the messages is kept but the words and their weights.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.text.normalize import even

Floats = npt.NDArray[np.float64]

FOLDS = 5
#: Share of the messages the model decides itself; a person sorts the rest.
COVERAGE = 0.8
#: Measured on 2,655 messages of a mayor's office, macro-F1 by 5 folds: characters alone 0.868, words alone 0.855, both 0.878;
#: three characters, pairs of words, and the subject as a part of its own made it worse.
PENALTY = 1.0
#: A word or pair that stands in one message only says nothing about another.
LEAST_MESSAGES = 2
#: Two messages are near copies when half of the sketches of their eight-character pieces agree.
PIECE, SKETCH, COPIES = 8, 12, 6
#: A piece in this many messages is a form of words (尊敬的市长您好), not a sign of a copy.
COMMON = 40


@dataclass(frozen=True)
class Learnt:
    """A label and how sure it is, from 0 to 1; `sure` is false where a person should look."""

    label: str
    confidence: float
    sure: bool


@dataclass(frozen=True)
class Judged:
    """What the model makes of messages it had not seen: `labels` and `confidences` stand in the order of the history."""

    labels: list[str]
    confidences: list[float]
    temperature: float
    threshold: float


class LearntCategories:
    """A fitted model: vocabularies, one row of weights a label, and from which confidence on it is sure."""

    def __init__(self, labels: list[str], vocabularies: list[dict[str, int]], arrays: dict[str, Any], judged: Judged) -> None:
        self.labels, self.vocabularies, self.arrays = labels, vocabularies, arrays
        self.temperature, self.threshold = judged.temperature, judged.threshold

    def read(self, texts: Sequence[str]) -> list[Learnt]:
        """The label of each text."""
        rows = self._features.transform(texts)
        confidences = probabilities(rows @ self.arrays["weights"].T + self.arrays["bias"], self.temperature)
        best = confidences.argmax(axis=1)
        return [
            Learnt(self.labels[choice], float(row[choice]), bool(row[choice] >= self.threshold))
            for row, choice in zip(confidences, best, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Write the model as JSON and arrays, no pickle: opening one from elsewhere runs nothing."""
        folder.mkdir(parents=True, exist_ok=True)
        about = {"labels": self.labels, "temperature": self.temperature, "threshold": self.threshold}
        (folder / "model.json").write_text(
            json.dumps(about | {"vocabularies": self.vocabularies}, ensure_ascii=False), encoding="utf-8"
        )
        np.savez_compressed(folder / "model.npz", **self.arrays)

    @classmethod
    def load(cls, folder: Path) -> LearntCategories:
        """Read what `save` wrote. Raises OSError, KeyError or ValueError where there is none or it is broken."""
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "model.npz", allow_pickle=False) as stored:
            arrays = dict(stored)
        judged = Judged([], [], about["temperature"], about["threshold"])
        return cls(about["labels"], about["vocabularies"], arrays, judged)

    @cached_property
    def _features(self) -> _Features:
        return _Features.of(self.vocabularies, self.arrays)


def fit(texts: Sequence[str], labels: Sequence[str], judged: Judged) -> LearntCategories:
    """Learn from all messages; `judged` (from `judge`) says how sure the model may be of itself."""
    features = _Features()
    machine = _machine(features.fit(texts), labels)
    weights, bias = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:  # noqa: PLR2004  # of two labels the machine keeps the second one's weights only
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    arrays = {"weights": weights.astype(np.float32), "bias": bias} | features.arrays()
    return LearntCategories([str(name) for name in machine.classes_], features.vocabularies(), arrays, judged)


def judge(
    texts: Sequence[str], labels: Sequence[str], groups: Sequence[int], *, folds: int = FOLDS, coverage: float = COVERAGE
) -> Judged:
    """Read every message with a model that has seen neither it nor one of its group. Every label needs `folds` groups."""
    from sklearn.model_selection import StratifiedGroupKFold

    names, wanted = np.unique(np.asarray(labels), return_inverse=True)
    scores = np.full((len(texts), len(names)), -1.0)
    folded = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    for seen, unseen in folded.split(wanted, wanted, groups=groups):
        features = _Features()
        machine = _machine(features.fit([texts[row] for row in seen]), wanted[seen])
        decided = machine.decision_function(features.transform([texts[row] for row in unseen]))
        columns = machine.classes_  # a label whose messages are all copies of each other is missing from one fold
        scores[np.ix_(unseen, columns)] = np.stack([-decided, decided], axis=1) if decided.ndim == 1 else decided
    temperature = _temperature(scores, wanted)
    confidences = probabilities(scores, temperature).max(axis=1)
    chosen = [str(names[choice]) for choice in scores.argmax(axis=1)]
    return Judged(chosen, confidences.tolist(), temperature, float(np.quantile(confidences, 1 - coverage)))


def near_copies(texts: Iterable[str]) -> list[int]:
    """For each text the number of its group; near copies (the same letter sent again, a sentence added) share one."""
    holders: dict[int, list[int]] = defaultdict(list)
    group: list[int] = []
    for number, text in enumerate(texts):
        group.append(number)
        letters = "".join(character for character in text if character.isalnum())
        pieces = {zlib.crc32(letters[at : at + PIECE].encode()) for at in range(max(1, len(letters) - PIECE + 1))}
        for piece in sorted(pieces)[:SKETCH]:
            holders[piece].append(number)
    shared = Counter(pair for found in holders.values() if len(found) < COMMON for pair in combinations(found, 2))
    sizes = Counter(number for found in holders.values() for number in found)
    for (first, second), count in sorted(shared.items()):
        if count >= min(COPIES, sizes[first], sizes[second]):
            old, new = group[second], group[first]
            group = [new if one == old else one for one in group]
    return group


def probabilities(scores: Floats, temperature: float) -> Floats:
    """Softmax of rows of scores."""
    lifted = np.exp(temperature * (scores - scores.max(axis=1, keepdims=True)))
    found: Floats = lifted / lifted.sum(axis=1, keepdims=True)
    return found


def _temperature(scores: Floats, wanted: npt.NDArray[np.intp]) -> float:
    """The one number that makes confidences say how often they are right."""
    from scipy.optimize import minimize_scalar

    def surprise(log: float) -> float:
        right = probabilities(scores, float(np.exp(log)))[np.arange(len(wanted)), wanted]
        return float(-np.log(np.maximum(right, 1e-12)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-2.0, 4.0), method="bounded").x))


def _machine(rows: Any, labels: Any) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(C=PENALTY, tol=1e-3, random_state=0).fit(rows, np.asarray(labels))


def _words(text: str) -> list[str]:
    import rjieba

    return [word for word in rjieba.cut(text) if word[:1].isalnum()]


def _characters(text: str) -> list[str]:
    return [*text, *(text[at : at + 2] for at in range(len(text) - 1))]


class _Features:
    """Characters and words of texts as rows of two TF-IDF vectors side by side, both of length 1."""

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._parts = [
            TfidfVectorizer(analyzer=cut, sublinear_tf=True, min_df=LEAST_MESSAGES, dtype=np.float32)
            for cut in (_characters, _words)
        ]

    @classmethod
    def of(cls, vocabularies: list[dict[str, int]], arrays: dict[str, Any]) -> _Features:
        """The features as they were fitted."""
        features = cls()
        for number, (part, vocabulary) in enumerate(zip(features._parts, vocabularies, strict=True)):
            part.vocabulary = vocabulary
            part.idf_ = arrays[f"idf_{number}"]
        return features

    def fit(self, texts: Sequence[str]) -> Any:
        return self._rows(texts, "fit_transform")

    def transform(self, texts: Sequence[str]) -> Any:
        return self._rows(texts, "transform")

    def vocabularies(self) -> list[dict[str, int]]:
        return [{word: int(column) for word, column in part.vocabulary_.items()} for part in self._parts]

    def arrays(self) -> dict[str, Any]:
        return {f"idf_{number}": part.idf_ for number, part in enumerate(self._parts)}

    def _rows(self, texts: Sequence[str], step: str) -> Any:
        from scipy.sparse import hstack

        evened = [even(text).lower() for text in texts]
        return hstack([getattr(part, step)(evened) for part in self._parts]).tocsr()
