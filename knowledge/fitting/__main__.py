"""Fits the decision to answer on questions written for it, and writes knowledge/decision.json.

    python -m knowledge.fitting --own var/knowledge --all FOLDER_WITH_ARTICLES_AND_STATUTES

A row of knowledge/fitting/questions is right to answer when a passage that would be cited is one of its gold ones.
Questions of evaluation sets never belong here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from knowledge.answering import Finding, KnowledgeBase
from knowledge.composing import to_cite
from knowledge.importers.statute_header import split_name
from knowledge.model import ARTICLE, STATUTE

HERE = Path(__file__).parent
TARGET = HERE.parent / "decision.json"
REFUSED = 0.85  # share of questions without a right passage that must be refused, in cross-validation
STRENGTH = 0.1  # of the regression; little data, many features


def questions(name: str) -> list[dict[str, Any]]:
    lines = (HERE / "questions" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def is_right(finding: Finding, gold: Sequence[Sequence[str | None]]) -> bool:
    """Whether a passage to be cited is a gold one; a gold article of None means any part of the document."""
    for passage in to_cite(finding):
        name = split_name(Path(passage.document).name.removesuffix(".md"))[0]
        for document, article in gold:
            if str(document).removesuffix(".md") == name and article in (None, passage.article):
                return True
    return False


def observe(folder: Path, name: str, kind: str) -> tuple[list[dict[str, float]], list[bool]]:
    """Features and labels of one file of questions over one knowledge base."""
    base = KnowledgeBase.open(folder)
    features, labels = [], []
    for row in questions(name):
        finding = base.look_up(row["question"], region=row["region"], kind=kind)
        if finding is not None:
            features.append(finding.features)
            labels.append(is_right(finding, row["gold"]))
    return features, labels


def threshold_for(probabilities: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> float:
    """The lowest probability from which on at least REFUSED of the wrong ones are refused."""
    return float(np.quantile(probabilities[~labels], REFUSED))


def main(
    own: Annotated[Path, typer.Option(help="只有自己文章的知识库")],
    everything: Annotated[Path | None, typer.Option("--all", help="文章和法规都有的知识库")] = None,
) -> None:
    """重新拟合是否回答的判断。"""
    features, labels = observe(own, "articles", ARTICLE)
    decisions = {ARTICLE: fit(features, labels)}
    if everything:
        # Statutes by themselves: beside our own articles, which answer the same questions, the gold would be wrong.
        more, right = observe(everything, "statutes", STATUTE)
        decisions[STATUTE] = fit(features + more, labels + right)
    stored = json.loads(TARGET.read_text("utf-8")) | decisions
    TARGET.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def fit(features: list[dict[str, float]], labels: list[bool]) -> dict[str, Any]:
    """One decision as it is stored; prints what cross-validation says of it."""
    names = list(features[0])
    x = np.array([[row[name] for name in names] for row in features])
    y = np.array(labels)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000))
    out_of_fold = cross_val_predict(model, x, y, cv=10, method="predict_proba")[:, 1]
    threshold = threshold_for(out_of_fold, y)
    answered = out_of_fold >= threshold
    print(f"{len(y)} questions, right {y.sum()}:", end=" ")
    print(f"answered of the right {answered[y].mean():.3f}, refused of the wrong {(~answered[~y]).mean():.3f}")
    return _stored(model.fit(x, y), names, threshold)


def _stored(model: Any, names: list[str], threshold: float) -> dict[str, Any]:
    scaler, regression = model.named_steps.values()
    weights = regression.coef_[0] / scaler.scale_
    intercept = float(regression.intercept_[0] - (weights * scaler.mean_).sum())
    return {
        "threshold": round(threshold, 4),
        "intercept": round(intercept, 5),
        "weights": {name: round(float(weight), 5) for name, weight in zip(names, weights, strict=True)},
    }


if __name__ == "__main__":
    typer.run(main)
