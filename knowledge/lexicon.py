"""Everyday words and the official terms that rules use for them: the shipped table, or the one an office has published.

The shipped table is lexicon.csv beside this file. An office's own, edited on the admin pages, lies in the knowledge
base's folder under the same name and counts instead; a reader sees a new one at its next question. Nothing is ranked here.
"""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from knowledge.text import even, words

FILE = "lexicon.csv"
HEADER = ("everyday", "official")
SEPARATOR = "；"  # between several official terms of one word
LEAST = 2  # characters of an everyday word
MOST_TOKENS = 5  # that together make one everyday word

#: everyday word → its official terms, in the order of the table
Pairs = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Lexicon:
    """A table ready for questions. `joined` finds words by their characters, `cut` by the way a sentence is cut.

    `spoken` are words that hold stop words (不给工资): they are lost among search words, only the question shows them.
    """

    pairs: Pairs
    joined: Mapping[str, tuple[str, ...]]
    cut: Mapping[tuple[str, ...], tuple[str, ...]]
    spoken: tuple[str, ...]

    @classmethod
    def of(cls, pairs: Pairs) -> Lexicon:
        """From a table."""
        evened = {even(word): terms for word, terms in pairs.items()}
        cut = {word: tuple(words(word)) for word in evened}
        whole = {parts: evened[word] for word, parts in cut.items() if set("".join(parts)) == set(word)}
        return cls(pairs, evened, whole, tuple(word for word, parts in cut.items() if parts not in whole))

    def terms(self, tokens: Sequence[str], text: str = "") -> list[str]:
        """The official terms of the everyday words among the search words of a question, in their order, each once.

        `text` is the evened question, where it is at hand: words with stop words in them are looked for there.
        """
        found = dict.fromkeys(term for word in self.spoken if word in text for term in self.joined[word])
        for start in range(len(tokens)):
            for end in range(start + 1, min(start + MOST_TOKENS, len(tokens)) + 1):
                part = tuple(tokens[start:end])
                found |= dict.fromkeys((*self.joined.get("".join(part), ()), *self.cut.get(part, ())))
            found |= dict.fromkeys(self._inside(tokens[start]))
        return list(found)

    def _inside(self, token: str) -> Iterator[str]:
        """Terms of words within one search word: 舞太吵 is how 跳广场舞太吵了 is cut."""
        for start in range(len(token)):
            for end in range(start + LEAST, len(token) + 1):
                yield from self.joined.get(token[start:end], ())

    def expand(self, tokens: Sequence[str], text: str = "") -> list[str]:
        """The search words, and behind them those of the official terms that are not among them. `text` as in `terms`."""
        added = dict.fromkeys(word for term in self.terms(tokens, text) for word in words(even(term)))
        return [*tokens, *(word for word in added if word not in set(tokens))]


class Published:
    """The table that counts for a knowledge base; asking costs a look at the file's date."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE
        self._lock = threading.Lock()
        self._read: tuple[tuple[int, int] | None, Lexicon] | None = None

    def lexicon(self) -> Lexicon:
        """The newest table: the office's own, else the shipped one."""
        stamp = self._stamp()
        with self._lock:
            if self._read is None or self._read[0] != stamp:
                self._read = (stamp, shipped() if stamp is None else Lexicon.of(read(self.file.read_text("utf-8-sig"))))
            return self._read[1]

    def expand(self, tokens: Sequence[str], text: str = "") -> list[str]:
        """As `Lexicon.expand`, of the newest table."""
        return self.lexicon().expand(tokens, text)

    def _stamp(self) -> tuple[int, int] | None:
        try:
            about = self.file.stat()
        except FileNotFoundError:
            return None
        return about.st_mtime_ns, about.st_ino


@cache
def shipped() -> Lexicon:
    """The table that comes with the system."""
    return Lexicon.of(read(resources.files("knowledge").joinpath(FILE).read_text("utf-8-sig")))


def expand(tokens: Sequence[str], text: str = "") -> list[str]:
    """As `Lexicon.expand`, of the shipped table."""
    return shipped().expand(tokens, text)


def read(text: str) -> dict[str, tuple[str, ...]]:
    """A table as `write` made it; rows that say nothing are left out."""
    rows = csv.DictReader(io.StringIO(text))
    pairs = {(row[HEADER[0]] or "").strip(): split(row[HEADER[1]] or "") for row in rows if set(HEADER) <= set(row)}
    return {word: terms for word, terms in pairs.items() if word and terms}


def write(pairs: Pairs) -> str:
    """A table as csv, one word a line."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(HEADER)
    table.writerows((word, SEPARATOR.join(terms)) for word, terms in pairs.items())
    return out.getvalue()


def split(text: str) -> tuple[str, ...]:
    """Several terms in one cell, each once; people separate them by any of ；;、,，| or a new line."""
    for sign in ";、,，|｜\n":
        text = text.replace(sign, SEPARATOR)
    return tuple(dict.fromkeys(term.strip() for term in text.split(SEPARATOR) if term.strip()))


def publish(folder: Path, pairs: Pairs | None) -> bool:
    """Let `pairs` count for the base in `folder`, None: the shipped table; answers whether anything changed. Atomic."""
    file, text = folder / FILE, write(pairs) if pairs is not None else None
    there = file.read_text("utf-8") if file.is_file() else None
    if there == text:
        return False
    if text is None:
        file.unlink(missing_ok=True)
        return True
    folder.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{FILE}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)
    return True
