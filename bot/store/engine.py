"""Engine and sessions; everything that differs between SQLite and PostgreSQL is here."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.types import TypeDecorator

#: Seconds a SQLite writer waits for another; beyond any transaction we make.
SQLITE_WAIT = 30
#: Execution option of connections that only read: in WAL they wait for no writer.
READING = "jiefang_reading"


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware datetimes in, aware UTC out, on both databases. SQLite itself forgets zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive datetimes: nobody could say which instant they mean."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime names no instant")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """What was stored, as an aware UTC datetime."""
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def open_engine(url: str) -> Engine:
    """An engine for `url` (sqlite:///… or postgresql+psycopg://…). Opens no connection yet."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_size=16, max_overflow=16, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed, connect_args={"timeout": SQLITE_WAIT, "check_same_thread": False}, pool_size=16, max_overflow=16
    )
    _make_sqlite_behave(engine)
    return engine


def _make_sqlite_behave(engine: Engine) -> None:
    """WAL, foreign keys, and BEGIN IMMEDIATE.

    A deferred transaction that reads and then writes fails at once when another writer came between; an
    immediate one waits its turn, which is what a transaction of ours means.
    """

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would be a deferred one
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", f"busy_timeout={SQLITE_WAIT * 1000}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        reading = connection.get_execution_options().get(READING)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
