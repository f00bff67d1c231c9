"""The sentences of this package, from refusals.yml and warnings.yml: why a file is refused, what to look at."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml

from knowledge.errors import BadFile

SHOWN_VALUE = 30  # characters of a cell or a name repeated in a sentence


@cache
def _table(file: str) -> dict[str, str]:
    table: dict[str, str] = yaml.safe_load(resources.files("knowledge.importers").joinpath(file).read_text("utf-8"))
    return table


def _short(fact: object) -> str:
    text = " ".join(str(fact).split())
    return text if len(text) <= SHOWN_VALUE else text[:SHOWN_VALUE] + "…"


def refuse(name: str, code: str, line: int | None = None, **facts: object) -> BadFile:
    """The refusal of a file by the code of its sentence; `line` counts from 1."""
    return BadFile(name, _table("refusals.yml")[code].format(**{key: _short(fact) for key, fact in facts.items()}), line)


def warn(code: str, **facts: object) -> str:
    """One sentence for the admin by its code."""
    return _table("warnings.yml")[code].format(**{key: _short(fact) for key, fact in facts.items()})
