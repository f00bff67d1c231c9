"""Other languages: noticed by their letters; an English question is looked up by the Chinese for the words that matter."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("english.tsv")
#: Words of another language that are greetings, however short.
GREETINGS = frozenset({"hi", "hello", "hey"})
LETTERS, CHINESE = 6, "CJK UNIFIED"


@cache
def _glossary() -> dict[str, str]:
    rows = (line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
    return {english: chinese for line in rows for english in line[0].split("|") for chinese in line[1:]}


def is_foreign(text: str) -> bool:
    """Whether a message is written in another language: no Chinese character, and enough letters."""
    letters = [character for character in text if character.isalpha()]
    if any(unicodedata.name(letter, "").startswith(CHINESE) for letter in letters):
        return any(unicodedata.name(letter, "").startswith(("HIRAGANA", "KATAKANA")) for letter in letters)
    return len(letters) >= LETTERS or text.strip(" !.,?").lower() in GREETINGS


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
