"""The SQLite file of a knowledge base: documents, passages (old versions kept for ever), which vector lies in which row.

Only this module reads and writes the tables (see `tables`). A passage that an answer once quoted is never deleted, only
marked as not current.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge.errors import AnotherEdition, NotBuilt
from knowledge.model import Document, Passage, version_of
from knowledge.regions import parse_region
from knowledge.tables import ADMIN, EDITION, ON_SHELF, STEPS, shelf_of

FILE = "knowledge.db"
QUESTION = "query\x00"  # before the text in the name of a question's vector


@dataclass(frozen=True)
class Row:
    """What the lexical side needs of one current passage, in index order."""

    id: int
    document: int
    search: str


@dataclass(frozen=True)
class Asked:
    """One way people ask for a document."""

    document: int
    text: str


@dataclass(frozen=True)
class Basis:
    """One law, with its articles as written, that an own document rests on."""

    document: int
    law: str
    article: str


@dataclass(frozen=True)
class Known:
    """A document as an import sees it. `digest` is of the file's bytes; one that is not current answers no more."""

    digest: str
    root: str
    kind: str
    current: bool


@dataclass(frozen=True)
class DocumentRow:
    """What the index needs of one current document."""

    id: int
    path: str
    kind: str
    title: str
    region: str
    published: date | None
    in_force: date | None
    family: str
    repeals: tuple[str, ...]
    until: date | None


