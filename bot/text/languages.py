"""Which language a message is in: by its letters and common words, and Cantonese by the characters only it writes.

Standard library only. The tables (data/district/languages.csv, dialects.csv) are handed in by their folder.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: Words of another language that are greetings, however short.
GREETINGS = frozenset({"hi", "hello", "hey"})
LETTERS, CHINESE = 6, "CJK UNIFIED"
#: A dialect is told by so many of its signs; a single one is a slip, a name or a joke.
SIGNS = 2
#: The row of languages.csv for every language that has none.
OTHER = "other"


@dataclass(frozen=True)
class Language:
    """What is said in a language, each sentence with its Chinese."""

    code: str
    name: str
    script: tuple[str, ...]  # beginnings of the Unicode names of its letters
    words: str  # an expression; several languages share the Latin letters
    card: str
    person: str  # the button
    thanks: str
    explained: str


def is_foreign(text: str) -> bool:
    """Whether a message is written in another language: no Chinese character, and enough letters."""
    letters = [character for character in text if character.isalpha()]
    if any(unicodedata.name(letter, "").startswith(CHINESE) for letter in letters):
        return any(unicodedata.name(letter, "").startswith(("HIRAGANA", "KATAKANA")) for letter in letters)
    return len(letters) >= LETTERS or text.strip(" !.,?").lower() in GREETINGS


@cache
def languages(folder: Path) -> tuple[Language, ...]:
    """The table; its last row is for every language that has none."""
    return tuple(
        Language(
            row["code"], row["name"], tuple(filter(None, row["script"].split("|"))), row["words"], row["card"],
            row["person"], row["thanks"], row["explained"],
        )
        for row in _rows(folder / "languages.csv")
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


def written_in(messages: Iterable[str], folder: Path) -> str | None:
    """The code of the language somebody writes in, read off their messages, the newest first.

    None: Mandarin, or nothing tells. The newest message with words decides between Chinese and another language; signs of a
    dialect are counted over all of them.
    """
    told = [text for text in messages if any(character.isalpha() for character in text)]
    if told and is_foreign(told[0]):
        code = language_of(told[0], folder).code
        return None if code == OTHER else code
    together = "\n".join(told)
    counted = {code: len(set(re.findall(signs, together))) for code, _, signs in _dialects(folder)}
    best = max(counted, key=lambda code: counted[code], default=None)
    return best if best is not None and counted[best] >= SIGNS else None


def code_of(written: str, folder: Path) -> str:
    """The code of a language as staff write it (粤语, 英文, en); what no table knows stays as it is."""
    plain = written.strip().lower().replace("文", "语").replace("话", "语")
    named = {row.name: row.code for row in languages(folder)}
    named |= {alias.replace("话", "语"): code for code, names, _ in _dialects(folder) for alias in names.split("|")}
    return named.get(plain, plain)


def name_of(code: str, folder: Path) -> str:
    """The Chinese name of a language; the code where no table knows it."""
    named = {row.code: row.name for row in languages(folder)}
    named |= {dialect: names.split("|")[0] for dialect, names, _ in _dialects(folder)}
    return named.get(code, code)


@cache
def _dialects(folder: Path) -> tuple[tuple[str, str, str], ...]:
    return tuple((row["code"], row["names"], row["signs"]) for row in _rows(folder / "dialects.csv"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
