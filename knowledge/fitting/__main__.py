"""Fits the decision to answer on questions written for it, and writes knowledge/decision.json.

    python -m knowledge.fitting [--all FOLDER_WITH_ARTICLES_AND_STATUTES]

A row of knowledge/fitting/questions is right to answer when a passage that would be cited is one of its gold ones.
Questions of evaluation sets never belong here.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from knowledge import kept
from knowledge.answering import KnowledgeBase
from knowledge.encoder import open_encoder
from knowledge.finding import Finding
from knowledge.fitting.learning import rows_of
from knowledge.importers.articles import FENCE
from knowledge.importers.statute_header import split_name
from knowledge.importing import import_into
from knowledge.model import ARTICLE, STATUTE

HERE = Path(__file__).parent
TARGET = HERE.parent / "decision.json"
REFUSED = 0.9  # own articles beside statutes: share of what they do not answer that is left to the statutes
PRECISE = 0.88  # statutes: share of the answers that must cite a right passage
ANSWERED = 0.95  # articles: share of questions with the right passage that must be answered; they were written for this
HELD_OUT = 4  # one in so many ways of asking is kept from the articles and asked
STRENGTH = 0.1  # of the regression; little data, many features


def questions(name: str) -> list[dict[str, Any]]:
    """The rows of one file of questions: question, region and gold."""
    lines = (HERE / "questions" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def residents(base: KnowledgeBase) -> list[dict[str, Any]]:
    """Questions nothing has learnt from, and ones that no law answers."""
    rows = [row for row in rows_of(base) if row.is_held_out]
    asked = [{"question": row.question, "region": row.place.key, "gold": [[row.law, row.article]]} for row in rows]
    unanswerable = (HERE / "questions" / "unanswerable.txt").read_text("utf-8").splitlines()
    homes = sorted({row.place.key for row in rows})
    return asked + [{"question": line, "region": homes[at % len(homes)], "gold": []} for at, line in enumerate(unanswerable)]


def is_right(finding: Finding, gold: Sequence[Sequence[str | None]]) -> bool:
    """Whether a passage to be cited is a gold one; a gold article of None means any part of the document."""
    for passage in finding.cited:
        name = split_name(Path(passage.document).name.removesuffix(".md"))[0]
        for document, article in gold:
            if str(document).removesuffix(".md") == name and article in (None, passage.article):
                return True
    return False


@dataclass
class Seen:
    """What the decision sees of each question, whether the passages to be cited are right, and whether any could be."""

    features: list[dict[str, float]] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    answerable: list[bool] = field(default_factory=list)


def observe(base: KnowledgeBase, rows: Iterable[dict[str, Any]], kind: str, seen: Seen, *, alone: bool = False) -> Seen:
    """Add what is seen of questions over one knowledge base."""
    for row in rows:
        finding = base.look_up(row["question"], region=row["region"], kind=kind, alone=alone)
        if finding is not None:
            seen.features.append(finding.features)
            seen.right.append(is_right(finding, row["gold"]))
            seen.answerable.append(bool(row["gold"]))
    return seen


def without_some(articles: Path, target: Path) -> list[dict[str, Any]]:
    """Copy the articles to `target` without every HELD_OUT-th way of asking; these are answered as rows of questions."""
    rows = []
    for file in sorted(articles.glob("*.md")):
        head, _, body = file.read_text("utf-8").removeprefix(FENCE).partition(f"\n{FENCE}\n")
        meta = yaml.safe_load(head)
        rows += [{"question": way, "region": None, "gold": [[file.name, None]]} for way in meta["questions"][::HELD_OUT]]
        meta["questions"] = [way for at, way in enumerate(meta["questions"]) if at % HELD_OUT]
        text = f"{FENCE}\n{yaml.safe_dump(meta, allow_unicode=True)}{FENCE}\n{body}"
        (target / file.name).write_text(text, encoding="utf-8")
    shutil.copyfile(articles / kept.FILE, target / kept.FILE)
    return rows


def observe_articles(articles: Path) -> Seen:
    """Questions of our own, and ways of asking that the articles were not told: those are as hard as real ones."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "articles"
        target.mkdir()
        rows = without_some(articles, target)
        encoder = open_encoder(Path("var/encoder"))
        import_into(Path(folder) / "base", [target], encoder)
        return observe(KnowledgeBase(Path(folder) / "base", encoder), [*rows, *questions("articles")], ARTICLE, Seen())


def main(
    articles: Annotated[Path, typer.Option(help="自己的文章")] = Path("knowledge/articles"),
    everything: Annotated[Path | None, typer.Option("--all", help="文章和法规都有的知识库")] = None,
) -> None:
    """重新拟合是否回答的判断。"""
    decisions = {ARTICLE: fit(observe_articles(articles), answered=ANSWERED)}
    if everything:
        # Statutes by themselves: beside our own articles, which answer the same questions, the gold would be wrong.
        base = KnowledgeBase.open(everything)
        seen = observe(base, [*questions("statutes"), *residents(base)], STATUTE, Seen())
        decisions[STATUTE] = fit(observe(base, questions("statutes"), STATUTE, seen, alone=True))
    stored = json.loads(TARGET.read_text("utf-8")) | decisions
    TARGET.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def fit(seen: Seen, answered: float | None = None) -> dict[str, Any]:
    """One decision as it is stored; prints what cross-validation says of it.

    The threshold lets through `answered` of the right ones, or as many as keep the answers as right as PRECISE.
    """
    names = list(seen.features[0])
    x = np.array([[row[name] for name in names] for row in seen.features])
    right, none = np.array(seen.right), ~np.array(seen.answerable)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000))
    out_of_fold = cross_val_predict(model, x, right, cv=10, method="predict_proba")[:, 1]
    beside = float(np.quantile(out_of_fold[none], REFUSED))
    threshold = float(np.quantile(out_of_fold[right], 1 - answered)) if answered else _precise(out_of_fold, right)
    for name, value in (("threshold", threshold), ("beside", beside)):
        answers = out_of_fold >= value
        shares = f"answered of the right {answers[right].mean():.3f}, right of the answers {right[answers].mean():.3f}"
        print(f"{name}: {len(right)} questions, {shares}, refused of the unanswerable {(~answers[none]).mean():.3f}")
    return _stored(model.fit(x, right), names, threshold) | {"beside": round(beside, 4)}


def _precise(chances: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> float:
    """The lowest threshold above which PRECISE of the answers are right."""
    order = np.argsort(-chances)
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    return float(chances[order][np.flatnonzero(precision >= PRECISE).max(initial=0)])


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
