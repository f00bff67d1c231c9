"""Learns how residents' questions point at articles, and writes knowledge/learned.npz.

    python -m knowledge.fitting.learning BASE    # a base with all the laws that questions/residents.tsv names

Each question is to score its article above the hardest and many random passages that hold in the asker's place (softmax
with hard negatives, Karpukhin et al. 2020, Dense Passage Retrieval); the passages' vectors stay as they are. One law in
HELD_OUT is never learnt from: its questions tell how well it works, and fit the order and the decision.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.progress import track
from torch.nn.functional import dropout

from knowledge.answering import KnowledgeBase
from knowledge.clock import today
from knowledge.importers.statute_header import split_name
from knowledge.index import Bools, Index
from knowledge.learned import FILE
from knowledge.regions import Region, parse_region
from knowledge.text import even
from knowledge.vectors import Floats, Ints

HERE = Path(__file__).parent
QUESTIONS = HERE / "questions" / "residents.tsv"
HELD_OUT = 7
HARD, RANDOM = 60, 8000  # negatives: the nearest of each question, shared ones of a batch
EPOCHS, BATCH, RATE, DROPPED = 6, 64, 2e-3, 0.1
SCALE = 100.0  # of the logits; cosines of e5 lie close together
STAY = 2e-4  # pull of the map towards leaving vectors as they are


@dataclass
class Row:
    """A question with its law and article and the positions of that; `place` is where the asker lives."""

    question: str
    law: str
    article: str
    place: Region
    gold: Ints
    vector: Floats

    @property
    def is_held_out(self) -> bool:
        """Decided by the law's name alone, so that it never changes when rows are added."""
        return zlib.crc32(self.law.encode()) % HELD_OUT == 0


def rows_of(base: KnowledgeBase) -> Iterator[Row]:
    """The questions whose article the base holds. A national law is asked for from some province or other."""
    index = base.index()
    homes = sorted({index.region_of(ident).province or "" for ident in index.documents} - {""})
    places = _places(base)
    with QUESTIONS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in track(rows, "理解问题"):
        gold = places.get((row["law"], row["article"]))
        if gold:
            text = even(row["question"])
            home = index.region_of(int(index.document_of[gold[0]]))
            if home.province is None:
                home = parse_region(homes[zlib.crc32(text.encode()) % len(homes)]) or home
            yield Row(text, row["law"], row["article"], home, np.array(gold), base.encoder.encode_query(text))


def _places(base: KnowledgeBase) -> dict[tuple[str, str], list[int]]:
    """(law, article) → positions of the passages in force today."""
    index, out = base.index(), dict[tuple[str, str], list[int]]()
    holding = index.allowed(None, today())
    for ident, document in index.documents.items():
        positions = np.flatnonzero((index.document_of == ident) & holding)
        law = split_name(Path(document.path).stem)[0]
        if not len(positions):
            continue
        for passage, position in zip(base.passages_of(document.path), positions, strict=True):
            out.setdefault((law, passage.article), []).append(int(position))
    return out


