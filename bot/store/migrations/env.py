"""How Alembic reaches our database: it is handed a connection by bot/store/migrate.py."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from bot.store import (  # noqa: F401  # all tables belong to the metadata
    care_tables,
    desk_tables,
    handoff_tables,
    knowledge_tables,
    resident_tables,
)
from bot.store.case_tables import CaseRow
from bot.store.engine import UtcDateTime, open_engine
from bot.store.migrate import is_described

metadata = CaseRow.metadata


def run() -> None:
    """Run the migrations that were asked for, in one transaction."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        engine = open_engine(context.config.get_main_option("sqlalchemy.url") or "")
        with engine.connect() as connection:
            _migrate(connection)
    else:
        _migrate(connection)


def _plain(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations name plain column types: they must run when our own classes have long changed."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_plain,
        include_name=is_described,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
