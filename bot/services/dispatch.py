"""Which category a case belongs to, where it lies, who answers for it and by when; and why, so that it can be explained.

Rules first (words of the tables), then what was learnt from the city's own history, a person where both are unsure. The case
goes to a unit at once either way: `unsure` only says that somebody has to look.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.cases.areas import Areas
from bot.cases.categories import Catalogue, Guess
from bot.cases.errors import Invalid, Unavailable
from bot.services.district import District
from bot.services.views import NewCase
from bot.store.case_tables import CategoryRow, UnitRow
from bot.store.database import Work

#: What a case is filed under when its words match no category: the backstop unit sorts it by hand.
UNSORTED = {"report": "9901", "service": "9902", "dispute": "9903", "message": "9904"}
#: A category whose words say at least this much, and this much more than the next one's, needs no second opinion.
CLEAR, AHEAD = 2.0, 1.3
ALTERNATIVES = 3

#: (category code or 大类 / 小类, confidence, sure) of a text, as learnt from history; None where nothing was learnt.
Learnt = Callable[[str], tuple[str, float, bool] | None]


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

    @property
    def unsure(self) -> bool:
        """Whether a person has to look at it."""
        return bool(self.reason.get("unsure"))


class Dispatcher:
    """Finds the responsible unit of a new case."""

    def __init__(self, district: District, learnt: Learnt | None = None) -> None:
        self.district, self.learnt = district, learnt or (lambda text: None)

    @property
    def catalogue(self) -> Catalogue:
        """The categories in force."""
        return self.district.responsibility.catalogue

    @property
    def areas(self) -> Areas:
        """The places in force."""
        return self.district.responsibility.areas

    def dispatch(self, work: Work, new: NewCase, now: datetime) -> Dispatch:
        """Category, units, grid and due times of `new`. Raises Invalid on an unknown category code."""
        code, reason = self._category(new)
        category, known = work.district.category(code), self.catalogue.get(code)
        if category is None or known is None:
            raise Invalid("category", code=code)
        matches = self.areas.locate(f"{new.location} {new.description}")
        place = matches[0] if matches else None
        grid, community = (place.grid_code, place.community_code) if place else (None, None)
        responsibility = self.district.responsibility
        found = responsibility.answers(known, grid, community)
        unit = work.district.unit(found.unit) or work.district.backstop()
        if unit is None:
            raise Unavailable("no responsible unit and no backstop: check data/district/units.csv")
        duty = responsibility.clause(unit.code, code)
        reason |= {
            "rule": f"category {code} → unit {unit.code}", "answers": found.rule, "place": place.name if place else None,
            "clause": duty.clause if duty else None, "clause_text": duty.text if duty else None,
        }  # fmt: skip
        timing, emergency = self.district.timing, category.emergency or new.urgent
        limits = timing.limits_of(
            code, category.contact_hours, category.resolve_hours, working=category.working, emergency=emergency
        )
        contact, resolve = (
            timing.after(now, hours, working=category.working) for hours in (category.contact_hours, category.resolve_hours)
        )
        return Dispatch(category, unit, grid, community, contact, resolve, reason, limits, found.co_units)

    def _category(self, new: NewCase) -> tuple[str, dict[str, Any]]:
        """The category and how it was found, with the words and what else it might have been."""
        if new.category_code:
            return new.category_code, {"category": "chosen"}
        ranked = [] if new.kind == "message" else self.catalogue.ranked(new.description, ALTERNATIVES + 1)
        others = [{"code": guess.code, "score": round(guess.score, 3)} for guess, _ in ranked[1:]]
        if ranked and _clear([guess for guess, _ in ranked]):
            best, words = ranked[0]
            return best.code, {"category": "words", "score": round(best.score, 3), "words": list(words), "alternatives": others}
        learnt = self._learnt(new)
        if learnt:
            code, confidence = learnt
            others = [{"code": guess.code, "score": round(guess.score, 3)} for guess, _ in ranked if guess.code != code]
            return code, {"category": "learnt", "score": round(confidence, 3), "alternatives": others[:ALTERNATIVES]}
        if not ranked:
            return UNSORTED[new.kind], {"category": "no words of the tables matched", "unsure": new.kind != "message"}
        best, words = ranked[0]
        return best.code, {
            "category": "words", "score": round(best.score, 3), "words": list(words), "alternatives": others, "unsure": True,
        }  # fmt: skip

    def _learnt(self, new: NewCase) -> tuple[str, float] | None:
        """What history says, where it is sure and names a category there is."""
        found = None if new.kind == "message" else self.learnt(new.description)
        if found is None or not found[2]:
            return None
        name, confidence, _ = found
        codes = {f"{c.major} / {c.minor}": c.code for c in self.catalogue.categories} | {
            c.minor: c.code for c in self.catalogue.categories
        }
        code = name if self.catalogue.get(name) else codes.get(name)
        return (code, confidence) if code else None


def _clear(guesses: list[Guess]) -> bool:
    """Whether the first category is so far ahead that nobody need look."""
    best = guesses[0].score
    return best >= CLEAR and (len(guesses) == 1 or best >= AHEAD * guesses[1].score)
