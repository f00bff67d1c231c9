"""The sentences the gateway says by itself (queue notices, Rasa is down …): data/district/texts.csv, editable by a city.

What the bot says in a dialogue stands in data/responses instead; safety texts in data/district/safety_texts.csv.
"""

from __future__ import annotations

import csv
from pathlib import Path


class Texts:
    """Sentences by key, with blanks filled by keyword."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8-sig", newline="") as file:
            self._texts = {row["key"]: row["text"] for row in csv.DictReader(file)}

    def __call__(self, key: str, **facts: object) -> str:
        """The sentence of `key`. Raises KeyError for a key that is not in the table."""
        return self._texts[key].format(**facts)

    def words(self, key: str) -> frozenset[str]:
        """A list of words of the table, separated by `|`."""
        return frozenset(self._texts[key].split("|"))

    def has(self, key: str) -> bool:
        """Whether the table has this key."""
        return key in self._texts

    def error(self, code: str, **facts: object) -> str:
        """What a person is told when something was refused; the general sentence for a code without one."""
        return self(f"error_{code}" if f"error_{code}" in self._texts else "error_unexpected", **facts)

    def all(self) -> dict[str, str]:
        """Every sentence by key, for the admin page."""
        return dict(self._texts)
