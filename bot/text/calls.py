"""Reads 打我闺女137 4444 3333 as 电话: to beat and to call are one word in Chinese, and the number tells which is meant.

Standard library only. Used before danger and urgency are judged.
"""

import re
from functools import cache

from bot.text.contacts import telephones
from bot.text.normalize import even_with_origins
from bot.text.tables import pairs

CALL = "电话"
#: A telephone number that was masked before (bot/safety/redact.py).
MASKED = re.compile(f"〔{CALL}〕")
#: Longest way from the verb to the number: 打给我家住隔壁的大女儿139…
REACH = 14


@cache
def _expressions() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(expression) for kind, expression in pairs("calls")}


def _verb_before(text: str, number: int) -> int | None:
    """Where the call to a number that starts here begins; None where nobody is called, or somebody is beaten."""
    said = text[max(0, number - REACH) : number]
    match = _expressions()["call"].search(said)
    if match is None:
        return None
    begun = number - len(said) + match.start("verb")
    return None if _expressions()["somebody_else"].search(text[:begun]) else begun


def with_calls_read(text: str) -> str:
    """The message evened, each call to somebody at a number as 电话; a line that is only spoken about (打了三天电话) too.

    Other telephone numbers are left out: they say neither danger nor calm.
    """
    evened = even_with_origins(text)
    numbers = [(run.start, run.end) for run in telephones(evened)] + [match.span() for match in MASKED.finditer(evened.text)]
    read = evened.text
    for start, end in sorted(numbers, reverse=True):
        verb = _verb_before(evened.text, start)
        read = read[:start] + read[end:] if verb is None else read[:verb] + CALL + read[end:]
    return _expressions()["spoken_of"].sub(CALL, read)
