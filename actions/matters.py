"""Two problems in one message: where the second begins, and whether it is one of its own or another sign of the first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from actions import words
from actions.places import is_part, is_vague, read_place

#: 大类 / 小类 the words point to, or None.
Guess = Callable[[str], str | None]
#: With fewer characters a part says nothing of its own.
A_MATTER = 4
#: Marks between two parts that belong to neither.
BETWEEN = " ,，.。;；、:：\n"


@dataclass(frozen=True)
class Part:
    """A stretch of a message that tells one matter."""

    start: int
    end: int
    text: str


def parts(text: str, guess: Guess) -> list[Part]:
    """The matters of a message in order; a single one that is the whole message where it tells of only one.

    A word that announces another matter (另外, 还有件事, 二是) is enough if something is told behind it; 还有 alone only
    where both halves point to different categories, or where two were announced (两个事).
    """
    cuts = [(match, True) for match in words.find("next_matter", text)]
    cuts += [(match, words.says("two_matters", text)) for match in words.find("maybe_next", text)]
    for match, is_sure in sorted(cuts, key=lambda each: each[0].start()):
        first, second = _part(text, 0, match.start()), _part(text, match.end(), len(text))
        if _are_two(first.text, second.text, guess, is_sure=is_sure):
            return [first, *parts_behind(second, guess)]
    return [Part(0, len(text), text)]


def parts_behind(rest: Part, guess: Guess) -> list[Part]:
    """The matters of the rest of a message, with offsets of the whole."""
    return [Part(rest.start + each.start, rest.start + each.end, each.text) for each in parts(rest.text, guess)]


def begins_another(text: str) -> bool:
    """Whether a message says by its first words that it tells another matter (还有件事, 另外)."""
    return any(match.start() == 0 for match in words.find("next_matter", text))


def _part(text: str, start: int, end: int) -> Part:
    inner = text[start:end]
    left = len(inner) - len(inner.lstrip(BETWEEN))
    announced = next((match.end() for match in words.find("next_matter", inner[left:]) if match.start() == 0), 0)
    left += announced if start else 0
    left += len(inner[left:]) - len(inner[left:].lstrip(BETWEEN))
    told = inner[left:].rstrip(BETWEEN)
    return Part(start + left, start + left + len(told), told)


def _are_two(first: str, second: str, guess: Guess, *, is_sure: bool) -> bool:
    if min(_weight(first), _weight(second)) < A_MATTER:
        return False
    kinds = guess(first), guess(second)
    if None not in kinds and kinds[0] != kinds[1]:
        return is_sure or has_place_of_its_own(second)
    return is_sure and (kinds[1] is not None or has_place_of_its_own(second)) and kinds[0] is not None


def _weight(text: str) -> int:
    """Characters that say something, beside announcements and courtesies."""
    return len(re.sub(r"[\s,，.。;；:：!！?？、]", "", words.without("two_matters", words.without("wish", text))))


def has_place_of_its_own(text: str) -> bool:
    """Whether the words name a place, or a part of one, that somebody could find."""
    place = read_place(text)
    return bool(place) and (is_part(place) or not is_vague(place))
