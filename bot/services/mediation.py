"""Requests for mediation: who asks agrees to it; the other side is asked by the mediator, and nothing is made public."""

from __future__ import annotations

from bot.cases.errors import NoSuchCase
from bot.services.ports import Clock
from bot.store.bookings import BookingStore
from bot.store.database import Database, Work
from bot.store.resident_tables import MediationRow


class Mediation:
    """Keeps what mediation needs beside the case."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock

    def request(self, number: str) -> None:
        """The resident who filed this dispute agrees to mediation. The same again changes nothing. Raises NoSuchCase."""

        def act(work: Work) -> None:
            case, store = work.cases.by_number(number), BookingStore(work.session)
            if case is None:
                raise NoSuchCase(number)
            if store.mediation(case.id) is None:
                store.add(MediationRow(case_id=case.id, consented_at=self.clock.now()))

        self.database.run(act)

    def state(self, number: str) -> tuple[bool, str] | None:
        """Whether it is behind closed doors, and what the other side said (not_asked, agreed, refused); None: no mediation."""
        with self.database.reading() as work:
            case = work.cases.by_number(number)
            row = BookingStore(work.session).mediation(case.id) if case else None
            return (row.closed_door, row.other_side) if row else None
