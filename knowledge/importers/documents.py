"""From a file to the documents of the knowledge base: what an import writes. One file may hold many (tables, zips)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from knowledge.importers.articles import FENCE, read_article
from knowledge.importers.decoding import decode
from knowledge.importers.preview import read_file
from knowledge.importers.sentences import refuse, warn
from knowledge.importers.sniffing import MACRO_SUFFIXES, OLD_SUFFIXES, SUFFIXES, format_of
from knowledge.importers.statute_header import split_name
from knowledge.importers.statutes import HEADER_END, read_statute
from knowledge.importers.upload import LAW, Draft, Upload
from knowledge.model import ARTICLE, STATUTE, Document, Section
from knowledge.regions import Region

SEVERAL = frozenset({".csv", ".xlsx", ".zip"})  # formats of which one file is many documents
NAMED_LAW = re.compile(r"^《?(?P<law>[^《》第]{3,60})》?\s*(?P<article>第.+条.*)?$")


@dataclass(frozen=True)
class Taken:
    """The documents of one file. `errors` and `warnings` are Chinese sentences that begin with the file's name."""

    documents: tuple[Document, ...]
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def is_importable(file: Path) -> bool:
    """Whether an import of a folder looks at this file; what it can only refuse is looked at too, and said."""
    hidden = file.name.startswith((".", "~$")) or file.name.upper() == "README.MD"
    return not hidden and file.suffix.lower() in {*SUFFIXES, *MACRO_SUFFIXES, *OLD_SUFFIXES}


def holds_several(path: str) -> bool:
    """Whether the file's documents have paths of their own, which begin with the file's."""
    return PurePosixPath(path).suffix.lower() in SEVERAL


def belongs_to(path: str, file: str) -> bool:
    """Whether a document's path is one of a file that holds several."""
    return path.startswith((f"{file}#", f"{file}/"))


def read_documents(path: str, data: bytes, *, on: date | None = None) -> Taken:
    """All documents of a file; `path` is relative to the import root. Texts that ended before `on` are left out.

    Raises BadFile when there is nothing to take.
    """
    if format_of(path, data) == "md":
        text = decode(path, data)
        if text.lstrip().startswith(FENCE):
            return Taken((read_article(path, text),))
        if HEADER_END in text:
            return Taken((read_statute(path, text),))
    return _taken(path, read_file(path, data), on or date.today())  # noqa: DTZ011  # the day where the server stands


def _taken(path: str, upload: Upload, on: date) -> Taken:
    inside = f"{path}/" if path.lower().endswith(".zip") else ""
    ended = [draft for draft in upload.documents if draft.valid_to and draft.valid_to < on]
    left = [draft for draft in upload.documents if draft not in ended]
    sentences = [f"{draft.path}：{warn('expired', day=draft.valid_to)}" for draft in ended]
    if not left:
        raise refuse(path, "ended")
    return Taken(
        tuple(to_document(draft, inside) for draft in left),
        (*upload.errors, *sentences),
        tuple(f"{path}：{sentence}" for sentence in upload.warnings),
    )


def to_document(draft: Draft, inside: str = "") -> Document:
    """A draft as the base keeps it. A text whose region is not known counts for the nation: the preview says so."""
    path = f"{inside}{draft.path}"
    is_law = draft.kind == LAW
    file = PurePosixPath(path)
    return Document(
        path=path,
        kind=STATUTE if is_law else ARTICLE,
        title=draft.title,
        issuer=draft.issuer,
        number=draft.number,
        region=draft.region or Region(),
        published=draft.published or draft.valid_from,
        in_force=draft.valid_from,
        sections=tuple(_sections(draft, is_law)),
        family=f"{file.parent}/{split_name(file.stem)[0]}" if is_law else path,
        asked=() if is_law else tuple(dict.fromkeys([draft.title, *draft.questions])),
        basis=() if is_law else tuple(_basis(draft.basis or "")),
    )


def _sections(draft: Draft, is_law: bool) -> Sequence[Section]:
    """As the importers of statutes and of own articles make them."""
    asked = "" if is_law else "\n" + " ".join(draft.questions)
    heads = {piece: draft.title if is_law else f"{draft.title} {piece.heading}" for piece in draft.passages}
    mark = " " if is_law else "\n"
    return [
        Section(piece.heading, piece.text, f"{head}{mark}{piece.text}{asked}", f"{head}{mark}{piece.text}")
        for piece, head in heads.items()
    ]


def _basis(written: str) -> Sequence[tuple[str, str]]:
    """(law, articles) of each law named in a cell; what names none is only shown."""
    parts = (NAMED_LAW.match(part.strip()) for part in re.split(r"[\n；;]", written))
    return [(match["law"].strip(), match["article"] or "") for match in parts if match]
