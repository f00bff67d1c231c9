"""Search: BM25 and vectors over the same passages, fused; only what holds on a date and in a place.

Statutes are found here passage by passage; our own articles as wholes, see `own`, and the laws behind them by `basis`.

An `Index` is one generation, read once and never changed; `answering` swaps whole indexes.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.basis import Bridges
from knowledge.errors import NotBuilt
from knowledge.model import STATUTE
from knowledge.own import Article, Found, OwnArticles
from knowledge.publishing import FOLDER, Generation, current
from knowledge.regions import Region, parse_region
from knowledge.store import DocumentRow, Store
from knowledge.validity import in_force_on
from knowledge.vectors import Floats, Ints, VectorFile

Bools = npt.NDArray[np.bool_]

MOST_MASKS = 64  # one byte a passage each
DEPTH = 100  # candidates of each side that are fused
DENSE_WEIGHT = 1.0
BM25_WEIGHT = 0.15  # measured, see docs/decisions/0003-encoder-and-fusion.md
BRIDGES, BRIDGE_FROM, BRIDGE_WEIGHT = 3, 4.0, 0.4  # own articles whose laws are lifted, by how much; measured, same place


@dataclass(frozen=True)
class Hits:
    """Candidates in falling order of `fused`. All arrays have one length; positions point into the index.

    `dense_rank` and `lexical_rank` count from 0 among these candidates.
    """

    positions: Ints
    fused: Floats
    cosine: Floats
    lexical: Floats  # BM25 in standard deviations of all allowed passages
    dense_rank: Ints
    lexical_rank: Ints
    lifted: Floats  # part of `fused` that comes from an own article resting on the passage


class Index:
    """One generation in memory: 4 bytes × width × passages for the vectors, and BM25's arrays."""

    def __init__(self, folder: Path, generation: Generation, store: Store) -> None:
        import bm25s

        home = folder / FOLDER / generation.lexical
        self.generation = generation
        self.bm25: Any = bm25s.BM25.load(str(home), show_progress=False)
        rows = np.load(home / "rows.npz")
        self.passages: Ints = rows["passages"]
        self.documents: dict[int, DocumentRow] = store.current_documents()
        self.document_of: Ints = rows["documents"]
        stored = np.load(folder / FOLDER / generation.dense)
        file = VectorFile(folder, generation.width)
        self.encoded: Bools = stored["passages"] >= 0
        self.vectors: Floats = file.read(stored["passages"])
        self.own = self._own_articles(store, stored["documents"], file.read(stored["asked"]))
        self.mean = _centre(self.vectors, self.encoded)
        self.statutes: Bools = self.of_kind(STATUTE)
        self.bridges = Bridges(store.current_basis(), self.documents, self._headings(store), self.document_of, self.vectors)
        self._spread_of_word = np.diff(self.bm25.scores["indptr"])
        self._masks: dict[tuple[str, date], Bools] = {}
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: Path, store: Store) -> Index:
        """The generation in force. Raises NotBuilt when there is none yet."""
        for _ in range(3):
            generation = current(folder)
            if generation is None:
                raise NotBuilt(f"{folder} 里的知识库还没有建好，请先执行：python -m knowledge import knowledge/articles")
            try:
                return cls(folder, generation, store)
            except FileNotFoundError:
                continue  # swept between the two readings: a newer generation is there
        raise NotBuilt(f"{folder} 里的索引不完整，请删除 {folder / FOLDER} 后重新导入。")

    def _own_articles(self, store: Store, documents: Ints, asked: Floats) -> OwnArticles | None:
        at = {int(ident): position for position, ident in enumerate(self.passages)}
        grouped: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for document, passage, heading, text in store.own_texts():
            if passage in at:
                grouped[document].append((at[passage], heading, text))
        if not grouped:
            return None
        ways: dict[int, list[str]] = defaultdict(list)
        for way in store.current_asked():
            ways[way.document].append(way.text)
        articles = [_article(document, parts, ways[document], documents) for document, parts in grouped.items()]
        return OwnArticles(articles, self.vectors[np.concatenate([one.positions for one in articles])], asked)

    def _headings(self, store: Store) -> Callable[[Iterable[int]], list[tuple[int, int, str]]]:
        at = {int(ident): position for position, ident in enumerate(self.passages)}

        def headings(documents: Iterable[int]) -> list[tuple[int, int, str]]:
            rows = store.headings(documents)
            return [(at[passage], document, article) for passage, document, article in rows if passage in at]

        return headings

    def allowed(self, region: Region | None, on: date) -> Bools:
        """Which passages may answer somebody in `region` (None: unknown, local rules included) on a date."""
        key = (region.key if region else "*", on)
        with self._lock:
            if key not in self._masks:
                if len(self._masks) > MOST_MASKS:
                    self._masks.clear()
                self._masks[key] = self._mask(region, on)
            return self._masks[key]

    def _mask(self, region: Region | None, on: date) -> Bools:
        holding = in_force_on(list(self.documents.values()), on)
        good = {ident for ident in holding if region is None or self.region_of(ident).governs(region)}
        return np.isin(self.document_of, np.fromiter(good, dtype=np.int64, count=len(good)))

    def of_kind(self, kind: str) -> Bools:
        """Which passages belong to documents of a kind."""
        good = [ident for ident, document in self.documents.items() if document.kind == kind]
        return np.isin(self.document_of, np.array(good, dtype=np.int64))

    def region_of(self, document: int) -> Region:
        return parse_region(self.documents[document].region) or Region()

    def rarity(self, token: str) -> float:
        """How much a word tells, as BM25 weighs it; an unknown word tells most."""
        total = len(self.passages)
        known = self.bm25.vocab_dict.get(token)
        count = int(self._spread_of_word[known]) if known is not None else 0
        return float(np.log(1 + (total - count + 0.5) / (count + 0.5)))

    def search_own(self, question: str, vector: Floats, tokens: list[str], allowed: Bools) -> Found | None:
        """Our own articles for an evened question; None where none is allowed."""
        if self.own is None:
            return None
        holding = np.unique(self.document_of[allowed & ~self.statutes])
        return self.own.search(question, vector, float(self.mean @ vector), self.lexical_scores(tokens, allowed), holding)

    def lifts(self, found: Found | None) -> Floats:
        """How much each passage gains because a likely own article rests on it; shape (passages,)."""
        out = np.zeros(len(self.passages), dtype=np.float32)
        for article, score in zip(found.articles[:BRIDGES], found.scores, strict=False) if found else ():
            out[self.bridges.of(article.document)] += BRIDGE_WEIGHT * max(0.0, float(score) - BRIDGE_FROM)
        return out

    def search(self, vector: Floats, tokens: list[str], allowed: Bools, lifts: Floats | None = None) -> Hits | None:
        """The best passages by meaning and by words together; None when nothing is allowed. `vector` has shape (width,)."""
        dense = self.dense_scores(vector, allowed)
        lexical = self.lexical_scores(tokens, allowed)
        lifted = np.zeros(len(dense), dtype=np.float32) if lifts is None else lifts
        best = np.union1d(np.union1d(_top(dense, DEPTH), _top(lexical, DEPTH)), np.flatnonzero(lifted))
        best = best[allowed[best]]
        if not len(best):
            return None
        fused = DENSE_WEIGHT * dense[best] + BM25_WEIGHT * lexical[best] + lifted[best]
        order = np.argsort(-fused, kind="stable")
        chosen = best[order]
        return Hits(
            positions=chosen.astype(np.int64),
            fused=fused[order].astype(np.float32),
            cosine=(self.vectors[chosen] @ vector + float(self.mean @ vector)).astype(np.float32),
            lexical=lexical[chosen],
            dense_rank=_ranks(dense[chosen]),
            lexical_rank=_ranks(lexical[chosen]),
            lifted=lifted[chosen],
        )

    def dense_scores(self, vector: Floats, allowed: Bools) -> Floats:
        """Cosines as z-scores over the allowed passages: raw ones of e5 all lie in 0.8–0.93 and say little."""
        usable = allowed & self.encoded
        raw: Floats = self.vectors @ vector
        chosen = raw[usable]
        if not len(chosen):
            return np.full(len(raw), -9.0, dtype=np.float32)
        scores = (raw - chosen.mean()) / max(float(chosen.std()), 1e-6)
        return np.where(usable, scores, -9.0).astype(np.float32)

    def lexical_scores(self, tokens: list[str], allowed: Bools) -> Floats:
        """BM25 as z-scores over the allowed passages, zero where no word is shared."""
        known = [token for token in tokens if token in self.bm25.vocab_dict]
        if not known:
            return np.zeros(len(allowed), dtype=np.float32)
        raw = np.where(allowed, self.bm25.get_scores(known), 0.0)
        spread = float(raw[allowed].std()) if allowed.any() else 0.0
        return (raw / max(spread, 1e-6)).astype(np.float32)


def _article(document: int, parts: list[tuple[int, str, str]], ways: list[str], asked_of: Ints) -> Article:
    return Article(
        document=document,
        positions=np.array([position for position, _, _ in parts], dtype=np.int64),
        rows=np.flatnonzero(asked_of == document),
        headings=tuple(heading for _, heading, _ in parts),
        text=" ".join([*(text for _, _, text in parts), *ways]),
    )


def _centre(vectors: Floats, encoded: Bools) -> Floats:
    """Take the mean off every encoded vector, in place; answer the mean. It is the same in every cosine."""
    if not encoded.any():
        return np.zeros(vectors.shape[1], dtype=np.float32)
    mean: Floats = vectors[encoded].mean(axis=0)
    vectors -= np.where(encoded[:, None], mean, 0)
    return mean


def _top(scores: Floats, count: int) -> Ints:
    if len(scores) <= count:
        return np.arange(len(scores))
    return np.argpartition(-scores, count)[:count]


def _ranks(scores: Floats) -> Ints:
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks
