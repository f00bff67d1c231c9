"""What the decision looks at: numbers about a question and its best passage. No weights here, see decision.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import yaml

from knowledge.index import Hits, Index
from knowledge.model import ARTICLE, Passage
from knowledge.text import even, words

UNANSWERABLE_KINDS = ("personal", "today", "foreign", "opinion")
ANSWER_KINDS = ("materials", "fee", "amount", "period", "place", "steps", "condition", "penalty")


@dataclass(frozen=True)
class Kind:
    """One thing questions ask for; a row of asking.yml."""

    name: str
    asked: re.Pattern[str]
    section: str | None
    evidence: re.Pattern[str] | None


@cache
def kinds() -> dict[str, Kind]:
    """name → kind, in the order of asking.yml."""
    table = yaml.safe_load(resources.files("knowledge").joinpath("asking.yml").read_text("utf-8"))
    return {
        name: Kind(
            name,
            re.compile(row["asked"]),
            row.get("section"),
            re.compile(row["evidence"]) if row.get("evidence") else None,
        )
        for name, row in table.items()
    }


def asked_kinds(question: str) -> list[Kind]:
    """What an evened question asks for, in the order of asking.yml."""
    return [kind for kind in kinds().values() if kind.asked.search(question)]


def overlap(index: Index, tokens: list[str], passage: str) -> float:
    """Share of the question's words, weighted by rarity, that the passage holds; 0 to 1."""
    if not tokens:
        return 0.0
    held = set(words(even(passage)))
    weights = {token: index.rarity(token) for token in tokens}
    total = sum(weights.values())
    return sum(weight for token, weight in weights.items() if token in held) / total if total else 0.0


def describe(index: Index, question: str, tokens: list[str], hits: Hits, best: Passage) -> dict[str, float]:
    """The features by name. `hits` must not be empty; `best` is its first passage."""
    asked = asked_kinds(question)
    wanted = [kind for kind in asked if kind.evidence is not None]
    text = even(best.text)
    found = [kind for kind in wanted if kind.evidence and kind.evidence.search(text)]
    own = best.kind == ARTICLE
    fused = hits.fused
    features = {
        "cosine": (float(hits.cosine[0]) - 0.87) * 25,
        "best_cosine": (float(hits.cosine.max()) - 0.87) * 25,
        "fused": float(fused[0]) / 5,
        "lexical": float(np.log1p(max(hits.lexical[0], 0))) / 2,
        "margin2": float(fused[0] - fused[1]) if len(fused) > 1 else 1.0,
        "margin10": float(fused[0] - fused[1:10].mean()) if len(fused) > 1 else 1.0,
        "dense_rank": 1 / (1 + float(hits.dense_rank[0])),
        "lexical_rank": 1 / (1 + float(hits.lexical_rank[0])),
        "overlap": overlap(index, tokens, f"{best.title} {best.article} {best.text}"),
        "overlap_text": overlap(index, tokens, best.text),
        "evidence_missing": float(bool(wanted) and not found),
        "evidence_share": len(found) / len(wanted) if wanted else 0.5,
        "own": float(own),
        "own_cosine": (float(hits.cosine[0]) - 0.87) * 25 * own,
        "words": min(len(tokens), 20) / 10,
    }
    names = {kind.name for kind in asked}
    features |= {f"asks_{name}": float(name in names) for name in (*UNANSWERABLE_KINDS, *ANSWER_KINDS)}
    return features
