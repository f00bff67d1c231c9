"""Who should take a conversation that waits: skills by area, business and language, those who have named the area
first, then the least loaded, then the longest idle. Where nobody of the area is free, the area above it is asked. Rules only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

#: The language of who writes no other.
CHINESE = "zh"


@dataclass(frozen=True)
class Need:
    """What a waiting conversation asks of a person; None: anybody will do. `asked_for`: the person it had before."""

    area: str | None = None
    business: str | None = None
    language: str | None = None
    asked_for: int | None = None


@dataclass(frozen=True)
class Person:
    """Somebody who could take it: what they answer for (nothing named: everything), and how busy they are."""

    staff_id: int
    skills: Mapping[str, frozenset[str]] = field(default_factory=dict)
    held: int = 0
    capacity: int = 5
    idle_since: datetime | None = None
    supervises: bool = False

    @property
    def free(self) -> bool:
        """Whether they may be given one more."""
        return self.held < self.capacity

    def answers_for(self, kind: str, value: str | None) -> bool:
        """Whether `value` is theirs; who has named nothing of this kind answers for all of it, but for languages."""
        named = self.skills.get(kind, frozenset())
        if kind == "language":
            return value in (None, CHINESE) or value in named
        return value is None or not named or value in named


def ladder(area: str | None, parents: Mapping[str, str]) -> tuple[str | None, ...]:
    """An area, those it lies in, and at last None (everywhere)."""
    steps: list[str | None] = []
    while area and area not in steps:
        steps.append(area)
        area = parents.get(area)
    return (*steps, None)


def choose(need: Need, people: Collection[Person], parents: Mapping[str, str], tried: Collection[int] = ()) -> int | None:
    """Whom to offer it to; None when nobody is free. Who was `tried` and did not come is asked again only at the end."""
    free = [person for person in people if person.free]
    if need.asked_for is not None and need.asked_for not in tried and any(p.staff_id == need.asked_for for p in free):
        return need.asked_for
    for wanted, asked in _steps(need, free, parents):
        fit = [p for p in asked if _fits(p, wanted) and p.staff_id not in tried]
        if fit:
            return min(fit, key=_order).staff_id
    return min(free, key=_order).staff_id if free else None


def _steps(need: Need, people: Sequence[Person], parents: Mapping[str, str]) -> Iterator[tuple[Need, Sequence[Person]]]:
    """The need, step by step less particular, and who is asked at each.

    First the agents who have named the area or one above it, then whoever answers for it among all; then upward in area,
    any business, the language last of all.
    """
    exact = [Need(area, need.business, need.language) for area in ladder(need.area, parents)]
    for wanted in exact[:-1]:
        yield wanted, [p for p in people if not p.supervises and wanted.area in p.skills.get("area", ())]
    for wanted in (*exact, Need(language=need.language), Need()):
        yield wanted, people


def _fits(person: Person, need: Need) -> bool:
    asked = (("area", need.area), ("business", need.business), ("language", need.language))
    return all(person.answers_for(kind, value) for kind, value in asked)


def _order(person: Person) -> tuple[bool, float, float, int]:
    """Agents before supervisors; the least loaded, then the longest idle."""
    idle = person.idle_since.timestamp() if person.idle_since else 0.0
    return (person.supervises, person.held / person.capacity, idle, person.staff_id)
