"""Areas, places, categories and units as the city has filled them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.store.case_tables import AreaRow, CategoryRow, DistrictVersionRow, PlaceRow, UnitRow


class DistrictStore:
    """Repository of the district's tables."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def replace(self, tables: Mapping[type[Any], Sequence[Mapping[str, Any]]]) -> None:
        """Make the tables equal to the files: rows are updated by key, rows that are gone are kept while cases name them."""
        for table, rows in tables.items():
            if table is PlaceRow:  # places have no code of their own, and nothing refers to them
                self.session.execute(delete(PlaceRow))
            for row in rows:
                self.session.merge(table(**row))
            self.session.flush()

    def area(self, code: str | None) -> AreaRow | None:
        """An area by code."""
        return self.session.get(AreaRow, code) if code else None

    def unit(self, code: str) -> UnitRow | None:
        """A unit by code."""
        return self.session.get(UnitRow, code)

    def backstop(self) -> UnitRow | None:
        """The unit that takes what nobody else answers for (兜底单位)."""
        return self.session.scalar(select(UnitRow).filter_by(backstop=True).limit(1))

    def category(self, code: str) -> CategoryRow | None:
        """A category by code."""
        return self.session.get(CategoryRow, code)

    def categories(self) -> Sequence[CategoryRow]:
        """All categories in the order of their codes."""
        return self.session.scalars(select(CategoryRow).order_by(CategoryRow.code)).all()

    def units(self) -> Sequence[UnitRow]:
        """All units in the order of their codes."""
        return self.session.scalars(select(UnitRow).order_by(UnitRow.code)).all()

    def areas(self) -> Sequence[AreaRow]:
        """All areas in the order of their codes."""
        return self.session.scalars(select(AreaRow).order_by(AreaRow.code)).all()

    def newest_version(self) -> int:
        """The id of the newest version of any table; 0 where nothing was changed at the desk."""
        return self.session.scalar(select(func.max(DistrictVersionRow.id))) or 0

    def versions_in_force(self) -> Sequence[DistrictVersionRow]:
        """The newest version of each table that has one."""
        newest = select(func.max(DistrictVersionRow.id)).group_by(DistrictVersionRow.name)
        return self.session.scalars(select(DistrictVersionRow).where(DistrictVersionRow.id.in_(newest))).all()

    def versions(self, name: str, limit: int = 50) -> Sequence[DistrictVersionRow]:
        """The versions of a table, newest first."""
        query = select(DistrictVersionRow).filter_by(name=name).order_by(DistrictVersionRow.number.desc())
        return self.session.scalars(query.limit(limit)).all()

    def keep_version(self, row: DistrictVersionRow) -> DistrictVersionRow:
        """Write the next version of a table."""
        highest = self.session.scalar(select(func.max(DistrictVersionRow.number)).filter_by(name=row.name))
        row.number = (highest or 0) + 1
        self.session.add(row)
        self.session.flush()
        return row
