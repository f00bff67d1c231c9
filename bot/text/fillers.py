"""Takes out words that say nothing (那个, 就是说, 你懂的): 嗯，路灯坏了三天了哈 reads as 路灯坏了三天了.

The words are rows of `tables/fillers.tsv`.
"""

import re
from functools import cache

from bot.text.tables import pairs

#: So much must be left before an end is cut: 好的，谢谢 is thanks, not yes.
LEAST_BEFORE_END = 6


@cache
def _expressions() -> dict[str, re.Pattern[str]]:
    words = dict(pairs("fillers"))
    return {
        # a message that is nothing but 你好 stays
        "start": re.compile(rf"^(?:(?:{words['start']})[,.~…、 ]+)+(?=[^,.~…、 ])"),
        "pause": re.compile(rf"(?<=[, ])(?:{words['pause']})[, ]?(?=[^,. ])"),
        "end": re.compile(rf"(?<=.{{{LEAST_BEFORE_END}}})(?:{words['end']})[.!~ ]*$"),
    }


def without_fillers(evened: str) -> str:
    """An evened text (bot.text.normalize.even) without fillers at its start, after commas and at its end; never empty."""
    found = evened
    for expression in _expressions().values():
        found = expression.sub("", found)
    return found or evened
