"""What is loaded, for people who check it: categories, units, areas, the size of the knowledge base. Nothing changes here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.store.database import Database
from knowledge.errors import KnowledgeError
from knowledge.store import Store


@dataclass(frozen=True)
class CategoryLine:
    """A 小类 with the unit that answers for it and the hours it has."""

    code: str
    major: str
    minor: str
    kind: str
    unit: str
    contact_hours: float
    resolve_hours: float
    working: bool
    emergency: bool


@dataclass(frozen=True)
class UnitLine:
    """A responsible unit and the one above it."""

    code: str
    name: str
    level: str
    parent: str
    backstop: bool


@dataclass(frozen=True)
class AreaLine:
    """An area and the one it lies in."""

    code: str
    name: str
    level: str
    parent: str


class Overview:
    """Reads the district's tables."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def categories(self) -> list[CategoryLine]:
        """All categories in the order of their codes, with the unit's name."""
        with self.database.reading() as work:
            names = {row.code: row.name for row in work.district.units()}
            return [
                CategoryLine(
                    row.code, row.major, row.minor, row.kind, names.get(row.unit_code, row.unit_code),
                    row.contact_hours, row.resolve_hours, row.working, row.emergency,
                )
                for row in work.district.categories()
            ]  # fmt: skip

    def units(self) -> list[UnitLine]:
        """All units in the order of their codes."""
        with self.database.reading() as work:
            rows = work.district.units()
            names = {row.code: row.name for row in rows}
            return [UnitLine(row.code, row.name, row.level, names.get(row.parent or "", ""), row.backstop) for row in rows]

    def areas(self) -> list[AreaLine]:
        """All areas in the order of their codes."""
        with self.database.reading() as work:
            rows = work.district.areas()
            names = {row.code: row.name for row in rows}
            return [AreaLine(row.code, row.name, row.level, names.get(row.parent or "", "")) for row in rows]


def knowledge_counts(folder: Path) -> dict[str, int]:
    """Documents, passages, old versions and vectors in a knowledge base; empty when there is none to read."""
    try:
        store = Store(folder)
    except KnowledgeError:
        return {}
    try:
        return store.counts()
    finally:
        store.close()
