"""Markdown without front matter, and plain text, into blocks: headings, paragraphs, tables; marks and tags dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.importers.tables import rows_as_text
from knowledge.importers.upload import Block, Reading

HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*$")
UNDERLINE = re.compile(r"^ {0,3}(=+|-+)\s*$")
TABLE_ROW = re.compile(r"^\s*\|?.+\|.*$")
TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
FENCE = re.compile(r"^\s*(```|~~~)")
#: what is no text: pattern → what stays
MARKS = (
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"<(script|style|iframe|form|noscript|template)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE), ""),
    (re.compile(r"</?[a-zA-Z][^<>]{0,500}>"), ""),
)
TARGET = r"\((?:[^()\n]|\([^()\n]*\))*\)"  # of a link, parentheses inside included
INLINE = (
    (re.compile(rf"!\[([^\]\n]*)\]{TARGET}"), ""),
    (re.compile(rf"\[([^\]\n]+)\]{TARGET}"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
)


def read_markdown(text: str) -> Reading:
    """The text of a Markdown file; raw HTML goes, scripts with all they hold."""
    for pattern, rest in MARKS:
        text = pattern.sub(rest, text)
    return Reading(tuple(_blocks(text.split("\n"))))


def read_text(text: str) -> Reading:
    """Plain text: a line is a paragraph. Nothing is taken for a mark, `<b>` stays the letters it is."""
    return Reading(tuple(Block(line.strip()) for line in text.split("\n") if line.strip()))


def _blocks(lines: list[str]) -> Iterator[Block]:
    table: list[list[str]] = []
    for n, line in enumerate(lines):
        after = lines[n + 1] if n + 1 < len(lines) else ""
        if TABLE_ROW.match(line) and (table or TABLE_RULE.match(after)):
            if not TABLE_RULE.match(line):
                table.append([_plain(cell.strip()) for cell in line.strip().strip("|").split("|")])
            continue
        yield from rows_as_text(table)
        table = []
        yield from _line(line, after)
    yield from rows_as_text(table)


def _line(line: str, after: str) -> Iterator[Block]:
    heading = HEADING.match(line)
    if heading:
        yield Block(_plain(heading[2]), len(heading[1]))
    elif line.strip() and not UNDERLINE.match(line) and not FENCE.match(line):
        under = UNDERLINE.match(after)
        yield Block(_plain(line.strip()), {"=": 1, "-": 2}[under[1][0]] if under else 0)


def _plain(text: str) -> str:
    for pattern, rest in INLINE:
        text = pattern.sub(rest, text)
    return re.sub(r"^[>*+\-]\s+", "", text)
