"""Reads the danger tables: expressions with named word lists, exceptions and calm readings.

How the rules are applied to a message is decided in `triage.py`.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from bot.text.tables import read_lines

Level = Literal["emergency", "self_harm", "urgent", "none"]
TABLES = Path(__file__).parent / "tables"
#: Single dangers first, then what word classes say together; both are in one form.
RULE_TABLES = ("triage.tsv", "general.tsv")
#: kind, level, pattern, exception, comment
COLUMNS = 5
#: name, level, kind, points, pattern, comment
SIGNAL_COLUMNS = 6
CRISIS_LEVELS = ("self_harm", "emergency")
CALM_KINDS = ("idiom", "past", "over", "ask", "drill", "fear", "denied")
#: Which level is looked for first.
ORDER: dict[str, int] = {"self_harm": 0, "emergency": 1, "urgent": 2, "none": 3}
_NAME = re.compile(r"\{([a-z_]+)\}")


class TableError(Exception):
    """A row of a danger table cannot be used; the message names file and line."""


@dataclass(frozen=True)
class Rule:
    """`parts` must all be found, the first one not denied or merely feared; `unless` must not be found."""

    kind: str
    level: Level
    parts: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None


@cache
def lexicon() -> dict[str, str]:
    """Named word lists with the lists they mention filled in; a list may mention only those above it."""
    names: dict[str, str] = {}
    for line in read_lines(TABLES / "words.tsv"):
        name, expression = line.split("\t")[:2]
        names[name] = filled(expression, names)
    return names


def filled(expression: str, names: dict[str, str]) -> str:
    """`expression` with every `{name}` replaced. Raises TableError for a name that is not listed."""

    def word_list(match: re.Match[str]) -> str:
        if match[1] not in names:
            raise TableError(f"词表 {match[1]} 不存在")
        return names[match[1]]

    return _NAME.sub(word_list, expression)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, the gravest level first, then in the order of the tables: the first that fits decides."""
    found = [_rule(where, line) for where, line in _rule_lines()]
    return tuple(sorted(found, key=lambda rule: ORDER[rule.level]))


def _rule_lines() -> list[tuple[str, str]]:
    """Where each rule stands (for people) and its line."""
    return [
        (f"{name} 第 {number} 行", line)
        for name in RULE_TABLES
        for number, line in enumerate((TABLES / name).read_text(encoding="utf-8").splitlines(), 1)
        if line.strip() and line[0] != "#"
    ]


def _rule(where: str, line: str) -> Rule:
    columns = line.split("\t")
    if len(columns) != COLUMNS:
        raise TableError(f"{where}：应有 {COLUMNS} 列，现有 {len(columns)} 列")
    kind, level, pattern, unless = columns[:4]
    if level not in get_args(Level):
        raise TableError(f"{where}：级别 {level} 不认识")
    try:
        parts = tuple(re.compile(filled(part.strip(), lexicon())) for part in pattern.split(" & "))
        exception = re.compile(filled(unless, lexicon())) if unless else None
    except (re.error, TableError) as error:
        raise TableError(f"{where}：{error}") from error
    return Rule(kind, cast(Level, level), parts, exception)


@cache
def calm(kind: str) -> re.Pattern[str]:
    """The expression for one kind of calm reading: idiom, past, over, ask, drill, fear, denied."""
    rows = (line.split("\t") for line in read_lines(TABLES / "calm.tsv"))
    return re.compile("|".join(row[1] for row in rows if row[0] == kind))


@dataclass(frozen=True)
class Signal:
    """One sign of danger (or, with negative points, of calm); only several together say anything."""

    level: Level
    kind: str
    points: int
    pattern: re.Pattern[str]


@cache
def signals() -> tuple[Signal, ...]:
    """All signs in the order of the table."""
    lines = (TABLES / "signals.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(_signal(number, line) for number, line in enumerate(lines, 1) if line.strip() and line[0] != "#")


def _signal(number: int, line: str) -> Signal:
    columns = line.split("\t")
    where = f"signals.tsv 第 {number} 行"
    if len(columns) != SIGNAL_COLUMNS:
        raise TableError(f"{where}：应有 {SIGNAL_COLUMNS} 列，现有 {len(columns)} 列")
    level, kind, points, pattern = columns[1:5]
    if level not in get_args(Level):
        raise TableError(f"{where}：级别 {level} 不认识")
    try:
        return Signal(cast(Level, level), kind, int(points), re.compile(filled(pattern, lexicon())))
    except (re.error, TableError, ValueError) as error:
        raise TableError(f"{where}：{error}") from error
