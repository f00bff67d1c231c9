"""Numbers that name a person, a card or a car. No part of one is a place, however much 137 looks like a room.

Only where they stand is said here; which of them are personal data is decided in `bot/safety/redact.py`.
"""

import re
from collections.abc import Iterator

from bot.text.contacts import telephones
from bot.text.digits import runs_like
from bot.text.normalize import Evened

PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][·•. -]?"
    r"(?=[A-Za-z0-9]{0,5}[0-9])[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳领](?![A-Za-z0-9])"
)
#: Identity numbers without their check letter, bank cards. An address written with dashes has fewer digits.
LONG = range(15, 20)
#: A telephone number somebody mistyped, in one piece or in the usual three.
NEARLY_TELEPHONE = re.compile(r"(?<![0-9A-Za-z-])1[3-9][0-9](?:[ -]?[0-9]{2,4}){2,3}(?![0-9])")
#: Stands where such a number stood: it ends a clause, so that nothing reaches across.
MARK = ";"


def identifiers(evened: Evened) -> Iterator[tuple[int, int]]:
    """Offsets, in the evened text, of telephone numbers, identity numbers, cards and plates; they may overlap."""
    yield from ((run.start, run.end) for run in telephones(evened))
    yield from ((run.start, run.end) for run in runs_like(evened, lambda digits: len(digits) in LONG))
    for expression in (PLATE, NEARLY_TELEPHONE):
        yield from (match.span() for match in expression.finditer(evened.text))


def without_identifiers(evened: Evened) -> str:
    """The evened text, as long as before, with MARK for every character of such a number."""
    text = evened.text
    for start, end in identifiers(evened):
        text = text[:start] + MARK * (end - start) + text[end:]
    return text
