"""Lists of cases: filters, order and pages as one query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.store.case_tables import CasePartRow, CaseRow

#: Words of a search that count; a sentence is no search.
WORDS = 5
#: A word that can stand in a case's number.
NUMBER = re.compile(r"^(?:JF)?[0-9-]+$", re.IGNORECASE)


@dataclass(frozen=True)
class CaseFilter:
    """What a list asks for; empty fields ask nothing. `areas` are codes of grids or communities, `numbers` exact ones."""

    statuses: tuple[str, ...] = ()
    units: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    text: str = ""
    warned: int = 0  # at least so many per cent
    unsure: bool = False
    supervised: bool = False
    extension: str = ""
    proactive: bool = False
    bounced: bool = False
    since: datetime | None = None
    until: datetime | None = None
    within_units: frozenset[str] = frozenset()  # bounds of whoever looks; co-units count
    within_areas: frozenset[str] = frozenset()
    by_due: bool = False


def search(session: Session, wanted: CaseFilter, *, limit: int, offset: int = 0) -> Sequence[CaseRow]:
    """Cases of one page: by the end of their time, or newest first.

    Ids are found and put in order first, from an index alone where there is one; only those of the page are read.
    """
    order: tuple[Any, ...] = (CaseRow.resolve_due, CaseRow.id) if wanted.by_due else (CaseRow.id.desc(),)
    ids = session.scalars(_filtered(select(CaseRow.id), wanted, session).order_by(*order).limit(limit).offset(offset)).all()
    found = {row.id: row for row in session.scalars(select(CaseRow).where(CaseRow.id.in_(ids)))}
    return [found[one] for one in ids]


def count(session: Session, wanted: CaseFilter, most: int) -> int:
    """How many there are, counted no further than `most`: a page says 1000 and more."""
    found = _filtered(select(CaseRow.id), wanted, session).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def by_status(session: Session, wanted: CaseFilter) -> dict[str, int]:
    """How many cases there are in each status."""
    rows = session.execute(_filtered(select(CaseRow.status, func.count()), wanted, session).group_by(CaseRow.status))
    return {row[0]: row[1] for row in rows}


def _filtered(query: Select[Any], wanted: CaseFilter, session: Session) -> Select[Any]:
    return query.where(*_conditions(wanted), *_said(wanted.text, session))


def _said(text: str, session: Session) -> list[ColumnElement[bool]]:
    """Every word somewhere in number, description or place (masked). `instr` is several times quicker than SQLite's LIKE."""
    lite = session.get_bind().dialect.name == "sqlite"

    def holds(field: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
        return func.instr(field, word) > 0 if lite else field.contains(word, autoescape=True)

    found: list[ColumnElement[bool]] = []
    for word in text.split()[:WORDS]:
        fields = (CaseRow.description, CaseRow.location, *((CaseRow.number,) if NUMBER.search(word) else ()))
        found.append(or_(*(holds(field, word) for field in fields)))
    return found


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.statuses:
        found.append(CaseRow.status.in_(wanted.statuses))
    for units in (wanted.units, wanted.within_units):
        if units:
            parts = select(CasePartRow.case_id).where(CasePartRow.unit_code.in_(units))
            found.append(or_(CaseRow.unit_code.in_(units), CaseRow.id.in_(parts)))
    for areas in (wanted.areas, wanted.within_areas):
        if areas:
            found.append(or_(CaseRow.grid_code.in_(areas), CaseRow.community_code.in_(areas)))
    if wanted.categories:
        found.append(CaseRow.category_code.in_(wanted.categories))
    simple = (
        (wanted.warned, CaseRow.warned >= wanted.warned), (wanted.unsure, CaseRow.unsure.is_(True)),
        (wanted.proactive, CaseRow.proactive.is_(True)), (wanted.supervised, CaseRow.supervision.is_not(None)),
        (wanted.bounced, CaseRow.bounces > 0), (wanted.extension, CaseRow.extension == wanted.extension),
    )  # fmt: skip
    found += [condition for asked, condition in simple if asked]
    if wanted.since is not None:
        found.append(CaseRow.opened_at >= wanted.since)
    if wanted.until is not None:
        found.append(CaseRow.opened_at < wanted.until)
    return [and_(*found)] if found else []
