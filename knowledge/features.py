"""What the decision looks at: numbers about a question and its best passage. No weights here, see decision.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.asking import asked_kinds
from knowledge.index import Hits, Index
from knowledge.model import Passage
from knowledge.own import Found
from knowledge.text import even, words
from knowledge.vectors import Floats

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


@dataclass(frozen=True)
class Best:
    """The statute passage that leads: its place in `hits`, and the logits of all candidates in falling order."""

    hits: Hits
    at: int
    logits: Floats


def describe(index: Index, question: str, tokens: list[str], best: Best, passages: Sequence[Passage]) -> dict[str, float]:
    """What the decision sees of statutes; `passages` go with the logits, best first."""
    hits, at, logits = best.hits, best.at, best.logits
    shares = np.exp(logits - logits[0])
    features = {
        "cosine": (float(hits.cosine[at]) - 0.87) * 25,
        "best_cosine": (float(hits.cosine.max()) - 0.87) * 25,
        "chance": float(hits.chance[at]),
        "best_chance": float(hits.chance.max()),
        "lexical": float(np.log1p(max(hits.lexical[at], 0))) / 2,
        "share": float(1 / shares.sum()),
        "share3": float(shares[:3].sum() / shares.sum()),
        "margin2": min(float(logits[0] - logits[1]), 3.0) if len(logits) > 1 else 1.0,
        "margin10": min(float(logits[0] - logits[1:10].mean()), 5.0) if len(logits) > 1 else 1.0,
        "lifted": min(float(hits.lifted[at]), 2.0),
        "explained": float(hits.explained[at]),
        "explained_best": float(hits.explained_best[at]),
        "most_explained": float(hits.explained.max()),
        "most_explained_best": float(hits.explained_best.max()),
        "explained_beyond": float((hits.explained[at] - hits.explained.mean()) / max(float(hits.explained.std()), 1e-6)),
        "logit": float(logits[0]),
        "logits3": float(np.logaddexp.reduce(logits[:3])),
        "laws3": len({one.document for one in passages[:3]}) / 3,
        "words": len(tokens) / 10,
    }
    return features | _of_words(index, question, tokens, passages[0])


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
