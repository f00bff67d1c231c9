"""The index on disk and its atomic switch: everything is built beside, then `current.json` is renamed into place.

index/current.json      which generation holds, and the encoder of its vectors
index/lexical-<n>/      BM25 (bm25s files) and, in the same order, the passages' and documents' ids
index/dense-<n>.npz     for each of these passages its row in the vector file, -1 while it is not encoded;
                        the same for the ways people ask, with their documents
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.errors import KnowledgeError
from knowledge.store import Row, Store
from knowledge.text import even, words

FOLDER, CURRENT = "index", "current.json"
K1, B = 1.2, 0.6
EDITION = 2  # of the search words: another number rebuilds the lexical side

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Generation:
    """The content of current.json. `content` is the state of the database it was built from."""

    generation: int
    content: str
    lexical: str
    dense: str
    encoder: str
    width: int
    edition: int


def current(folder: Path) -> Generation | None:
    """The generation in force; None before the first."""
    file = folder / FOLDER / CURRENT
    try:
        return Generation(**json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (TypeError, json.JSONDecodeError) as error:
        raise KnowledgeError(f"{file} 已损坏，请删除 {folder / FOLDER} 后重新导入。") from error


def publish_words(folder: Path, store: Store, progress: Progress) -> None:
    """Build and publish the lexical side, if the database has changed since the last time."""
    before = current(folder)
    content = store.get("content") or "0"
    if before and before.content == content and before.edition == EDITION and before.encoder == store.get("encoder"):
        return
    rows = store.current_rows()
    if not rows:
        raise KnowledgeError("没有任何可以导入的内容：请检查文件格式。")
    number = before.generation + 1 if before else 1
    _write_lexical(folder, f"lexical-{number}", rows, progress)
    _switch(folder, store, number, f"lexical-{number}", content, rows)


def publish_vectors(folder: Path, store: Store) -> None:
    """Publish the vectors that have been encoded since the last publication."""
    before = current(folder)
    if before is None:
        return
    rows = store.current_rows()
    dense = _dense_rows(store, rows)
    published = np.load(folder / FOLDER / before.dense)
    if any(not np.array_equal(dense[name], published[name]) for name in dense):
        _switch(folder, store, before.generation + 1, before.lexical, before.content, rows)


def _write_lexical(folder: Path, name: str, rows: list[Row], progress: Progress) -> None:
    import bm25s

    corpus = []
    for done, row in enumerate(rows, 1):
        corpus.append(words(even(row.search)))
        if done % 500 == 0 or done == len(rows):
            progress("建立词语索引", done, len(rows))
    beside = folder / FOLDER / f"{name}.new"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    index = bm25s.BM25(k1=K1, b=B)
    index.index(corpus, show_progress=False)
    index.save(str(beside), show_progress=False)
    np.savez(
        beside / "rows.npz",
        passages=np.array([row.id for row in rows], dtype=np.int64),
        documents=np.array([row.document for row in rows], dtype=np.int64),
    )
    target = folder / FOLDER / name
    shutil.rmtree(target, ignore_errors=True)
    beside.rename(target)


def _dense_rows(store: Store, rows: list[Row]) -> dict[str, npt.NDArray[np.int64]]:
    have = store.vector_rows()
    asked = [one for one in store.current_asked() if one.vector in have]
    lists = {
        "passages": [have.get(row.vector, -1) for row in rows],
        "asked": [have[one.vector] for one in asked],
        "documents": [one.document for one in asked],
    }
    return {name: np.array(values, dtype=np.int64) for name, values in lists.items()}


def _switch(folder: Path, store: Store, number: int, lexical: str, content: str, rows: list[Row]) -> None:
    dense = f"dense-{number}.npz"
    arrays = _dense_rows(store, rows)
    np.savez(folder / FOLDER / dense, passages=arrays["passages"], asked=arrays["asked"], documents=arrays["documents"])
    width = int(store.get("width") or 0)
    generation = Generation(number, content, lexical, dense, store.get("encoder") or "", width, EDITION)
    beside = folder / FOLDER / f"{CURRENT}.new"
    beside.write_text(json.dumps(asdict(generation), ensure_ascii=False), encoding="utf-8")
    beside.replace(folder / FOLDER / CURRENT)
    _sweep(folder, generation)


def _sweep(folder: Path, generation: Generation) -> None:
    """Remove generations nobody reads; the one before stays for a reader that has just looked."""
    numbered = [path for path in (folder / FOLDER).iterdir() if "-" in path.name]
    for path in numbered:
        number = path.name.split("-")[1].split(".")[0]
        in_use = path.name in (generation.lexical, generation.dense)
        if in_use or (number.isdigit() and int(number) >= generation.generation - 1 and path.suffix != ".new"):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
