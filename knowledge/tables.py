"""The tables of a knowledge base, their editions, and the shelves on which its documents stand."""

from __future__ import annotations

from knowledge.model import STATUTE

STATUTES, OWN = "statutes", "own"
SHELVES = (STATUTES, OWN)  # each is built, published and loaded by itself; in this order their passages are numbered
ADMIN = "admin"  # the root of documents that are no files; imports of files leave them alone

EDITION = 4  # of the tables; another number means: import again

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
ADDED_IN_4 = """
ALTER TABLE documents ADD COLUMN until TEXT;
"""
#: edition of a base → what makes it the next one; a base of any other edition is built anew
STEPS = {0: SCHEMA + ADDED_IN_3 + ADDED_IN_4, 2: ADDED_IN_3 + ADDED_IN_4, 3: ADDED_IN_4}

SHELF_OF = f"CASE d.kind WHEN '{STATUTE}' THEN '{STATUTES}' ELSE '{OWN}' END"
ON_SHELF = (
    f" FROM documents d CROSS JOIN passages p ON p.document = d.id WHERE p.current=1 AND d.current=1 AND {SHELF_OF}=?"
    " ORDER BY d.region, d.id, p.position"  # neighbours hold in one place, see Stacked.products
)


def shelf_of(kind: str) -> str:
    """The shelf on which documents of a kind stand."""
    return STATUTES if kind == STATUTE else OWN
