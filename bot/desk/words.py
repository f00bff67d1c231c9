"""The desk's labels and sentences, from `words.csv` beside this file; a city may reword them there."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from bot.cases.errors import ServiceError

TABLE = Path(__file__).with_name("words.csv")


@cache
def _table() -> dict[str, str]:
    with TABLE.open(encoding="utf-8-sig", newline="") as file:
        return {row["key"]: row["text"] for row in csv.DictReader(file)}


def word(family: str, code: str | None) -> str:
    """The label of `code` in a family; the family's `other`, or the code itself, when the table lacks it."""
    table = _table()
    return table.get(f"{family}.{code}") or table.get(f"{family}.other") or str(code or "")


def sentence(error: ServiceError) -> str:
    """What a staff member is told when something was refused; the general sentence of its kind as a last resort."""
    table = _table()
    codes = [error.code, *(getattr(kind, "code", "") for kind in type(error).__mro__)]
    text = next((table[f"error.{code}"] for code in codes if f"error.{code}" in table), table["error.unexpected"])
    try:
        return text.format(**error.facts)
    except KeyError:  # a sentence with a blank this refusal does not fill
        return table["error.unexpected"]
