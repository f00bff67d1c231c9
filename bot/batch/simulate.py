"""`python -m bot simulate`: plays a district for some days with the clock moved, then looks at all of it.

Calm days, a storm, a heating failure (data/district/simulation*.csv). Residents file, join a neighbour's case, answer, score;
staff sign, ask, return, answer, verify, or forget about it: then the clocks speak. The same seed gives the same district.
"""

from __future__ import annotations

import heapq
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.progress import Progress

from bot.app import Services, build
from bot.cases.errors import ServiceError
from bot.cases.status import EventKind
from bot.launch.district import load_district
from bot.services.case_clocks import CaseClocks
from bot.services.soundness import Findings, examine, next_point
from bot.services.views import Incoming, NewCase, StaffView
from bot.settings import Settings
from bot.store.migrate import upgrade
from bot.store.rows import read_rows
from knowledge.answering import KnowledgeBase

BEGINS = datetime(2026, 9, 1, 0, 0, tzinfo=UTC)
#: Reports a resident files on a calm day, in the mean: 20,000 residents make 10 a day.
A_DAY = 0.0005
E = EventKind
ANSWER = "{day}，工作人员到现场处理完毕，问题已解决，李师傅已回访。"
Act = Callable[[], object]


class MovedClock:
    """The time of the district."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """Where the clock stands."""
        return self.moment


@dataclass(frozen=True)
class Played:
    """What was played and what was found."""

    did: Counter[str]
    refused: Counter[str]
    found: Findings


def simulate(
    settings: Settings, *, days: int, residents: int, seed: int, database: str | None = None,
    knowledge: KnowledgeBase | None = None,
) -> Played:  # fmt: skip
    """Play `days` days. Without `database` (an empty one) it is a SQLite file that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="jiefang-simulation-", ignore_cleanup_errors=True) as folder:
        url = database or f"sqlite:///{folder}/jiefang.db"
        clock = MovedClock(BEGINS)
        services = build(
            settings.model_copy(update={"database_url": url, "var": Path(folder)}), clock=clock, knowledge=knowledge
        )
        try:
            upgrade(services.database.engine)
            load_district(services.database, settings.district)
            return Play(services, clock, residents, seed).run(days)
        finally:
            services.close()


