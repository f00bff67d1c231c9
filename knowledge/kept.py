"""Vectors kept beside articles, so that a first import need not compute them: `vectors.npz` in the articles' folder.

    encoder   the name of the encoder they belong to
    keys      the names of the encoded texts (store.key_of)
    values    int8, one row a text; scale: float32, `values * scale` is the vector

A text that has changed has another key, so a file that is behind is never wrong, only slower.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.encoder import Encoder
from knowledge.errors import BadVectors
from knowledge.importers.articles import read_article
from knowledge.store import key_of
from knowledge.text import even
from knowledge.vectors import Floats

FILE = "vectors.npz"
STEP = 128  # texts encoded between two reports of progress


@dataclass(frozen=True)
class Text:
    """Something to encode, under the name its vector is kept by."""

    key: str
    text: str
    is_question: bool


def question_text(way: str) -> Text:
    """A way of asking, encoded as questions are."""
    return Text(key_of(way, is_question=True), even(way), is_question=True)


def encode(encoder: Encoder, texts: Sequence[Text]) -> Floats:
    """Vectors in the order of the texts, shape (len(texts), width)."""
    out = np.zeros((len(texts), encoder.width), dtype=np.float32)
    passages = [at for at, one in enumerate(texts) if not one.is_question]
    if passages:
        out[passages] = encoder.encode_passages([texts[at].text for at in passages])
    for at, one in enumerate(texts):
        if one.is_question:
            out[at] = encoder.encode_query(one.text)
    return out


def read(folder: Path, encoder: Encoder) -> dict[str, Floats]:
    """key → unit vector of shape (width,); empty where there is no file or it belongs to another encoder."""
    file = folder / FILE
    if not file.is_file():
        return {}
    try:
        with np.load(file) as stored:
            if str(stored["encoder"]) != encoder.name:
                return {}
            values: Floats = stored["values"].astype(np.float32) * stored["scale"][:, None]
            keys = stored["keys"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise BadVectors(f"{file} 已损坏，请执行 python -m knowledge cache {folder} 重新生成。") from error
    values /= np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)
    return dict(zip(map(str, keys), values, strict=True))


def texts_of(folder: Path) -> list[Text]:
    """Everything of the articles in a folder that an import encodes, each text once. Raises BadFile."""
    texts: dict[str, Text] = {}
    for file in sorted(path for path in folder.rglob("*.md") if path.name.upper() != "README.MD"):
        document = read_article(file.relative_to(folder).as_posix(), file.read_text("utf-8-sig"))
        for one in (*_sections(section.meaning for section in document.sections), *map(question_text, document.asked)):
            texts[one.key] = one
    return list(texts.values())


def missing(folder: Path, encoder: Encoder) -> list[str]:
    """The texts whose vectors are not kept yet."""
    have = read(folder, encoder)
    return [one.text for one in texts_of(folder) if one.key not in have]


def write(folder: Path, encoder: Encoder, advance: Callable[[int, int], None]) -> tuple[int, int]:
    """Encode what is missing, drop what is not used any more; (encoded, kept in all)."""
    texts, have = texts_of(folder), read(folder, encoder)
    todo = sorted((one for one in texts if one.key not in have), key=lambda one: (one.is_question, len(one.text)))
    for start in range(0, len(todo), STEP):
        advance(start, len(todo))
        part = todo[start : start + STEP]
        have |= dict(zip((one.key for one in part), encode(encoder, part), strict=True))
    advance(len(todo), len(todo))
    _save(folder / FILE, encoder.name, {one.key: have[one.key] for one in sorted(texts, key=lambda one: one.key)})
    return len(todo), len(texts)


def _sections(meanings: Iterable[str]) -> Iterable[Text]:
    return (Text(key_of(meaning), meaning, is_question=False) for meaning in meanings)


def _save(file: Path, name: str, vectors: dict[str, Floats]) -> None:
    values = np.stack(list(vectors.values()))
    scale = (np.abs(values).max(axis=1) / 127).astype(np.float32)
    beside = file.with_name(f"{file.stem}.{os.getpid()}.npz")
    stored = np.round(values / scale[:, None]).astype(np.int8)
    np.savez_compressed(beside, encoder=np.array(name), keys=np.array(list(vectors)), values=stored, scale=scale)
    beside.replace(file)
