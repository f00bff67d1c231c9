"""Learn the second opinion on danger (data/vectors/danger.npz): pieces, encoder's vector and rules together.

usage: .venv-rasa/bin/python -m scripts.fit_opinion

Runs in Rasa's Python, where the encoder's engine is. Learns from what `scripts/fit_danger.py` learns from and is measured on
what that is measured on. Vectors are kept in var/rasa/danger.npz: the first run encodes 7,000 sentences (some minutes).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.model_selection import StratifiedKFold

from bot.rasa_components.danger import Opinion
from bot.rasa_components.encoder import Encoder
from bot.rasa_components.reading import reading
from bot.safety import triage
from bot.safety.danger_model import Pieces
from scripts import fit_danger as fitting
from scripts.fit_danger import LEVELS, ROOT, Sentence

#: Length of a dense vector beside a sparse one of length 1.
DENSE_SHARE = 0.8
WEIGHTS = ROOT / "data" / "vectors" / "danger.npz"


class Vectors:
    """The encoder's vectors of sentences as Rasa reads them."""

    def __init__(self, sentences: list[Sentence]) -> None:
        shelves = ROOT / "var" / "rasa" / "danger.npz", ROOT / "data" / "vectors" / "phrases.npz"
        self._known = Encoder(1, *shelves).encode_many([reading(s.raw) for s in sentences])

    def of(self, sentences: list[Sentence]) -> Any:
        """Rows of 384 numbers."""
        return np.stack([self._known[reading(s.raw)] for s in sentences])


def fit(sentences: list[Sentence], vectors: Vectors) -> Opinion:
    """Pieces and vector fitted together; the last step still hands on their scores as they are."""
    vectorizer = fitting.piece_vectors()
    sparse_rows = vectorizer.fit_transform([s.text for s in sentences])
    dense = vectors.of(sentences)
    centre = dense.mean(axis=0)
    scale = DENSE_SHARE / (np.sqrt(dense.shape[1]) * np.maximum(dense.std(axis=0), 1e-6))
    rows = sparse.hstack([sparse_rows, sparse.csr_matrix((dense - centre) * scale)]).tocsr()
    labels, counts = np.array([s.level for s in sentences]), np.array([s.weight for s in sentences])
    weights, bias = fitting.ridge(rows, labels, counts, len(LEVELS))
    names = dict(sorted(vectorizer.vocabulary_.items()))
    pieces = Pieces(
        LEVELS, tuple(bias.tolist()), {piece: tuple(weights[:, column].tolist()) for piece, column in names.items()},
        {piece: float(vectorizer.idf_[column]) for piece, column in names.items()},
    )  # fmt: skip
    return Opinion(pieces, centre, scale, weights[:, sparse_rows.shape[1] :].T, np.empty(0))


def scores(opinion: Opinion, sentences: list[Sentence], vectors: Vectors) -> Any:
    """What pieces and vector say, shape (sentences, levels)."""
    dense = (vectors.of(sentences) - opinion.centre) * opinion.scale @ opinion.dense
    return np.array([opinion.pieces.scores(s.text) for s in sentences]) + dense


def out_of_fold(trained: list[Sentence], more: list[Sentence], vectors: Vectors) -> Any:
    """Scores for `trained`, each by weights that never saw the sentence."""
    levels = np.array([s.level for s in trained])
    found = np.zeros((len(trained), len(LEVELS)))
    for learn, ask in StratifiedKFold(fitting.FOLDS, shuffle=True, random_state=1).split(levels, levels):
        opinion = fit([trained[i] for i in learn] + more, vectors)
        found[ask] = scores(opinion, [trained[i] for i in ask], vectors)
    return found


def main() -> None:
    """Fit, write the weights, report."""
    held = [s for path in fitting.MEASURED for s in fitting.own(path)]
    more, ordinary = fitting.but_not(held, fitting.seen_by_rules()), fitting.but_not(held, fitting.intents())
    trained = fitting.but_not(held, [s for path in fitting.LEARNT for s in fitting.own(path)]) + ordinary
    vectors = Vectors(trained + more + held)
    features = fitting.last_features(out_of_fold(trained, more, vectors), trained)
    levels, counts = np.array([s.level for s in trained]), np.array([s.weight for s in trained])
    weights, bias = fitting.one_against_rest(features, levels, counts, fitting.STRENGTH_LAST, len(LEVELS))
    opinion = fit(trained + more, vectors)
    opinion = Opinion(opinion.pieces, opinion.centre, opinion.scale, opinion.dense, np.vstack([weights.T, bias]))
    opinion.save(WEIGHTS)
    final = Opinion.load(Path(WEIGHTS))
    fitting.report("cross-validated, last step fitted on the same", trained, fitting.softmax(features @ weights.T + bias))
    for path in fitting.MEASURED:
        asked = fitting.own(path)
        likely = np.array([final.levels(s.raw, v) for s, v in zip(asked, vectors.of(asked), strict=True)])
        fitting.report(path, asked, likely)
        gateway = [triage.assess(s.raw).level for s in asked]
        for row, level in enumerate(gateway):
            if level in triage.CRISIS_LEVELS:  # it has spoken before Rasa is asked
                likely[row] = np.eye(len(LEVELS))[LEVELS.index(level)]
        fitting.report(f"{path}, or the gateway's check", asked, likely)


if __name__ == "__main__":
    main()
