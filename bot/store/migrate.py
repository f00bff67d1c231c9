"""Bring a database's tables to what the code expects, or back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

HERE = Path(__file__).parent
#: Indexes of expressions that only PostgreSQL has: the mapped classes, which are those of both, say nothing of them.
ONLY_POSTGRESQL = frozenset({"ix_cases_said", "ix_cases_number_tail", "ix_cases_number_head"})


def is_described(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether the mapped classes describe a thing of the database; to be asked when both are compared."""
    return kind != "index" or name not in ONLY_POSTGRESQL


def config_for(engine: Engine) -> Config:
    """Alembic's configuration for our migrations; no ini file is needed."""
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.set_main_option("sqlalchemy.url", engine.url.render_as_string(hide_password=False).replace("%", "%%"))
    return config


@contextmanager
def _migrating(engine: Engine, config: Config) -> Iterator[Connection]:
    """A connection for migrations, committed behind the block.

    SQLite changes a table by copying it and dropping the old one, which its foreign keys forbid while rows point there:
    they rest meanwhile, and are checked as a whole before the commit. Raises ValueError when a row points nowhere then.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite:
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")  # says nothing once a transaction is open
        config.attributes["connection"] = connection
        try:
            yield connection
            if sqlite and (astray := connection.execute(text("PRAGMA foreign_key_check")).fetchall()):
                raise ValueError(f"rows point nowhere after the migration: {astray[:5]}")
            connection.commit()
        finally:
            connection.rollback()
            if sqlite:
                connection.connection.cursor().execute("PRAGMA foreign_keys=ON")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Take the database up to `revision`."""
    config = config_for(engine)
    with _migrating(engine, config):
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database down to `revision` (`base`: no tables left)."""
    config = config_for(engine)
    with _migrating(engine, config):
        command.downgrade(config, revision)


def draft(engine: Engine, message: str, revision: str) -> None:
    """Write a new migration from what the mapped classes have and this migrated database lacks."""
    config = config_for(engine)
    with _migrating(engine, config):
        command.revision(config, message=message, autogenerate=True, rev_id=revision)
