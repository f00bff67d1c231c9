"""Learn the danger tables (bot/safety/tables/danger_*.tsv) from sentences of our own, and say how good they are.

usage: .venv/bin/python -m scripts.fit_danger

Learns from data/safety, tests/safety/cases.tsv and the examples in data/nlu. Never learns
from tests/safety/held_out.tsv and fresh.tsv (every fourth sentence of the same writing, by a hash of its words), which are
only measured. Takes a minute. Needs scikit-learn; the service does not.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import StratifiedKFold

from bot.safety import triage
from bot.safety.danger_model import TABLES, UNIT, pieces
from bot.safety.rules import CRISIS_LEVELS
from bot.text.calls import with_calls_read
from bot.text.flags import is_urgent

ROOT = Path(__file__).parents[1]
LEVELS = triage.LEVELS
#: Intents whose examples are calm for certain; complaints and the like may be urgent, which the tables say.
CALM_INTENTS = frozenset({
    "bot_challenge", "ask_capabilities", "chitchat", "request_service", "give_contact", "change_mind", "out_of_scope",
    "withdraw_case", "rate_case", "appeal_result", "ask_policy", "privacy_request", "stop_notifications",
    "prompt_injection", "check_case", "greet", "goodbye", "thanks", "affirm", "deny",
})  # fmt: skip
#: What the kinds of data/safety are called in data/district/safety_texts.csv; others have the general text.
KINDS = {
    "fire": "fire", "gas": "gas", "electric": "electric", "fall": "fall", "stroke": "stroke", "chest": "chest",
    "choking": "choking", "poisoning": "poison", "drowning": "drowning", "violence": "violence", "domestic": "domestic",
    "child_abuse": "child_abuse", "missing": "missing", "elder_silent": "elder_alone", "trapped": "trapped",
    "traffic": "traffic", "bleeding": "medical", "labour": "birth", "other": "general",
}  # fmt: skip
FOLDS = 8
COLUMNS = "：片段、稀有度、各类的权重（×100）。由 scripts/fit_danger.py 写，勿手改"
#: What large weights cost: alpha of the ridge regression on pieces; C of the last step (the smaller, the dearer).
PENALTY, STRENGTH_LAST = 0.3, 0.3
#: Ridge regression answers with shares around 0 and 1; spread this far they are of the size of log odds.
SPREAD = 4.0
#: Sentences of our own, by who may see them.
WRITTEN = (
    "sentences",
    "more",
    "third",
    "fourth",
    "fourth_calm",
    "fifth",
    "fifth_calm",
    "sixth",
    "sixth_calm",
    "core",
    "core_calm",
)
LEARNT = tuple(f"data/safety/{name}.tsv" for name in WRITTEN)
MEASURED = ("tests/safety/held_out.tsv", "tests/safety/fresh.tsv")
#: Of the examples of Rasa's intents: they are many and easy.
SHARE_OF_INTENTS = 1.0


@dataclass(frozen=True)
class Sentence:
    """One sentence; `raw` as written, for the rules."""

    level: int
    kind: str
    raw: str
    weight: float = 1.0

    @property
    def text(self) -> str:
        """As the pieces are read."""
        return with_calls_read(self.raw)


def own(path: str) -> list[Sentence]:
    """A table of our own sentences: level, kind, sentence."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and line[0] != "#")
    return [Sentence(LEVELS.index(level), kind, raw) for level, kind, raw in rows]


