"""Bookings: a visit at home or a turn at the window, with no more people in a part of a day than there are places.

A booking belongs to a case and ends with it. The last place goes to whoever is quicker: each has a number that the database
holds unique. The day before, the resident is reminded by a timer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial

from bot.cases.bookings import Bookable, Service, Slot
from bot.cases.errors import NoSuchCase, Refused
from bot.cases.status import ENDED, CaseStatus
from bot.services.calendar import LOCAL, is_workday
from bot.services.outgoing import Said, say
from bot.services.ports import Clock, Wakeups
from bot.services.texts import Texts
from bot.store.bookings import BookingStore
from bot.store.case_tables import CaseRow
from bot.store.database import Database, Work
from bot.store.resident_tables import BookingRow
from bot.text.days import Wanted, read_day

REMINDER = "booking_reminder"
#: On the day before, at this hour of local time.
REMIND_AT = time(17, 0)
FRIDAY = 5


class Taken(Refused):
    """Somebody else was quicker, or there never was a place."""

    code = "slot_taken"


@dataclass(frozen=True)
class Offer:
    """The slot that fits best; `as_wanted` False: what was wanted is full or closed, and this is the next that is free."""

    service: Service
    slot: Slot
    as_wanted: bool


class Bookings:
    """Finds free slots, books, moves, cancels and reminds."""

    def __init__(self, database: Database, bookable: Bookable, texts: Texts, clock: Clock, wakeups: Wakeups) -> None:
        self.database, self.bookable, self.texts, self.clock, self.wakeups = database, bookable, texts, clock, wakeups

    def offer(self, category: str | None, words: str) -> Offer | None:
        """The slot for a category's service and a time in the resident's words; None where neither is booked nor read."""
        service, now = self.bookable.service_of(category), self._now()
        wanted = read_day(words, now.date())
        if service is None or not wanted:
            return None
        with self.database.reading() as work:
            taken = BookingStore(work.session).seats(service.code, now.date(), ENDED)
        free = [
            slot for slot in service.slots(now)
            if _is_open(service, slot) and len(taken.get((slot.day, slot.period.code), ())) < service.capacity
        ]  # fmt: skip
        fitting = [slot for slot in free if _fits(slot, wanted)]
        behind = [slot for slot in free if wanted.day is None or slot.day >= wanted.day] or free
        chosen = next(iter(fitting or behind), None)
        return Offer(service, chosen, bool(fitting)) if chosen else None

    def of_case(self, number: str) -> tuple[Service, Slot] | None:
        """What a case has booked; None where it has nothing."""
        with self.database.reading() as work:
            row = BookingStore(work.session).of_case(_case(work, number).id)
            service = self.bookable.get(row.service) if row and row.seat else None
            return (service, Slot(row.day, self.bookable.periods[row.period])) if row and service else None

    def book(self, number: str, service: str, slot: str) -> Slot:
        """Hold a place for a case, or move the one it has. Raises Taken; the same again changes nothing."""
        found, wanted = self.bookable.get(service), self.bookable.slot(slot)
        if found is None or wanted is None:
            raise Taken(slot)
        self.database.run(partial(self._book, number, found, wanted))
        self.wakeups.wake("desk")
        return wanted

    def cancel(self, number: str) -> None:
        """Give a case's place back; nothing happens where it has none."""

        def act(work: Work) -> None:
            case = _case(work, number)
            row = BookingStore(work.session).of_case(case.id)
            if row is not None:
                row.seat, row.status, row.changed_at = None, "cancelled", self.clock.now()
                work.timers.stop(REMINDER, str(case.id), self.clock.now())

        self.database.run(act)

    def once(self) -> int:
        """Remind whoever has something booked tomorrow; answers how many."""
        done = self.database.run(self._remind)
        if done:
            self.wakeups.wake("outbox")
        return done

    def _book(self, number: str, service: Service, slot: Slot, work: Work) -> None:
        now, case, store = self.clock.now(), _case(work, number), BookingStore(work.session)
        row = store.of_case(case.id)
        if row is not None and row.seat and (row.service, row.day, row.period) == (service.code, slot.day, slot.period.code):
            return
        seat = _free_seat(store, service, slot)
        if seat is None or not any(slot == each for each in service.slots(self._now())):
            raise Taken(slot.code)
        held = {"service": service.code, "day": slot.day, "period": slot.period.code, "seat": seat}
        if row is None:
            store.add(BookingRow(case_id=case.id, booked_at=now, changed_at=now, status="booked", **held))
        else:
            row.service, row.day, row.period, row.seat = service.code, slot.day, slot.period.code, seat
            row.status, row.changed_at = "booked", now
        case.occurred = slot.words
        self._set_reminder(work, case, slot, now)
        store.flush()

    @staticmethod
    def _set_reminder(work: Work, case: CaseRow, slot: Slot, now: datetime) -> None:
        due = datetime.combine(slot.day - timedelta(1), REMIND_AT, LOCAL).astimezone(UTC)
        if due > now:
            work.timers.set(REMINDER, str(case.id), due)
        else:
            work.timers.stop(REMINDER, str(case.id), now)

    def _remind(self, work: Work) -> int:
        due = work.timers.due(self.clock.now(), (REMINDER,))
        for timer in due:
            timer.done_at = self.clock.now()
            self._say_reminder(work, int(timer.subject))
        return len(due)

    def _say_reminder(self, work: Work, case_id: int) -> None:
        store = BookingStore(work.session)
        case, row = store.case(case_id), store.of_case(case_id)
        service = self.bookable.get(row.service) if row and row.seat else None
        if case is None or row is None or service is None or CaseStatus(case.status) in ENDED:
            return
        conversation = work.conversations.locked(case.conversation_id)
        if conversation is not None:
            slot = Slot(row.day, self.bookable.periods[row.period])
            text = self.texts(f"booking_reminder_{service.kind}", name=service.name, slot=slot.words, where=service.where)
            say(work, conversation, Said(text, dedupe=f"reminder:{case.id}:{slot.code}"), self.clock.now())

    def _now(self) -> datetime:
        return self.clock.now().astimezone(LOCAL)


def _free_seat(store: BookingStore, service: Service, slot: Slot) -> int | None:
    """The first place nobody has; places of cases that have ended are given back by the way."""
    taken = set()
    for row, status in store.held(service.code, slot.day, slot.period.code):
        if CaseStatus(status) in ENDED:
            row.seat, row.status = None, "cancelled"
        else:
            taken.add(row.seat)
    store.flush()
    return next((seat for seat in range(1, service.capacity + 1) if seat not in taken), None)


def _fits(slot: Slot, wanted: Wanted) -> bool:
    return wanted.day in (None, slot.day) and wanted.period in (None, slot.period.code)


def _is_open(service: Service, slot: Slot) -> bool:
    """Windows are shut on holidays, whatever weekday it is; who visits works by the service's own weekdays."""
    return service.kind != "window" or slot.day.isoweekday() > FRIDAY or is_workday(slot.day)


def _case(work: Work, number: str) -> CaseRow:
    row = work.cases.by_number(number)
    if row is None:
        raise NoSuchCase(number)
    return row
