"""One transaction at a time: `Database.run` gives a function the repositories and commits what it did, or nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from bot.cases.errors import Unavailable
from bot.store.audit import AuditStore
from bot.store.care import CareStore
from bot.store.cases import CaseStore
from bot.store.conversations import ConversationStore
from bot.store.desk import DeskStore
from bot.store.district import DistrictStore
from bot.store.engine import READING, open_engine
from bot.store.golden import GoldenStore
from bot.store.handoffs import HandoffStore
from bot.store.knowledge import KnowledgeStore
from bot.store.messages import MessageStore
from bot.store.presence import PresenceStore
from bot.store.recalls import RecallStore
from bot.store.staff import StaffStore
from bot.store.timers import TimerStore

T = TypeVar("T")
#: Two transactions that insert the same unique row: the loser runs again and finds the winner's.
TRIES = 3


class Work:
    """The repositories of one transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @cached_property
    def conversations(self) -> ConversationStore:
        """Residents, their accounts and conversations."""
        return ConversationStore(self.session)

    @cached_property
    def messages(self) -> MessageStore:
        """Inbox, outbox, attachments, notes, buttons and sealed texts."""
        return MessageStore(self.session)

    @cached_property
    def cases(self) -> CaseStore:
        """Cases and their events."""
        return CaseStore(self.session)

    @cached_property
    def district(self) -> DistrictStore:
        """Areas, places, categories and units."""
        return DistrictStore(self.session)

    @cached_property
    def staff(self) -> StaffStore:
        """Accounts, sessions, second factors and scopes of the desk."""
        return StaffStore(self.session, self.audits)

    @cached_property
    def audits(self) -> AuditStore:
        """Who did what, as a chain."""
        return AuditStore(self.session)

    @cached_property
    def desk(self) -> DeskStore:
        """Canned replies, macros, labels, hand-over notes, corrections."""
        return DeskStore(self.session)

    @cached_property
    def knowledge(self) -> KnowledgeStore:
        """What administrators write for the knowledge base."""
        return KnowledgeStore(self.session)

    @cached_property
    def golden(self) -> GoldenStore:
        """Golden questions."""
        return GoldenStore(self.session)

    @cached_property
    def care(self) -> CareStore:
        """Checks before a publication, gaps in hand, the lexicon."""
        return CareStore(self.session)

    @cached_property
    def recalls(self) -> RecallStore:
        """Who was told what, and corrections."""
        return RecallStore(self.session)

    @cached_property
    def handoffs(self) -> HandoffStore:
        """Calls for a person, promised call-backs, notices to staff, forum topics."""
        return HandoffStore(self.session)

    @cached_property
    def presence(self) -> PresenceStore:
        """Who is at the desk and when."""
        return PresenceStore(self.session)

    @cached_property
    def timers(self) -> TimerStore:
        """What falls due."""
        return TimerStore(self.session)


class Database:
    """The application's database, SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = open_engine(url)
        # SQLite has one writer. Waiting for it in line is quicker and fairer than SQLite's own sleeping and asking again.
        self._turn: AbstractContextManager[Any] = threading.Lock() if self.engine.dialect.name == "sqlite" else nullcontext()
        self._reader = self.engine.execution_options(**{READING: True})
        self._joined = threading.local()  # `work`: the transaction everything in this thread takes part in

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """Repositories of one transaction: committed when the block ends, rolled back when it raises."""
        if (joined := self._whole) is not None:
            yield joined
            return
        with self._turn, Session(self.engine, expire_on_commit=False) as session, session.begin():
            work = Work(session)
            yield work
            work.audits.finish()

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """Repositories for looking only; nothing done in the block is kept."""
        if (joined := self._whole) is not None:  # what has been done so far in the whole is to be seen
            yield joined
            return
        with Session(self._reader) as session:
            yield Work(session)

    def run(self, act: Callable[[Work], T]) -> T:
        """`act` in a transaction; again when another one inserted the same unique row meanwhile.

        Raises Unavailable when the database itself cannot be used (gone, full, locked beyond patience).
        """
        if (joined := self._whole) is not None:
            return act(joined)
        for attempt in range(1, TRIES + 1):
            try:
                with self.transaction() as work:
                    return act(work)
            except IntegrityError:
                if attempt == TRIES:
                    raise
            except OperationalError as error:
                raise Unavailable("database") from error
        raise AssertionError("unreachable")

    def together(self, act: Callable[[Work], T]) -> T:
        """`act` in a transaction that every other one begun by this thread meanwhile takes part in: all of it, or nothing.

        Who is woken meanwhile sees nothing yet: wake again afterwards.
        """

        def whole(work: Work) -> T:
            self._joined.work = work
            try:
                return act(work)
            finally:
                self._joined.work = None

        return self.run(whole)

    @property
    def _whole(self) -> Work | None:
        return getattr(self._joined, "work", None)

    def alive(self) -> bool:
        """Whether a query is answered."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except OperationalError:
            return False
        return True

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