class Play:
    """One district from its first day to its last."""

    def __init__(self, services: Services, clock: MovedClock, residents: int, seed: int) -> None:
        self.services, self.clock, self.residents, self.chance = services, clock, residents, random.Random(seed)  # noqa: S311
        self.cases, self.sweep = services.cases, CaseClocks(services.database, services.cases.flow, clock)
        rows = read_rows(services.settings.district / "simulation.csv")
        self.words = {w: [r for r in rows if r["weather"] == w] for w in {r["weather"] for r in rows}}
        self.weather = read_rows(services.settings.district / "simulation_weather.csv")
        self.places = [row["name"] for row in read_rows(services.settings.district / "places.csv")]
        self.coming: list[tuple[datetime, int, Act]] = []
        self.did: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.planned = 0
        accounts = {"doer": "supervisor", "checker": "supervisor", "sender": "dispatcher"}
        self.staff = {key: services.staff.add(key, key, role, "played district") for key, role in accounts.items()}

    def run(self, days: int) -> Played:
        """Play and look at it."""
        with Progress() as progress:
            bar = progress.add_task("演练", total=days)
            for day in range(days):
                self._plan(day)
                self._until(BEGINS + timedelta(days=day + 1))
                progress.advance(bar)
            bar = progress.add_task("核对", total=self.did["filed"] or 1)
            found = examine(self.cases, lambda count: progress.update(bar, completed=count))
        return Played(self.did, self.refused, found)

    def _plan(self, day: int) -> None:
        """The reports of a day, between seven in the morning and ten at night."""
        rule = next((r for r in self.weather if int(r["from_day"]) <= day <= int(r["to_day"])), None)
        mean = self.residents * A_DAY * (float(rule["factor"]) if rule else 1.0)
        for _ in range(max(0, round(self.chance.gauss(mean, mean**0.5)))):
            weather = rule["weather"] if rule and self.chance.random() < 0.8 else "calm"  # noqa: PLR2004  # most of it is the weather's
            at = BEGINS + timedelta(days=day, hours=-1 + 15 * self.chance.random())  # UTC; Shanghai is eight hours ahead
            self._later(at, lambda weather=weather: self._file(weather))  # type: ignore[misc]  # a default binds the value

    def _until(self, end: datetime) -> None:
        """Everything up to `end`, in the order of time: each point of a clock at its own instant."""
        while True:
            due, planned = next_point(self.cases), self.coming[0][0] if self.coming else None
            first = min((moment for moment in (due, planned) if moment is not None), default=end)
            if first >= end:
                self.clock.moment = end
                return
            self.clock.moment = max(first, self.clock.moment)
            if due is not None and due <= first:
                self.did["clock points"] += self.sweep.all_due()
            else:
                heapq.heappop(self.coming)[2]()

    def _later(self, at: datetime | float, act: Act) -> None:
        """Let `act` happen at a time, or after so many hours in the mean."""
        when = at if isinstance(at, datetime) else self.clock.moment + timedelta(hours=self.chance.expovariate(1 / at))
        self.planned += 1
        heapq.heappush(self.coming, (max(when, self.clock.moment), self.planned, act))

    def _try(self, name: str, act: Callable[[], object]) -> bool:
        """One press of somebody; a refusal is counted and changes nothing."""
        try:
            act()
        except ServiceError as error:
            self.refused[f"{name}: {error.code}"] += 1
            return False
        self.did[name] += 1
        return True

    def _file(self, weather: str) -> None:
        rows = self.words[weather]
        row = self.chance.choices(rows, weights=[float(r["weight"]) for r in rows])[0]
        address, place = f"r{self.chance.randrange(self.residents)}", self.chance.choice(self.places)
        self.planned += 1
        message = Incoming("simulation", address, f"m{self.planned}", "text", row["text"])
        conversation = self.services.conversations.accept(message).conversation_id
        resident = self.services.handoff.get(conversation).resident_id
        new = NewCase("report", row["text"], f"{place}{self.chance.randint(1, 8)}号楼")
        number = self.cases.file(conversation, new, inbox_id=None).number
        self.did["filed"] += 1
        if self.services.cosigning.offer(resident, number) and self.chance.random() < 0.7:  # noqa: PLR2004  # most press 我也遇到
            self._try("cosigned", lambda: self.services.cosigning.join(resident, number, inbox_id=None))
            return
        if self.chance.random() < 0.1:  # noqa: PLR2004  # nobody looks at one in ten: the clocks speak
            self._later(60.0, lambda: self._try("urged", lambda: self.cases.urge(resident, number, inbox_id=None)))
            self._later(200.0, lambda: self._sign(resident, number))
        else:
            self._later(3.0, lambda: self._sign(resident, number))

    def _move(self, number: str, event: EventKind, who: str = "doer", text: str = "", **detail: str) -> bool:
        staff: StaffView = self.staff[who]
        return self._try(str(event), lambda: self.cases.move(number, event, staff, text, detail))

    def _sign(self, resident: str, number: str) -> None:
        chance = self.chance.random()
        if chance < 0.05:  # noqa: PLR2004  # given back
            reason = {"reason": "不在辖区", "clause": "1.1", "unit": "U-SUBD"}
            self._move(number, E.RETURNED, text="不在辖区", **reason)
            self._later(5.0, lambda: self._sent_on(resident, number))
            return
        self._move(number, E.SIGNED)
        self._later(4.0, lambda: self._work(resident, number))

    def _sent_on(self, resident: str, number: str) -> None:
        self._move(number, E.ASSIGNED, "sender", unit="U-CG")
        self._later(3.0, lambda: self._sign(resident, number))

    def _work(self, resident: str, number: str) -> None:
        self._move(number, E.CONTACTED)
        self._move(number, E.STARTED)
        chance = self.chance.random()
        if chance < 0.1:  # noqa: PLR2004  # something has to be asked
            self._move(number, E.ASKED, text="请说明具体位置，最好发张照片")
            if self.chance.random() < 0.7:  # noqa: PLR2004  # the others do not answer: the clock resumes it
                self._later(10.0, lambda: self._supplement(resident, number))
        elif chance < 0.13:  # noqa: PLR2004  # more time is needed
            review = (self.clock.moment + timedelta(days=7)).isoformat()
            self._move(number, E.DEFERRED, text="等材料", reason="等材料", review=review)
        self._later(30.0, lambda: self._answer(resident, number))

    def _supplement(self, resident: str, number: str) -> None:
        self._try("supplemented", lambda: self.cases.supplement(resident, number, "在3号楼东侧", inbox_id=None))

    def _answer(self, resident: str, number: str) -> None:
        day = f"{self.clock.moment.month}月{self.clock.moment.day}日"
        status: str = self.cases.get(number).status
        if status in ("waiting", "deferred"):
            self._later(24.0, lambda: self._answer(resident, number))
            return
        self._move(number, E.ANSWERED, text=ANSWER.format(day=day))
        chance = self.chance.random()
        if chance < 0.4:  # noqa: PLR2004  # a score, one in eight of them bad
            self._later(12.0, lambda: self._score(resident, number))
        elif chance < 0.7:  # noqa: PLR2004  # somebody else goes and looks; the rest closes by silence
            self._later(20.0, lambda: self._move(number, E.VERIFIED, "checker", "现场看过，已解决"))

    def _score(self, resident: str, number: str) -> None:
        solved = self.chance.random() > 0.12  # noqa: PLR2004  # as above
        grade = self.chance.randint(3, 5) if solved else self.chance.randint(1, 2)
        self._try("rated", lambda: self.cases.rate(resident, number, grade=grade, solved=solved, inbox_id=None))
        if solved:
            self._try("confirmed", lambda: self.cases.confirm(resident, number, inbox_id=None))
        else:
            self._later(3.0, lambda: self._sign(resident, number))
