"""Whether a closing text says what was done, when, and by whom. The words are in `closing.csv` beside this file."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("closing.csv")
#: A sentence that says all three has at least so many characters.
LEAST = 8


@cache
def _parts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(what is asked for, words that say it), in the order of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple((row["part"], re.compile(row["words"])) for row in csv.DictReader(file))


def missing_in(text: str) -> tuple[str, ...]:
    """The parts a closing text lacks, as the person who writes it reads them; empty when nothing is missing."""
    words = text.strip()
    missing = tuple(part for part, pattern in _parts() if not pattern.search(words))
    return missing if missing or len(words) >= LEAST else tuple(part for part, _ in _parts())
