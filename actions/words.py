"""Reads `words.tsv`: the short words residents answer with. What an answer means for a form is decided by the form."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from bot.text.normalize import even, to_simplified

TABLE = Path(__file__).with_name("words.tsv")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    rows = (line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
    return {kind: re.compile(expression, re.IGNORECASE) for kind, expression in rows}


def pattern_of(kind: str) -> str:
    """The expression of row `kind`, to be part of a larger one."""
    return _patterns()[kind].pattern


def says(kind: str, text: str) -> bool:
    """Whether the text contains what row `kind` describes."""
    return _patterns()[kind].search(_evened(text)) is not None


@lru_cache(maxsize=4)
def _evened(text: str) -> str:
    """One message is asked many things in a row."""
    return even(text)


def find(kind: str, text: str) -> list[re.Match[str]]:
    """Every place where row `kind` is found; offsets are those of `text`."""
    return list(_patterns()[kind].finditer(to_simplified(text)))


def without(kind: str, text: str) -> str:
    """The text without what row `kind` describes."""
    return _patterns()[kind].sub("", to_simplified(text))


def is_yes(text: str) -> bool:
    """Whether the whole text is consent and nothing else (好好好谢谢你, 係 冇錯, 行行行)."""
    evened = even(text)
    yes, filler = _patterns()["yes"].pattern, _patterns()["filler"].pattern
    return re.fullmatch(f"(?:{filler})*(?:(?:{yes})(?:{filler})*)+", evened, re.IGNORECASE) is not None
