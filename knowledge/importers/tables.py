"""A table's rows as lines that can be read alone: 「费用：10 元；时限：3 天」, where the first row names the columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from knowledge.importers.cutting import guide_headings
from knowledge.importers.upload import Block

LONGEST_NAME = 20  # characters of a column's name
PAIR = 2


def rows_as_text(rows: Sequence[Sequence[str]]) -> Iterator[Block]:
    """One block a row. A table of pairs (申请材料 | 身份证) gives a heading and its text where the name is a usual one."""
    filled = [row for row in ([" ".join(cell.split()) for cell in row] for row in rows) if any(row)]
    pairs = bool(filled) and all(len(row) == PAIR for row in filled)
    if pairs and any(row[0] in guide_headings() for row in filled):
        yield from (_pair(row) for row in rows if any(row))
        return
    names = filled[0] if len(filled) > 1 and _are_names(filled[0]) else []
    for row in filled[1:] if names else filled:
        yield Block(_line(names, row))


def _pair(row: Sequence[str]) -> Block:
    name, text = " ".join(row[0].split()), row[1].strip()  # a cell's own lines stay
    return Block(f"{name}：{text}" if name and text else name or text)


def _are_names(row: Sequence[str]) -> bool:
    return (
        len(row) > 1
        and all(0 < len(cell) <= LONGEST_NAME and cell[-1] not in "。；" for cell in row)
        and len(set(row)) == len(row)
    )


def _line(names: Sequence[str], row: Sequence[str]) -> str:
    if len(names) == len(row):
        return "；".join(f"{name}：{cell}" for name, cell in zip(names, row, strict=True) if cell)
    return " | ".join(cell for cell in row if cell)
