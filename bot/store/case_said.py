"""Words of a search: where they stand in a case. PostgreSQL finds them by indexes of pairs of characters (migration 0017)."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import ColumnElement, Text, and_, bindparam, cast, func, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.store.case_tables import CaseRow

#: Words of a search that count; a sentence is no search.
WORDS = 5
#: A word that can stand in a case's number.
NUMBER = re.compile(r"^(?:JF)?[0-9-]+$", re.IGNORECASE)
LETTERS = "JF"
#: Words that so many of the newest cases hold are common.
NEWEST, COMMON = 30_000, 600


def said(text: str, session: Session) -> list[ColumnElement[bool]]:
    """Every word somewhere in description or place (masked), or at either end of the number."""
    if session.get_bind().dialect.name == "sqlite":
        return _words(text, _in_lite, _at_ends_in_lite)
    return _words(text, _in_index if is_rare(text, session) else _like_in_texts, _at_ends_in_postgres)


def is_rare(text: str, session: Session) -> bool:
    """Whether few cases hold these words, so that an index of words is to be read first; never on SQLite, which has none.

    A list of common words is full before long in its own order; their entries in the index are longer than that.
    """
    if not text.strip() or session.get_bind().dialect.name == "sqlite":
        return False
    known: dict[str, bool] = session.info.setdefault("rare", {})
    if text not in known:
        last = session.scalar(select(func.max(CaseRow.id))) or 0
        words = _words(text, _like_in_texts, _at_ends_in_postgres)
        near = select(CaseRow.id).where(CaseRow.id > last - NEWEST, *words).order_by(CaseRow.id.desc()).limit(COMMON)
        known[text] = len(session.scalars(near).all()) < COMMON
    return known[text]


def _words(
    text: str, anywhere: Callable[[str], ColumnElement[bool]], at_ends: Callable[[str], tuple[ColumnElement[bool], ...]]
) -> list[ColumnElement[bool]]:
    words = text.split()[:WORDS]
    return [or_(anywhere(word), *(at_ends(word.upper()) if NUMBER.search(word) else ())) for word in words]


def _in_lite(word: str) -> ColumnElement[bool]:
    """`instr` is several times quicker than SQLite's LIKE."""
    return or_(func.instr(CaseRow.description, word) > 0, func.instr(CaseRow.location, word) > 0)


def _in_index(word: str) -> ColumnElement[bool]:
    """The pairs narrow, the texts decide. The words are written into the statement: a plan for any word fits none."""
    said_grams: ColumnElement[str] = func.said_grams(CaseRow.description + _fixed(" ") + cast(CaseRow.location, Text))
    return and_(said_grams.op("@@")(cast(_fixed(_pairs(word)), TSQUERY)), _like_in_texts(word))


def _like_in_texts(word: str) -> ColumnElement[bool]:
    return or_(*(_like(field, f"%{_escaped(word)}%") for field in (CaseRow.description, CaseRow.location)))


def _pairs(word: str) -> str:
    """`灯坏了` → `'灯坏' & '坏了'`; a single character is one that pairs begin with."""
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    if len(word) == 1:
        return f"'{quoted}':*"
    pairs = {word[start : start + 2] for start in range(len(word) - 1)}
    return " & ".join("'" + pair.replace("\\", "\\\\").replace("'", "''") + "'" for pair in sorted(pairs))


def _at_ends_in_lite(word: str) -> tuple[ColumnElement[bool], ...]:
    ends: tuple[ColumnElement[bool], ...] = (func.substr(CaseRow.number, -len(word)) == word,)
    return (*ends, *(func.substr(CaseRow.number, 1, len(head)) == head for head in _heads(word)))


def _at_ends_in_postgres(word: str) -> tuple[ColumnElement[bool], ...]:
    tail = _like(func.reverse(CaseRow.number), f"{word[::-1]}%")
    return (tail, *(_like(CaseRow.number, f"{head}%") for head in _heads(word)))


def _heads(word: str) -> tuple[str, ...]:
    """How a number may begin that somebody begins with this: its letters are often left out."""
    return (word,) if word.startswith(LETTERS) else (LETTERS + word,)


def _like(field: InstrumentedAttribute[str] | ColumnElement[str], pattern: str) -> ColumnElement[bool]:
    return field.like(_fixed(pattern), escape=None)


def _escaped(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)


def _fixed(value: str) -> ColumnElement[str]:
    return bindparam(None, value, type_=Text(), literal_execute=True, unique=True)
