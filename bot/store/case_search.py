"""Lists of cases: filters, order and pages as one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, TextClause, and_, func, or_, select, union
from sqlalchemy.orm import Session

from bot.store.case_said import is_rare, said
from bot.store.case_tables import (
    BOUNCED,
    EXTENDED,
    SUPERVISED,
    AreaRow,
    CasePartRow,
    CaseRow,
    CategoryRow,
    UnitRow,
)


@dataclass(frozen=True)
class CaseFilter:
    """What a list asks for; empty fields ask nothing. `areas` are codes of grids or communities, `numbers` exact ones."""

    statuses: tuple[str, ...] = ()
    units: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    natures: frozenset[str] = frozenset()
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
    if wanted.by_due and wanted.statuses and not _is_marked(wanted) and not is_rare(wanted.text, session):
        # Each status in the order of its index, no further than the page: nothing is put in order that nobody sees.
        found = _parts(session, [replace(wanted, statuses=(one,)) for one in wanted.statuses], limit + offset, by_due=True)
        order = select(found.c.id).order_by(found.c.resolve_due, found.c.id)
    else:
        by: tuple[Any, ...] = (CaseRow.resolve_due, CaseRow.id) if wanted.by_due else (CaseRow.id.desc(),)
        order = select(CaseRow.id).where(*conditions(wanted), *said(wanted.text, session)).order_by(*by)
    ids = session.scalars(order.limit(limit).offset(offset)).all()
    rows = {row.id: row for row in session.scalars(select(CaseRow).where(CaseRow.id.in_(ids)))}
    fetch_names(session, list(rows.values()))
    return [rows[one] for one in ids]


def fetch_names(session: Session, rows: Sequence[CaseRow]) -> None:
    """Read the categories, units and areas of a list's cases in three queries; whoever shows the list asks for each of them.

    The session holds them until it ends: rows that nobody holds are forgotten, and read anew for each line.
    """
    wanted = (
        (CategoryRow, {row.category_code for row in rows}), (UnitRow, {row.unit_code for row in rows}),
        (AreaRow, {code for row in rows for code in (row.grid_code, row.community_code) if code}),
    )  # fmt: skip
    if len(rows) > 1:
        held = session.info.setdefault("names", [])
        held += [session.scalars(select(table).where(table.code.in_(codes))).all() for table, codes in wanted]


def count(session: Session, wanted: CaseFilter, most: int) -> int:
    """How many there are, counted no further than `most`: a page says 1000 and more."""
    found = select(_parts(session, [wanted], most).c.id).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _parts(session: Session, pieces: Sequence[CaseFilter], most: int, *, by_due: bool = False) -> Subquery:
    """The ids of a list that comes in pieces, so that one index answers each, which is read no further than `most`.

    An `or` over two columns, as of a unit's own cases and those it helps with, or several statuses in the order of another
    column, would make either database read everything that is open.
    """
    parts = []
    for narrowed, where in [side for piece in pieces for side in _sides(piece)]:
        asked = (*conditions(narrowed), *where, *said(narrowed.text, session))
        part = select(CaseRow.id, CaseRow.resolve_due).where(*asked).limit(most)
        inside = (part.order_by(CaseRow.resolve_due, CaseRow.id) if by_due else part).subquery()
        parts.append(select(inside.c.id, inside.c.resolve_due))  # SQLite takes no LIMIT in a part of a union itself
    return (union(*parts) if len(parts) > 1 else parts[0]).subquery()


def _sides(wanted: CaseFilter) -> list[tuple[CaseFilter, tuple[ColumnElement[bool], ...]]]:
    """A filter by units or areas as two without it, each with one of the columns that may hold them."""
    for units, without in (
        (wanted.units, replace(wanted, units=frozenset())), (wanted.within_units, replace(wanted, within_units=frozenset())),
    ):  # fmt: skip
        if units:
            helped = select(CasePartRow.case_id).where(CasePartRow.unit_code.in_(units))
            return [(without, (CaseRow.unit_code.in_(units),)), (without, (CaseRow.id.in_(helped),))]
    for areas, without in (
        (wanted.areas, replace(wanted, areas=frozenset())), (wanted.within_areas, replace(wanted, within_areas=frozenset())),
    ):  # fmt: skip
        if areas:
            return [(without, (CaseRow.grid_code.in_(areas),)), (without, (CaseRow.community_code.in_(areas),))]
    return [(wanted, ())]


def by_status(session: Session, wanted: CaseFilter) -> dict[str, int]:
    """How many cases there are in each status."""
    query = select(CaseRow.status, func.count()).where(*conditions(wanted), *said(wanted.text, session))
    return {row[0]: row[1] for row in session.execute(query.group_by(CaseRow.status))}


def _is_marked(wanted: CaseFilter) -> bool:
    """Whether only cases with a rare mark are asked for: their index is the one to use, and SQLite would take the status's."""
    return bool(wanted.unsure or wanted.supervised or wanted.proactive or wanted.bounced or wanted.extension)


def conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """What a filter asks of a case, its words apart."""
    found: list[ColumnElement[bool] | TextClause] = []
    if wanted.statuses:
        found.append((func.coalesce(CaseRow.status, "") if _is_marked(wanted) else CaseRow.status).in_(wanted.statuses))
    for units in (wanted.units, wanted.within_units):
        if units:
            parts = select(CasePartRow.case_id).where(CasePartRow.unit_code.in_(units))
            found.append(or_(CaseRow.unit_code.in_(units), CaseRow.id.in_(parts)))
    for areas in (wanted.areas, wanted.within_areas):
        if areas:
            found.append(or_(CaseRow.grid_code.in_(areas), CaseRow.community_code.in_(areas)))
    if wanted.categories:
        found.append(CaseRow.category_code.in_(wanted.categories))
    if wanted.natures:
        found.append(CaseRow.nature.in_(wanted.natures))
    simple = (
        (wanted.warned, CaseRow.warned >= wanted.warned), (wanted.unsure, CaseRow.unsure.is_(True)),
        (wanted.proactive, CaseRow.proactive.is_(True)), (wanted.supervised, SUPERVISED), (wanted.bounced, BOUNCED),
        (wanted.extension, and_(EXTENDED, CaseRow.extension == wanted.extension)),  # the index's own words, and which
    )  # fmt: skip
    found += [condition for asked, condition in simple if asked]
    if wanted.since is not None:
        found.append(CaseRow.opened_at >= wanted.since)
    if wanted.until is not None:
        found.append(CaseRow.opened_at < wanted.until)
    return [and_(*found)] if found else []
