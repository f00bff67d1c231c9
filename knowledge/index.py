"""Search: BM25 and vectors over the same passages, fused; only what holds on a date and in a place.

Statutes are found here passage by passage; our own articles as wholes, see `own`, and the laws behind them by `basis`.

An `Index` is one generation, read once and never changed; `answering` swaps whole indexes.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.basis import Bridges
from knowledge.errors import NotBuilt
from knowledge.learned import learned_for
from knowledge.lexical import Words
from knowledge.model import STATUTE
from knowledge.own import Article, Found, OwnArticles
from knowledge.publishing import FOLDER, Generation, current
from knowledge.regions import Region, parse_region
from knowledge.shelves import Shelf, Stacked
from knowledge.store import DocumentRow, Store
from knowledge.tables import OWN
from knowledge.translation import StackedHeld, shipped
from knowledge.validity import in_force_on
from knowledge.vectors import Floats, Ints

Bools = npt.NDArray[np.bool_]

MOST_MASKS = 64  # one byte a passage each
DEPTH = 100  # candidates of each side that are fused
DENSE_WEIGHT = 1.0
BM25_WEIGHT = 0.15  # measured, see docs/decisions/0003-encoder-and-fusion.md
EXPLAINED_WEIGHT, BEST_EXPLAINED_WEIGHT = 0.6, 0.3  # measured, see docs/decisions/0015-words-of-residents.md
CERTAINTY, LOWEST = 1.5, -30.0  # of z-scores as logits where nothing was learnt; of a passage that is not encoded
BRIDGES, BRIDGE_FROM, BRIDGE_WEIGHT = 3, 4.0, 0.4  # own articles whose laws are lifted, by how much; measured, same place


@dataclass(frozen=True)
class Hits:
    """Candidates in falling order of `fused`. All arrays have one length; positions point into the index."""

    positions: Ints
    fused: Floats
    cosine: Floats
    lexical: Floats  # BM25 in standard deviations of all allowed passages
    lifted: Floats  # part of `fused` that comes from an own article resting on the passage
    explained: Floats  # how well the passage's words explain the question's, all together
    explained_best: Floats  # the same by the best word for each
    chance: Floats  # natural logarithm of how likely each is the one asked for, by meaning alone


class Index:
    """One generation in memory: 4 bytes × width × passages for the vectors; the words stay in their files."""

    def __init__(self, folder: Path, generation: Generation, store: Store, before: Index | None = None) -> None:
        """`store` shows the state the generation was built from; shelves that `before` holds too are taken over."""
        self.generation: Generation = generation
        known = before.shelves if before and before.generation.encoder == generation.encoder else {}
        self.shelves: dict[str, Shelf] = {
            name: Shelf.load(folder, part, generation.width, known.get(name)) for name, part in generation.shelves.items()
        }
        shelves = list(self.shelves.values())
        self.words = Words([shelf.postings for shelf in shelves])
        self.held = StackedHeld([shelf.held for shelf in shelves])
        self.passages: Ints = np.concatenate([shelf.passages for shelf in shelves])
        self.documents: dict[int, DocumentRow] = store.current_documents()
        self.document_of: Ints = np.concatenate([shelf.documents for shelf in shelves])
        self.encoded: Bools = np.concatenate([shelf.encoded for shelf in shelves])
        self.vectors = Stacked([shelf.vectors for shelf in shelves])
        self.mean = _mean(shelves)
        self.learned = learned_for(generation.encoder)
        self._ids = np.argsort(self.passages)
        self.own = self._own_articles(store, self.shelves[OWN])
        self.statutes: Bools = self.of_kind(STATUTE)
        self.bridges = Bridges(store.current_basis(), self.documents, self._headings(store), self.document_of, self._centred)
        self._masks: dict[tuple[str, date], Bools] = {}
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: Path, store: Store, before: Index | None = None) -> Index:
        """The generation in force. Raises NotBuilt when there is none yet."""
        for _ in range(3):
            with store.snapshot():
                generation = current(store)
                if generation is None:
                    raise NotBuilt(f"{folder} 里的知识库还没有建好，请先执行：python -m knowledge import knowledge/articles")
                try:
                    return cls(folder, generation, store, before)
                except FileNotFoundError:
                    continue  # swept meanwhile: a newer generation is there
        raise NotBuilt(f"{folder} 里的索引不完整，请删除 {folder / FOLDER} 后重新导入。")

    def _positions(self, passages: Sequence[int]) -> Ints:
        """Where passages stand by their ids, -1 for those that are not in the index."""
        ids = np.array(passages, dtype=np.int64)
        at = np.searchsorted(self.passages, ids, sorter=self._ids)
        found = self._ids[np.minimum(at, len(self._ids) - 1)] if len(self._ids) else np.zeros(len(ids), dtype=np.int64)
        return np.where(self.passages[found] == ids, found, -1) if len(self._ids) else found - 1

    def _own_articles(self, store: Store, shelf: Shelf) -> OwnArticles | None:
        texts = store.own_texts()
        grouped: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        positions = self._positions([passage for _, passage, _, _ in texts])
        for position, (document, _, heading, text) in zip(positions, texts, strict=True):
            if position >= 0:
                grouped[document].append((int(position), heading, text))
        if not grouped:
            return None
        ways: dict[int, list[str]] = defaultdict(list)
        for way in store.current_asked():
            ways[way.document].append(way.text)
        articles = [_article(document, parts, ways[document], shelf.asked_of) for document, parts in grouped.items()]
        return OwnArticles(articles, self.vectors[np.concatenate([one.positions for one in articles])], shelf.asked)

    def _headings(self, store: Store) -> Callable[[Iterable[int]], list[tuple[int, int, str]]]:
        def headings(documents: Iterable[int]) -> list[tuple[int, int, str]]:
            rows = store.headings(documents)
            positions = self._positions([passage for passage, _, _ in rows])
            placed = zip(positions, rows, strict=True)
            return [(int(at), document, article) for at, (_, document, article) in placed if at >= 0]

        return headings

    def _centred(self, positions: Ints) -> Floats:
        """The vectors at some positions without the mean of all; zeros stay zeros."""
        out: Floats = self.vectors[positions] - np.where(self.encoded[positions, None], self.mean, 0)
        return out

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
        """Where a document holds; the nation where its own place is not known."""
        return parse_region(self.documents[document].region) or Region()

    def rarity(self, token: str) -> float:
        """How much a word tells, as BM25 weighs it; an unknown word tells most."""
        return self.words.rarity(token)

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

    def search(
        self, question: str, vector: Floats, tokens: list[str], allowed: Bools, lifts: Floats | None = None
    ) -> Hits | None:
        """The best passages by meaning and by words together; None when nothing is allowed. `vector` has shape (width,)."""
        raw = self._logits(vector, allowed)
        dense = self._standard(raw, allowed)
        lexical = self.lexical_scores(tokens, allowed)
        lifted = np.zeros(len(dense), dtype=np.float32) if lifts is None else lifts
        best = np.union1d(np.union1d(_top(dense, DEPTH), _top(lexical, DEPTH)), np.flatnonzero(lifted))
        best = best[allowed[best]]
        if not len(best):
            return None
        explained_best, explained = shipped().scores(question, self.held.of(best))
        said = EXPLAINED_WEIGHT * explained + BEST_EXPLAINED_WEIGHT * explained_best
        fused = DENSE_WEIGHT * dense[best] + BM25_WEIGHT * lexical[best] + said + lifted[best]
        order = np.argsort(-fused, kind="stable")
        chosen = best[order]
        return Hits(
            positions=chosen.astype(np.int64),
            fused=fused[order].astype(np.float32),
            cosine=self._cosines(chosen, vector),
            lexical=lexical[chosen],
            lifted=lifted[chosen],
            explained=explained[order],
            explained_best=explained_best[order],
            chance=self._chances(raw if self.learned else CERTAINTY * dense, allowed)[chosen],
        )

    def _logits(self, vector: Floats, allowed: Bools) -> Floats:
        """How near each allowed passage is to what is asked, as learnt where anything was; shape (passages,)."""
        return self.vectors.products(self.learned.towards_passages(vector) if self.learned else vector, allowed)

    def _chances(self, logits: Floats, allowed: Bools) -> Floats:
        usable = allowed & self.encoded
        if not usable.any():
            return np.full(len(logits), LOWEST, dtype=np.float32)
        best = float(logits[usable].max())
        out: Floats = logits - best - np.log(np.exp(logits[usable] - best).sum())
        return np.where(usable, out, LOWEST).astype(np.float32)

    def _cosines(self, positions: Ints, vector: Floats) -> Floats:
        """Cosines of some passages; one that is not encoded yet counts as the mean."""
        cosines = self.vectors[positions] @ vector
        return np.where(self.encoded[positions], cosines, float(self.mean @ vector)).astype(np.float32)

    def dense_scores(self, vector: Floats, allowed: Bools) -> Floats:
        """Cosines as z-scores over the allowed passages: raw ones of e5 all lie in 0.8–0.93 and say little."""
        return self._standard(self.vectors.products(vector, allowed), allowed)

    def learned_scores(self, vector: Floats, allowed: Bools) -> Floats:
        """The same for what was learnt from residents' questions."""
        return self._standard(self._logits(vector, allowed), allowed)

    def _standard(self, raw: Floats, allowed: Bools) -> Floats:
        usable = allowed & self.encoded
        chosen = raw[usable]
        if not len(chosen):
            return np.full(len(raw), -9.0, dtype=np.float32)
        scores = (raw - chosen.mean()) / max(float(chosen.std()), 1e-6)
        return np.where(usable, scores, -9.0).astype(np.float32)

    def lexical_scores(self, tokens: list[str], allowed: Bools) -> Floats:
        """BM25 as z-scores over the allowed passages, zero where no word is shared."""
        known = [token for token in tokens if token in self.words]
        if not known:
            return np.zeros(len(allowed), dtype=np.float32)
        raw = np.where(allowed, self.words.scores(known), 0.0)
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


def _mean(shelves: Sequence[Shelf]) -> Floats:
    """The mean of all encoded vectors, shape (width,); zeros before the first."""
    count = sum(int(shelf.encoded.sum()) for shelf in shelves)
    mean: Floats = (np.sum([shelf.sum for shelf in shelves], axis=0) / max(count, 1)).astype(np.float32)
    return mean


def _top(scores: Floats, count: int) -> Ints:
    if len(scores) <= count:
        return np.arange(len(scores))
    return np.argpartition(-scores, count)[:count]