def seen_by_rules() -> list[Sentence]:
    """Sentences the rules were written for: pieces may learn from them, but not how far the rules can be trusted."""
    lines = (ROOT / "tests" / "safety" / "cases.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and line[0] != "#")
    return [Sentence(LEVELS.index(row[0]), "", row[1]) for row in rows]


def but_not(held: list[Sentence], sentences: list[Sentence]) -> list[Sentence]:
    """`sentences` without those that are, marks apart, kept for measuring: some short ones are said everywhere."""
    kept = {letters(s.text) for s in held}
    return [s for s in sentences if letters(s.text) not in kept]


def letters(text: str) -> str:
    """`text` without marks and blanks."""
    return re.sub(r"\W", "", text)


def intents() -> list[Sentence]:
    """The examples of Rasa's intents that are calm for certain or danger by name."""
    found = []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            name = item.get("intent", "")
            found += [s for raw in examples(item.get("examples", "")) if name and (s := of_intent(name, raw))]
    return found


def of_intent(name: str, raw: str) -> Sentence | None:
    """An example of an intent with its level; None for a complaint that the rules take for a crisis."""
    if name in LEVELS:
        return Sentence(LEVELS.index(name), "", raw, SHARE_OF_INTENTS)
    if name in CALM_INTENTS:
        return Sentence(0, "", raw, SHARE_OF_INTENTS)
    level = triage.by_tables(raw).level
    if level in CRISIS_LEVELS:
        return None
    return Sentence(LEVELS.index("urgent" if is_urgent(raw) else level), "", raw, SHARE_OF_INTENTS)


def examples(block: str) -> list[str]:
    """The sentences of one block of Rasa's training data, without its marks."""
    lines = (line.strip().removeprefix("-").strip() for line in block.splitlines())
    return [re.sub(r"\[([^\]]+)\](\([^)]*\)|\{[^}]*\})", r"\1", line) for line in lines if line]


def ridge(features: Any, labels: Any, weights: Any, count: int) -> tuple[Any, Any]:
    """Weights, shape (count, features), and biases, shape (count,), of each label against the others.

    Squared error generalises better here than logistic loss (decision 0014).
    """
    wanted = np.eye(count)[labels]
    fitted = Ridge(alpha=PENALTY, solver="sparse_cg", tol=1e-3).fit(features, wanted, sample_weight=weights)
    return fitted.coef_ * SPREAD, (fitted.intercept_ - 1 / count) * SPREAD


def one_against_rest(features: Any, labels: Any, weights: Any, strength: float, count: int) -> tuple[Any, Any]:
    """Logistic weights, shape (count, features), and biases, shape (count,), of each label against the others."""
    fits = [
        LogisticRegression(C=strength, solver="liblinear").fit(features, labels == label, sample_weight=weights)
        for label in range(count)
    ]
    return np.vstack([fit.coef_[0] for fit in fits]), np.array([fit.intercept_[0] for fit in fits])


@dataclass
class Fitted:
    """The TF-IDF of pieces and the weights of the labels."""

    vectors: TfidfVectorizer
    weights: Any
    bias: Any

    def scores(self, sentences: list[Sentence]) -> Any:
        """Log odds, shape (sentences, labels)."""
        return self.vectors.transform([s.text for s in sentences]) @ self.weights.T + self.bias


def piece_vectors() -> TfidfVectorizer:
    """TF-IDF of pieces as `danger_model.Pieces` reads it."""
    return TfidfVectorizer(analyzer=lambda text: list(pieces(text)), min_df=2, sublinear_tf=True)


def fit_pieces(sentences: list[Sentence], labels: list[int], count: int) -> Fitted:
    """Weights of pieces for `count` labels."""
    vectors = piece_vectors()
    features = vectors.fit_transform([s.text for s in sentences])
    weights = np.array([s.weight for s in sentences])
    return Fitted(vectors, *ridge(features, np.array(labels), weights, count))


def last_features(scores: Any, sentences: list[Sentence]) -> Any:
    """What the last step sees: the scores of the pieces and what the rules say; shape (sentences, rows of the table)."""
    rules = [triage.rule_features(s.raw, triage.by_tables(s.raw)) for s in sentences]
    return np.hstack([scores, np.array(rules, dtype=float)])


def out_of_fold(trained: list[Sentence], more: list[Sentence]) -> tuple[Any, Any]:
    """Scores of pieces and probabilities of the levels for `trained`, each by tables that never saw the sentence."""
    levels, counts = np.array([s.level for s in trained]), np.array([s.weight for s in trained])
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(levels, levels))
    scores = np.zeros((len(trained), len(LEVELS)))
    for learn, ask in folds:
        known = [trained[i] for i in learn] + more
        scores[ask] = fit_pieces(known, [s.level for s in known], len(LEVELS)).scores([trained[i] for i in ask])
    features, final = last_features(scores, trained), np.zeros_like(scores)
    for learn, ask in folds:
        weights, bias = one_against_rest(features[learn], levels[learn], counts[learn], STRENGTH_LAST, len(LEVELS))
        final[ask] = features[ask] @ weights.T + bias
    return features, softmax(final)


def softmax(scores: Any) -> Any:
    """Scores as probabilities, row by row."""
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


def report(name: str, sentences: list[Sentence], probabilities: Any) -> None:
    """Recall and false alarms at several thresholds, and each level's recall at the one in use."""
    levels = np.array([s.level for s in sentences])
    crisis = probabilities[:, 2] + probabilities[:, 3]
    danger, calm = np.isin(levels, [LEVELS.index(name) for name in CRISIS_LEVELS]), levels == 0
    sys.stdout.write(f"\n{name}: {len(sentences)} sentences\nthreshold  crisis recall  false alarm  precision\n")
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9):
        hit = crisis >= threshold
        row = hit[danger].mean(), hit[calm].mean(), danger[hit].mean()
        sys.stdout.write(f"{threshold:9.2f}  {row[0]:13.3f}  {row[1]:11.3f}  {row[2]:9.3f}\n")
    said = np.array([LEVELS.index(triage.level_of(list(row))) for row in probabilities])
    sys.stdout.write(f"accuracy of four levels {(said == levels).mean():.3f}; recall by level ")
    sys.stdout.write(", ".join(f"{name} {(said == i)[levels == i].mean():.3f}" for i, name in enumerate(LEVELS)) + "\n")


def write_pieces(name: str, fitted: Fitted, labels: list[str], comment: str) -> None:
    """One row a piece; a piece that says nothing about any label is left out."""
    rarity, whole = fitted.vectors.idf_, np.rint(fitted.weights.T * UNIT).astype(int)
    lines = [f"# {comment}", "\t".join(["piece", "rarity", *labels])]
    lines.append("\t".join(["", "", *(str(round(number * UNIT)) for number in fitted.bias)]))
    for piece, column in sorted(fitted.vectors.vocabulary_.items()):
        lines.append("\t".join([piece, str(round(rarity[column] * UNIT)), *map(str, whole[column])]))
    (TABLES / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_last(weights: Any, bias: Any) -> None:
    """The table of the last step."""
    names = [*(f"pieces_{level}" for level in LEVELS), *triage.rule_names(), "bias"]
    columns = np.vstack([weights.T, bias])
    lines = ["# 最后一步：行<TAB>" + "<TAB>".join(LEVELS) + "。由 scripts/fit_danger.py 写，勿手改"]
    lines += ["\t".join([name, *(f"{number:.4f}" for number in row)]) for name, row in zip(names, columns, strict=True)]
    (TABLES / triage.LAST_TABLE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def fit_kinds(sentences: list[Sentence]) -> None:
    """Which emergency it is, for the right number: learnt from the emergencies alone."""
    known = [s for s in sentences if LEVELS[s.level] == "emergency" and s.kind in KINDS]
    kinds = sorted(set(KINDS.values()))
    fitted = fit_pieces(known, [kinds.index(KINDS[s.kind]) for s in known], len(kinds))
    write_pieces(triage.KIND_TABLE, fitted, kinds, "险情种类" + COLUMNS)


def main() -> None:
    """Fit, write the tables, report cross-validated and held-out numbers."""
    held = [s for path in MEASURED for s in own(path)]
    more, ordinary = but_not(held, seen_by_rules()), but_not(held, intents())
    written = but_not(held, [s for path in LEARNT for s in own(path)])
    trained = written + ordinary
    features, probabilities = out_of_fold(trained, more)
    report("data/safety, cross-validated", written, probabilities[: len(written)])
    report("examples of intents, cross-validated", ordinary, probabilities[len(written) :])
    known = trained + more
    fitted = fit_pieces(known, [s.level for s in known], len(LEVELS))
    write_pieces(
        triage.LEVEL_TABLE,
        fitted,
        list(LEVELS),
        "级别" + COLUMNS,
    )
    levels, counts = np.array([s.level for s in trained]), np.array([s.weight for s in trained])
    last = one_against_rest(features, levels, counts, STRENGTH_LAST, len(LEVELS))
    write_last(*last)
    fit_kinds(written)
    for path in MEASURED:
        asked = own(path)
        report(path, asked, softmax(last_features(fitted.scores(asked), asked) @ last[0].T + last[1]))


if __name__ == "__main__":
    main()
