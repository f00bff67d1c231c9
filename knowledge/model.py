"""What the knowledge base is made of: documents and the passages they are cut into. Plain values, no storage."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from knowledge.regions import Region

STATUTE, ARTICLE = "statute", "article"


@dataclass(frozen=True)
class Section:
    """One quotable piece as an importer cut it: a statute's article or a section of an own article."""

    article: str
    text: str
    search: str  # what words are looked for in: title, heading, text, and how people ask
    meaning: str  # what is encoded: title, heading and text


@dataclass(frozen=True)
class Document:
    """One source file, read. `path` is relative to the import root, with forward slashes."""

    path: str
    kind: str
    title: str
    issuer: str | None
    number: str | None
    region: Region
    published: date | None
    in_force: date | None
    sections: tuple[Section, ...]
    repeals: tuple[str, ...] = ()  # titles of other texts that this one ends
    family: str = ""  # versions of one text share it
    asked: tuple[str, ...] = ()  # ways people ask for this text, each encoded on its own
    basis: tuple[tuple[str, str], ...] = ()  # (law, articles) this text rests on, as written
    until: date | None = None  # the last day it holds, where it says so itself


@dataclass(frozen=True)
class Passage:
    """One passage as stored. `version` names this text of this document for ever."""

    version: str
    document: str
    article: str
    text: str
    title: str
    issuer: str | None
    number: str | None
    region: str
    in_force: date | None
    kind: str
    current: bool


def version_of(document: str, article: str, text: str) -> str:
    """The stable name of a text in its document: 20 hexadecimal digits."""
    return hashlib.sha256("\x00".join((document, article, text)).encode()).hexdigest()[:20]
