"""Who answers for a category in a grid: lead and co-units by level, the clause of the duty list, and the holes. Pure.

The ladder is grid → community → sub-district → department; where a level names nobody the next one is asked, and at the end
stands the backstop unit (兜底单位), so that a case always has somebody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.cases.areas import Areas
from bot.cases.categories import Catalogue, Category

Row = Mapping[str, str]
#: The ladder from below.
LEVELS = ("网格", "社区", "街道", "部门", "区")
#: Categories for what could not be sorted: the backstop unit is right for them.
UNSORTED_MAJOR = "其他"


@dataclass(frozen=True)
class Duty:
    """One clause of the duty list (权责清单)."""

    clause: str
    unit: str
    categories: frozenset[str]
    text: str


@dataclass(frozen=True)
class Answerer:
    """One row of responsible.csv: `category` may be the beginning of a code, `area` and `level` may be empty."""

    category: str
    area: str
    level: str
    unit: str
    co_units: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """The units of a case and the rule that names them."""

    unit: str
    co_units: tuple[str, ...]
    rule: str


@dataclass(frozen=True)
class Hole:
    """Something nobody answers for, in words for the administrator. `grid` and `category` are codes, or empty."""

    kind: str  # no_unit, backstop_only, no_clause, no_worker, no_standard
    grid: str
    category: str
    sentence: str


@dataclass(frozen=True)
class Responsibility:
    """The tables of responsibility as one object."""

    catalogue: Catalogue
    areas: Areas
    units: Mapping[str, Row]
    answerers: tuple[Answerer, ...]
    duties: tuple[Duty, ...]
    workers: Mapping[str, Row]
    standards: Mapping[str, Row]

    @classmethod
    def of(cls, catalogue: Catalogue, areas: Areas, tables: Mapping[str, Sequence[Row]]) -> Responsibility:
        """Read the rows of units, responsible, duties, grid_workers and standards. Raises KeyError on a missing column."""
        answerers = tuple(
            Answerer(row["category"], row["area"], row["level"], row["unit"], _list(row["co_units"]))
            for row in tables["responsible"]
        )
        duties = tuple(
            Duty(row["clause"], row["unit"], frozenset(_list(row["categories"])), row["text"]) for row in tables["duties"]
        )
        return cls(
            catalogue, areas, {row["code"]: row for row in tables["units"]}, answerers, duties,
            {row["grid"]: row for row in tables["grid_workers"]}, {row["category"]: row for row in tables["standards"]},
        )  # fmt: skip

    def answers(self, category: Category, grid: str | None, community: str | None = None) -> Found:
        """Lead and co-units of a category at a place, from the category's own level upwards."""
        place = self._ladder_of_areas(grid or community)
        co_units = self._co_units(category.code, place)
        exact = self._best(category.code, place, None)
        if exact and exact.unit and exact.area:
            return Found(exact.unit, co_units, f"{exact.category}@{exact.area}")
        if category.unit in self.units:
            return Found(category.unit, co_units, f"categories {category.code}")
        start = LEVELS.index(category.level) if category.level in LEVELS else 0
        for level in LEVELS[start:]:
            row = self._best(category.code, place, level)
            if row and row.unit in self.units:
                return Found(row.unit, co_units, f"responsible {row.category or '*'} {level}")
        return Found(self.backstop, co_units, "backstop")

    def ladder(self, category: Category, grid: str | None) -> list[str]:
        """The units of every level from the category's unit upwards: who hears of it next when it is not done."""
        found = [self.answers(category, grid).unit]
        while (above := self.units.get(found[-1], {}).get("parent")) and above not in found:
            found.append(above)
        return found

    @cached_property
    def backstop(self) -> str:
        """The unit that gets what nobody answers for."""
        return next((code for code, row in self.units.items() if row["backstop"] == "是"), "")

    def clause(self, unit: str, category: str) -> Duty | None:
        """The clause by which a unit answers for a category."""
        return next((duty for duty in self.duties if duty.unit == unit and category in duty.categories), None)

    def standard(self, category: str) -> Row:
        """What is taken up and when it counts as done (立案、结案标准): the row with the longest beginning of the code."""
        fitting = [code for code in self.standards if category.startswith(code)]
        return self.standards[max(fitting, key=len)] if fitting else {"category": "", "filing": "", "closing": ""}

    def holes(self) -> Iterator[Hole]:
        """Everything nobody answers for, before it hurts."""
        grids = [code for code, (_, level, _) in self.areas.tree.items() if level == "grid"]
        for category in self.catalogue.categories:
            name = f"{category.code} {category.minor}"
            if not self.standard(category.code)["closing"]:
                yield Hole("no_standard", "", category.code, f"{name}：没有结案标准")
            for unit in sorted({self.answers(category, grid).unit for grid in grids} & set(self.units)):
                if self.clause(unit, category.code) is None:
                    yield Hole("no_clause", "", category.code, f"{name}：{self.units[unit]['name']}在权责清单里没有依据")
            for grid in grids:
                yield from self._hole(category, grid, name)
        for grid in grids:
            if not self.workers.get(grid, {}).get("name"):
                yield Hole("no_worker", grid, "", f"{self.areas.tree[grid][2]}：没有网格员")

    def _hole(self, category: Category, grid: str, name: str) -> Iterator[Hole]:
        found, where = self.answers(category, grid), self.areas.tree[grid][2]
        if found.unit not in self.units:
            yield Hole("no_unit", grid, category.code, f"{where} {name}：没有单位负责")
        elif found.rule == "backstop" and category.major != UNSORTED_MAJOR:
            yield Hole("backstop_only", grid, category.code, f"{where} {name}：只有兜底单位接")

    def _best(self, category: str, place: Sequence[str], level: str | None) -> Answerer | None:
        fitting = [
            row
            for row in self.answerers
            if row.unit and category.startswith(row.category) and (not row.area or row.area in place)
            and (level is None or row.level == level)
        ]  # fmt: skip
        return max(fitting, key=lambda row: (len(row.area), len(row.category)), default=None)

    def _co_units(self, category: str, place: Sequence[str]) -> tuple[str, ...]:
        rows = [r for r in self.answerers if r.co_units and category.startswith(r.category) and (not r.area or r.area in place)]
        return tuple(dict.fromkeys(unit for row in rows for unit in row.co_units if unit in self.units))

    def _ladder_of_areas(self, area: str | None) -> list[str]:
        found: list[str] = []
        while area and area in self.areas.tree and area not in found:
            found.append(area)
            area = self.areas.tree[area][0]
        return found


def _list(written: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in written.split("|") if part.strip())
