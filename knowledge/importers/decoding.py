"""Bytes of a text file into text: UTF-8, UTF-16 with its mark, GB18030; rubbish is refused instead of guessed at."""

from __future__ import annotations

import codecs
import re

from knowledge.importers.sentences import refuse
from knowledge.text import clean

CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x9f\ufffd\ufffe\uffff]")
HANZI = re.compile(r"[\u3400-\u9fff]")
FOREIGN = re.compile(r"[^\x00-\x7f\u2000-\u33ff\u3400-\u9fff\ufe30-\ufe4f\uff00-\uffef\u00a0-\u00ff\u0391-\u0451]")
COMMON_AT_LEAST = 0.7  # share of hanzi among the 3,755 most common: 0.97 and more in real texts, under 0.5 in rubbish
FOREIGN_AT_MOST, CONTROL_AT_MOST = 0.05, 0.002
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(name: str, data: bytes) -> str:
    """The text, invisible characters dropped. Raises BadFile for another encoding and for what is no text."""
    marked = next((encoding for mark, encoding in MARKS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        _check(name, text, guessed=encoding == "gb18030")
        return CONTROL.sub("", clean(text)).replace("\x0c", "\n")
    raise refuse(name, "encoding")


def _check(name: str, text: str, *, guessed: bool) -> None:
    if not text.strip("\ufeff \t\r\n\x0c\u3000"):
        raise refuse(name, "empty")
    if "\x00" in text or len(CONTROL.findall(text)) > CONTROL_AT_MOST * len(text) + 1:
        raise refuse(name, "rubbish")
    if guessed and not looks_chinese(text):
        raise refuse(name, "encoding")


def looks_chinese(text: str) -> bool:
    """Whether the hanzi are mostly common ones: bytes read with the wrong table give rare ones."""
    if len(FOREIGN.findall(text)) > FOREIGN_AT_MOST * len(text):
        return False
    hanzi = HANZI.findall(text)
    return not hanzi or sum(map(_is_common, hanzi)) >= COMMON_AT_LEAST * len(hanzi)


def _is_common(character: str) -> bool:
    """Whether it stands in the first level of GB 2312."""
    try:
        first = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return 0xB0 <= first <= 0xD7  # noqa: PLR2004  # rows 16 to 55 of the table
