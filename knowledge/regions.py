"""Places of China as far as rules differ by them: the nation, a province, a city. The table lies in regions.csv.

A city's districts count for the city only where the city is a province of its own (海淀 → 北京); other districts
share names across the country and are not guessed.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

NATION = "全国"
NICKNAMES = {"魔都": "上海", "北漂": "北京", "沪": "上海", "帝都": "北京", "羊城": "广州"}


@dataclass(frozen=True)
class Region:
    """A place by short names; both None is the nation, `city` alone never happens."""

    province: str | None = None
    city: str | None = None

    @property
    def key(self) -> str:
        """Short form kept in the database: 全国, 山东 or 山东/青岛."""
        if self.province is None:
            return NATION
        return f"{self.province}/{self.city}" if self.city else self.province

    @property
    def label(self) -> str:
        """The form residents read: 全国, 山东省, 山东省青岛市."""
        if self.province is None:
            return NATION
        return _table()[self.province].full + (_with_suffix(self.city) if self.city else "")

    def governs(self, asked: Region) -> bool:
        """Whether a rule of this place holds for somebody in `asked`.

        Somebody who only said the province is not governed by the rules of one of its cities.
        """
        if self.province is None:
            return True
        return self.province == asked.province and (self.city is None or self.city == asked.city)


@dataclass(frozen=True)
class _Province:
    full: str
    cities: tuple[str, ...]
    districts: tuple[str, ...]


def _with_suffix(city: str) -> str:
    return city if city.endswith(("市", "州", "盟", "地区", "区", "县")) else city + "市"


@cache
def _table() -> dict[str, _Province]:
    text = resources.files("knowledge").joinpath("regions.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["province"]: _Province(row["full"], tuple(row["cities"].split()), tuple(row["districts"].split())) for row in rows
    }


@cache
def _names() -> dict[str, Region]:
    """Every name that tells a place, longest form included."""
    names: dict[str, Region] = {}
    for short, province in _table().items():
        for district in province.districts:
            names[district] = Region(short)
        for city in province.cities:
            names[city] = Region(short, city)
        names[short] = names[province.full] = Region(short)
    for nickname, name in NICKNAMES.items():
        names[nickname] = names[name]
    return names


@cache
def _pattern() -> re.Pattern[str]:
    # Longest first: 张家口 must not be read as 张家界, 河北区 (天津) not as 河北.
    names = sorted(_names(), key=len, reverse=True)
    return re.compile("|".join(re.escape(name) for name in names))


def parse_region(text: str) -> Region | None:
    """A region as people and files write it (山东, 山东省青岛市, 青岛, 全国); None when it names no known place."""
    if not text.strip() or text.strip() == NATION:
        return Region()
    return most_exact(find_regions(text))


def find_regions(text: str) -> list[Region]:
    """All places named in a text, in order, each once."""
    return list(dict.fromkeys(region for region, _, _ in mentions(text)))


def mentions(text: str) -> list[tuple[Region, str, str]]:
    """Every naming of a place with the text before and behind it, in order."""
    found = _pattern().finditer(text)
    return [(_names()[match.group()], text[: match.start()], text[match.end() :]) for match in found]


def most_exact(found: list[Region]) -> Region | None:
    """The city if one is named, else the first place; None for no place."""
    return next((region for region in found if region.city), found[0] if found else None)
