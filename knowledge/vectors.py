"""Vectors of passages on disk: one append-only float16 file, rows looked up by the key of the encoded text.

Also reads vectors computed elsewhere (`--vectors`, see docs/knowledge-base.md for the layout). A run that is killed
leaves at most unnamed rows at the end of the file; they are cut off by the next writer.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.errors import BadVectors

FILE = "vectors.f16"
PAIR = ("file", "article")  # the columns of an index of vectors
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


class VectorFile:
    """Rows of `width` float16 numbers. One writer at a time (the import holds a lock); any number of readers."""

    def __init__(self, folder: Path, width: int) -> None:
        self.path, self.width = folder / FILE, width

    @property
    def rows(self) -> int:
        """How many vectors the file holds, the unnamed ones at its end too."""
        return self.path.stat().st_size // (2 * self.width) if self.path.is_file() else 0

    def cut(self, rows: int) -> None:
        """Drop what lies behind `rows`: written, but never named in the database."""
        if self.path.is_file() and self.path.stat().st_size > rows * 2 * self.width:
            os.truncate(self.path, rows * 2 * self.width)

    def append(self, vectors: Floats) -> int:
        """Write the vectors at the end, on disk when this returns; the row of the first."""
        first = self.rows
        with self.path.open("ab") as file:
            file.write(np.ascontiguousarray(vectors, dtype="<f2").tobytes())
            file.flush()
            os.fsync(file.fileno())
        return first

    def read(self, rows: npt.NDArray[np.int64]) -> Floats:
        """The vectors of `rows` as float32; a row of -1 becomes zeros."""
        out = np.zeros((len(rows), self.width), dtype=np.float32)
        known = np.flatnonzero(rows >= 0)
        if len(known):
            stored = np.memmap(self.path, dtype="<f2", mode="r").reshape(-1, self.width)
            out[known] = stored[rows[known]]
        return out


def read_foreign(folder: Path) -> tuple[dict[tuple[str, str], list[int]], Floats]:
    """Vectors made elsewhere: ((file, article) → rows, all vectors as float32).

    The folder holds `*_index.tsv` (file, tab, article; a line a row) and either `*.npy` of float16/float32, or
    `*_int8.npy` with `*_scale.npz` (value = int8 * scale + mean). Raises BadVectors.
    """
    index = next(iter(sorted(folder.glob("*index.tsv"))), None)
    array = next(iter(sorted(folder.glob("*.npy"))), None)
    if index is None or array is None:
        raise BadVectors(f"{folder} 里应有一个 *index.tsv 和一个 *.npy 文件。")
    stored = np.load(array, mmap_mode="r")
    names = [tuple(line.split("\t")) for line in index.read_text("utf-8").splitlines() if line]
    if len(stored.shape) < len(PAIR) or len(names) != len(stored) or any(len(name) != len(PAIR) for name in names):
        raise BadVectors(f"{index.name} 有 {len(names)} 行，{array.name} 有 {len(stored)} 行，两者应相同。")
    rows: dict[tuple[str, str], list[int]] = {}
    for row, (file, article) in enumerate(names):
        rows.setdefault((file, article), []).append(row)
    return rows, _as_floats(folder, stored)


def _as_floats(folder: Path, stored: npt.NDArray[np.generic]) -> Floats:
    if stored.dtype != np.int8:
        return np.asarray(stored, dtype=np.float32)
    scale_file = next(iter(sorted(folder.glob("*scale.npz"))), None)
    if scale_file is None:
        raise BadVectors(f"{folder} 里的向量是 int8，但缺少 *scale.npz（scale 和 mean）。")
    scale = np.load(scale_file)
    values: Floats = np.asarray(stored, dtype=np.float32) * scale["scale"] + scale["mean"]
    return values
