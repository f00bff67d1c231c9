"""Other languages: known by letters and common words, answered with a card in both languages (data/district/languages.csv).

An English question is looked up by the Chinese for the words that matter.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Language:
    """What is said in a language, each sentence with its Chinese."""

    code: str
    script: tuple[str, ...]  # beginnings of the Unicode names of its letters
    words: str  # an expression; several languages share the Latin letters
    card: str
    person: str  # the button
    thanks: str
    explained: str


@cache
def languages(folder: Path) -> tuple[Language, ...]:
    """The table; its last row is for every language that has none."""
    with (folder / "languages.csv").open(encoding="utf-8-sig", newline="") as file:
        return tuple(
            Language(
                row["code"], tuple(filter(None, row["script"].split("|"))), row["words"], row["card"], row["person"],
                row["thanks"], row["explained"],
            )
            for row in csv.DictReader(file)
        )  # fmt: skip


def language_of(text: str, folder: Path) -> Language:
    """The language of a foreign message: by its letters, and among those that share them by the words most at home in it."""
    table, lowered = languages(folder), text.lower()
    names = Counter(unicodedata.name(letter, "").split(" ")[0] for letter in text if letter.isalpha())
    sharing = [row for row in table if names and any(script in names for script in row.script)]
    if not sharing:
        return table[-1]
    hits = {row.code: len(re.findall(row.words, lowered)) if row.words else 0 for row in sharing}
    return max(sharing, key=lambda row: hits[row.code])


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
