"""Chinese text made even for search, words for BM25, sentences and clauses for quoting, Chinese numerals.

What is shown to residents is never passed through `even`: quotations stay verbatim.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources
from typing import Protocol

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
NUMERALS = {**dict(zip("零一二三四五六七八九", range(10), strict=True)), "〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}
WORD = re.compile(r"[\w]+")


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


def clean(text: str) -> str:
    """Invisible characters dropped, line ends made one kind; nothing a reader would notice."""
    return text.translate(INVISIBLE).replace("\r\n", "\n").replace("\r", "\n")


@cache
def _simplifier() -> _Converter:
    from opencc import OpenCC

    converter: _Converter = OpenCC("t2s")
    return converter


def even(text: str) -> str:
    """The form texts are compared in: NFKC width, simplified characters, lower case, single spaces."""
    return " ".join(_simplifier().convert(unicodedata.normalize("NFKC", clean(text))).lower().split())


@cache
def stop_words() -> frozenset[str]:
    """Words that say nothing about the matter (stopwords.txt)."""
    return frozenset(resources.files("knowledge").joinpath("stopwords.txt").read_text("utf-8").split())


def words(text: str) -> list[str]:
    """Search words of an already even text, stop words left out."""
    import rjieba

    return [word for word in rjieba.cut_for_search(text) if WORD.match(word) and word not in stop_words()]


def number(numeral: str) -> int | None:
    """一千零四十二 → 1042, 12 → 12; None for anything else."""
    if numeral.isdigit():
        return int(numeral)
    total = current = 0
    for character in numeral:
        if character in NUMERALS:
            current = NUMERALS[character]
        elif character in UNITS:
            total, current = total + (current or 1) * UNITS[character], 0
        else:
            return None
    return total + current if numeral else None


def numeral(value: int) -> str:
    """1042 → 一千零四十二; 1 to 9999, as articles of a law are numbered."""
    out, gap = "", False
    for unit, worth in (*((unit, UNITS[unit]) for unit in "千百十"), ("", 1)):
        digit, value = divmod(value, worth)
        if digit:
            out += ("零" if gap and out else "") + "零一二三四五六七八九"[digit] + unit
        gap = not digit
    return out[1:] if out.startswith("一十") else out


SENTENCE = re.compile(r"[^。！？\n]*(?:[。！？]+[”’」』）)]*|\n|$)")


def sentences(text: str) -> list[str]:
    """Verbatim sentences; a list item or paragraph on its own line is one too. Empty ones are dropped."""
    return [part.strip() for part in SENTENCE.findall(text) if part.strip()]
