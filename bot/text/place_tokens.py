"""Cuts a clause into the pieces places are made of: names with their endings, facilities, numbers, directions.

Which of the places found is the one meant is decided in `places.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bot.text.tables import any_of, pairs, words

NUMERAL = "(?:[0-9]{1,4}|[一二三四五六七八九十百两零〇壹贰叁肆伍陆柒捌玖拾]{1,4}|(?<![A-Za-z])[A-Za-z][0-9]{0,2})"
CLAUSE = re.compile(r"[^,。;!?:、~…\"“”‘’()《》【】<> ]+")
#: 带路 and 出路 are no roads, but 玉带路120弄 is one.
ROAD_ENDS = "路街"
_HOUSE = re.compile(f"{NUMERAL}(?:号|弄)")
NUMBERED = frozenset({"dash", "building", "number", "unit", "floor", "room", "section", "bare"})
#: Role of a word ← the table that lists it.
TABLES = {
    "not": "place_not",
    "owner": "place_owners",
    "vague": "place_vague",
    "facility": "place_facilities",
    "localizer": "place_localizers",
    "suffix": "place_suffixes",
}
#: More characters than this before an ending are a sentence, not a name; of those the last few are taken.
LONGEST_NAME = 8
LONGEST_BEFORE_NUMBER = 6
#: One character before 路 or 苑 is rarely a name.
SHORTEST_NAME = 2
TAKEN_OF_LONG_NAME = 4


@dataclass(frozen=True)
class Token:
    """A piece of a place. Offsets are those of the text; a proper name may stand in [name_start, start)."""

    roles: frozenset[str]
    text: str
    name_start: int
    start: int
    end: int

    @property
    def name_length(self) -> int:
        return self.start - self.name_start

    @property
    def number(self) -> str | None:
        """The kind of number this is (building, room …), or None."""
        return next(iter(self.roles & NUMBERED), None)

    @property
    def is_named(self) -> bool:
        """Whether a proper name stands before it that belongs to it."""
        if "lane" in self.roles:
            return True
        if "suffix" in self.roles:
            return self.name_length >= (SHORTEST_NAME if len(self.text) == 1 else 1)
        if self.number in ("building", "section", "floor", "number"):
            return SHORTEST_NAME <= self.name_length <= LONGEST_BEFORE_NUMBER
        return "facility" in self.roles and self.name_length >= SHORTEST_NAME


@cache
def _roles() -> dict[str, frozenset[str]]:
    every = {word for table in TABLES.values() for word in words(table)}
    return {word: frozenset(role for role, table in TABLES.items() if word in words(table)) for word in every}


@cache
def _lexicon() -> re.Pattern[str]:
    return re.compile(any_of(*TABLES.values()))


@cache
def _numbers() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern.replace("{n}", NUMERAL))) for kind, pattern in pairs("place_numbers"))


@cache
def _cuts() -> re.Pattern[str]:
    return re.compile(f"(?P<kept>{any_of('place_cut_exceptions')})|{any_of('place_cuts')}")


def clauses(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of the stretches between marks and blanks."""
    for match in CLAUSE.finditer(text):
        yield match.span()


def cut_ends(text: str, start: int, end: int) -> list[int]:
    """Where words end that no name reaches across."""
    return [match.end() for match in _cuts().finditer(text, start, end) if match["kept"] is None]


def _word_at(text: str, position: int, end: int) -> tuple[frozenset[str], int] | None:
    """The longest piece that starts here, as roles and its end; a number wins over a word of the same length."""
    best: tuple[frozenset[str], int] | None = None
    for kind, pattern in _numbers():
        match = pattern.match(text, position, end)
        if match and (best is None or match.end() > best[1]):
            best = (frozenset({kind}), match.end())
    match = _lexicon().match(text, position, end)
    if match and (best is None or match.end() > best[1]):
        best = (_roles()[match[0]], match.end())
    return best


def _begins_the_name(previous: Token, position: int, bound: int) -> bool:
    """Whether the piece before an ending is the beginning of its name: 老街坊胡同, 湖滨路, 机务段宿舍, 柳河农贸市场."""
    if bound == position:
        if previous.end != position:  # 晚上有人在篮球场: 上 is no beginning of it
            return False
        is_section = "localizer" in previous.roles and len(previous.text) == 1 and previous.name_length >= SHORTEST_NAME
        return is_section or bool(previous.roles & {"not", "suffix"})
    return bound == previous.end and previous.roles == {"suffix"} and previous.name_length == 0


def _shortened(text: str, name_start: int, position: int, word: tuple[frozenset[str], int]) -> tuple[frozenset[str], int]:
    """海皮街上, 柳河桥上, 广电小区门口: behind a name the ending of a street or estate is meant, not 街上 as such."""
    if word[0] <= {"vague", "localizer"} and position - name_start >= SHORTEST_NAME:
        for size in (2, 1):
            roles = _roles().get(text[position : position + size], frozenset())
            if "suffix" in roles and position + size < word[1]:
                return roles, position + size
    return word


def _begins_a_word(text: str, start: int, position: int, word: tuple[frozenset[str], int]) -> bool:
    """前进村, 玉带路120弄: a direction that opens a clause points nowhere; a road with a house number is a road."""
    if position == start and word[0] == {"localizer"} and word[1] == position + 1:
        return True
    return "not" in word[0] and text[word[1] - 1] in ROAD_ENDS and _HOUSE.match(text, word[1]) is not None


def tokens(text: str, start: int, end: int) -> list[Token]:
    """The pieces of one clause, left to right, each with the name that stands before it."""
    ends = cut_ends(text, start, end)
    found: list[Token] = []
    position, previous = start, start
    while position < end:
        word = _word_at(text, position, end)
        if word is None or _begins_a_word(text, start, position, word):
            position += 1
            continue
        bound = max([previous, *(cut for cut in ends if previous < cut <= position)])
        goes_on = found and bound == position == found[-1].end and len(found[-1].text) == 1
        name_start = found[-1].name_start if goes_on else bound
        roles, stop = _shortened(text, name_start, position, word)
        if roles & {"suffix", "facility"} and found and _begins_the_name(found[-1], position, bound):
            bound = found[-1].name_start
        if position - bound > LONGEST_NAME:
            bound = position - TAKEN_OF_LONG_NAME
        found.append(Token(roles, text[position:stop], bound, position, stop))
        position = previous = stop
    return found
