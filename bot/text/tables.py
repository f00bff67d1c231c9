"""Reads the word lists in `tables/`. What the words are used for is said in the modules that use them.

A line starting with `#` is a comment. Files are read on first use and kept.
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "tables"


def read_lines(path: Path) -> list[str]:
    """The lines of a table without comments and blank lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


@cache
def words(name: str) -> tuple[str, ...]:
    """Words of `tables/<name>.txt`, several a line separated by blanks."""
    return tuple(word for line in read_lines(FOLDER / f"{name}.txt") for word in line.split())


@cache
def pairs(name: str) -> tuple[tuple[str, str], ...]:
    """First two columns of `tables/<name>.tsv`."""
    rows = (line.split("\t") for line in read_lines(FOLDER / f"{name}.tsv"))
    return tuple((row[0], row[1]) for row in rows)


@cache
def any_of(*names: str) -> str:
    """A regular expression that matches any word of these lists, the longest first."""
    found = {word for name in names for word in words(name)}
    return "(?:" + "|".join(map(re.escape, sorted(found, key=lambda word: (-len(word), word)))) + ")"


@cache
def patterns(name: str) -> tuple[tuple[str, "re.Pattern[str]"], ...]:
    """Rows `name<TAB>regular expression` of `tables/<name>.tsv`, with `{list}` replaced by the words of that list.

    Raises re.error with the row's name when an expression is not valid.
    """
    return tuple((kind, compiled(kind, expression)) for kind, expression in pairs(name))


def compiled(kind: str, expression: str) -> re.Pattern[str]:
    """One table expression with its word lists filled in."""
    filled = re.sub(r"\{([a-z_]+)\}", lambda match: any_of(match[1]), expression)
    try:
        return re.compile(filled)
    except re.error as error:
        raise re.error(f"{kind}: {error} in {expression}") from error
