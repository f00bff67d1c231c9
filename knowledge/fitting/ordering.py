"""Fits the order of statute passages on the questions that learning held out, and writes knowledge/order.json.

    python -m knowledge.fitting.ordering BASE

Listwise: the right passage is to win a softmax over the candidates of its question.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.progress import track

from knowledge import ordering
from knowledge.answering import KnowledgeBase
from knowledge.clock import today
from knowledge.finding import Asked, candidates
from knowledge.fitting.learning import Row, rows_of
from knowledge.text import words
from knowledge.vectors import Floats

TARGET = Path(ordering.__file__).parent / ordering.FILE
FOLDS = 5
SMALL = 1e-3  # pull of the weights towards nothing

Listed = tuple[dict[str, Floats], Floats]  # features by name and 1 for the right passages, each of shape (candidates,)


def listed(base: KnowledgeBase, row: Row) -> Listed:
    """The candidates of one question."""
    index = base.index()
    asked = Asked(row.question, words(row.question), row.vector)
    allowed = index.allowed(row.place, today())
    found = index.search_own(asked.text, asked.vector, asked.tokens, allowed)
    hits = index.search(asked.text, asked.vector, asked.tokens, allowed & index.statutes, index.lifts(found))
    if hits is None:
        return {}, np.zeros(0, dtype=np.float32)
    at, passages = candidates(index, base.read, hits)
    right = np.isin(hits.positions[at], row.gold).astype(np.float32)
    return ordering.features(row.question, hits, at, passages), right


def fit(lists: Sequence[Listed]) -> dict[str, float]:
    """Weights by feature."""
    known = [(seen, right) for seen, right in lists if right.any()]
    names = list(known[0][0])
    tables = [torch.from_numpy(np.stack([seen[name] for name in names], axis=1)) for seen, _ in known]
    rights = [torch.from_numpy(right) > 0 for _, right in known]
    weights = torch.zeros(len(names), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=60)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        lost = [
            torch.logsumexp(table @ weights, 0) - torch.logsumexp((table @ weights)[right], 0)
            for table, right in zip(tables, rights, strict=True)
        ]
        loss = torch.stack(lost).mean() + SMALL * (weights**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]  # torch leaves it so
    return {name: round(float(weight), 4) for name, weight in zip(names, weights.detach(), strict=True)}


def found(weights: dict[str, float], lists: Sequence[Listed]) -> dict[int, float]:
    """Share of the questions whose article stands among the first 1, 3 and 10."""
    ranks = []
    for seen, right in lists:
        scores = np.sum([weight * seen[name] for name, weight in weights.items()], axis=0) if seen else np.zeros(0)
        best = list(np.flatnonzero(right[np.argsort(-scores)])) if len(scores) else []
        ranks.append(best[0] if len(best) else np.inf)
    return {k: round(float(np.mean(np.array(ranks) < k)), 3) for k in (1, 3, 10)}


def main(base: Annotated[Path, typer.Argument(help="有全部法规的知识库")]) -> None:
    """重新拟合法规条文的先后。"""
    knowledge = KnowledgeBase.open(base)
    rows = [row for row in rows_of(knowledge) if row.is_held_out]
    lists = [listed(knowledge, row) for row in track(rows, "查找")]
    laws = sorted({row.law for row in rows})
    fold = np.array([laws.index(row.law) % FOLDS for row in rows])
    for name in range(FOLDS):
        apart = fit([one for one, at in zip(lists, fold, strict=True) if at != name])
        print(f"fold {name}: {found(apart, [one for one, at in zip(lists, fold, strict=True) if at == name])}")
    weights = fit(lists)
    print(weights, found(weights, lists))
    TARGET.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    torch.set_num_threads(1)
    typer.run(main)
