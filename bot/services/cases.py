"""Cases: file, follow, add, urge, withdraw, rate; and the moves of the staff. Every change is an event."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.cases.errors import Invalid, NoSuchCase, NoSuchConversation, NotPermitted, TooSoon
from bot.cases.needs import moves_now
from bot.cases.numbers import case_number, read_case_number, read_tail
from bot.cases.questions import Question
from bot.cases.roles import Role, may
from bot.cases.standing import Act
from bot.cases.status import ENDED, EventKind
from bot.services import case_records, case_views, case_words
from bot.services.calendar import LOCAL, say_time
from bot.services.case_flow import Flow
from bot.services.dispatch import Dispatch, Dispatcher
from bot.services.ports import Clock, Wakeups
from bot.services.texts import Texts
from bot.services.vault import Vault
from bot.services.views import CaseView, NewCase, StaffView
from bot.store.case_tables import CaseEventRow, CaseRow, UnitRow
from bot.store.database import Database, Work
from bot.store.tables import ConversationRow, InboxRow

#: One urging a day (催办): more would only fill the list of the person who works on it.
URGE_EVERY = timedelta(hours=24)
MAX_DESCRIPTION = 4000
GRADES = range(1, 6)
#: What masking puts in the place of personal data: 〔门牌〕 does not make a matter one of house numbers.
MASK = re.compile("〔[^〕]*〕")
#: Facts of an event that depend on what happened before.
Detail = Callable[[Sequence[CaseEventRow], datetime], dict[str, Any]]


class Cases:
    """What residents and staff can do with cases."""

    def __init__(
        self, database: Database, vault: Vault, texts: Texts, clock: Clock, wakeups: Wakeups, dispatcher: Dispatcher, flow: Flow
    ) -> None:
        self.database, self.vault, self.texts, self.clock = database, vault, texts, clock
        self.wakeups, self.dispatcher, self.flow = wakeups, dispatcher, flow

    # -- residents -------------------------------------------------------------------------------------------------

    def file(self, conversation_id: str, new: NewCase, *, inbox_id: int | None, by: StaffView | None = None) -> CaseView:
        """File a case and send it to its unit; the same message and ordinal always give the same case."""
        if by is not None and not may(Role(by.role), "file_case"):
            raise NotPermitted("file_case")
        if not new.description.strip() or len(new.description) > MAX_DESCRIPTION:
            raise Invalid("description", limit=str(MAX_DESCRIPTION))
        view = self.database.run(partial(self._file, conversation_id, new, inbox_id, by))
        self.wakeups.wake("desk")
        return view

    def find(self, resident_id: str, number_or_tail: str) -> CaseView:
        """A resident's own case by number or tail. Raises NoSuchCase, for strangers' cases just the same."""
        with self.database.reading() as work:
            return case_words.own(work, self.own_case(work, resident_id, number_or_tail), self.clock.now(), self.texts)

    def of_resident(self, resident_id: str, *, limit: int = 10) -> list[CaseView]:
        """A resident's cases: open ones first, newest first."""
        with self.database.reading() as work:
            rows = sorted(work.cases.of_resident(resident_id), key=lambda row: row.status in ENDED)[:limit]
            now = self.clock.now()
            return [case_views.brief(work, row, now, self.texts) for row in rows]

    def supplement(self, resident_id: str, number: str, text: str, *, inbox_id: int | None) -> CaseView:
        """Add the resident's words (补充) to an open case."""
        return self._by_resident(resident_id, number, EventKind.SUPPLEMENTED, text, inbox_id)

    def urge(self, resident_id: str, number: str, *, inbox_id: int | None) -> CaseView:
        """Urge (催办), once in 24 hours, and once more when the promise was broken since. Raises TooSoon(again=when).

        Behind the promised time the unit above hears of it: `told_above` of the answer is its name.
        """
        return self._by_resident(resident_id, number, EventKind.URGED, "", inbox_id, then=self._urge_above)

    def withdraw(self, resident_id: str, number: str, *, inbox_id: int | None) -> CaseView:
        """Take the case back (本人撤回)."""
        return self._by_resident(resident_id, number, EventKind.WITHDRAWN, "", inbox_id)

    def appeal(self, resident_id: str, number: str, text: str, *, inbox_id: int | None) -> CaseView:
        """Reject a result: the case is opened again by itself once; after that the words go to a supervisor, who decides."""

        return self._by_resident(resident_id, number, self._kind_of_appeal, text, inbox_id)

    def confirm(self, resident_id: str, number: str, *, inbox_id: int | None) -> CaseView:
        """The resident says it is solved: the case is closed."""
        return self._by_resident(resident_id, number, EventKind.CONFIRMED, "", inbox_id)

    def rate(
        self, resident_id: str, number: str, *, grade: int | None = None, solved: bool | None = None,
        contacted: bool | None = None, text: str = "", inbox_id: int | None,
    ) -> CaseView:  # fmt: skip
        """Score a result: 1 (very dissatisfied) to 5, solved, contacted; each by itself or together.

        One score a matter, changeable for seven days; what is None stays as it was. Not solved: opened again by itself once,
        after that a supervisor hears of it. Raises Invalid(grade | score) and MoveNotAllowed.
        """
        said = {"grade": grade, "solved": solved, "contacted": contacted}
        if (grade is not None and grade not in GRADES) or not any(value is not None for value in said.values()):
            raise Invalid("grade")

        def score(events: Sequence[CaseEventRow], now: datetime) -> dict[str, Any]:
            return case_words.new_score(events, said, now)

        again = self._again if grade is not None or solved is not None else None
        return self._by_resident(resident_id, number, EventKind.RATED, text, inbox_id, score, then=again)

    def leave_message(self, work: Work, conversation: ConversationRow, row: InboxRow, now: datetime) -> str:
        """File what waits for a Rasa that is down, or for a person, as a message to the staff; the sentence with its number."""
        waiting = [message for message in work.handoffs.unheard(conversation) if message.id != row.id]
        words = [self.vault.open(work, message.sealed_id).get("text", message.text) for message in waiting]
        if not words:
            return self.texts("message_empty")
        new = NewCase(kind="message", description="\n".join(words)[:MAX_DESCRIPTION])
        view = self._file(conversation.id, new, row.id, None, work)
        for message in waiting:
            message.status, message.done_at = "done", now
        return self.texts("message_left", number=view.number, promise=view.promise)

    # -- staff -----------------------------------------------------------------------------------------------------

    def get(self, number: str, staff: StaffView | None = None) -> CaseView:
        """A case for the staff. Raises NoSuchCase, also for one outside of what `staff` may see."""
        with self.database.reading() as work:
            row = self.any_case(work, number, staff)
            view = case_views.full(work, row, self.clock.now(), self.texts)
            return case_views.for_staff(view, row, self.flow.district.natures, staff)

    def search(
        self, *, status: str | None = None, text: str | None = None, resident_id: str | None = None, limit: int = 50
    ) -> list[CaseView]:
        """Cases for the staff's list, newest first."""
        with self.database.reading() as work:
            now = self.clock.now()
            return [case_views.brief(work, row, now, self.texts) for row in work.cases.search(status, text, resident_id, limit)]

    def move(
        self, number: str, event: EventKind, staff: StaffView, text: str = "", detail: Mapping[str, Any] | None = None
    ) -> CaseView:
        """Bring an event about (table bot/cases/moves.csv) and tell the resident.

        `detail` holds what the move needs by name (`moves` says which): unit, reason, clause, until, review, master, category,
        part; times as aware ISO 8601. Raises MoveNotAllowed(why), Invalid(field), NoSuchCase, NotPermitted.
        """
        if not may(Role(staff.role), "move_case"):
            raise NotPermitted("move_case")
        if len(text) > MAX_DESCRIPTION:
            raise Invalid("text", limit=str(MAX_DESCRIPTION))

        def act(work: Work) -> tuple[CaseView, str]:
            now = self.clock.now()
            row = self.any_case(work, number, staff, lock=True)
            masked, _ = self.vault.mask_and_seal(work, row.resident_id, text.strip(), now)
            self.flow.happen(work, row, self.act(event, staff, now, masked, detail or {}))
            work.staff.audit(staff.owner, f"case_{event}", row.number, now)
            view = case_views.full(work, row, now, self.texts)
            return case_views.for_staff(view, row, self.flow.district.natures, staff), row.conversation_id

        view, conversation = self.database.run(act)
        for topic in ("desk", "outbox", f"conversation:{conversation}"):
            self.wakeups.wake(topic)
        return view

    def moves(self, number: str, staff: StaffView) -> dict[EventKind, tuple[str, ...]]:
        """Every move this person may make on a case now, with the names of the fields each one asks for."""
        if not may(Role(staff.role), "move_case"):
            return {}
        with self.database.reading() as work:
            standing, _ = case_records.history(work, self.any_case(work, number, staff), self.flow.district.timing)
        return moves_now(standing, Role(staff.role), staff.owner, staff.scope.units, self.clock.now())

    def differences(self, number: str) -> list[str]:
        """What is stored of a case and does not follow from its events; empty for a sound one."""
        with self.database.reading() as work:
            return case_records.differences(work, self.any_case(work, number), self.flow.district.timing)

    @staticmethod
    def act(event: EventKind, staff: StaffView, now: datetime, text: str, detail: Mapping[str, Any]) -> Act:
        """What a staff member does, as the rules read it."""
        return Act(event, Role(staff.role), staff.owner, now, text, dict(detail), staff.scope.units)

    def reveal(self, number: str, staff: StaffView, purpose: str = "") -> dict[str, str]:
        """Description, location and contact in clear; who looked, and what for, is written down."""
        if not may(Role(staff.role), "reveal_personal_data"):
            raise NotPermitted("reveal_personal_data")

        def act(work: Work) -> dict[str, str]:
            row = self.any_case(work, number, staff)
            work.staff.audit(staff.owner, "reveal_case", row.number, self.clock.now(), purpose=purpose)
            return self.vault.open(work, row.sealed_id)

        return self.database.run(act)

    def original(self, number: str) -> dict[str, str]:
        """Description, location and contact in clear, for programs that act for the resident; never shown or logged."""
        with self.database.reading() as work:
            return self.vault.open(work, self.any_case(work, number).sealed_id)

    def categories(self) -> list[tuple[str, str]]:
        """(code, 大类 / 小类) of every category, for a select box."""
        with self.database.reading() as work:
            return [(row.code, f"{row.major} / {row.minor}") for row in work.district.categories()]

    def likely_category(self, description: str) -> str | None:
        """大类 / 小类 the words point to, to be shown before a case is filed; None where no word of the tables matches."""
        guess = self.dispatcher.catalogue.guess(MASK.sub("", description))
        return f"{guess.major} / {guess.minor}" if guess else None

    def likely_code(self, description: str) -> str | None:
        """The code of the same category."""
        guess = self.dispatcher.catalogue.guess(MASK.sub("", description))
        return guess.code if guess else None

    def next_question(self, description: str, put: Collection[str] = ()) -> Question | None:
        """What the chat asks next about a matter told in these words, beside the questions `put` already; never in danger."""
        code = self.likely_code(description)
        category = self.dispatcher.catalogue.get(code) if code else None
        if category is None or category.emergency:
            return None
        return self.flow.district.tables.questions.next_in_chat(category.code, MASK.sub("", description), put)

    def question(self, description: str, key: str) -> Question | None:
        """The question `key` of the category these words point to."""
        return self.flow.district.tables.questions.get(self.likely_code(description) or "", key)

    # -- shared ----------------------------------------------------------------------------------------------------

    def _file(self, conversation_id: str, new: NewCase, inbox_id: int | None, by: StaffView | None, work: Work) -> CaseView:
        now = self.clock.now()
        conversation = work.conversations.get(conversation_id)
        if conversation is None:
            raise NoSuchConversation(conversation_id)
        earlier = work.cases.of_inbox(inbox_id, new.ordinal) if inbox_id is not None else None
        if earlier is not None:
            return case_views.full(work, earlier, now, self.texts)
        dispatch = self.dispatcher.dispatch(work, new, now)
        row = self._row(work, conversation, new, dispatch, now)
        row.inbox_id, row.filed_by = inbox_id, by.owner if by else "resident"
        actor, role = (by.owner, Role(by.role)) if by else ("resident", Role.RESIDENT)
        self.flow.begin(work, row, self._beginning(row, dispatch, actor, role, now, self._answers(new)))
        return case_words.own(work, row, now, self.texts)

    def _answers(self, new: NewCase) -> dict[str, Any]:
        """What the chat asked and was answered, as the first event keeps it: masked."""
        return {"answers": [[question, self.vault.mask(answer)] for question, answer in new.answers]} if new.answers else {}

    def _beginning(
        self, row: CaseRow, dispatch: Dispatch, actor: str, role: Role, now: datetime, answers: dict[str, Any]
    ) -> list[Act]:
        """Filed, and sent to its unit: what every case begins with."""
        filed = {"category": row.category_code, "clocks": dispatch.limits, "resolve_due": row.resolve_due.isoformat()} | answers
        sent = {"unit": dispatch.unit.code, "units": list(dispatch.co_units), "return_until": self.flow.return_until(row, now)}
        return [
            Act(EventKind.FILED, role, actor, now, "", filed),
            Act(EventKind.ASSIGNED, Role.CLOCK, "clock", now, dispatch.unit.name, dispatch.reason | sent),
        ]

    def _row(self, work: Work, conversation: ConversationRow, new: NewCase, dispatch: Dispatch, now: datetime) -> CaseRow:
        day = now.astimezone(LOCAL).date()
        clear = {"description": new.description, "location": new.location, "contact": new.contact or ""}
        return CaseRow(
            number=case_number(day, work.cases.next_running(day)), resident_id=conversation.resident_id,
            conversation_id=conversation.id, ordinal=new.ordinal, kind=new.kind, category_code=dispatch.category.code,
            nature=self.flow.district.natures.derive(new.description, new.kind), status="filed",
            description=self.vault.mask(new.description), location=self.vault.mask(new.location)[:200],
            occurred=new.occurred, grid_code=dispatch.grid_code, community_code=dispatch.community_code,
            unit_code=dispatch.unit.code, dispatch_reason=dispatch.reason, anonymous=new.anonymous,
            urgent=new.urgent or dispatch.category.emergency, has_contact=bool(new.contact), unsure=dispatch.unsure,
            sealed_id=self.vault.seal(work, conversation.resident_id, clear, now), opened_at=now,
            contact_due=dispatch.contact_due, resolve_due=dispatch.resolve_due, updated_at=now,
        )  # fmt: skip

    def _by_resident(
        self, resident_id: str, number: str, event: EventKind | Callable[[CaseRow, Work], EventKind], text: str,
        inbox_id: int | None, detail: Detail | None = None, then: Callable[[Work, CaseRow, Act], None] | None = None,
    ) -> CaseView:  # fmt: skip
        def act(work: Work) -> CaseView:
            now = self.clock.now()
            row = self.own_case(work, resident_id, number, lock=True)
            earlier = work.cases.events(row.id)
            if inbox_id is not None and any(item.inbox_id == inbox_id for item in earlier):
                return case_words.own(work, row, now, self.texts)  # the same message again
            kind = event if isinstance(event, EventKind) else event(row, work)
            urged = [item.at for item in earlier if item.kind == EventKind.URGED]
            if kind is EventKind.URGED and urged and now - urged[-1] < URGE_EVERY and not urged[-1] < row.resolve_due < now:
                raise TooSoon(again=say_time(urged[-1] + URGE_EVERY))
            facts = detail(earlier, now) if detail else {}
            happened = Act(kind, Role.RESIDENT, "resident", now, self.vault.mask(text), facts)
            self.flow.happen(work, row, happened, inbox_id)
            if then is not None:
                then(work, row, happened)
            told = self._above(work, row) if kind is EventKind.URGED and row.resolve_due < now else None
            return replace(case_words.own(work, row, now, self.texts), told_above=told.name if told else "")

        view = self.database.run(act)
        self.wakeups.wake("desk")
        return view

    def _kind_of_appeal(self, row: CaseRow, work: Work) -> EventKind:
        """Opened again where that is still free; otherwise a supervisor hears of it."""
        standing, _ = case_records.history(work, row, self.flow.district.timing)
        free = moves_now(standing, Role.RESIDENT, "resident", frozenset(), self.clock.now())
        return EventKind.REOPENED if EventKind.REOPENED in free or EventKind.APPEALED not in free else EventKind.APPEALED

    def _again(self, work: Work, row: CaseRow, rated: Act) -> None:
        """A bad score is not only counted: the case is opened again, or a supervisor decides."""
        if case_words.wants_again(dict(rated.detail)):
            self.flow.happen(work, row, replace(rated, kind=self._kind_of_appeal(row, work), detail={"by": "score"}))

    def _urge_above(self, work: Work, row: CaseRow, urged: Act) -> None:
        """Behind the promised time an urging reaches the unit above too."""
        above = self._above(work, row)
        if row.resolve_due < urged.at and above is not None:
            text = self.texts("case_urged_late", number=row.number, unit=above.name)
            detail = {"cause": "urged", "tells": "above", "to": above.code}
            self.flow.happen(work, row, Act(EventKind.ESCALATED, Role.CLOCK, "clock", urged.at, text, detail))

    @staticmethod
    def _above(work: Work, row: CaseRow) -> UnitRow | None:
        """The unit above the one that works on a case; itself at the top."""
        unit = work.district.unit(row.unit_code)
        return (work.district.unit(unit.parent) if unit and unit.parent else None) or unit

    def own_case(self, work: Work, resident_id: str, number_or_tail: str, *, lock: bool = False) -> CaseRow:
        """A resident's case by number or tail. Raises NoSuchCase, for strangers' cases just the same."""
        number = read_case_number(number_or_tail)
        if number is None:
            tail = read_tail(number_or_tail)
            found = work.cases.of_resident(resident_id, tail) if tail else ()
            number = found[0].number if found else None
        row = work.cases.by_number(number, lock=lock) if number else None
        if row is None or row.resident_id != resident_id or row.proactive:
            raise NoSuchCase(number_or_tail)
        return row

    @staticmethod
    def any_case(work: Work, number: str, staff: StaffView | None = None, *, lock: bool = False) -> CaseRow:
        """A case by number. Raises NoSuchCase, for one outside of what `staff` sees just the same."""
        row = work.cases.by_number(number, lock=lock)
        if row is None or (staff is not None and not case_views.seen_by(work, row, staff)):
            raise NoSuchCase(number)
        return row
