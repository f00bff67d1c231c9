"""What earlier cases say about a new one: how long alike ones took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from bot.cases.status import EventKind
from bot.store.case_tables import CaseClockRow, CaseEventRow, CaseRow

#: Cases a new one is held against; a grid has a few dozen in a fortnight.
MOST_NEIGHBOURS = 300
#: So many of the newest are enough to know the middle one.
MOST = 500
#: Written out: with a parameter neither database could know that the index of answers holds them.
ANSWERED_KIND: ColumnElement[str] = literal_column(f"'{EventKind.ANSWERED}'")


def times_to_answer(session: Session, category: str, community: str, since: datetime) -> Sequence[timedelta]:
    """How long cases of a category in a community, filed `since` and answered, took from filing to the first answer."""
    first = func.min(CaseEventRow.at).label("first")
    answered = (
        select(CaseRow.id, CaseRow.opened_at, first)
        .join(CaseEventRow, CaseEventRow.case_id == CaseRow.id)
        .where(
            CaseRow.category_code == category, CaseRow.community_code == community, CaseRow.opened_at >= since,
            CaseEventRow.kind == ANSWERED_KIND,
        )
        .group_by(CaseRow.id, CaseRow.opened_at)
        .order_by(CaseRow.id.desc())
        .limit(MOST)
        .subquery()
    )  # fmt: skip
    # Columns of the table, not of the group: SQLite gives back a text where it cannot see that it is a time.
    pairs = session.execute(select(answered.c.opened_at, answered.c.first)).all()
    return [end - start for start, end in pairs]


def neighbours(session: Session, row: CaseRow, *, area: str, by: str, since: datetime) -> Sequence[CaseRow]:
    """Other residents' earlier cases of the same category in a grid or community (`by`), newest first."""
    where = CaseRow.grid_code if by == "grid" else CaseRow.community_code
    query = select(CaseRow).where(
        where == area, CaseRow.category_code == row.category_code, CaseRow.opened_at >= since, CaseRow.id < row.id,
        CaseRow.resident_id != row.resident_id,
    )  # fmt: skip
    return session.scalars(query.order_by(CaseRow.id.desc()).limit(MOST_NEIGHBOURS)).all()


def listed(
    session: Session, *, kinds: Sequence[str], codes: Sequence[str], since: datetime, until: datetime, ended: Sequence[str],
    status: str, limit: int, offset: int, without: Sequence[str] = (),
) -> Sequence[CaseRow]:  # fmt: skip
    """Cases of some kinds filed in a span of time, newest first; `status` is open, closed, both (open,closed) or empty.

    Natures in `without` are left out.
    """
    query = select(CaseRow).where(CaseRow.kind.in_(kinds), CaseRow.opened_at >= since, CaseRow.opened_at <= until)
    if without:
        query = query.where(CaseRow.nature.not_in(without))
    if codes:
        query = query.where(CaseRow.category_code.in_(codes))
    if status in ("open", "closed"):
        is_over = CaseRow.status.in_(ended)
        query = query.where(is_over if status == "closed" else ~is_over)
    return session.scalars(query.order_by(CaseRow.id.desc()).limit(limit).offset(offset)).all()


def next_point(session: Session) -> datetime | None:
    """When the next point of any clock falls due."""
    query = select(CaseClockRow.next_at).where(CaseClockRow.next_at.is_not(None))
    return session.scalar(query.order_by(CaseClockRow.next_at).limit(1))


def numbers_behind(session: Session, last: int, limit: int) -> Sequence[CaseRow]:
    """Cases behind an id, in order of their ids."""
    return session.scalars(select(CaseRow).where(CaseRow.id > last).order_by(CaseRow.id).limit(limit)).all()


def without_clocks(session: Session, statuses: Sequence[str], behind: int, limit: int) -> Sequence[CaseRow]:
    """Cases of these statuses that no clock was ever kept for, with ids behind `behind`, in order; each held."""
    kept = select(CaseClockRow.case_id).where(CaseClockRow.case_id == CaseRow.id).exists()
    query = select(CaseRow).where(CaseRow.id > behind, CaseRow.status.in_(statuses), ~kept)
    return session.scalars(query.order_by(CaseRow.id).limit(limit).with_for_update(of=CaseRow)).all()
