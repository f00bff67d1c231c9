"""Vectors for texts that have none: kept beside articles, computed elsewhere, or encoded now.

A vector is on disk before the database names it, and named by its text, not by its passage: it may be there first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from knowledge import kept, publishing
from knowledge.encoder import Encoder
from knowledge.errors import KnowledgeError
from knowledge.kept import Text, question_text
from knowledge.locks import writing
from knowledge.model import Document
from knowledge.store import Store, key_of
from knowledge.vectors import Floats, VectorFile, read_foreign

CHUNK = 128  # passages encoded between two commits
PUBLISH_EVERY = 20.0  # seconds between two publications while encoding

Progress = Callable[[str, int, int], None]


def texts_of(documents: Iterable[Document]) -> list[Text]:
    """Everything of some documents that is encoded, each text once."""
    texts: dict[str, Text] = {}
    for document in documents:
        sections = (Text(key_of(one.meaning), one.meaning, is_question=False) for one in document.sections)
        for text in (*sections, *map(question_text, document.asked)):
            texts[text.key] = text
    return list(texts.values())


def missing(store: Store, texts: Sequence[Text] | None = None) -> list[Text]:
    """Those of the texts, or of everything current, that have no vector yet; short ones first: a batch pads little."""
    if texts is None:
        passages, asked = store.unencoded()
        texts = [*map(question_text, asked), *(Text(key, text, is_question=False) for key, text in passages)]
    without = store.without_vector([one.key for one in texts])
    waiting = {one.key: one for one in texts if one.key in without}
    return sorted(waiting.values(), key=lambda one: (one.is_question, len(one.text)))


def append(store: Store, folder: Path, width: int, keys: Sequence[str], values: Floats) -> None:
    """Write vectors and name them."""
    with writing(folder):
        file = VectorFile(folder, width)
        file.cut(store.named_rows())
        first = file.append(values)
        with store.transaction():
            store.add_vectors(zip(keys, range(first, first + len(keys)), strict=True))


def renew(store: Store, folder: Path, progress: Progress = lambda step, done, total: None) -> None:
    """Publish what has been filled in."""
    with writing(folder):
        with store.transaction():
            publishing.renew(folder, store, progress)
        publishing.announce(folder, store)


def adopt_kept(store: Store, folder: Path, encoder: Encoder, sources: Iterable[Path], texts: Sequence[Text]) -> int:
    """Take the vectors that lie beside articles (see `kept`); answer how many of the texts were given one."""
    wanted = {one.key for one in texts}
    adopted = 0
    for source in sources:
        vectors = kept.read(source, encoder) if wanted else {}
        keys = sorted(wanted & set(vectors))
        if keys:
            append(store, folder, encoder.width, keys, np.stack([vectors[key] for key in keys]))
            wanted -= set(keys)
            adopted += len(keys)
    return adopted


def adopt_foreign(store: Store, folder: Path, encoder: Encoder, source: Path) -> int:
    """Take vectors computed elsewhere for passages that have none; answer how many fitted. Raises KnowledgeError."""
    wanted = {one.key for one in missing(store)}
    if not wanted:
        return 0
    rows, values = read_foreign(source)
    if values.shape[1] != encoder.width:
        raise KnowledgeError(f"{source} 的向量长 {values.shape[1]}，编码模型 {encoder.name} 的长 {encoder.width}，不能用。")
    pairs: list[tuple[str, int]] = []
    for document, article, key in store.keys_in_order():
        waiting = rows.get((document, article))
        if waiting:
            row = waiting.pop(0)  # the same heading twice in a file: in order
            if key in wanted:
                pairs.append((key, row))
                wanted.discard(key)
    if pairs:
        append(store, folder, encoder.width, [key for key, _ in pairs], values[[row for _, row in pairs]])
    return len(pairs)


def encode(store: Store, folder: Path, encoder: Encoder, texts: Sequence[Text], progress: Progress) -> int:
    """Encode texts bit by bit, publishing now and then; what is done stays done after a kill."""
    published = time.monotonic()
    for start in range(0, len(texts), CHUNK):
        progress("理解内容", start, len(texts))
        chunk = texts[start : start + CHUNK]
        append(store, folder, encoder.width, [one.key for one in chunk], kept.encode(encoder, chunk))
        if time.monotonic() - published > PUBLISH_EVERY:
            renew(store, folder)
            published = time.monotonic()
    progress("理解内容", len(texts), len(texts))
    return len(texts)
