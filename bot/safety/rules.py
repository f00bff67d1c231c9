"""Reads the danger tables: expressions with named word lists, exceptions and calm readings.

How the rules are applied to a message is decided in `triage.py`.
"""

import re
from collections.abc import Callable
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
#: name, expression
WORD_COLUMNS = 2
#: kind, expression, comment
CALM_COLUMNS = 3
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
    return [(f"{name} 第 {number} 行", line) for name in RULE_TABLES for number, line in _numbered(name)]


def _numbered(name: str) -> list[tuple[int, str]]:
    """The lines of a table that say something, with their numbers."""
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]


@cache  # the check at start and the rules in use read the same rows: each expression is compiled once
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
    return tuple(_signal(f"signals.tsv 第 {number} 行", line) for number, line in _numbered("signals.tsv"))


@cache
def _signal(where: str, line: str) -> Signal:
    columns = line.split("\t")
    if len(columns) != SIGNAL_COLUMNS:
        raise TableError(f"{where}：应有 {SIGNAL_COLUMNS} 列，现有 {len(columns)} 列")
    level, kind, points, pattern = columns[1:5]
    if level not in get_args(Level):
        raise TableError(f"{where}：级别 {level} 不认识")
    try:
        return Signal(cast(Level, level), kind, int(points), re.compile(filled(pattern, lexicon())))
    except (re.error, TableError, ValueError) as error:
        raise TableError(f"{where}：{error}") from error


def check_danger_tables() -> list[str]:
    """What is wrong in the danger tables, one sentence for people each; an empty list when nothing is."""
    wrong = _wrong_words()
    if wrong:
        return wrong
    for where, line in _rule_lines():
        wrong += _complaint(_rule, where, line)
    for number, line in _numbered("signals.tsv"):
        wrong += _complaint(_signal, f"signals.tsv 第 {number} 行", line)
    return wrong + _wrong_calm()


def _complaint(read: Callable[[str, str], object], where: str, line: str) -> list[str]:
    try:
        read(where, line)
    except TableError as error:
        return [str(error)]
    return []


def _wrong_words() -> list[str]:
    """Word lists that cannot be used; everything else mentions them, so they are looked at first."""
    names: dict[str, str] = {}
    wrong: list[str] = []
    for number, line in _numbered("words.tsv"):
        columns = line.split("\t")
        where = f"words.tsv 第 {number} 行"
        if len(columns) != WORD_COLUMNS:
            wrong.append(f"{where}：应有 {WORD_COLUMNS} 列，现有 {len(columns)} 列")
            continue
        try:
            names[columns[0]] = filled(columns[1], names)
            re.compile(names[columns[0]])
        except (re.error, TableError) as error:
            wrong.append(f"{where}：{error}")
    return wrong


def _wrong_calm() -> list[str]:
    wrong: list[str] = []
    for number, line in _numbered("calm.tsv"):
        columns = line.split("\t")
        where = f"calm.tsv 第 {number} 行"
        if len(columns) != CALM_COLUMNS:
            wrong.append(f"{where}：应有 {CALM_COLUMNS} 列，现有 {len(columns)} 列")
        elif columns[0] not in CALM_KINDS:
            wrong.append(f"{where}：种类 {columns[0]} 不认识")
        else:
            try:
                re.compile(columns[1])
            except re.error as error:
                wrong.append(f"{where}：{error}")
    return wrong
