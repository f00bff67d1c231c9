"""BM25 over several shelves as if they were one: each keeps only counts, and what spans all shelves is put in at a question.

A shelf can so be built anew alone, while every score stays what one index over everything would give: how rare a word
is, how many passages there are and how long they are on average are summed over the shelves.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.vectors import Floats, Ints

K1, B = 1.2, 0.6
VOCABULARY = "words.json"
REMEMBERED = 4  # questions: each is looked up for own articles, for laws, and again where the place is not known
ARRAYS = ("starts", "passages", "counts", "lengths")


@dataclass(frozen=True)
class Postings:
    """The words of one shelf. `passages[starts[w]:starts[w + 1]]` are those with word w, ascending, counted from 0 here.

    `counts` goes with `passages`; `lengths` is how many words each passage has, shape (passages of the shelf,).
    """

    vocabulary: dict[str, int]
    starts: npt.NDArray[np.int64]
    passages: npt.NDArray[np.int32]
    counts: npt.NDArray[np.uint16]
    lengths: npt.NDArray[np.int32]

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]]) -> Postings:
        """Count the words of passages."""
        names: dict[str, int] = {}
        idents = [np.array([names.setdefault(word, len(names)) for word in text], dtype=np.int64) for text in texts]
        lengths = np.array([len(one) for one in idents], dtype=np.int32)
        passage = np.repeat(np.arange(len(lengths)), lengths)
        size = max(len(lengths), 1)
        pairs, counts = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *idents]) * size + passage, return_counts=True)
        return cls._sorted(names, pairs // size, pairs % size, counts, lengths)

    def rearranged(self, old: Ints, fresh: Postings) -> Postings:
        """The same words for other passages: `old` says where each new passage is here, -1 takes the next of `fresh`."""
        names = dict(self.vocabulary)
        renamed = np.array([names.setdefault(word, len(names)) for word in fresh.vocabulary], dtype=np.int64)
        here, there = np.flatnonzero(old >= 0), np.flatnonzero(old < 0)
        word, passage, counts = self._by_passage(old[here])
        fresh_word, fresh_passage, fresh_counts = fresh._by_passage(np.arange(len(there)))
        lengths = np.zeros(len(old), dtype=np.int32)
        lengths[here], lengths[there] = self.lengths[old[here]], fresh.lengths
        return self._sorted(
            names,
            np.concatenate([word, renamed[fresh_word]]),
            np.concatenate([here[passage], there[fresh_passage]]),
            np.concatenate([counts, fresh_counts]),
            lengths,
        )

    def _by_passage(self, chosen: Ints) -> tuple[Ints, Ints, npt.NDArray[np.uint16]]:
        """Word, place in `chosen` and count of every posting of some passages."""
        word = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        order = np.argsort(self.passages, kind="stable")
        starts = np.searchsorted(self.passages[order], np.arange(len(self.lengths) + 1))
        sizes = np.diff(starts)[chosen]
        ends = np.cumsum(sizes)
        at = order[np.repeat(starts[:-1][chosen] - (ends - sizes), sizes) + np.arange(ends[-1] if len(ends) else 0)]
        return word[at], np.repeat(np.arange(len(chosen)), sizes), self.counts[at]

    @classmethod
    def _sorted(
        cls, names: dict[str, int], word: Ints, passage: Ints, counts: Ints, lengths: npt.NDArray[np.int32]
    ) -> Postings:
        """Postings from one entry for each pair of word and passage; words without any are dropped."""
        order = np.lexsort((passage, word))
        used, word = np.unique(word[order], return_inverse=True)
        listed = list(names)
        return cls(
            {listed[ident]: at for at, ident in enumerate(used)},
            np.searchsorted(word, np.arange(len(used) + 1)).astype(np.int64),
            passage[order].astype(np.int32),
            np.minimum(counts[order], np.iinfo(np.uint16).max).astype(np.uint16),
            lengths,
        )

    def save(self, folder: Path) -> None:
        """Write into an existing folder."""
        (folder / VOCABULARY).write_text(json.dumps(list(self.vocabulary), ensure_ascii=False), encoding="utf-8")
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> Postings:
        """Read what `save` wrote; the long arrays stay in the file and are read where a question needs them."""
        words = json.loads((folder / VOCABULARY).read_text("utf-8"))
        starts, passages, counts, lengths = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS)
        return cls(dict(zip(words, range(len(words)), strict=True)), np.array(starts), passages, counts, np.array(lengths))

    def span(self, word: str) -> slice:
        """Where the postings of a word lie; empty for an unknown one."""
        at = self.vocabulary.get(word)
        return slice(0, 0) if at is None else slice(int(self.starts[at]), int(self.starts[at + 1]))


class Words:
    """The words of all shelves together; passages are numbered through in the order of the shelves."""

    def __init__(self, shelves: Sequence[Postings]) -> None:
        self._shelves = list(shelves)
        self.total = sum(len(shelf.lengths) for shelf in shelves)
        average = sum(int(shelf.lengths.sum()) for shelf in shelves) / max(self.total, 1)
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._scores)
        self._damping = [(K1 * (1 - B + B * shelf.lengths / max(average, 1e-9))).astype(np.float32) for shelf in shelves]

    def __contains__(self, word: str) -> bool:
        return any(word in shelf.vocabulary for shelf in self._shelves)

    def spread(self, word: str) -> int:
        """How many passages hold a word."""
        spans = (shelf.span(word) for shelf in self._shelves)
        return sum(span.stop - span.start for span in spans)

    def rarity(self, word: str) -> float:
        """How much a word tells, as BM25 weighs it; an unknown word tells most."""
        count = self.spread(word)
        return float(np.log(1 + (self.total - count + 0.5) / (count + 0.5)))

    def scores(self, words: Iterable[str]) -> Floats:
        """BM25 of every passage, shape (total,), not to be written to; a word written twice counts twice."""
        return self._remembered(tuple(words))

    def _scores(self, words: tuple[str, ...]) -> Floats:
        out = np.zeros(self.total, dtype=np.float32)
        for word, times in Counter(words).items():
            weight, first = np.float32(times * self.rarity(word)), 0
            for shelf, damping in zip(self._shelves, self._damping, strict=True):
                span = shelf.span(word)
                passages, counts = shelf.passages[span], shelf.counts[span].astype(np.float32)
                out[first : first + len(shelf.lengths)][passages] += weight * counts / (counts + damping[passages])
                first += len(shelf.lengths)
        out.flags.writeable = False
        return out
