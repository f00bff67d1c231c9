"""What the decision looks at: numbers about a question and its best passage. No weights here, see decision.py."""

from __future__ import annotations

import numpy as np

from knowledge.asking import asked_kinds
from knowledge.index import Hits, Index
from knowledge.model import Passage
from knowledge.own import Found
from knowledge.text import even, words

UNANSWERABLE_KINDS = ("personal", "today", "foreign", "opinion")
ANSWER_KINDS = ("materials", "fee", "amount", "period", "place", "steps", "condition", "penalty")


def overlap(index: Index, tokens: list[str], passage: str) -> float:
    """Share of the question's words, weighted by rarity, that the passage holds; 0 to 1."""
    if not tokens:
        return 0.0
    held = set(words(even(passage)))
    weights = {token: index.rarity(token) for token in tokens}
    total = sum(weights.values())
    return sum(weight for token, weight in weights.items() if token in held) / total if total else 0.0


def describe(index: Index, question: str, tokens: list[str], hits: Hits, best: Passage) -> dict[str, float]:
    """What the decision sees of statutes. `hits` must not be empty; `best` is its first passage."""
    fused = hits.fused
    features = {
        "cosine": (float(hits.cosine[0]) - 0.87) * 25,
        "best_cosine": (float(hits.cosine.max()) - 0.87) * 25,
        "fused": float(fused[0] - hits.lifted[0]) / 5,
        "lexical": float(np.log1p(max(hits.lexical[0], 0))) / 2,
        "margin2": float(fused[0] - fused[1]) if len(fused) > 1 else 1.0,
        "margin10": float(fused[0] - fused[1:10].mean()) if len(fused) > 1 else 1.0,
        "dense_rank": 1 / (1 + float(hits.dense_rank[0])),
        "lexical_rank": 1 / (1 + float(hits.lexical_rank[0])),
        "lifted": min(float(hits.lifted[0]), 2.0),
    }
    return features | _of_words(index, question, tokens, best)


def describe_own(index: Index, question: str, tokens: list[str], found: Found, best: Passage) -> dict[str, float]:
    """What the decision sees of our own articles; `best` is the section that would be quoted."""
    scores = found.scores
    features = {
        "score": float(scores[0]) / 5,
        "margin": min(float(scores[0] - scores[1]), 4.0) / 2 if len(scores) > 1 else 1.0,
        "asked_cosine": (float(found.asked[0]) - 0.9) * 20,
        "section_cosine": (float(found.section[0]) - 0.87) * 25,
        "shared": found.shared * 2,
        "overlap_article": overlap(index, tokens, found.articles[0].text),
    }
    return features | _of_words(index, question, tokens, best)


def _of_words(index: Index, question: str, tokens: list[str], best: Passage) -> dict[str, float]:
    """Words shared with the passage, and whether it holds the kind of fact that is asked for."""
    asked = asked_kinds(question)
    wanted = [kind for kind in asked if kind.evidence is not None]
    text = even(best.text)
    held = [kind for kind in wanted if kind.evidence and kind.evidence.search(text)]
    names = {kind.name for kind in asked}
    features = {
        "overlap": overlap(index, tokens, f"{best.title} {best.article} {best.text}"),
        "overlap_text": overlap(index, tokens, best.text),
        "evidence_missing": float(bool(wanted) and not held),
        "evidence_share": len(held) / len(wanted) if wanted else 0.5,
    }
    return features | {f"asks_{name}": float(name in names) for name in (*UNANSWERABLE_KINDS, *ANSWER_KINDS)}
