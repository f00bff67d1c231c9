"""Our own articles as wholes: which one a question is about, and which of its sections answers it.

Three views are added: the nearest way of asking, the nearest section, and the pairs of characters shared with the whole
article, which also find half a word or a word no dictionary knows. Statutes are searched in `index`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from knowledge.asking import asked_kinds
from knowledge.text import even
from knowledge.vectors import Floats, Ints

SECTION_WEIGHT, ASKED_WEIGHT, PAIRS_WEIGHT = 1.0, 1.0, 0.7
SHOWN = 10  # articles whose sections are put in order
WORDS_IN_SECTION, ASKED_FOR, NOT_ASKED_FOR = 0.6, 1.5, 1.0  # beside the cosine, when one section of the article is chosen
#: What answers one kind of question only: 「费用：免费」 is no answer to whether somebody is looked after at all.
NARROW = frozenset({"申请材料", "办理地点", "办理时限", "费用", "法律依据", "以当地为准"})
NOT_WORD = re.compile(r"[^\w]")

#: (mean above the cosine of the centre, spread) of the three views over 84 articles; they steady the few of a small base
USUAL = {"section": (0.014, 0.0145), "asked": (0.024, 0.0165), "pairs": (0.8, 1.66)}
STEADY = 10  # articles' worth of the usual values


@dataclass(frozen=True)
class Article:
    """One own article for search. `positions` are its passages in the index, `rows` its ways of asking."""

    document: int
    positions: Ints
    rows: Ints
    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Found:
    """Own articles in falling order of score, each with its passages best first."""

    articles: tuple[Article, ...]
    scores: Floats
    positions: tuple[Ints, ...]
    asked: Floats  # cosine of the nearest way of asking
    section: Floats  # cosine of the nearest section
    shared: float  # share of the question's pairs of characters that the first article holds, rare ones count more


def pairs(text: str) -> list[str]:
    """Neighbouring characters of a text, signs and spaces left out."""
    plain = NOT_WORD.sub("", even(text))
    return [plain[at : at + 2] for at in range(len(plain) - 1)]


class OwnArticles:
    """The own articles of one generation. `vectors` and `asked` have unit rows, or zeros where not encoded yet."""

    def __init__(self, articles: Sequence[Article], vectors: Floats, asked: Floats) -> None:
        import bm25s

        self.articles, self.vectors, self.asked = list(articles), vectors, asked
        starts = np.cumsum([0, *(len(article.positions) for article in articles)])
        #: document → its rows in `vectors`
        self._rows = {one.document: slice(a, b) for one, a, b in zip(articles, starts, starts[1:], strict=False)}
        held = [pairs(article.text) for article in articles]
        self._held = [frozenset(one) for one in held]
        self._pairs: Any = bm25s.BM25(k1=1.2, b=0.6)
        self._pairs.index(held, show_progress=False)

    def search(self, question: str, vector: Floats, centre: float, lexical: Floats, allowed: Ints) -> Found | None:
        """The articles for an evened question; `allowed` are the documents that hold, `lexical` is BM25 by passage.

        `centre` is the question's cosine to the middle of all passages.
        """
        holding = set(map(int, allowed))
        chosen = [at for at, article in enumerate(self.articles) if article.document in holding]
        if not chosen:
            return None
        cosines, near, asked_pairs = self.vectors @ vector, self.asked @ vector, pairs(question)
        section = np.array([cosines[self._rows[self.articles[at].document]].max() for at in chosen])
        ways = [near[self.articles[at].rows] for at in chosen]
        # An article without ways of asking is as near as its nearest section.
        asked = np.array([way.max() if len(way) else best for way, best in zip(ways, section, strict=True)])
        known = [pair for pair in asked_pairs if pair in self._pairs.vocab_dict]
        by_pairs: Floats = np.zeros(len(chosen), dtype=np.float32)
        if known:
            by_pairs = self._pairs.get_scores(known)[chosen]
        total = SECTION_WEIGHT * _standard(section, "section", centre) + ASKED_WEIGHT * _standard(asked, "asked", centre)
        total = total + PAIRS_WEIGHT * _standard(by_pairs, "pairs", 0.0)
        order = np.argsort(-total, kind="stable")
        articles = tuple(self.articles[chosen[at]] for at in order)
        return Found(
            articles=articles,
            scores=total[order].astype(np.float32),
            positions=tuple(self._sections(question, one, cosines, lexical) for one in articles[:SHOWN]),
            asked=asked[order].astype(np.float32),
            section=section[order].astype(np.float32),
            shared=self._shared(asked_pairs, chosen[int(order[0])]),
        )

    def _sections(self, question: str, article: Article, cosines: Floats, lexical: Floats) -> Ints:
        """The passages of an article, best first: near, sharing words, and of the kind that is asked for."""
        wanted = {kind.section for kind in asked_kinds(question)}
        score = _plain_standard(cosines[self._rows[article.document]])
        score = score + WORDS_IN_SECTION * _plain_standard(lexical[article.positions])
        score = score + ASKED_FOR * np.array([heading in wanted for heading in article.headings], dtype=np.float32)
        unasked = [heading in NARROW and heading not in wanted for heading in article.headings]
        score = score - NOT_ASKED_FOR * np.array(unasked, dtype=np.float32)
        return article.positions[np.argsort(-score, kind="stable")]

    def _shared(self, asked_pairs: list[str], at: int) -> float:
        if not asked_pairs:
            return 0.0
        count = len(self.articles)
        weights = [np.log(1 + count / (0.5 + sum(pair in held for held in self._held))) for pair in asked_pairs]
        held = [weight for pair, weight in zip(asked_pairs, weights, strict=True) if pair in self._held[at]]
        return float(sum(held) / sum(weights))


def _standard(values: Floats, view: str, centre: float) -> Floats:
    """z-scores, steadied by the usual mean and spread where there are few articles."""
    mean, spread = USUAL[view]
    count = len(values)
    middle = (values.sum() + STEADY * (centre + mean)) / (count + STEADY)
    variance = (((values - middle) ** 2).sum() + STEADY * spread**2) / (count + STEADY)
    out: Floats = (values - middle) / max(float(np.sqrt(variance)), 1e-6)
    return out


def _plain_standard(values: Floats) -> Floats:
    out: Floats = (values - values.mean()) / max(float(values.std()), 1e-6)
    return out
