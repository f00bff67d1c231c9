"""Which category a case belongs to, where it lies, who answers for it and by when: read from the district's tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.cases.areas import Areas
from bot.cases.categories import Catalogue
from bot.cases.errors import Invalid, Unavailable
from bot.services.district import District
from bot.services.views import NewCase
from bot.store.case_tables import CategoryRow, UnitRow
from bot.store.database import Work

#: What a case is filed under when its words match no category: the backstop unit sorts it by hand.
UNSORTED = {"report": "9901", "service": "9902", "dispute": "9903", "message": "9904"}


@dataclass(frozen=True)
class Dispatch:
    """Where a case goes and why; `reason` is kept with the case so that the choice can be explained."""

    category: CategoryRow
    unit: UnitRow
    grid_code: str | None
    community_code: str | None
    contact_due: datetime
    resolve_due: datetime
    reason: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, list[float]] = field(default_factory=dict)  # clock → hours, counted in working hours (1) or not (0)
    co_units: tuple[str, ...] = ()


class Dispatcher:
    """Finds the responsible unit of a new case."""

    def __init__(self, catalogue: Catalogue, areas: Areas, district: District) -> None:
        self.catalogue, self.areas, self.district = catalogue, areas, district

    def dispatch(self, work: Work, new: NewCase, now: datetime) -> Dispatch:
        """Category, unit, grid and due times of `new`. Raises Invalid on an unknown category code."""
        code, reason = self._category(new)
        category = work.district.category(code)
        if category is None:
            raise Invalid("category", code=code)
        unit = work.district.unit(category.unit_code) or work.district.backstop()
        if unit is None:
            raise Unavailable("no responsible unit and no backstop: check data/district/units.csv")
        matches = self.areas.locate(f"{new.location} {new.description}")
        place = matches[0] if matches else None
        timing, emergency = self.district.timing, category.emergency or new.urgent
        limits = timing.limits_of(
            code, category.contact_hours, category.resolve_hours, working=category.working, emergency=emergency
        )
        contact, resolve = (
            timing.after(now, hours, working=category.working) for hours in (category.contact_hours, category.resolve_hours)
        )
        reason |= {"rule": f"category {category.code} → unit {unit.code}", "place": place.name if place else None}
        grid, community = (place.grid_code, place.community_code) if place else (None, None)
        return Dispatch(category, unit, grid, community, contact, resolve, reason, limits)

    def _category(self, new: NewCase) -> tuple[str, dict[str, Any]]:
        if new.category_code:
            return new.category_code, {"category": "chosen"}
        guess = None if new.kind == "message" else self.catalogue.guess(new.description)
        if guess is None:
            return UNSORTED[new.kind], {"category": "no words of the tables matched"}
        return guess.code, {"category": "words", "score": round(guess.score, 3)}
