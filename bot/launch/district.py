"""Load the district's tables from data/district/*.csv into the database; what was changed at the desk stays in force."""

from __future__ import annotations

from pathlib import Path

from bot.cases.tables import check_tables
from bot.launch.trouble import Trouble
from bot.safety.rules import check_danger_tables
from bot.services.district import District
from bot.services.district_rows import mirrored
from bot.store.database import Database


def load_district(database: Database, folder: Path) -> None:
    """Make the tables in the database equal to those in force. Raises Trouble naming each line that cannot be right."""
    if wrong := check_tables(folder) + check_danger_tables():
        raise Trouble("\n".join(["data/district 或 bot/safety/tables 里的表有问题：", *wrong[:20]]))
    tables = District(folder, database).tables.rows
    database.run(lambda work: work.district.replace(mirrored(tables)))
