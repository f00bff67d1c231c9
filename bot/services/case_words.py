"""What a resident reads of their own case beside its status: how long alike ones took, what comes next, how they scored it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from bot.cases.errors import Invalid
from bot.cases.status import ENDED, CaseStatus, EventKind
from bot.services import case_views
from bot.services.calendar import say_time
from bot.services.texts import Texts
from bot.services.views import CaseView
from bot.store.case_past import times_to_answer
from bot.store.case_tables import CaseEventRow, CaseRow
from bot.store.database import Work

#: The time in which alike cases are looked for, and how many say anything about the next one.
PAST = timedelta(days=90)
ENOUGH = 10
#: A score may be changed for so long.
CHANGEABLE = timedelta(days=7)
#: Grades that ask for another try unless the resident says it was solved.
BAD = 2
#: Steps that are the staff's own and not the resident's to read.
INSIDE = frozenset({
    EventKind.NOTED, EventKind.WARNED, EventKind.EXTENSION_ASKED, EventKind.EXTENSION_REFUSED, EventKind.CO_ASSIGNED,
    EventKind.PART_DONE, EventKind.RECLASSIFIED, EventKind.RULED, EventKind.RATED, EventKind.COSIGNED,
})  # fmt: skip
#: Steps whose words are written for the resident.
TOLD = frozenset({
    EventKind.ANSWERED, EventKind.PROGRESSED, EventKind.ASKED, EventKind.REJECTED, EventKind.DEFERRED, EventKind.VERIFIED,
    EventKind.FOLLOWED,
})  # fmt: skip
Score = dict[str, Any]


def own(work: Work, row: CaseRow, now: datetime, texts: Texts) -> CaseView:
    """A case as its own resident reads it."""
    events = work.cases.events(row.id)
    view = case_views.full(work, row, now, texts, events)
    last = next((event for event in reversed(events) if event.kind not in INSIDE), events[0])
    words = f"：{last.text}" if last.kind in TOLD and last.text else ""
    step = f"{say_time(last.at)} {texts(f'event_{last.kind}')}{words}"
    return replace(
        view, usual=usual(work, row, now, texts), step=step, coming=coming(row, view, now, texts), score=score_of(events)
    )


def usual(work: Work, row: CaseRow, now: datetime, texts: Texts) -> str:
    """How long alike cases took here in the last 90 days, as a sentence; empty where there are too few to say."""
    if row.community_code is None or row.status in ENDED:
        return ""
    times = times_to_answer(work.session, row.category_code, row.community_code, now - PAST)
    if len(times) < ENOUGH:
        return ""
    days = f"{median(time / timedelta(days=1) for time in times):.1f}"
    return texts("usual", days=days, count=len(times))


def coming(row: CaseRow, view: CaseView, now: datetime, texts: Texts) -> str:
    """What happens next and by when, in plain words."""
    times = {"contact": say_time(row.contact_due), "resolve": say_time(row.resolve_due), "unit": view.unit}
    review = say_time(row.review_at) if row.review_at else ""
    late = texts("next_late") if view.overdue and view.status not in (CaseStatus.ANSWERED, CaseStatus.MERGED) else ""
    key = "next_contacted" if _is_contacted(row, now) else f"next_{row.status}"
    return late or texts(key, review=review, **times)


def _is_contacted(row: CaseRow, now: datetime) -> bool:
    """The time of first contact is over: it is no longer what comes next."""
    return row.status in (CaseStatus.ASSIGNED, CaseStatus.FILED) and row.contact_due <= now


def score_of(events: Sequence[CaseEventRow]) -> Score:
    """The resident's score of the newest answer: `grade` 1–5, `solved`, `contacted`; what was not said is not in it."""
    found: Score = {}
    for event in events:
        if event.kind == EventKind.ANSWERED:
            found = {}
        elif event.kind == EventKind.RATED:
            found |= {name: value for name, value in event.detail.items() if value is not None}
    return found


def new_score(events: Sequence[CaseEventRow], said: Score, now: datetime) -> Score:
    """The score with what is said now. One a matter; changeable for a week from the first time. Raises Invalid after that."""
    answered = max((event.sequence for event in events if event.kind == EventKind.ANSWERED), default=0)
    first = next((event.at for event in events if event.kind == EventKind.RATED and event.sequence > answered), now)
    if now - first > CHANGEABLE:
        raise Invalid("score", until=say_time(first + CHANGEABLE))
    return score_of(events) | {name: value for name, value in said.items() if value is not None}


def wants_again(score: Score) -> bool:
    """Whether a score asks that it be done again: not solved, or bad and nothing said about solved."""
    return score.get("solved") is False or (score.get("solved") is None and 0 < score.get("grade", 0) <= BAD)
