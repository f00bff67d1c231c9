"""The steps by which cases begin anew and end, of many cases at once: what reports count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.case_search import CaseFilter, conditions
from bot.store.case_tables import CaseEventRow, CaseRow


def steps(
    session: Session, wanted: CaseFilter, kinds: Sequence[str], *, since: datetime, until: datetime
) -> Sequence[tuple[int, str, datetime]]:
    """(case, kind, instant) of events of these kinds from `since` until before `until`, case by case in their order.

    What was merged into another case, and what no resident reported, is left out: it is counted where the work is done.
    """
    query = (
        select(CaseEventRow.case_id, CaseEventRow.kind, CaseEventRow.at)
        .join(CaseRow, CaseRow.id == CaseEventRow.case_id)
        .where(
            CaseEventRow.kind.in_(kinds), CaseEventRow.at >= since, CaseEventRow.at < until, CaseRow.master_id.is_(None),
            CaseRow.proactive.is_(False), *conditions(wanted),
        )
        .order_by(CaseEventRow.case_id, CaseEventRow.sequence)
    )  # fmt: skip
    return [(row[0], row[1], row[2]) for row in session.execute(query)]
