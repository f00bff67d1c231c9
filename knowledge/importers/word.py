"""docx into blocks: paragraphs, headings by style or outline, tables row by row; revisions as if accepted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from knowledge.importers.sentences import refuse, warn
from knowledge.importers.tables import rows_as_text
from knowledge.importers.upload import Block, Reading

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SKIPPED = frozenset({f"{W}del", f"{W}moveFrom", f"{W}pPr", f"{W}tblPr", f"{W}instrText", MC_FALLBACK})
HOLDERS = frozenset({f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}moveTo", f"{W}customXml", f"{W}smartTag"})
DEEPEST = 9  # outline levels of Word


def read_word(name: str, data: bytes) -> Reading:
    """The text of a docx. Raises BadFile for one that cannot be opened or holds no text."""
    from docx import Document as open_docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        document = open_docx(io.BytesIO(data))
        levels = _style_levels(document)
        body = document.element.body
        title = str(document.core_properties.title or "")
        blocks = tuple(_blocks(body, levels))
    except (OpcError, LxmlError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, TypeError, RecursionError) as error:
        # python-docx lets parts that are missing or out of place through as these.
        raise refuse(name, "broken") from error
    if not any(block.text.strip() for block in blocks):
        raise refuse(name, "no_text")
    return Reading(blocks, (("title", title),) if any(block.level == 1 for block in blocks) else (), tuple(_warnings(body)))


def _style_levels(document: Any) -> dict[str, int]:
    """id of a style → level of heading, by its English or Chinese name or its outline level."""
    levels: dict[str, int] = {}
    for style in document.styles.element.iter(f"{W}style"):
        ident, named = style.get(f"{W}styleId", ""), style.find(f"{W}name")
        title = (named.get(f"{W}val", "") if named is not None else "").lower()
        outline = style.find(f"{W}pPr/{W}outlineLvl")
        if title in ("title", "标题"):
            levels[ident] = 1
        elif title.startswith(("heading ", "标题 ")) and title.split()[-1].isdigit():
            levels[ident] = min(int(title.split()[-1]), DEEPEST)
        elif outline is not None and outline.get(f"{W}val", "9").isdigit() and int(outline.get(f"{W}val", "9")) < DEEPEST:
            levels[ident] = int(outline.get(f"{W}val")) + 1
    return levels


def _blocks(parent: Any, levels: dict[str, int]) -> Iterator[Block]:
    for child in parent:
        if child.tag == f"{W}p":
            text = _text(child)
            if text.strip():
                yield Block(text, _level(child, levels))
        elif child.tag == f"{W}tbl":
            yield from rows_as_text(_rows(child))
        elif child.tag in HOLDERS:
            yield from _blocks(child, levels)


def _level(paragraph: Any, levels: dict[str, int]) -> int:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    outline = paragraph.find(f"{W}pPr/{W}outlineLvl")
    if outline is not None and outline.get(f"{W}val", "").isdigit() and int(outline.get(f"{W}val")) < DEEPEST:
        return int(outline.get(f"{W}val")) + 1
    return levels.get(style.get(f"{W}val", ""), 0) if style is not None else 0


def _text(element: Any) -> str:
    """Visible text, deleted and hidden runs left out; python-docx's own `text` would drop inserted ones."""
    if element.tag in SKIPPED or (element.tag == f"{W}r" and element.find(f"{W}rPr/{W}vanish") is not None):
        return ""
    if element.tag == f"{W}t":
        return element.text or ""
    if element.tag in (f"{W}br", f"{W}cr"):
        return "\n"
    if element.tag == f"{W}tab":
        return " "
    return "".join(_text(child) for child in element)


def _rows(table: Any) -> list[list[str]]:
    """Cells by row; a cell merged over several columns once, one merged over several rows in each of them."""
    rows: list[list[str]] = []
    for row in table.iter(f"{W}tr"):
        if _owner(row) is not table:
            continue
        cells: list[str] = []
        for cell in row.iter(f"{W}tc"):
            if _owner(cell) is not table:
                continue
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            text = "\n".join(filter(None, (_text(paragraph).strip() for paragraph in cell.iter(f"{W}p"))))
            above = rows[-1][len(cells)] if rows and len(rows[-1]) > len(cells) else ""
            cells.append(above if merged is not None and merged.get(f"{W}val") != "restart" else text)
        rows.append(cells)
    return rows


def _owner(element: Any) -> Any:
    """The innermost table an element stands in."""
    return next(element.iterancestors(f"{W}tbl"), None)


def _warnings(body: Any) -> Iterator[str]:
    numbered = sum(1 for _ in body.iter(f"{W}numPr"))
    pictures = sum(1 for _ in body.iter("{http://schemas.openxmlformats.org/drawingml/2006/picture}pic"))
    if next(body.iter(f"{W}ins", f"{W}del"), None) is not None:
        yield warn("revisions")
    if next(body.iter(f"{W}vanish"), None) is not None:
        yield warn("hidden")
    if numbered:
        yield warn("numbered", count=numbered)
    if pictures:
        yield warn("pictures", count=pictures)
