"""One shelf in memory: its passages' ids, words and vectors. Read once, never changed, handed on from index to index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.lexical import Postings
from knowledge.publishing import FOLDER, ROWS, Part
from knowledge.translation import Held, shipped
from knowledge.vectors import Floats, Ints, VectorFile

BLOCK = 1024  # passages whose products are made together: small enough to leave other cities out, large enough for one call


@dataclass(frozen=True)
class Shelf:
    """`passages` and `documents` are ids, `vectors` (passages, width) with zeros where `encoded` is False.

    `asked` are the vectors of the ways of asking, `asked_of` their documents; `sum` is over all encoded vectors.
    """

    part: Part
    passages: Ints
    documents: Ints
    postings: Postings
    held: Held
    vectors: Floats
    encoded: npt.NDArray[np.bool_]
    sum: npt.NDArray[np.float64]
    asked: Floats
    asked_of: Ints

    @classmethod
    def load(cls, folder: Path, part: Part, width: int, before: Shelf | None) -> Shelf:
        """Read one shelf; what `before` holds of the same files is taken over. Raises FileNotFoundError once swept."""
        if before and before.part == part:
            return before
        home = folder / FOLDER / part.lexical
        if before and before.part.lexical == part.lexical:
            passages, documents, postings, held = before.passages, before.documents, before.postings, before.held
        else:
            with np.load(home / ROWS) as rows:
                passages, documents = rows["passages"], rows["documents"]
            postings = Postings.load(home)
            held = Held(postings, shipped())
        with np.load(folder / FOLDER / part.dense) as stored:
            rows_of, asked, asked_of = stored["passages"], stored["asked"], stored["documents"]
        file = VectorFile(folder, width)
        vectors = file.read(rows_of)
        total = vectors.sum(axis=0, dtype=np.float64)
        return cls(part, passages, documents, postings, held, vectors, rows_of >= 0, total, file.read(asked), asked_of)


def _runs(wanted: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Neighbouring blocks that hold anything wanted, as spans of rows."""
    if not len(wanted):
        return []
    full = np.logical_or.reduceat(wanted, np.arange(0, len(wanted), BLOCK))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], full, [False]]).astype(np.int8)))
    return [(int(first) * BLOCK, min(int(last) * BLOCK, len(wanted))) for first, last in edges.reshape(-1, 2)]


class Stacked:
    """The vectors of several shelves as one array of shape (passages, width), without copying them together."""

    def __init__(self, arrays: Sequence[Floats]) -> None:
        self._arrays = list(arrays)
        self._starts = np.cumsum([0, *(len(array) for array in arrays)])
        self.width = arrays[0].shape[1]

    def __len__(self) -> int:
        return int(self._starts[-1])

    def products(self, vector: Floats, wanted: npt.NDArray[np.bool_]) -> Floats:
        """Dot products with a vector of shape (width,), shape (passages,); what lies far from all that is wanted stays 0.

        Passages stand by region, so that a question from one city reads the nation's vectors and its own, not all.
        """
        out = np.zeros(len(self), dtype=np.float32)
        for start, array in zip(self._starts, self._arrays, strict=False):
            here = wanted[start : start + len(array)]
            for first, last in _runs(here):
                out[start + first : start + last] = array[first:last] @ vector
        return out

    def __getitem__(self, positions: Ints) -> Floats:
        """The vectors at some positions, shape (len(positions), width)."""
        out = np.zeros((len(positions), self.width), dtype=np.float32)
        for start, array in zip(self._starts, self._arrays, strict=False):
            here = (positions >= start) & (positions < start + len(array))
            out[here] = array[positions[here] - start]
        return out
