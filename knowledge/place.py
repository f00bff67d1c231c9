"""Which place a question is about: the resident's own, unless the question names another."""

from __future__ import annotations

from knowledge.regions import Region, find_regions, most_exact, parse_region


def asked_region(question: str, given: str | None) -> Region | None:
    """The place that counts; None when neither the question nor the caller names one.

    A city named in the question makes a given province exact. A question that names only other places overrules
    the given one: somebody in 上海 may ask for their parents in 河南.
    """
    own = parse_region(given) if given else None
    named = find_regions(question)
    if own is None or own.province is None:
        return most_exact(named) or own
    at_home = [place for place in named if place.province == own.province]
    if at_home:
        exact = most_exact(at_home)
        return exact if exact and exact.city else own
    if len({place.province for place in named}) == 1:
        return most_exact(named)
    return own
