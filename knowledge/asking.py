"""What a question asks for: materials, a fee, a period, a place …, read by the patterns of asking.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml


@dataclass(frozen=True)
class Kind:
    """One thing questions ask for; a row of asking.yml."""

    name: str
    asked: re.Pattern[str]
    section: str | None
    evidence: re.Pattern[str] | None


@cache
def kinds() -> dict[str, Kind]:
    """name → kind, in the order of asking.yml."""
    table = yaml.safe_load(resources.files("knowledge").joinpath("asking.yml").read_text("utf-8"))
    return {
        name: Kind(
            name,
            re.compile(row["asked"]),
            row.get("section"),
            re.compile(row["evidence"]) if row.get("evidence") else None,
        )
        for name, row in table.items()
    }


def asked_kinds(question: str) -> list[Kind]:
    """What an evened question asks for, in the order of asking.yml."""
    return [kind for kind in kinds().values() if kind.asked.search(question)]