class Learner:
    """The map while it is learnt, over the statutes of one index."""

    def __init__(self, index: Index) -> None:
        width = index.generation.width
        self.index = index
        self.passages = torch.from_numpy(index.vectors[np.arange(len(index.passages))] - index.mean)
        self.weights = torch.nn.Parameter(torch.eye(width))
        self.bias = torch.nn.Parameter(torch.zeros(width))
        self.scale = torch.nn.Parameter(torch.tensor(SCALE).log())
        self._masks: dict[str, Bools] = {}

    def usable(self, place: Region) -> Bools:
        """Which passages compete for a question asked in a place."""
        if place.key not in self._masks:
            index = self.index
            self._masks[place.key] = index.allowed(place, today()) & index.statutes & index.encoded
        return self._masks[place.key]

    def mapped(self, vectors: torch.Tensor) -> torch.Tensor:
        """Logits' side of questions, shape (questions, width)."""
        return self.scale.exp() * (vectors @ self.weights + self.bias)

    @torch.no_grad()
    def nearest(self, rows: list[Row], count: int) -> list[Ints]:
        """Positions of the best passages of each question, best first."""
        out: dict[int, Ints] = {}
        for key in sorted({row.place.key for row in rows}):
            group = [at for at, row in enumerate(rows) if row.place.key == key]
            usable = torch.from_numpy(np.flatnonzero(self.usable(rows[group[0]].place)))
            passages = self.passages[usable].T
            for start in range(0, len(group), BATCH):
                part = group[start : start + BATCH]
                scores = self.mapped(torch.from_numpy(np.stack([rows[at].vector for at in part]))) @ passages
                out.update(zip(part, usable[scores.topk(count).indices].numpy(), strict=True))
        return [out[at] for at in range(len(rows))]

    def loss(self, rows: list[Row], hard: list[Ints], chance: np.random.Generator) -> torch.Tensor:
        """Mean negative log-probability of the right article."""
        shared = chance.integers(0, len(self.passages), RANDOM)
        columns = np.unique(np.concatenate([*hard, *(row.gold for row in rows), shared]))
        vectors = torch.from_numpy(np.stack([row.vector for row in rows]))
        logits = self.mapped(dropout(vectors, DROPPED)) @ self.passages[torch.from_numpy(columns)].T
        right = torch.from_numpy(np.stack([np.isin(columns, row.gold) for row in rows]))
        usable = torch.from_numpy(np.stack([self.usable(row.place)[columns] for row in rows])) | right
        logits = logits.masked_fill(~usable, -1e4)
        lost = torch.logsumexp(logits, 1) - torch.logsumexp(logits.masked_fill(~right, -1e4), 1)
        return lost.mean() + STAY * ((self.weights - torch.eye(len(self.bias))) ** 2).sum()


def learn(learner: Learner, rows: list[Row]) -> None:
    """Fit the map; the hardest passages are looked for twice, before and after the first round."""
    chance = np.random.default_rng(0)
    steps = EPOCHS * -(-len(rows) // BATCH)
    optimizer = torch.optim.AdamW([learner.weights, learner.bias, learner.scale], lr=RATE, weight_decay=0.0)
    rates = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 20) * max(0.02, 1 - step / steps))
    hard = learner.nearest(rows, HARD)
    for epoch in range(EPOCHS):
        order = chance.permutation(len(rows))
        for start in track(range(0, len(rows), BATCH), f"第 {epoch + 1} 遍"):
            chosen = order[start : start + BATCH]
            loss = learner.loss([rows[at] for at in chosen], [hard[at] for at in chosen], chance)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
            optimizer.step()
            rates.step()
        if epoch == 0:
            hard = [np.union1d(*both) for both in zip(hard, learner.nearest(rows, HARD), strict=True)]


def found(learner: Learner, rows: list[Row]) -> dict[int, float]:
    """Share of questions whose article is among the first 1, 10 and 100, by meaning alone."""
    ranked = learner.nearest(rows, 100)
    return {
        k: float(np.mean([bool(np.isin(row.gold, best[:k]).any()) for row, best in zip(rows, ranked, strict=True)]))
        for k in (1, 10, 100)
    }


def main(base: Annotated[Path, typer.Argument(help="有全部法规的知识库")], target: Path = HERE.parent / FILE) -> None:
    """重新学习居民的问法。"""
    torch.manual_seed(0)
    knowledge = KnowledgeBase.open(base)
    rows = list(rows_of(knowledge))
    held_out, known = [row for row in rows if row.is_held_out], [row for row in rows if not row.is_held_out]
    learner = Learner(knowledge.index())
    print(f"before: {found(learner, held_out)} of {len(held_out)} questions held out")
    learn(learner, known)
    print(f"after:  {found(learner, held_out)}, learnt from {len(known)}")
    with target.open("wb") as file:
        scale = float(learner.scale.detach().exp())
        weights, bias = scale * learner.weights.detach().numpy(), scale * learner.bias.detach().numpy()
        np.savez(file, encoder=knowledge.encoder.name, weights=weights.astype(np.float16), bias=bias.astype(np.float32))


if __name__ == "__main__":
    torch.set_num_threads(1)
    typer.run(main)
