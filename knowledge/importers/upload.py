"""What an uploaded file is read into: documents with their passages as plain text, and what to look at. Plain values.

All text here is data from outside: it is shown escaped and never followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from knowledge.regions import Region

#: kinds of an uploaded document: cut by articles, one question with its answer, anything else
LAW, FAQ, TEXT = "law", "faq", "text"


@dataclass(frozen=True)
class Block:
    """A paragraph, a table's row (level 0) or a heading (level 1 to 6) as a reader of one format found it."""

    text: str
    level: int = 0


@dataclass(frozen=True)
class Piece:
    """One passage: its heading, unique in the document, and its text, paragraphs parted by line ends."""

    heading: str
    text: str


@dataclass(frozen=True)
class Draft:
    """One document as it would be imported; None where neither the text nor the name says."""

    path: str
    kind: str
    title: str
    passages: tuple[Piece, ...]
    issuer: str | None = None
    number: str | None = None
    region: Region | None = None
    published: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    unit: str | None = None
    questions: tuple[str, ...] = ()  # ways people ask, of an FAQ; the first is the title
    basis: str | None = None
    line: int | None = None  # row of the table it stood in


@dataclass(frozen=True)
class Upload:
    """An uploaded file, read. `errors` names rows and files left out, `warnings` what to look at; Chinese sentences."""

    name: str
    documents: tuple[Draft, ...]
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a reader of one format hands on: blocks in order, facts the format itself names (title, issuer …), warnings."""

    blocks: tuple[Block, ...]
    facts: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
