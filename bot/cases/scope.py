"""How far a staff member sees: areas, business (大类) and units. No bound of a kind means everything of that kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: The kinds of bounds, in the order a page shows them.
KINDS = ("area", "major", "unit")


@dataclass(frozen=True)
class Scope:
    """Codes of areas and units with everything below them, and names of 大类. Empty: unbounded."""

    areas: frozenset[str] = frozenset()
    majors: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()

    def covers(self, *, areas: Iterable[str | None], major: str | None, unit: str | None) -> bool:
        """Whether something that lies in `areas`, of business `major`, in the hands of `unit` may be seen.

        What is not known lies outside of every bound: it belongs to those who see the whole.
        """
        return (
            (not self.areas or not self.areas.isdisjoint(code for code in areas if code))
            and (not self.majors or major in self.majors)
            and (not self.units or unit in self.units)
        )

    @property
    def bounded(self) -> bool:
        """Whether there is anything this scope does not see."""
        return bool(self.areas or self.majors or self.units)


EVERYTHING = Scope()


def with_all_below(codes: Iterable[str], parents: Iterable[tuple[str, str | None]]) -> frozenset[str]:
    """`codes` and whatever lies below them; `parents` are (code, code above) pairs of a tree."""
    below: dict[str, list[str]] = {}
    for code, above in parents:
        below.setdefault(above or "", []).append(code)
    found: set[str] = set()
    todo = list(codes)
    while todo:
        code = todo.pop()
        if code not in found:
            found.add(code)
            todo += below.get(code, [])
    return frozenset(found)
