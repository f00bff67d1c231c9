"""Where in the district a place lies: estates with their buildings, roads and landmarks, matched by name and alias.

The words for a place are found by `bot.text.places`; shared map positions are not handled here.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.text.normalize import even

#: Building numbers in any writing: 3号楼, 三栋, 叁幢, 8#, 5-2-301.
_BUILDING = re.compile(
    r"([0-9]{1,3}|[一二三四五六七八九十百两壹贰叁肆伍陆柒捌玖拾]{1,5})(?:号楼|栋|幢|座|#|-(?=[0-9])|号(?!线|门|路))"
)
_DIGITS = dict(zip("一二三四五六七八九两壹贰叁肆伍陆柒捌玖", (*range(1, 10), 2, *range(1, 10)), strict=True))
_TEN, _HUNDRED = "十拾", "百佰"
#: A name counts more than an alias, and a building in the row's own range decides between rows of one estate.
NAME, ALIAS, BUILDING, COMMUNITY = 1.0, 0.9, 0.5, 0.4
#: How far behind an estate's name its building number is looked for, in characters.
REACH = 8


@dataclass(frozen=True)
class Place:
    """One row of places.csv; `buildings` are the first and last building number of the row's grid, or None."""

    name: str
    aliases: tuple[str, ...]
    grid_code: str
    kind: str
    buildings: tuple[int, int] | None


@dataclass(frozen=True)
class AreaMatch:
    """A grid a text may speak of. `grid_code` is None where only the community is known."""

    grid_code: str | None
    community_code: str | None
    name: str
    score: float


@dataclass(frozen=True)
class Areas:
    """The district's places and the tree of its areas (code → parent, level, name)."""

    places: tuple[Place, ...]
    tree: dict[str, tuple[str, str, str]]

    @classmethod
    def read(cls, folder: Path) -> Areas:
        """Read areas.csv and places.csv. Raises OSError, KeyError or ValueError on a bad file."""
        return cls.of(_rows(folder / "areas.csv"), _rows(folder / "places.csv"))

    @classmethod
    def of(cls, areas: Sequence[Mapping[str, str]], places: Sequence[Mapping[str, str]]) -> Areas:
        """The places and areas of rows that have been read. Raises KeyError or ValueError on a row that cannot be right."""
        tree = {row["code"]: (row["parent"], row["level"], row["name"]) for row in areas}
        return cls(tuple(_place(row) for row in places), tree)

    def locate(self, text: str) -> list[AreaMatch]:
        """Grids the text may speak of, best first, at most one match a grid; empty when no known name occurs."""
        evened = even(text).replace(" ", "")
        found: dict[str, AreaMatch] = {}
        for place in self.places:
            match = self._match(place, evened)
            key = match.grid_code or match.name if match else ""
            if match and (key not in found or found[key].score < match.score):
                found[key] = match
        return sorted(found.values(), key=lambda match: -match.score) or self._communities(evened)

    def _match(self, place: Place, text: str) -> AreaMatch | None:
        written = next((name for name in self._names[place] if name in text), None)
        if written is None:
            return None
        score = (NAME if written == even(place.name) else ALIAS) + len(written) / 100
        building = building_after(text, text.index(written) + len(written))
        if place.buildings is not None and building is not None:
            first, last = place.buildings
            score += BUILDING if first <= building <= last else -BUILDING
        return AreaMatch(place.grid_code, self._parent(place.grid_code), place.name, round(score, 3))

    def _communities(self, text: str) -> list[AreaMatch]:
        """Only the community is named: the case goes there, the grid stays open."""
        named = [(code, name) for code, (_, level, name) in self.tree.items() if level == "community" and name in text]
        return [AreaMatch(None, code, name, COMMUNITY) for code, name in named]

    @cached_property
    def _names(self) -> dict[Place, tuple[str, ...]]:
        """Evened names of each place, the longest first, so that 柳河嘉园 is not taken for 嘉园."""
        return {
            place: tuple(sorted({even(name) for name in (place.name, *place.aliases)}, key=len, reverse=True))
            for place in self.places
        }

    def _parent(self, code: str) -> str | None:
        return self.tree[code][0] if code in self.tree else None


def building_after(text: str, position: int) -> int | None:
    """The building number that follows a name in an evened text, as an integer; None when none does."""
    match = _BUILDING.search(text, position, position + REACH)
    return read_number(match[1]) if match else None


def read_number(written: str) -> int | None:
    """12, 十二, 一百零二 or 叁 as an integer; None for anything else."""
    if written.isdigit():
        return int(written)
    total, digit = 0, 0
    for character in written:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _TEN or character in _HUNDRED:
            total += (digit or 1) * (10 if character in _TEN else 100)
            digit = 0
        elif character not in "零〇":
            return None
    return total + digit or None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_range(written: str) -> tuple[int, int] | None:
    """`1-8` or `5` as first and last; None when empty. Raises ValueError for anything else."""
    if not written:
        return None
    first, _, last = written.partition("-")
    return int(first), int(last or first)


def _place(row: Mapping[str, str]) -> Place:
    aliases = tuple(alias for alias in row["aliases"].split("|") if alias)
    return Place(row["name"], aliases, row["grid"], row["kind"], read_range(row["buildings"]))