class Store:
    """One open database. Cheap to open; one per thread or guarded by the caller."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.file = folder / FILE
        if not create and not self.file.is_file():
            raise NotBuilt(f"{folder} 里还没有知识库，请先执行：python -m knowledge import knowledge/articles")
        folder.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(self.file, timeout=30, check_same_thread=False, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self._prepare()

    def _prepare(self) -> None:
        edition = self.connection.execute("PRAGMA user_version").fetchone()[0]
        if edition == EDITION:
            return
        if edition not in STEPS:
            self.connection.close()
            raise AnotherEdition(f"{self.file} 是另一个版本的程序建立的，请删除 {self.file.parent} 后重新导入。")
        self.connection.executescript(f"BEGIN IMMEDIATE;{STEPS[edition]}PRAGMA user_version={EDITION};COMMIT;")

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:  # also when the process is told to end: never half a change
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def known(self) -> dict[str, Known]:
        """path → what is known of every document ever imported."""
        rows = self.connection.execute("SELECT path, digest, root, kind, current FROM documents")
        return {path: Known(digest, root, kind, bool(current)) for path, digest, root, kind, current in rows}

    def put(self, document: Document, *, root: str, digest: str) -> None:
        """Write one document and its passages; passages that changed stay, not current any more."""
        values = _document_values(document, root, digest)
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        updates = ", ".join(f"{name}=excluded.{name}" for name in values if name != "path")
        # Only names from the table in _document_values go into the text of the statement.
        statement = f"INSERT INTO documents ({names}) VALUES ({marks})"  # noqa: S608
        statement += f" ON CONFLICT (path) DO UPDATE SET {updates} RETURNING id"
        (ident,) = self.connection.execute(statement, tuple(values.values())).fetchone()
        self.connection.execute("UPDATE passages SET current=0 WHERE document=?", (ident,))
        self.connection.executemany(
            "INSERT INTO passages (document, position, version, article, text, search, meaning, vector, title, issuer, number,"
            " region, in_force, current) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,1) ON CONFLICT (version) DO UPDATE SET"
            " position=excluded.position, search=excluded.search, meaning=excluded.meaning,"
            " vector=excluded.vector, title=excluded.title,"
            " issuer=excluded.issuer, number=excluded.number, region=excluded.region, in_force=excluded.in_force,"
            " current=1",
            _passage_values(document, ident),
        )
        self.connection.execute("DELETE FROM asked WHERE document=?", (ident,))
        asked = [(ident, text, key_of(text, is_question=True)) for text in document.asked]
        self.connection.executemany("INSERT INTO asked (document, text, vector) VALUES (?,?,?)", asked)
        self.connection.execute("DELETE FROM basis WHERE document=?", (ident,))
        basis = [(ident, law, article) for law, article in document.basis]
        self.connection.executemany("INSERT INTO basis (document, law, article) VALUES (?,?,?)", basis)

    def retire(self, paths: Iterable[str], *, root: str | None = None) -> None:
        """Documents that are gone: kept for old answers, found by no question. `root` is who decides on them from now on."""
        for path in paths:
            self.connection.execute("UPDATE documents SET current=0, root=coalesce(?, root) WHERE path=?", (root, path))
            self.connection.execute(
                "UPDATE passages SET current=0 WHERE document=(SELECT id FROM documents WHERE path=?)", (path,)
            )

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads inside see one state of the database, whatever is committed meanwhile."""
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("COMMIT")

    def current_rows(self, shelf: str) -> list[Row]:
        """Every current passage of a shelf in a stable order."""
        query = "SELECT p.id, p.document, p.search" + ON_SHELF
        return [Row(*row) for row in self.connection.execute(query, (shelf,))]

    def vectors_of(self, shelf: str) -> list[int]:
        """For each passage of `current_rows` its row in the vector file, -1 while it is not encoded."""
        query = "SELECT (SELECT row FROM vectors WHERE key = p.vector)" + ON_SHELF  # noqa: S608 -- only constants
        return [-1 if row is None else row for (row,) in self.connection.execute(query, (shelf,))]

    def vectors_of_asked(self, shelf: str) -> list[tuple[int, int]]:
        """(document, row in the vector file) of every encoded way of asking on a shelf, in a stable order."""
        query = (
            "SELECT a.document, v.row, d.kind FROM asked a JOIN documents d ON d.id = a.document"
            " JOIN vectors v ON v.key = a.vector WHERE d.current=1 ORDER BY a.rowid"
        )
        return [(document, row) for document, row, kind in self.connection.execute(query) if shelf_of(kind) == shelf]

    def unencoded(self) -> tuple[list[tuple[str, str]], list[str]]:
        """What has no vector yet: (key, text) of current passages, and the ways of asking."""
        passages = (
            "SELECT p.vector, p.meaning FROM passages p WHERE p.current=1"
            " AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.key = p.vector)"
        )
        asked = (
            "SELECT a.text FROM asked a JOIN documents d ON d.id = a.document WHERE d.current=1"
            " AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.key = a.vector) ORDER BY a.rowid"
        )
        return self.connection.execute(passages).fetchall(), [text for (text,) in self.connection.execute(asked)]

    def current_asked(self) -> list[Asked]:
        """The ways people ask for current documents, in a stable order."""
        query = (
            "SELECT a.document, a.text FROM asked a JOIN documents d ON d.id = a.document WHERE d.current=1 ORDER BY a.rowid"
        )
        return [Asked(*row) for row in self.connection.execute(query)]

    def current_basis(self) -> list[Basis]:
        """The laws that current documents rest on."""
        query = "SELECT b.document, b.law, b.article FROM basis b JOIN documents d ON d.id = b.document WHERE d.current=1"
        return [Basis(*row) for row in self.connection.execute(query)]

    def own_texts(self) -> list[tuple[int, int, str, str]]:
        """(document, passage, heading, encoded text) of every current passage of an own article."""
        query = (
            # CROSS JOIN keeps the order of the tables: from the few own documents to their passages.
            "SELECT p.document, p.id, p.article, p.meaning FROM documents d CROSS JOIN passages p ON d.id = p.document"
            " WHERE p.current=1 AND d.current=1 AND d.kind='article' ORDER BY p.document, p.position"
        )
        return self.connection.execute(query).fetchall()

    def headings(self, documents: Iterable[int]) -> list[tuple[int, int, str]]:
        """(passage, document, article) of the current passages of some documents."""
        query = (
            "SELECT id, document, article FROM passages"
            " WHERE current=1 AND document IN (SELECT value FROM json_each(?)) ORDER BY document, position"
        )
        return self.connection.execute(query, (json.dumps(list(documents)),)).fetchall()

    def current_documents(self) -> dict[int, DocumentRow]:
        """id → document, current ones only."""
        return {row[0]: _document_row(row) for row in self.connection.execute(DOCUMENTS)}

    def passages(self, idents: Sequence[int]) -> dict[int, Passage]:
        """Passages by id."""
        marks = ",".join("?" * len(idents))
        rows = self.connection.execute(f"{PASSAGE} WHERE p.id IN ({marks})", tuple(idents)).fetchall()
        return {row[0]: _passage(row[1:]) for row in rows}

    def passage(self, version: str) -> Passage | None:
        """A passage by its version, current or not."""
        row = self.connection.execute(f"{PASSAGE} WHERE p.version=?", (version,)).fetchone()
        return _passage(row[1:]) if row else None

    def passages_of(self, document: str) -> list[Passage]:
        """The current passages of a document, in its order."""
        query = f"{PASSAGE} WHERE d.path=? AND p.current=1 ORDER BY p.position"
        return [_passage(row[1:]) for row in self.connection.execute(query, (document,))]

    def article_of(self, document: str, article: str) -> Passage | None:
        """The current passage of a document under a heading."""
        query = f"{PASSAGE} WHERE d.path=? AND p.article=? AND p.current=1"
        row = self.connection.execute(query, (document, article)).fetchone()
        return _passage(row[1:]) if row else None

    def keys_in_order(self) -> list[tuple[str, str, str]]:
        """(document, article, key of the vector) of every current passage, in the order of the files."""
        query = (
            "SELECT d.path, p.article, p.vector FROM passages p JOIN documents d ON d.id = p.document"
            " WHERE p.current=1 ORDER BY p.document, p.position"
        )
        return [(path, article, key) for path, article, key in self.connection.execute(query)]

    def named_rows(self) -> int:
        """How much of the vector file is in use, in rows."""
        return int(self.connection.execute("SELECT coalesce(max(row) + 1, 0) FROM vectors").fetchone()[0])

    def without_vector(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys that have no vector yet."""
        query = "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT key FROM vectors)"
        return {key for (key,) in self.connection.execute(query, (json.dumps(list(keys)),))}

    def add_vectors(self, pairs: Iterable[tuple[str, int]]) -> None:
        self.connection.executemany("INSERT OR REPLACE INTO vectors (key, row) VALUES (?, ?)", pairs)

    def forget_vectors(self) -> None:
        self.connection.execute("DELETE FROM vectors")

    def get(self, name: str) -> str | None:
        row = self.connection.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        return str(row[0]) if row else None

    def set(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def is_filled(self) -> bool:
        """Whether there is a current document."""
        return self.connection.execute("SELECT 1 FROM documents WHERE current=1 LIMIT 1").fetchone() is not None

    def counts(self) -> dict[str, int]:
        """How many documents, passages, old versions and vectors there are."""
        queries = {
            "documents": "SELECT count(*) FROM documents WHERE current=1",
            "passages": "SELECT count(*) FROM passages WHERE current=1",
            "old_versions": "SELECT count(*) FROM passages WHERE current=0",
            "vectors": "SELECT count(*) FROM passages WHERE current=1 AND vector IN (SELECT key FROM vectors)",
        }
        return {name: int(self.connection.execute(query).fetchone()[0]) for name, query in queries.items()}


def holds_only_articles(folder: Path) -> bool:
    """Whether the base, of whatever edition, holds nothing but our own articles in files, which are at hand."""
    connection = sqlite3.connect(folder / FILE)
    try:
        query = "SELECT 1 FROM documents WHERE kind != 'article' OR root = ? LIMIT 1"
        return not connection.execute(query, (ADMIN,)).fetchall()
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


def key_of(meaning: str, *, is_question: bool = False) -> str:
    """The name of an encoded text's vector; the encoder is the same for a whole folder. Questions are encoded otherwise."""
    return hashlib.sha256(f"{QUESTION * is_question}{meaning}".encode()).hexdigest()[:20]


DOCUMENTS = "SELECT id, path, kind, title, region, published, in_force, family, repeals, until FROM documents WHERE current=1"
PASSAGE = (
    "SELECT p.id, p.version, d.path, p.article, p.text, p.title, p.issuer, p.number, p.region, p.in_force, d.kind,"
    " p.current FROM passages p JOIN documents d ON d.id = p.document"
)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _document_values(document: Document, root: str, digest: str) -> dict[str, object]:
    return {
        "path": document.path,
        "root": root,
        "digest": digest,
        "kind": document.kind,
        "title": document.title,
        "issuer": document.issuer,
        "number": document.number,
        "region": document.region.key,
        "published": _iso(document.published),
        "in_force": _iso(document.in_force),
        "family": document.family,
        "repeals": "\n".join(document.repeals),
        "until": _iso(document.until),
        "current": 1,
    }


def _passage_values(document: Document, ident: int) -> Iterator[tuple[object, ...]]:
    seen: set[str] = set()
    for position, section in enumerate(document.sections):
        version = version_of(document.path, section.article, section.text)
        if version in seen:
            continue
        seen.add(version)
        yield (
            ident,
            position,
            version,
            section.article,
            section.text,
            section.search,
            section.meaning,
            key_of(section.meaning),
            document.title,
            document.issuer,
            document.number,
            document.region.key,
            _iso(document.in_force),
        )


def _document_row(row: tuple[object, ...]) -> DocumentRow:
    ident, path, kind, title, region, published, in_force, family, repeals, until = row
    return DocumentRow(
        id=int(str(ident)),
        path=str(path),
        kind=str(kind),
        title=str(title),
        region=str(region),
        published=_day(str(published) if published else None),
        in_force=_day(str(in_force) if in_force else None),
        family=str(family),
        repeals=tuple(part for part in str(repeals).split("\n") if part),
        until=_day(str(until) if until else None),
    )


def _passage(row: tuple[str, str, str, str, str, str | None, str | None, str, str | None, str, int]) -> Passage:
    version, document, article, text, title, issuer, number, region, in_force, kind, current = row
    place = parse_region(region)
    return Passage(
        version=version,
        document=document,
        article=article,
        text=text,
        title=title,
        issuer=issuer,
        number=number,
        region=place.label if place else region,
        in_force=_day(in_force),
        kind=kind,
        current=bool(current),
    )
