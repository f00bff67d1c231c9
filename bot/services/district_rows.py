"""Tables of the district as rows of the database, where cases and pages look them up by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.store.case_tables import AreaRow, CategoryRow, PlaceRow, UnitRow

YES, WORKING = "是", "working"
Row = Mapping[str, str]


def mirrored(tables: Mapping[str, Sequence[Row]]) -> dict[type[Any], list[dict[str, Any]]]:
    """Rows by their mapped class, in the order in which they refer to each other; tables without a class are left out."""
    readers = {
        "units": (UnitRow, _unit),
        "areas": (AreaRow, _area),
        "places": (PlaceRow, _place),
        "categories": (CategoryRow, _category),
    }
    return {kind: [read(row) for row in tables[name]] for name, (kind, read) in readers.items() if name in tables}


def _some(row: Row, *names: str) -> dict[str, Any]:
    return {name: row[name] or None for name in names}


def _unit(row: Row) -> dict[str, Any]:
    return {**_some(row, "code", "name", "parent", "level"), "backstop": row["backstop"] == YES}


def _area(row: Row) -> dict[str, Any]:
    return _some(row, "code", "parent", "level", "name")


def _place(row: Row) -> dict[str, Any]:
    return {"name": row["name"], "aliases": row["aliases"], "kind": row["kind"], "grid_code": row["grid"]}


def _category(row: Row) -> dict[str, Any]:
    return {
        **_some(row, "code", "major", "minor", "kind"), "unit_code": row["unit"],
        "contact_hours": float(row["contact_hours"]), "resolve_hours": float(row["resolve_hours"]),
        "working": row["clock"] == WORKING, "emergency": row["emergency"] == YES,
    }  # fmt: skip
