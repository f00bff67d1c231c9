"""The index on disk and its atomic switch, shelf by shelf.

index/<shelf>-lexical-<n>/   the words of the shelf's passages (see `lexical`), and in the same order their ids and a mark
                             of the text the words were taken from
index/<shelf>-dense-<n>.npz  for each of these passages its row in the vector file, -1 while it is not encoded;
                             the same for the ways people ask, with their documents
index/current.json           touched when there is something new, so that readers need not ask the database

Which of these files hold is written in the database, in the transaction that changes the passages: a reader sees texts
and index of one moment or of the one before. A shelf whose content has not changed keeps its files.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.errors import KnowledgeError
from knowledge.lexical import Postings
from knowledge.store import Row, Store
from knowledge.tables import SHELVES
from knowledge.text import even, words

FOLDER, CURRENT, ROWS = "index", "current.json", "rows.npz"
GENERATION = "generation"  # its name in the database
EDITION = 5  # of the files and of the search words: another number builds them anew

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Part:
    """The files of one shelf. `content` is the state of the shelf they were built from."""

    content: str
    lexical: str
    dense: str


@dataclass(frozen=True)
class Generation:
    """What holds: the files of every shelf, and the encoder of the vectors. `before` are files that have just gone."""

    generation: int
    encoder: str
    width: int
    edition: int
    shelves: dict[str, Part]
    before: tuple[str, ...] = ()

    @property
    def files(self) -> set[str]:
        """What a sweep must leave alone."""
        return {name for part in self.shelves.values() for name in (part.lexical, part.dense)}


def current(store: Store) -> Generation | None:
    """The generation in force; None before the first, or when another edition of the program built it."""
    stored = json.loads(store.get(GENERATION) or "{}")
    if stored.get("edition") != EDITION:
        return None
    shelves = {name: Part(**part) for name, part in stored.pop("shelves").items()}
    return Generation(**stored | {"before": tuple(stored["before"])}, shelves=shelves)


def changed(store: Store, shelves: Collection[str]) -> None:
    """Note, in the caller's transaction, that passages of these shelves have changed."""
    for shelf in shelves:
        store.set(f"content:{shelf}", str(int(_content(store, shelf)) + 1))


def renew(folder: Path, store: Store, progress: Progress, shelves: Collection[str] = SHELVES) -> None:
    """Build, in the caller's transaction, what is out of date on some shelves, and name it as in force.

    Nobody sees it before the transaction is committed; `announce` tells running readers. Raises KnowledgeError.
    """
    before = current(store)
    number = before.generation + 1 if before else 1
    parts = dict(before.shelves) if before else {}
    for shelf in SHELVES:
        if shelf in shelves or shelf not in parts:
            parts[shelf] = _part(folder, store, shelf, number, parts.get(shelf), progress)
    encoder, width = store.get("encoder") or "", int(store.get("width") or 0)
    if before and (parts, encoder) == (before.shelves, before.encoder):
        return
    gone = before.files - {name for part in parts.values() for name in (part.lexical, part.dense)} if before else set()
    store.set(GENERATION, json.dumps(asdict(Generation(number, encoder, width, EDITION, parts, tuple(sorted(gone))))))


def holds(store: Store) -> bool:
    """Whether there is anything that could answer."""
    return store.is_filled()


def announce(folder: Path, store: Store) -> None:
    """Let running readers know of the generation in force, and remove the files nobody reads any more."""
    generation = current(store)
    file = folder / FOLDER / CURRENT
    told = json.dumps({"generation": generation.generation if generation else 0})
    if generation is None or (file.is_file() and file.read_text("utf-8") == told):
        return
    beside = file.with_name(f"{CURRENT}.new")
    beside.write_text(told, encoding="utf-8")
    beside.replace(file)
    kept = {CURRENT, *generation.files, *generation.before}
    for path in (folder / FOLDER).iterdir():
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _content(store: Store, shelf: str) -> str:
    return store.get(f"content:{shelf}") or "0"


def _part(folder: Path, store: Store, shelf: str, number: int, before: Part | None, progress: Progress) -> Part:
    content, mark = _content(store, shelf), f"{number}-{secrets.token_hex(3)}"  # no name is ever used twice
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    if before and before.content == content:
        lexical = before.lexical
    else:
        lexical = f"{shelf}-lexical-{mark}"
        held = folder / FOLDER / before.lexical if before else None
        _write_lexical(folder / FOLDER / lexical, store.current_rows(shelf), held, progress)
    arrays = _dense(store, shelf)
    if before and before.lexical == lexical and _same(folder / FOLDER / before.dense, arrays):
        return before
    dense = f"{shelf}-dense-{mark}.npz"
    np.savez(folder / FOLDER / dense, passages=arrays["passages"], asked=arrays["asked"], documents=arrays["documents"])
    return Part(content, lexical, dense)


def _write_lexical(target: Path, rows: list[Row], before: Path | None, progress: Progress) -> None:
    """The words of passages; those that `before` holds are not cut into words again."""
    marks = np.array([_mark(row.search) for row in rows], dtype=np.uint64)
    held = np.load(before / ROWS)["marks"] if before else marks[:0]
    at = {mark: position for position, mark in enumerate(held.tolist())}
    old = np.array([at.get(mark, -1) for mark in marks.tolist()], dtype=np.int64)
    postings = Postings.of(_words([row.search for row, known in zip(rows, old, strict=True) if known < 0], progress))
    if before:
        postings = Postings.load(before).rearranged(old, postings)
    target.mkdir(parents=True)
    postings.save(target)
    passages, documents = ([getattr(row, name) for row in rows] for name in ("id", "document"))
    np.savez(target / ROWS, passages=np.array(passages, np.int64), documents=np.array(documents, np.int64), marks=marks)


def _mark(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def _words(texts: list[str], progress: Progress) -> Iterator[list[str]]:
    for done, text in enumerate(texts, 1):
        yield words(even(text))
        if done % 500 == 0 or done == len(texts):
            progress("建立词语索引", done, len(texts))


def _dense(store: Store, shelf: str) -> dict[str, npt.NDArray[np.int64]]:
    asked = store.vectors_of_asked(shelf)
    lists = {
        "passages": store.vectors_of(shelf),
        "asked": [row for _, row in asked],
        "documents": [document for document, _ in asked],
    }
    return {name: np.array(values, dtype=np.int64) for name, values in lists.items()}


def _same(file: Path, arrays: dict[str, npt.NDArray[np.int64]]) -> bool:
    try:
        with np.load(file) as stored:
            return all(np.array_equal(stored[name], values) for name, values in arrays.items())
    except FileNotFoundError as error:
        raise KnowledgeError(f"{file} 不见了，请删除 {file.parent.parent} 后重新导入。") from error
