"""Runs of digits in any writing: full width, apart in groups, or spoken (幺三八). What a run means is said elsewhere."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.text.normalize import Evened

SPOKEN = dict(zip("零〇○洞幺一二两三四五六七八九拐勾壹贰叁肆伍陆柒捌玖", "00001122345678979123456789", strict=True))
_GROUP = re.compile(f"[0-9{''.join(SPOKEN)}]+")
_GAP = re.compile(r"[ \-—–.·,、_]{0,3}")


@dataclass(frozen=True)
class Run:
    """`digits` as 0-9; offsets are those of the evened text."""

    digits: str
    start: int
    end: int


def to_digits(written: str) -> str:
    """Every spoken or written digit as 0-9; anything else is dropped."""
    return "".join(SPOKEN.get(character, character) for character in written if character in SPOKEN or character.isdigit())


def groups(evened: Evened) -> list[Run]:
    """Unbroken runs, left to right."""
    return [Run(to_digits(match[0]), match.start(), match.end()) for match in _GROUP.finditer(evened.text)]


def runs_like(evened: Evened, accept: Callable[[str], bool], longest: int = 22) -> Iterator[Run]:
    """Runs that `accept` says yes to, joined over blanks and dashes; no digit is used twice.

    Of several joined runs with the same start the longest accepted one is taken.
    """
    found = groups(evened)
    index = 0
    while index < len(found):
        best, following = None, index + 1
        for last, run in _joined(evened.text, found, index, longest):
            if accept(run.digits):
                best, following = run, last + 1
        if best is not None:
            yield best
        index = following


def _joined(text: str, found: list[Run], first: int, longest: int) -> Iterator[tuple[int, Run]]:
    digits, end = "", found[first].start
    for last in range(first, len(found)):
        group = found[last]
        if last > first and not _GAP.fullmatch(text, end, group.start):
            return
        digits, end = digits + group.digits, group.end
        if len(digits) > longest:
            return
        yield last, Run(digits, found[first].start, end)
