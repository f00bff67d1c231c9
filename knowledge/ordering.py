"""The order of statute passages: what is near in meaning and words is read, and put in order by what the texts show.

The weights (order.json) were fitted listwise on questions of laws that nothing else learnt from, see knowledge/fitting.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

import numpy as np

from knowledge.asking import asked_kinds
from knowledge.index import Hits
from knowledge.model import Passage
from knowledge.own import pairs
from knowledge.regions import parse_region
from knowledge.vectors import Floats

FILE = "order.json"


@cache
def weights() -> dict[str, float]:
    """Feature → weight of the order that is shipped."""
    stored: dict[str, float] = json.loads(resources.files("knowledge").joinpath(FILE).read_text("utf-8"))
    return stored


def features(question: str, hits: Hits, at: Sequence[int], passages: Sequence[Passage]) -> dict[str, Floats]:
    """What is seen of each passage; `at` says where each stands in `hits`. Values of shape (passages,)."""
    asked = set(pairs(question))
    evidence = [kind.evidence for kind in asked_kinds(question) if kind.evidence is not None]
    chosen = np.array(at, dtype=np.int64)
    cities = _cities(passages)
    return {
        "chance": (hits.chance[chosen] / 2).astype(np.float32),
        "cosine": (hits.cosine[chosen] * 50).astype(np.float32),
        "lexical": np.log1p(np.maximum(hits.lexical[chosen], 0)).astype(np.float32),
        "lifted": hits.lifted[chosen],
        "explained": hits.explained[chosen],
        "explained_best": hits.explained_best[chosen],
        "text": _array(4 * _shared(asked, one.text) for one in passages),
        "title": _array(4 * _shared(asked, one.title) for one in passages),
        "city": cities,
        "evidence": _array(
            sum(bool(pattern.search(one.text)) for pattern in evidence) / max(len(evidence), 1) for one in passages
        ),
    }


def scores(seen: dict[str, Floats]) -> Floats:
    """Logits of each passage being the one asked for, up to a constant."""
    out: Floats = np.sum([weight * seen[name] for name, weight in weights().items()], axis=0).astype(np.float32)
    return out


def _shared(asked: set[str], text: str) -> float:
    """Share of the question's pairs of characters that a text holds.

    The text as it stands: laws are written in simplified characters, and making sixty of them even takes its time.
    """
    return len(asked & {text[at : at + 2] for at in range(len(text) - 1)}) / max(len(asked), 1)


def _cities(passages: Sequence[Passage]) -> Floats:
    """1 for the rules of the asker's city. Those of several cities only compete where nobody knows the place: then 0."""
    places = [parse_region(one.region) for one in passages]
    cities = [place.city if place else None for place in places]
    known = len(set(cities) - {None}) == 1
    return _array(known and city is not None for city in cities)


def _array(values: Iterable[float]) -> Floats:
    return np.fromiter(values, dtype=np.float32)
