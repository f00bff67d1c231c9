"""Load the district's tables from data/district/*.csv into the database; a city edits the files, not the code."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from bot.cases.tables import check_tables
from bot.launch.trouble import Trouble
from bot.safety.rules import check_danger_tables
from bot.store.case_tables import AreaRow, CategoryRow, PlaceRow, UnitRow
from bot.store.database import Database

YES = "是"
WORKING = "working"


def load_district(database: Database, folder: Path) -> None:
    """Make the tables in the database equal to the files. Raises Trouble naming each line that cannot be right."""
    if wrong := check_tables(folder) + check_danger_tables():
        raise Trouble("\n".join(["data/district 或 bot/safety/tables 里的表有问题：", *wrong[:20]]))
    tables = {
        UnitRow: [_unit(row) for row in _rows(folder / "units.csv")],
        AreaRow: [_some(row, "code", "parent", "level", "name") for row in _rows(folder / "areas.csv")],
        PlaceRow: [_place(row) for row in _rows(folder / "places.csv")],
        CategoryRow: [_category(row) for row in _rows(folder / "categories.csv")],
    }
    database.run(lambda work: work.district.replace(tables))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _some(row: dict[str, str], *names: str) -> dict[str, Any]:
    return {name: row[name] or None for name in names}


def _unit(row: dict[str, str]) -> dict[str, Any]:
    return {**_some(row, "code", "name", "parent", "level"), "backstop": row["backstop"] == YES}


def _place(row: dict[str, str]) -> dict[str, Any]:
    return {"name": row["name"], "aliases": row["aliases"], "kind": row["kind"], "grid_code": row["grid"]}


def _category(row: dict[str, str]) -> dict[str, Any]:
    return {
        **_some(row, "code", "major", "minor", "kind"), "unit_code": row["unit"],
        "contact_hours": float(row["contact_hours"]), "resolve_hours": float(row["resolve_hours"]),
        "working": row["clock"] == WORKING, "emergency": row["emergency"] == YES,
    }  # fmt: skip
