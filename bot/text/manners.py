"""Wishes about how to be spoken to: larger and simpler, once more, slower. Heard by the gateway, whatever is going on.

Standard library only. What such a wish changes is decided in `bot/services/manners.py`.
"""

import re
from functools import cache

from bot.text.digits import SPOKEN
from bot.text.normalize import even
from bot.text.tables import pairs

KINDS = ("elder_off", "elder_on", "repeat", "faster", "slower")
#: With more characters than this a message is about something else.
LONGEST = 24
#: 1, 选2, 第三个, ④: a choice by its number.
CHOICE = re.compile(r"(?:我)?(?:选|要|按|点|回|第)?(?:第)?([1-9一二两三四五六七八九])(?:个|号|项|条|吧|。|\.|、|!)*")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(expression, re.IGNORECASE) for kind, expression in pairs("manners")}


def wish(text: str) -> tuple[str, bool] | None:
    """The wish a message holds, and whether it says nothing else; None where it holds none."""
    evened = even(text)
    if len(evened) > LONGEST:
        return None
    for kind in KINDS:
        beside, found = _patterns()[kind].subn(" ", evened)
        if found:
            return kind, re.fullmatch(f"(?:{_patterns()['around'].pattern})*", beside) is not None
    return None


def choice(text: str) -> int | None:
    """The number by which a choice was named, from 1; None where the message is anything else."""
    match = CHOICE.fullmatch(even(text).strip())
    return int(SPOKEN.get(match[1], match[1])) if match else None
