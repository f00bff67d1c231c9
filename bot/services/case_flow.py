"""The one way in which something happens to a case: events are read, the rules asked, the event written, the columns kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.cases.clocks import run
from bot.cases.errors import Invalid
from bot.cases.needs import check
from bot.cases.numbers import order_number
from bot.cases.roles import Role
from bot.cases.standing import Act, Standing
from bot.cases.status import CaseStatus, EventKind, rule_for
from bot.cases.timing import LOCAL
from bot.services import case_records
from bot.services.district import District
from bot.services.outgoing import Said, say
from bot.services.texts import Texts
from bot.store.case_tables import CaseRow
from bot.store.database import Work
from bot.store.desk_tables import CorrectionRow

E = EventKind
#: Moves that hand a case to a unit; it may be returned for a limited time after.
HANDED_OVER = frozenset({E.ASSIGNED, E.RULED, E.REOPENED})
#: What happens to cases merged into one, when that one comes to this state: the clock's move on each of them.
FOLLOWS = {CaseStatus.CLOSED: E.FOLLOWED, CaseStatus.WITHDRAWN: E.UNMERGED, CaseStatus.REJECTED: E.UNMERGED}


class Flow:
    """Lets things happen to cases inside a transaction of the caller, who holds the case."""

    def __init__(self, district: District, texts: Texts) -> None:
        self.district, self.texts = district, texts

    def happen(self, work: Work, row: CaseRow, act: Act, inbox_id: int | None = None, *, tell: bool = True) -> Standing:
        """Let `act` happen, with everything that follows from it. Raises MoveNotAllowed or Invalid, with nothing changed."""
        timing = self.district.timing
        before, _ = case_records.history(work, row, timing)
        act = replace(act, detail=self._completed(work, row, act))
        check(before, act)
        rule = rule_for(before.status, act.kind, act.role)
        case_records.write(work, row, act, inbox_id)
        for effect in EFFECTS.get(act.kind, ()):
            effect(self, work, row, act, before)
        standing, clocks = case_records.history(work, row, timing)
        case_records.project(work, row, standing, clocks, timing, act.at)
        if tell and rule.text:
            self.tell(work, row, rule.text, act)
        if standing.status in FOLLOWS and standing.status is not before.status:
            self._bring_along(work, row, FOLLOWS[standing.status], act)
        return standing

    def begin(self, work: Work, row: CaseRow, acts: list[Act]) -> Standing:
        """A new case with its first events, written as they leave it; the case itself tells nobody."""
        timing = self.district.timing
        standing, clocks = run(acts, timing.rules)
        if standing is None:
            raise ValueError("a case begins with an event")
        case_records.keep_columns(row, standing, clocks, timing)  # first: changing it again would touch every index once more
        work.cases.add(row)
        for sequence, act in enumerate(acts, start=1):
            case_records.write(work, row, act, sequence=sequence)
        case_records.project(work, row, standing, clocks, timing, acts[-1].at, new=True)
        return standing

    def tell(self, work: Work, row: CaseRow, key: str, act: Act) -> None:
        """Tell the resident what became of the case, in the conversation it came from; a proactive case has no resident."""
        conversation = None if row.proactive else work.conversations.locked(row.conversation_id)
        if conversation is not None and self.texts.has(key):
            until = act.detail.get("until") or act.detail.get("review") or act.detail.get("resolve_due") or ""
            facts = {"number": row.number, "text": act.text, "until": said_date(until), "master": act.detail.get("master", "")}
            say(work, conversation, Said(self.texts(key, **facts)), act.at)

    def return_until(self, row: CaseRow, at: datetime) -> str:
        """Until when a unit may give a case back (退单), as it is kept with the event."""
        hours, working = self.district.timing.limit("return", row.category_code, emergency=row.urgent)
        return self.district.timing.after(at, hours, working=working).isoformat()

    def _completed(self, work: Work, row: CaseRow, act: Act) -> dict[str, Any]:
        """The detail of an event with what only the tables know."""
        detail = dict(act.detail)
        if act.kind in HANDED_OVER:
            detail["return_until"] = self.return_until(row, act.at)
        if act.kind in UNITS_NAMED and "unit" in detail and work.district.unit(detail["unit"]) is None:
            raise Invalid("unit")
        if act.kind is E.SUPERVISED:
            day = act.at.astimezone(LOCAL).date()
            detail["number"] = order_number(day, work.cases.next_running(day))
        if act.kind is E.EXTENSION_GRANTED:
            asked, _ = case_records.history(work, row, self.district.timing)
            detail["until"] = asked.extension_until.isoformat() if asked.extension_until else ""
        if act.kind is E.RECLASSIFIED:
            detail["clocks"] = self.limits(work, detail.get("category", ""))
        if act.kind is E.MERGED:
            self._master(work, row, detail.get("master", ""))
        return detail

    def limits(self, work: Work, code: str) -> dict[str, list[float]]:
        """The hours of every clock of a category. Raises Invalid on an unknown one."""
        category = work.district.category(code)
        if category is None:
            raise Invalid("category", code=code)
        return self.district.timing.limits_of(
            code, category.contact_hours, category.resolve_hours, working=category.working, emergency=category.emergency
        )

    @staticmethod
    def _master(work: Work, row: CaseRow, number: str) -> CaseRow:
        """The case another is merged into: open, not merged itself, and not the same."""
        try:
            master = work.cases.by_number(number, lock=True)
        except ValueError as error:  # what the database cannot even compare
            raise Invalid("master") from error
        closed = master is None or master.status in (*FOLLOWS, CaseStatus.MERGED)
        if master is None or closed or master.id == row.id or work.cases.followers(row.id):
            raise Invalid("master")
        return master

    def _bring_along(self, work: Work, master: CaseRow, kind: EventKind, cause: Act) -> None:
        for row in work.cases.followers(master.id):
            if row.status == CaseStatus.MERGED:
                text = cause.text or self.last_answer(work, master)
                self.happen(work, row, Act(kind, Role.CLOCK, "clock", cause.at, text, {"master": master.number}))

    @staticmethod
    def last_answer(work: Work, row: CaseRow) -> str:
        """What the unit said it did, last."""
        answers = [event.text for event in work.cases.events(row.id) if event.kind == E.ANSWERED]
        return answers[-1] if answers else ""


Effect = Callable[[Flow, Work, CaseRow, Act, Standing], None]
UNITS_NAMED = frozenset({E.ASSIGNED, E.RULED, E.CO_ASSIGNED, E.RETURNED})


def _merge(flow: Flow, work: Work, row: CaseRow, act: Act, before: Standing) -> None:
    master = work.cases.by_number(act.detail["master"])
    row.master_id = master.id if master else None


def _unmerge(flow: Flow, work: Work, row: CaseRow, act: Act, before: Standing) -> None:
    row.master_id = None


def _learn(flow: Flow, work: Work, row: CaseRow, act: Act, before: Standing) -> None:
    """Keep what the category was taken for and what it is, to learn from."""
    row.unsure = False
    work.session.add(
        CorrectionRow(
            conversation_id=None if row.proactive else row.conversation_id, case_number=row.number, text=row.description,
            guessed=before.category, right=act.detail["category"], by=act.actor, at=act.at,
        )
    )  # fmt: skip


def _sent_on(flow: Flow, work: Work, row: CaseRow, act: Act, before: Standing) -> None:
    """A person has looked at it."""
    if act.role is not Role.CLOCK:
        row.unsure = False


def _new_end(flow: Flow, work: Work, row: CaseRow, act: Act, before: Standing) -> None:
    """The end has moved: its points come again."""
    clock = work.cases.clock(row.id, "resolve")
    if clock is not None:
        clock.passed = 0


def _tell_followers(flow: Flow, work: Work, row: CaseRow, act: Act, before: Standing) -> None:
    for follower in work.cases.followers(row.id):
        flow.tell(work, follower, "case_master_answered", replace(act, detail={"master": row.number}))


#: What else an event does, beside the columns that follow from the rules.
EFFECTS: Mapping[EventKind, tuple[Effect, ...]] = {
    E.MERGED: (_merge,),
    E.UNMERGED: (_unmerge,),
    E.REOPENED: (_unmerge,),
    E.RECLASSIFIED: (_learn,),
    E.ASSIGNED: (_sent_on,),
    E.RULED: (_sent_on,),
    E.EXTENSION_GRANTED: (_new_end,),
    E.ANSWERED: (_tell_followers,),
}


def said_date(written: str) -> str:
    """A time of an event's detail as people read it; empty for none."""
    try:
        moment = datetime.fromisoformat(written).astimezone(LOCAL)
    except ValueError:
        return ""
    return f"{moment.month}月{moment.day}日"
