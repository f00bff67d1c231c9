"""pdf into blocks: printed lines joined to paragraphs again, page numbers and running titles left out; scans refused."""

from __future__ import annotations

import io
import logging
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from knowledge.importers.cutting import ARTICLE, CHAPTER, LOOKS
from knowledge.importers.decoding import looks_chinese
from knowledge.importers.sentences import refuse, warn
from knowledge.importers.upload import Block, Reading

MOST_PAGES, MOST_SECONDS = 500, 60.0
FEWEST_CHARACTERS = 10  # on a page; with fewer it counts as a picture
EDGE, RUNNING_SHARE, RUNNING_FROM = 2, 0.5, 3  # lines at top and bottom that repeat on half of at least three pages
FULL_LINE = 0.8  # of the longest line: a shorter one ends its paragraph
PAGE_NUMBER = re.compile(
    r"^[-—–·\s第]*(?:\d{1,4}|[ivx]{1,5})(?:\s*页)?[-—–·\s]*(?:(?:/|共)\s*\d{1,4}\s*页?)?[\s-]*$", re.IGNORECASE
)
ENDS_PARAGRAPH = re.compile(r"[。！？；：:!?;][”’」』）)]*$")
BEGINS_PARAGRAPH = re.compile(r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d{1,2}[.、．]\D|[●■◆•\-*])")
UNMAPPED = re.compile(r"[\ufffd\ue000-\uf8ff]|/g\d+|\(cid:\d+\)")
UNMAPPED_AT_MOST = 0.05


def read_pdf(name: str, data: bytes) -> Reading:
    """The text of a pdf. Raises BadFile for a scan, a password, letters without meaning, and what cannot be opened."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its remarks repeat words of the file
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise refuse(name, "password")
        if len(reader.pages) > MOST_PAGES:
            raise refuse(name, "too_many_pages", pages=len(reader.pages), limit=MOST_PAGES)
        pages = _texts(name, reader)
        title = str((reader.metadata.title if reader.metadata else None) or "")
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
        ArithmeticError,
        OSError,
    ) as error:
        # pypdf is lenient until a broken object surprises it; then any of these comes out.
        raise refuse(name, "broken") from error
    _check(name, pages)
    blocks = tuple(_paragraphs(_without_running([page.split("\n") for page in pages])))
    return Reading(blocks, (("pdf_title", title),), tuple(_blank(pages)))


def _texts(name: str, reader: Any) -> list[str]:
    started, texts = time.monotonic(), []
    for page in reader.pages:
        texts.append(page.extract_text())
        if time.monotonic() - started > MOST_SECONDS:
            raise refuse(name, "too_slow")
    return texts


def _check(name: str, pages: Sequence[str]) -> None:
    text = "".join(pages)
    letters = re.sub(r"\s", "", text)
    if not pages:
        raise refuse(name, "broken")
    if len(letters) < FEWEST_CHARACTERS * len(pages) and len(letters) < FEWEST_CHARACTERS * FEWEST_CHARACTERS:
        raise refuse(name, "scanned", pages=len(pages))
    if len(UNMAPPED.findall(text)) > UNMAPPED_AT_MOST * len(letters) or not looks_chinese(letters):
        raise refuse(name, "unreadable_font")


def _blank(pages: Sequence[str]) -> Iterator[str]:
    blank = [str(n) for n, page in enumerate(pages, 1) if len("".join(page.split())) < FEWEST_CHARACTERS]
    if blank:
        yield warn("blank_pages", pages="、".join(blank))


def _without_running(pages: Sequence[list[str]]) -> list[list[str]]:
    """Pages without page numbers and without the lines that repeat at the edges of pages."""
    stripped = [[line.strip() for line in page if line.strip()] for page in pages]
    edges = Counter(_plain(line) for page in stripped for line in {*page[:EDGE], *page[-EDGE:]})
    running = {line for line, count in edges.items() if len(pages) >= RUNNING_FROM and count > RUNNING_SHARE * len(pages)}
    out = []
    for page in stripped:
        last = len(page) - EDGE
        kept = [
            line for n, line in enumerate(page) if EDGE <= n < last or not (PAGE_NUMBER.match(line) or _plain(line) in running)
        ]
        out.append(kept)
    return out


def _plain(line: str) -> str:
    return re.sub(r"[\d\s]", "", line)


def _paragraphs(pages: Sequence[list[str]]) -> Iterator[Block]:
    """Lines joined where the page's width broke them, also over the end of a page."""
    lines = [line for page in pages for line in page]
    widths = sorted(map(len, lines))
    full = FULL_LINE * widths[int(len(widths) * 0.9)] if widths else 0
    held = ""
    for line in lines:
        starts = BEGINS_PARAGRAPH.match(line) or ARTICLE.match(line) or CHAPTER.match(line) or _is_heading(line)
        if held and (starts or ENDS_PARAGRAPH.search(held) or len(held.rsplit("\n", 1)[-1]) < full or _is_heading(held)):
            yield Block(_joined(held))
            held = ""
        held = f"{held}\n{line}" if held else line
    if held:
        yield Block(_joined(held))


def _is_heading(line: str) -> bool:
    return any(look.match(line) for look, _ in LOOKS)


def _joined(lines: str) -> str:
    """One line of several; a space only between Latin letters."""
    return re.sub(r"(?<=[A-Za-z,.])\n(?=[A-Za-z])", " ", lines).replace("\n", "")
