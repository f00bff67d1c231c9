"""The SQLite file of a knowledge base: documents, passages (old versions kept for ever), which vector lies in which row.

Only this module knows the tables. A passage that an answer once quoted is never deleted, only marked as not current.
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

FILE = "knowledge.db"
QUESTION = "query\x00"  # before the text in the name of a question's vector
EDITION = 3  # of the tables; another number means: import again

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, root TEXT NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL,
    title TEXT NOT NULL, issuer TEXT, number TEXT, region TEXT NOT NULL, published TEXT, in_force TEXT,
    family TEXT NOT NULL, repeals TEXT NOT NULL, current INTEGER NOT NULL
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents, position INTEGER NOT NULL,
    version TEXT NOT NULL UNIQUE, article TEXT NOT NULL, text TEXT NOT NULL, search TEXT NOT NULL, meaning TEXT NOT NULL,
    vector TEXT NOT NULL,
    title TEXT NOT NULL, issuer TEXT, number TEXT, region TEXT NOT NULL, in_force TEXT, current INTEGER NOT NULL
);
CREATE INDEX passages_of_document ON passages (document);
CREATE TABLE asked (document INTEGER NOT NULL REFERENCES documents, text TEXT NOT NULL, vector TEXT NOT NULL);
CREATE TABLE vectors (key TEXT PRIMARY KEY, row INTEGER NOT NULL);
"""
ADDED_IN_3 = """
CREATE TABLE IF NOT EXISTS basis (document INTEGER NOT NULL REFERENCES documents, law TEXT NOT NULL, article TEXT NOT NULL);
"""
#: edition of a base → what makes it the next one; a base of any other edition is built anew
STEPS = {0: SCHEMA + ADDED_IN_3, 2: ADDED_IN_3}


@dataclass(frozen=True)
class Row:
    """What the index needs of one current passage, in index order."""

    id: int
    document: int
    search: str
    meaning: str
    vector: str


@dataclass(frozen=True)
class Asked:
    """One way people ask for a document."""

    document: int
    text: str
    vector: str


@dataclass(frozen=True)
class Basis:
    """One law, with its articles as written, that an own document rests on."""

    document: int
    law: str
    article: str


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
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def digests(self) -> dict[str, tuple[str, str, bool]]:
        """path → (digest of the file, root, current) of every document ever imported."""
        rows = self.connection.execute("SELECT path, digest, root, current FROM documents")
        return {path: (digest, root, bool(current)) for path, digest, root, current in rows}

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

    def retire(self, paths: Iterable[str]) -> None:
        """Documents whose files are gone: kept for old answers, found by no question."""
        for path in paths:
            self.connection.execute("UPDATE documents SET current=0 WHERE path=?", (path,))
            self.connection.execute(
                "UPDATE passages SET current=0 WHERE document=(SELECT id FROM documents WHERE path=?)", (path,)
            )

    def current_rows(self) -> list[Row]:
        """Every current passage in a stable order."""
        query = "SELECT id, document, search, meaning, vector FROM passages WHERE current=1 ORDER BY document, position"
        return [Row(*row) for row in self.connection.execute(query)]

    def current_asked(self) -> list[Asked]:
        """The ways people ask for current documents, in a stable order."""
        query = (
            "SELECT a.document, a.text, a.vector FROM asked a JOIN documents d ON d.id = a.document"
            " WHERE d.current=1 ORDER BY a.rowid"
        )
        return [Asked(*row) for row in self.connection.execute(query)]

    def current_basis(self) -> list[Basis]:
        """The laws that current documents rest on."""
        query = "SELECT b.document, b.law, b.article FROM basis b JOIN documents d ON d.id = b.document WHERE d.current=1"
        return [Basis(*row) for row in self.connection.execute(query)]

    def own_texts(self) -> list[tuple[int, int, str, str]]:
        """(document, passage, heading, encoded text) of every current passage of an own article."""
        query = (
            "SELECT p.document, p.id, p.article, p.meaning FROM passages p JOIN documents d ON d.id = p.document"
            " WHERE p.current=1 AND d.kind='article' ORDER BY p.document, p.position"
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
        query = "SELECT id, path, kind, title, region, published, in_force, family, repeals FROM documents WHERE current=1"
        return {row[0]: _document_row(row) for row in self.connection.execute(query)}

    def passages(self, idents: Sequence[int]) -> dict[int, Passage]:
        """Passages by id."""
        marks = ",".join("?" * len(idents))
        rows = self.connection.execute(f"{PASSAGE} WHERE p.id IN ({marks})", tuple(idents)).fetchall()
        return {row[0]: _passage(row[1:]) for row in rows}

    def passage(self, version: str) -> Passage | None:
        """A passage by its version, current or not."""
        row = self.connection.execute(f"{PASSAGE} WHERE p.version=?", (version,)).fetchone()
        return _passage(row[1:]) if row else None

    def article_of(self, document: str, article: str) -> Passage | None:
        """The current passage of a document under a heading."""
        row = self.connection.execute(
            f"{PASSAGE} WHERE d.path=? AND p.article=? AND p.current=1", (document, article)
        ).fetchone()
        return _passage(row[1:]) if row else None

    def keys_in_order(self) -> list[tuple[str, str, str]]:
        """(document, article, key of the vector) of every current passage, in the order of the files."""
        query = (
            "SELECT d.path, p.article, p.vector FROM passages p JOIN documents d ON d.id = p.document"
            " WHERE p.current=1 ORDER BY p.document, p.position"
        )
        return [(path, article, key) for path, article, key in self.connection.execute(query)]

    def vector_rows(self) -> dict[str, int]:
        """key of a text under an encoder → row in the vector file."""
        return dict(self.connection.execute("SELECT key, row FROM vectors").fetchall())

    def add_vectors(self, pairs: Iterable[tuple[str, int]]) -> None:
        self.connection.executemany("INSERT OR REPLACE INTO vectors (key, row) VALUES (?, ?)", pairs)

    def forget_vectors(self) -> None:
        self.connection.execute("DELETE FROM vectors")

    def get(self, name: str) -> str | None:
        row = self.connection.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        return str(row[0]) if row else None

    def set(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

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
    """Whether the base, of whatever edition, holds nothing but our own articles, which are at hand."""
    connection = sqlite3.connect(folder / FILE)
    try:
        return not connection.execute("SELECT 1 FROM documents WHERE kind != 'article' LIMIT 1").fetchall()
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


def key_of(meaning: str, *, is_question: bool = False) -> str:
    """The name of an encoded text's vector; the encoder is the same for a whole folder. Questions are encoded otherwise."""
    return hashlib.sha256(f"{QUESTION * is_question}{meaning}".encode()).hexdigest()[:20]


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
    ident, path, kind, title, region, published, in_force, family, repeals = row
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
