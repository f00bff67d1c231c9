"""Cases as the desk lists and opens them: filters by table, one case with everything about it, many cases at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.cases.errors import Invalid, NotPermitted, ServiceError
from bot.cases.roles import Role, may
from bot.cases.scope import Scope
from bot.cases.standing import Standing
from bot.cases.status import STATE_GROUPS, EventKind
from bot.services import case_copies, case_records, case_views
from bot.services.cases import Cases
from bot.services.views import CaseView, StaffView
from bot.store.case_search import CaseFilter, count, search
from bot.store.case_tables import CaseRow
from bot.store.database import Work
from bot.store.rows import read_rows

PAGE = 50
#: A list says how many there are up to this number.
COUNTED = 1000
EXPORTED = 5000
#: A batch is one press; more at a time nobody has looked at.
BATCH = 100
#: Moves that make sense for several cases at once: none that needs words about the single one.
BATCH_MOVES = (EventKind.SIGNED, EventKind.STARTED, EventKind.ASSIGNED, EventKind.NOTED, EventKind.RECLASSIFIED)


@dataclass(frozen=True)
class CaseLine:
    """A case in a list, with the marks people look for. `warned` is per cent: 0, 70, 100, 150."""

    view: CaseView
    warned: int
    bounces: int
    unsure: bool
    supervision: str
    extension: str
    proactive: bool
    master: str


@dataclass(frozen=True)
class CasePage:
    """One page of a list."""

    lines: tuple[CaseLine, ...]
    found: int
    more: bool


@dataclass(frozen=True)
class ClockLine:
    """A clock of a case as people read it: what for, until when, and whether it runs, stands or has ended."""

    name: str
    due: datetime
    state: str  # runs, stands, ended
    passed: int


@dataclass(frozen=True)
class CaseDetails:
    """Everything the desk shows of one case."""

    line: CaseLine
    standing: Standing
    why: dict[str, Any]
    alternatives: tuple[tuple[str, str, float], ...]  # code, name, score
    clocks: tuple[ClockLine, ...]
    parts: tuple[tuple[str, str, bool], ...]  # code, name, done
    filing: str
    closing: str
    ladder: tuple[str, ...]
    followers: tuple[str, ...]
    causes: tuple[str, ...]
    worker: str
    to_ask: tuple[str, ...]  # what is to be known of this category and has not been asked yet
    moves: Mapping[EventKind, tuple[str, ...]]


@dataclass(frozen=True)
class Done:
    """What became of one case of a batch: `problem` is None where it went well."""

    number: str
    problem: ServiceError | None


class CaseDesk:
    """Lists and single cases for the staff, within what each of them may see."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases
        self.database, self.district = cases.database, cases.flow.district

    def presets(self) -> list[dict[str, str]]:
        """The ready-made lists, in order: key, name, statuses, filters."""
        return read_rows(self.district.folder / "case_lists.csv")

    def filter_of(self, staff: StaffView, key: str, **asked: str) -> CaseFilter:
        """The filter of a ready-made list, narrowed by what was asked and by what this person sees."""
        preset = next((row for row in self.presets() if row["key"] == key), self.presets()[-1])
        flags = dict(part.partition("=")[::2] for part in preset["filters"].split("|") if part)
        statuses = tuple(s for name in preset["statuses"].split("|") if name for s in STATE_GROUPS.get(name, (name,)))
        major = asked.get("major", "")
        return CaseFilter(
            statuses=(asked["status"],) if asked.get("status") else tuple(map(str, statuses)),
            units=frozenset({asked["unit"]} if asked.get("unit") else ()),
            areas=self._below(asked.get("area", "")), categories=self._categories(staff.scope, major),
            natures=frozenset({asked["nature"]} if asked.get("nature") else ()),
            text=asked.get("text", ""), warned=int(flags.get("warned", 0)), unsure="unsure" in flags,
            supervised="supervised" in flags, extension=flags.get("extension", ""), proactive="proactive" in flags,
            bounced="bounced" in flags, by_due="by_due" in flags,
            within_units=staff.scope.units, within_areas=staff.scope.areas,
        )  # fmt: skip

    def page(self, wanted: CaseFilter, number: int = 1) -> CasePage:
        """One page of a list; pages count from 1."""
        with self.database.reading() as work:
            rows = search(work.session, wanted, limit=PAGE + 1, offset=PAGE * (max(1, number) - 1))
            whole = number <= 1 and len(rows) <= PAGE  # the search has counted them
            found = len(rows) if whole else count(work.session, wanted, COUNTED)
            lines = tuple(self._line(work, row) for row in rows[:PAGE])
        return CasePage(lines, found, len(rows) > PAGE)

    def details(self, number: str, staff: StaffView) -> CaseDetails:
        """One case with everything about it. Raises NoSuchCase."""
        moves = self.cases.moves(number, staff)
        with self.database.reading() as work:
            row = self.cases.any_case(work, number, staff)
            timing, responsibility = self.district.timing, self.district.responsibility
            standing, clocks = case_records.history(work, row, timing)
            category = responsibility.catalogue.get(row.category_code)
            standard = responsibility.standard(row.category_code)
            names = {rule["clock"]: rule["name"] for rule in self.district.tables.rows["clocks"]}
            stored = {clock.clock: clock.passed for clock in work.cases.clocks(row.id)}
            view = case_views.full(work, row, self.cases.clock.now(), self.cases.texts)
            view = case_views.for_staff(view, row, self.district.natures, staff)
            full, asked = replace(self._line(work, row), view=view), {question for question, _ in view.answers}
            questions = self.district.tables.questions.of_category(row.category_code)
            return CaseDetails(
                line=full, standing=standing, why=row.dispatch_reason, moves=moves,
                alternatives=self._alternatives(row.dispatch_reason),
                clocks=tuple(
                    ClockLine(names[name], timing.moment(c, 100), _state(c.stopped, c.stands_since), stored.get(name, 0))
                    for name, c in clocks.items()
                ),
                parts=tuple((p.unit_code, self._unit(work, p.unit_code), p.done) for p in work.cases.parts(row.id)),
                filing=standard["filing"], closing=standard["closing"],
                ladder=tuple(self._unit(work, u) for u in responsibility.ladder(category, row.grid_code)) if category else (),
                followers=tuple(other.number for other in work.cases.followers(row.id)),
                causes=tuple(other.number for other in work.cases.linked(row.id, "cause")),
                to_ask=tuple(one.text for one in questions if one.text not in asked),
                worker=responsibility.workers.get(row.grid_code or "", {}).get("name", ""),
            )  # fmt: skip

    def batch(
        self, numbers: Sequence[str], event: EventKind, staff: StaffView, text: str, detail: Mapping[str, Any]
    ) -> list[Done]:
        """The same move on several cases, each for itself: one that refuses stops no other. Raises Invalid on too many."""
        if event not in BATCH_MOVES or not 1 <= len(numbers) <= BATCH:
            raise Invalid("batch", most=str(BATCH))
        return [self._one(number, event, staff, text, detail) for number in dict.fromkeys(numbers)]

    def export(self, wanted: CaseFilter, staff: StaffView, form: case_copies.Form = "csv") -> bytes:
        """A list as a file with a watermark: who took it, when. Masked as on the page; who took it is written down."""
        if not may(Role(staff.role), "see_cases"):
            raise NotPermitted("see_cases")
        now = self.cases.clock.now()
        with self.database.reading() as work:
            lines = [self._line(work, row) for row in search(work.session, wanted, limit=EXPORTED)]
        rows = [[case_copies.watermark(staff, now)], list(case_copies.HEAD)]
        rows += [case_copies.cells(line.view, line.supervision, line.bounces) for line in lines]
        self.database.run(lambda work: work.staff.audit(staff.owner, "export_cases", "cases", now, rows=len(lines)))
        return case_copies.written(form, rows)

    def units(self) -> list[tuple[str, str]]:
        """(code, name) of every unit, for a select box."""
        return [(code, row["name"]) for code, row in self.district.responsibility.units.items()]

    def natures(self) -> list[tuple[str, str]]:
        """(code, name) of every 诉求性质, for a select box."""
        return [(nature.code, nature.name) for nature in self.district.natures.rows]

    def areas(self) -> list[tuple[str, str, str]]:
        """(code, level, name) of every area, for a select box."""
        return [(code, level, name) for code, (_, level, name) in self.district.responsibility.areas.tree.items()]

    def clauses(self) -> list[tuple[str, str]]:
        """(clause, text) of the duty list."""
        return [(duty.clause, duty.text) for duty in self.district.responsibility.duties]

    def _one(self, number: str, event: EventKind, staff: StaffView, text: str, detail: Mapping[str, Any]) -> Done:
        try:
            self.cases.move(number, event, staff, text, detail)
        except ServiceError as error:
            return Done(number, error)
        return Done(number, None)

    def _line(self, work: Work, row: CaseRow) -> CaseLine:
        master = work.cases.by_id(row.master_id) if row.master_id else None
        brief = case_views.brief(work, row, self.cases.clock.now(), self.cases.texts)
        view = case_views.for_staff(brief, row, self.district.natures, None)
        return CaseLine(
            view, row.warned, row.bounces, row.unsure, row.supervision or "", row.extension, row.proactive,
            master.number if master else "",
        )  # fmt: skip

    def _alternatives(self, why: Mapping[str, Any]) -> tuple[tuple[str, str, float], ...]:
        catalogue = self.district.responsibility.catalogue
        found = [(other["code"], catalogue.get(other["code"]), other["score"]) for other in why.get("alternatives", [])]
        return tuple((code, f"{known.major} / {known.minor}", score) for code, known, score in found if known)

    def _below(self, area: str) -> frozenset[str]:
        """The area itself, or its communities: a case knows its grid and its community, nothing above."""
        tree = self.district.responsibility.areas.tree
        below = {code for code, (parent, level, _) in tree.items() if parent == area and level == "community"}
        return frozenset(below or {area}) if area else frozenset()

    def _categories(self, scope: Scope, major: str) -> frozenset[str]:
        """Codes of the 大类 asked for, as far as this person sees them; one that nobody has where none is left."""
        if not major and not scope.majors:
            return frozenset()
        majors = {major} & (scope.majors or {major}) if major else scope.majors
        return frozenset({""}) | frozenset(
            c.code for c in self.district.responsibility.catalogue.categories if c.major in majors
        )

    @staticmethod
    def _unit(work: Work, code: str) -> str:
        row = work.district.unit(code)
        return row.name if row else code


def _state(stopped: bool, stands_since: datetime | None) -> str:
    return "ended" if stopped else "stands" if stands_since else "runs"
