"""What is found for one question: our own articles and statutes, each judged by its own decision, then put together.

Statutes that a likely own article rests on are lifted (`index.lifts`); an own article never crowds statutes out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from knowledge import ordering
from knowledge.decision import fitted
from knowledge.features import Best, describe, describe_own
from knowledge.importers.articles import LOCAL_SECTION
from knowledge.index import Bools, Hits, Index
from knowledge.model import ARTICLE, STATUTE, Passage
from knowledge.own import Found
from knowledge.vectors import Floats

SHOWN = 10
CANDIDATES = 60  # statute passages read; twins are dropped from them
CLOSE_ARTICLE = 1.0  # an own article this near to the first in score is cited beside it
SURE = 0.97  # statutes are cited until one of them answers with this chance, or MOST_STATUTES are
MOST_ARTICLES, MOST_STATUTES, MOST_LAWS = 2, 3, 2  # cited: own articles, statutes, laws behind an own article

Read = Callable[[Sequence[int]], dict[int, Passage]]


@dataclass(frozen=True)
class Asked:
    """A question made ready for search: evened text, search words, vector of shape (width,)."""

    text: str
    tokens: list[str]
    vector: Floats


@dataclass(frozen=True)
class Finding:
    """The passages found for one question among those allowed, and how sure the decision is of the first.

    `cited` are the passages an answer would quote; `kind` says which decision judged.
    """

    kind: str
    passages: tuple[Passage, ...]
    scores: tuple[float, ...]
    cited: tuple[Passage, ...]
    features: dict[str, float]
    threshold: float
    laws: frozenset[str] = frozenset()  # versions of the statute passages the first own article rests on

    @property
    def probability(self) -> float:
        """How likely the first passage answers, 0 to 1."""
        return fitted()[self.kind].probability(self.features)

    @property
    def is_sure(self) -> bool:
        """Whether the fitted decision is to answer from the first passage."""
        return self.probability >= self.threshold


def find(index: Index, read: Read, asked: Asked, allowed: Bools, kind: str | None = None) -> Finding | None:
    """The best passages among those allowed; None when there is nothing. `kind` leaves one side only."""
    found = index.search_own(asked.text, asked.vector, asked.tokens, allowed)
    own = _own(index, read, asked, found) if found and kind != STATUTE else None
    if kind == ARTICLE:
        return own
    hits = index.search(asked.text, asked.vector, asked.tokens, allowed & index.statutes, index.lifts(found))
    statutes = _statutes(index, read, asked, hits) if hits else None
    if own is None or statutes is None or found is None:
        return own or statutes
    behind = index.bridges.of(found.articles[0].document)
    versions = frozenset(one.version for one in read([int(i) for i in index.passages[behind]]).values())
    return together(replace(own, laws=versions), statutes)


def _own(index: Index, read: Read, asked: Asked, found: Found) -> Finding:
    """One section of each article, two of the first."""
    positions = [found.positions[0][0], *found.positions[0][1:2], *(ones[0] for ones in found.positions[1:])]
    scores = [found.scores[0], *found.scores[:1][: len(found.positions[0]) - 1], *found.scores[1 : len(found.positions)]]
    idents = [int(index.passages[position]) for position in positions[:SHOWN]]
    by_id = read(idents)
    pairs = [(by_id[ident], float(score)) for ident, score in zip(idents, scores, strict=False) if ident in by_id]
    passages, values = tuple(one for one, _ in pairs), tuple(score for _, score in pairs)
    near = [one for one, score in pairs if values[0] - score <= CLOSE_ARTICLE]
    cited = tuple({one.document: one for one in reversed(near)}.values())[::-1][:MOST_ARTICLES]
    features = describe_own(index, asked.text, asked.tokens, found, passages[0])
    return Finding(ARTICLE, passages, values, cited, features, fitted()[ARTICLE].threshold)


def candidates(index: Index, read: Read, hits: Hits) -> tuple[list[int], list[Passage]]:
    """The first statute passages with their places in `hits`; some texts were published under two names and count once."""
    idents = [int(index.passages[position]) for position in hits.positions[:CANDIDATES]]
    by_id = read(idents)
    first: dict[str, int] = {}
    for at, ident in enumerate(idents):
        if ident in by_id:
            first.setdefault(by_id[ident].text, at)
    return list(first.values()), [by_id[idents[at]] for at in first.values()]


def ordered(index: Index, read: Read, asked: Asked, hits: Hits) -> tuple[list[int], list[Passage], Floats]:
    """The candidates read: their places in `hits`, themselves and their logits, in the order of `hits`."""
    at, passages = candidates(index, read, hits)
    return at, passages, ordering.scores(ordering.features(asked.text, hits, at, passages))


def _statutes(index: Index, read: Read, asked: Asked, hits: Hits) -> Finding:
    at, read_ones, logits = ordered(index, read, asked, hits)
    order = np.argsort(-logits, kind="stable")
    passages, scores = [read_ones[i] for i in order], logits[order]
    chances = np.exp(scores - scores[0]) / np.exp(scores - scores[0]).sum()
    needed = int(np.searchsorted(np.cumsum(chances), SURE)) + 1
    features = describe(index, asked.text, asked.tokens, Best(hits, at[order[0]], scores), passages)
    cited = tuple(passages[: min(needed, MOST_STATUTES)])
    return Finding(STATUTE, tuple(passages), tuple(map(float, scores)), cited, features, fitted()[STATUTE].threshold)


def together(own: Finding, statutes: Finding) -> Finding:
    """One list of both. The own article leads when it answers, and then the laws behind it are cited with it."""
    own = replace(own, threshold=fitted()[ARTICLE].beside)
    listed = list(zip(statutes.passages, statutes.scores, strict=True))
    # 「以当地为准」 says that somebody else knows; a law of the place, if there is one, is what was asked for.
    if own.is_sure and own.passages[0].article != LOCAL_SECTION:
        behind = [one for one in statutes.passages if one.version in own.laws]
        laws = list(dict.fromkeys([*behind[:1], *statutes.passages[:1], *behind, *statutes.cited]))[:MOST_LAWS]
        listed.sort(key=lambda pair: pair[0] not in laws)
        return _ordered(replace(own, cited=(own.cited[0], *laws)), [(own.passages[0], own.scores[0]), *listed])
    return _ordered(statutes, [*listed[: SHOWN - 1], (own.passages[0], own.scores[0])])


def _ordered(finding: Finding, pairs: list[tuple[Passage, float]]) -> Finding:
    """The pairs as the finding's list; the two sides' scores differ in scale, so each is at most the one before."""
    scores = np.minimum.accumulate([score for _, score in pairs[:SHOWN]])
    return replace(finding, passages=tuple(one for one, _ in pairs[:SHOWN]), scores=tuple(map(float, scores)))
