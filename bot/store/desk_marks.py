"""The little that changes whenever a desk page has something new to show, read for all open pages at once.

Columns of a few rows instead of what the page shows: a look takes as many queries for fifty pages as for one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from bot.store.case_tables import CaseRow
from bot.store.desk_tables import LabelRow, ShiftNoteRow
from bot.store.handoff_tables import CallbackRow, DeskNoticeRow, HandoffRow
from bot.store.tables import AlertRow, ConversationRow, InboxRow, NoteRow, OutboxRow

#: Conversations of all owners that are compared; notices of everybody.
MOST = 1000
#: Lines from the end of a conversation in which a changed state of delivery is noticed.
LINES = 30
Marks = list[tuple[Any, ...]]


def of_lists(session: Session, owners: Collection[str], recent: int) -> tuple[dict[str, Marks], Marks]:
    """Marks of the conversations of each of these owners, and of what every list shows: the latest, notes, call-backs."""
    talk = ConversationRow
    columns = (talk.owner, talk.id, talk.owner_version, talk.last_position, talk.updated_at)
    owned = select(*columns).where(talk.owner.in_(owners)).order_by(talk.id).limit(MOST)
    by_owner: dict[str, Marks] = defaultdict(list)
    for row in session.execute(owned):
        by_owner[row[0]].append(tuple(row))
    notes = select(ShiftNoteRow.id).where(ShiftNoteRow.done_at.is_(None)).order_by(ShiftNoteRow.id)
    calls = select(CallbackRow.id, CallbackRow.promised_by).where(CallbackRow.status == "open").order_by(CallbackRow.id)
    latest = select(*columns).order_by(talk.updated_at.desc()).limit(recent)
    shared: Marks = [tuple(row) for query in (latest, notes, calls) for row in session.execute(query)]
    return by_owner, shared


def of_notices(session: Session, staff: Collection[int], roles: Collection[str]) -> Marks:
    """(id, for whom, for which role) of what these people, or people of these roles, have not seen to."""
    notice = DeskNoticeRow
    query = select(notice.id, notice.to_staff, notice.to_role).where(
        notice.seen_at.is_(None), or_(notice.to_staff.in_(staff), notice.to_role.in_(roles))
    )
    return [tuple(row) for row in session.execute(query.order_by(notice.id.desc()).limit(MOST))]


def of_conversations(session: Session, ids: Collection[str]) -> Mapping[str, Marks]:
    """Marks of each of these conversations: its state, last lines, alerts, labels, call and cases; unknown ones have none."""
    talk, call, case = ConversationRow, HandoffRow, CaseRow
    found: dict[str, Marks] = defaultdict(list)
    queries: list[Select[Any]] = [
        select(talk.id, talk.owner, talk.owner_version, talk.last_position, talk.priority, talk.updated_at, talk.carried)
        .where(talk.id.in_(ids)),
        select(call.conversation_id, call.id, call.offered_to, call.unanswered_since)
        .where(call.conversation_id.in_(ids), call.ended_at.is_(None)).order_by(call.id),
        select(AlertRow.conversation_id, AlertRow.id)
        .where(AlertRow.conversation_id.in_(ids), AlertRow.confirmed_at.is_(None)).order_by(AlertRow.id),
        select(LabelRow.conversation_id, LabelRow.label).where(LabelRow.conversation_id.in_(ids)).order_by(LabelRow.label),
        select(talk.id, func.count(case.id), func.max(case.id), func.max(case.updated_at))
        .join(case, case.resident_id == talk.resident_id).where(talk.id.in_(ids)).group_by(talk.id),
        *(_lines(table, ids) for table in (InboxRow, OutboxRow, NoteRow)),
    ]  # fmt: skip
    for query in queries:
        for row in session.execute(query):
            found[row[0]].append(tuple(row))
    return found


def _lines(table: Any, ids: Collection[str]) -> Select[Any]:
    """Place, state and length of the last lines of each conversation; a recording's words, a reader's mark come after it."""
    state = (table.status,) if hasattr(table, "status") else ()
    if table is OutboxRow:
        state += (OutboxRow.payload["read"].as_boolean(),)
    behind = ConversationRow.last_position - LINES
    return (
        select(table.conversation_id, table.id, table.position, func.length(table.text), *state)
        .join(ConversationRow, ConversationRow.id == table.conversation_id)
        .where(table.conversation_id.in_(ids), table.position > behind)
        .order_by(table.id)
    )
