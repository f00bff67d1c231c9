"""Who is there: signs of life from desk and Telegram, the roster, how much each takes, and whom a call is offered to.

With an empty roster nobody has said when staff are there, so residents are always put into the queue.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.cases import roster, routing
from bot.cases.errors import Invalid, NotFound
from bot.cases.roles import MAY, Role
from bot.services.calendar import LOCAL, is_workday
from bot.services.ports import Clock
from bot.services.views import StaffView
from bot.store.database import Database, Work
from bot.store.handoff_tables import HandoffRow, PresenceRow, ProfileRow, ShiftRow
from bot.store.tables import StaffRow

#: Somebody not seen for so long is gone.
GONE_AFTER = timedelta(seconds=90)
#: Who did something so short a while ago is not told to be off duty, whatever the roster says.
ACTIVE_WITHIN = timedelta(minutes=5)
#: Signs of life are written at most this often.
BEAT_EVERY = timedelta(seconds=20)
CAPACITY = 5
MOST_CAPACITY = 50
#: A call is promised within so long of the shift's beginning.
CALLS_WITHIN = timedelta(hours=1)
#: Where no roster says more: offices open then.
OFFICE_OPENS = 9 * 60
SKILLS = ("area", "business", "language")
TAKERS = MAY["take_conversation"]


@dataclass(frozen=True)
class Member:
    """A staff member as the roster page shows them. `shifts`: (id, day, begins, ends), minutes of the local day."""

    staff_id: int
    name: str
    role: str
    there: bool
    away: bool
    seen_at: datetime | None
    held: int
    capacity: int
    telegram_id: int | None
    skills: Mapping[str, frozenset[str]]
    shifts: tuple[tuple[int, str, int, int], ...]


class Presence:
    """Presence, roster and skills. `parents`: the area each area lies in."""

    def __init__(self, database: Database, clock: Clock, parents: Mapping[str, str]) -> None:
        self.database, self.clock, self.parents = database, clock, parents

    # -- signs of life -------------------------------------------------------------------------------------------------

    def beat(self, staff: StaffView, *, active: bool = False, away: bool | None = None) -> None:
        """A sign of life of a page that is open; `active`: the person did something; `away`: they say so or are back."""
        now = self.clock.now()
        with self.database.reading() as work:
            row = work.presence.of(staff.id)
            fresh = row is not None and now - row.seen_at < BEAT_EVERY and (not active or now - row.active_at < BEAT_EVERY)
            if row is not None and fresh and away in (None, row.away):
                return
        self.database.run(partial(self._beat, staff.id, now, active, away))

    @staticmethod
    def _beat(staff_id: int, now: datetime, active: bool, away: bool | None, work: Work) -> None:
        row = work.presence.of(staff_id)
        if row is None:
            work.presence.add(PresenceRow(staff_id=staff_id, seen_at=now, active_at=now, away=bool(away)))
            return
        row.seen_at = now
        row.active_at = now if active else row.active_at
        row.away = row.away if away is None else away

    # -- who there is, inside a transaction --------------------------------------------------------------------------

    def staffed(self, work: Work, now: datetime) -> bool:
        """Whether a call can be answered now: the roster is empty, or somebody on duty (or just active) is there."""
        shifts = _shifts(work)
        return not shifts or bool(self.people(work, now, shifts))

    def people(self, work: Work, now: datetime, shifts: Sequence[roster.Shift] | None = None) -> list[routing.Person]:
        """Who is there: seen a moment ago, not away, and on duty or just active."""
        shifts = _shifts(work) if shifts is None else shifts
        duty = roster.on_duty(shifts, now.astimezone(LOCAL), is_workday)
        held, idle, skills, profiles = (
            work.presence.held(), work.presence.last_taken(), work.presence.skills(), work.presence.profiles(),
        )  # fmt: skip
        found = []
        for staff, seen in work.presence.there(now - GONE_AFTER, TAKERS):
            if not shifts or staff.id in duty or now - seen.active_at <= ACTIVE_WITHIN:
                profile = profiles.get(staff.id)
                capacity = profile.capacity if profile else CAPACITY
                supervises = staff.role != Role.AGENT
                mine = skills.get(staff.id, {})
                found.append(routing.Person(staff.id, mine, held.get(staff.id, 0), capacity, idle.get(staff.id), supervises))
        return found

    def promise(self, work: Work, now: datetime) -> tuple[datetime, datetime]:
        """From when until when somebody will get in touch: at the beginning of the shift that goes on or comes next."""
        local = now.astimezone(LOCAL)
        coming = roster.next_on_duty(_shifts(work), local, is_workday)
        if coming is None:
            office = [roster.Shift(0, roster.WORKDAY, OFFICE_OPENS, roster.MINUTES_A_DAY - 1)]
            coming = roster.next_on_duty(office, _from_tomorrow(local), is_workday) or (local, local + CALLS_WITHIN)
        begins, ends = coming
        return begins.astimezone(now.tzinfo), min(begins + CALLS_WITHIN, ends).astimezone(now.tzinfo)

    def offer(self, work: Work, handoff: HandoffRow, now: datetime, *, asked_for: int | None = None) -> int | None:
        """Write down whom a call is offered to: the fittest who is free and was not offered it last; None: nobody."""
        need = routing.Need(handoff.area, handoff.business, handoff.language, asked_for)
        tried = () if handoff.offered_to is None else (handoff.offered_to,)
        handoff.offered_to = routing.choose(need, self.people(work, now), self.parents, tried)
        handoff.offered_at = now
        return handoff.offered_to

    # -- the roster page -----------------------------------------------------------------------------------------------

    def members(self) -> list[Member]:
        """Everybody who takes conversations, with roster, skills and whether they are there."""
        now = self.clock.now()
        with self.database.reading() as work:
            profiles, skills, held = work.presence.profiles(), work.presence.skills(), work.presence.held()
            shifts = work.presence.shifts()
            found = []
            for staff in work.staff.all():
                if staff.active and staff.role in TAKERS:
                    mine = tuple((row.id, row.day, row.begins, row.ends) for row in shifts if row.staff_id == staff.id)
                    seen, profile = work.presence.of(staff.id), profiles.get(staff.id)
                    known = (held.get(staff.id, 0), skills.get(staff.id, {}), mine)
                    found.append(_member(staff, seen, profile, known, now))
            return found

    def set_profile(
        self, staff_id: int, by: StaffView, *, capacity: int, telegram_id: int | None, skills: Iterable[tuple[str, str]]
    ) -> None:
        """How much somebody takes, who they are on Telegram, what they answer for. Raises Invalid or NotFound."""
        wanted = [(kind, value.strip()[:40]) for kind, value in skills if value.strip()]
        if not 1 <= capacity <= MOST_CAPACITY:
            raise Invalid("capacity", most=str(MOST_CAPACITY))
        if any(kind not in SKILLS for kind, _ in wanted):
            raise Invalid("skill")

        def act(work: Work) -> None:
            _existing(work, staff_id)
            taken = work.presence.by_telegram(telegram_id) if telegram_id is not None else None
            if taken is not None and taken.id != staff_id:
                raise Invalid("telegram_taken", name=taken.name)
            row = work.presence.profile(staff_id)
            if row is None:
                row = ProfileRow(staff_id=staff_id, capacity=capacity)
                work.presence.add(row)
            row.capacity, row.telegram_id = capacity, telegram_id
            work.presence.set_skills(staff_id, wanted)
            work.staff.audit(by.owner, "profile_set", f"staff:{staff_id}", self.clock.now(), capacity=capacity)

        self.database.run(act)

    def add_shift(self, staff_id: int, by: StaffView, *, day: str, begins: int, ends: int) -> None:
        """Put somebody on duty. Raises Invalid for a day or hours that cannot be, NotFound for nobody."""
        if not roster.valid_day(day):
            raise Invalid("day")
        if not 0 <= begins <= ends <= roster.MINUTES_A_DAY:
            raise Invalid("hours")

        def act(work: Work) -> None:
            _existing(work, staff_id)
            work.presence.add(ShiftRow(staff_id=staff_id, day=day, begins=begins, ends=ends))
            work.staff.audit(by.owner, "shift_added", f"staff:{staff_id}", self.clock.now(), day=day)

        self.database.run(act)

    def remove_shift(self, shift_id: int, by: StaffView) -> None:
        """Take a shift out of the roster."""

        def act(work: Work) -> None:
            work.presence.remove_shift(shift_id)
            work.staff.audit(by.owner, "shift_removed", f"shift:{shift_id}", self.clock.now())

        self.database.run(act)

    def by_telegram(self, telegram_id: int) -> StaffView | None:
        """The staff member behind a Telegram account; a message of theirs is a sign of life."""
        with self.database.reading() as work:
            row = work.presence.by_telegram(telegram_id)
            staff = StaffView(row.id, row.login, row.name, row.role) if row and row.role in TAKERS else None
        if staff is not None:
            self.beat(staff, active=True)
        return staff


def _member(
    staff: StaffRow, seen: PresenceRow | None, profile: ProfileRow | None,
    known: tuple[int, Mapping[str, frozenset[str]], tuple[tuple[int, str, int, int], ...]], now: datetime,
) -> Member:  # fmt: skip
    held, skills, shifts = known
    away = seen is not None and seen.away
    there = seen is not None and now - seen.seen_at <= GONE_AFTER and not away
    capacity, telegram = (profile.capacity, profile.telegram_id) if profile else (CAPACITY, None)
    seen_at = seen.seen_at if seen else None
    return Member(staff.id, staff.name, staff.role, there, away, seen_at, held, capacity, telegram, skills, shifts)


def _shifts(work: Work) -> list[roster.Shift]:
    return [roster.Shift(row.staff_id, row.day, row.begins, row.ends) for row in work.presence.shifts()]


def _existing(work: Work, staff_id: int) -> None:
    if work.staff.by_id(staff_id) is None:
        raise NotFound(f"staff {staff_id}")


def _from_tomorrow(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def roles_below(role: str) -> Collection[str]:
    """The roles whose notices this role sees: supervisors see the agents', administrators everybody's."""
    ladder = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
    return ladder[: ladder.index(Role(role)) + 1] if role in ladder else ()
