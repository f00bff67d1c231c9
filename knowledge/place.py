"""Which place a question is about: the resident's own, unless the question names another; and whose rules go first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from knowledge.finding import Finding
from knowledge.model import STATUTE, Passage
from knowledge.regions import Region, mentions, most_exact, parse_region
from knowledge.versions import likeness

SURER = 0.1  # how much likelier local rules must be than national ones, for the place to be asked for
SAME_MATTER = 0.2  # share of pairs of characters from which a local and a national text say the same thing


def asked_region(question: str, given: str | None) -> Region | None:
    """The place that counts; None when neither the question nor the caller names one.

    A city named in the question makes a given province exact. A question that names only other places overrules
    the given one: somebody in 上海 may ask for their parents in 河南.
    """
    own = parse_region(given) if given else None
    named = asked_places(question)
    if own is None or own.province is None:
        return most_exact(named) or own
    at_home = [place for place in named if place.province == own.province]
    if at_home:
        exact = most_exact(at_home)
        return exact if exact and exact.city else own
    if len({place.province for place in named}) == 1:
        return most_exact(named)
    return own


@dataclass(frozen=True)
class _Sense:
    """What a name means when one of two patterns is found beside it; a row of places.yml."""

    before: re.Pattern[str]
    behind: re.Pattern[str]

    def fits(self, before: str, behind: str) -> bool:
        return bool(self.before.search(before) or self.behind.match(behind))


@cache
def _senses() -> dict[str, _Sense]:
    table = yaml.safe_load(resources.files("knowledge").joinpath("places.yml").read_text("utf-8"))
    never = "(?!)"
    return {
        name: _Sense(re.compile(row.get("before", never)), re.compile(row.get("behind", never))) for name, row in table.items()
    }


def asked_places(question: str) -> list[Region]:
    """The places an evened question may be about: where somebody is, else all that are no origin, else all.

    A street or a dish that is called after a place is none.
    """
    senses = _senses()
    meant = [one for one in mentions(question) if not senses["name_only"].fits(one[1], one[2])]
    current = [one for one in meant if not senses["origin"].fits(one[1], one[2])]
    here = [one for one in current if senses["here"].fits(one[1], one[2])]
    return list(dict.fromkeys(region for region, _, _ in (here or current or meant)))


def place_decides(local: Finding, national: Finding | None) -> bool:
    """Whether to ask where somebody is: `local` was found with the rules of all places, `national` without them.

    Only where local rules are surer by far: most questions have a national answer, and
    people who wanted one do not like to be asked.
    """
    if not local.is_sure:
        return False
    return national is None or local.probability > national.probability + SURER


def specific_first(cited: Sequence[Passage]) -> list[Passage]:
    """The passages of an answer, a city's or province's rule before the wider one that says the same."""
    order: list[Passage] = []
    for passage in cited:
        wider = (at for at, one in enumerate(order) if _is_wider(one, passage))
        order.insert(next(wider, len(order)), passage)
    return order


def _is_wider(one: Passage, other: Passage) -> bool:
    if one.kind != STATUTE or other.kind != STATUTE or _width(one) >= _width(other):
        return False
    return likeness(one.text, other.text) >= SAME_MATTER


def _width(passage: Passage) -> int:
    """0 for the nation, 1 for a province, 2 for a city."""
    region = parse_region(passage.region) or Region()
    return (region.province is not None) + (region.city is not None)
