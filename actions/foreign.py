"""Other languages are answered with a card in both languages (data/district/languages.csv); bot/text/languages.py knows them.

An English question is looked up by the Chinese for the words that matter.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("english.tsv")


@cache
def _glossary() -> dict[str, str]:
    rows = (line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
    return {english: chinese for line in rows for english in line[0].split("|") for chinese in line[1:]}


def in_chinese(text: str) -> str:
    """The Chinese for the words of an English question that the table knows; the text itself where it knows none."""
    lowered = re.sub(r"[^a-z' ]", " ", text.lower())
    found = []
    for english in sorted(_glossary(), key=len, reverse=True):
        match = re.search(rf"\b{english}(?:s|es|ed|d|ing)?\b", lowered)
        if match:
            found.append((match.start(), _glossary()[english]))
            lowered = lowered[: match.start()] + " " * (match.end() - match.start()) + lowered[match.end() :]
    return " ".join(dict.fromkeys(chinese for _, chinese in sorted(found))) or text
