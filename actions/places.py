"""Puts the places of several messages together: 阳光小区3号楼, then 不是3号楼是5号楼.

Finding a place in words is the business of bot.text.
"""

from __future__ import annotations

import re
from functools import cache

from actions.words import pattern_of
from bot.text.normalize import even
from bot.text.tables import any_of, words

NUMERAL = "[0-9A-Za-z一二三四五六七八九十百两零]+"
#: Endings that name the same level of an address; a corrected 5栋 replaces 3号楼.
LEVELS = (("号楼", "栋", "幢", "座"), ("单元", "门洞"), ("层", "楼"), ("室", "房"), ("弄",), ("号",))
PIECE = {level: re.compile(f"{NUMERAL}(?:{'|'.join(level)})") for level in LEVELS}
#: Most kinds of place say what it is, not which one (早市, 篮球场); there is only one of these near by, or it has a number.
_ONLY_ONE = re.compile("[0-9一二三四五六七八九十]|..(?:小学|中学|大学|医院|院|所|局|馆|服务中心)$")


@cache
def _says_not_which() -> re.Pattern[str]:
    """Words that a place may consist of without anybody being able to find it."""
    kinds = sorted((word for word in words("place_facilities") if not _ONLY_ONE.search(word)), key=len, reverse=True)
    lists = any_of("place_owners", "place_vague", "place_localizers")
    return re.compile("|".join([pattern_of("vague_place"), lists, *map(re.escape, kinds)]))


def is_vague(place: str) -> bool:
    """Whether a place has neither a name nor a number, so that nobody could find it (小区门口, 弄堂口)."""
    return not re.sub(r"[\s,，的]", "", _says_not_which().sub("", even(place)))


def first_clause(words: str) -> str:
    """The words up to the first blank or mark."""
    return re.split(r"[\s,，。.;；!！?？、]", words.strip(), maxsplit=1)[0]


def is_part(place: str) -> bool:
    """Whether a place is only numbers of a larger one (5号楼, 2单元 301)."""
    left = even(place)
    for pattern in PIECE.values():
        left = pattern.sub("", left)
    return not re.sub(r"[\s,，的这边那门口楼下]", "", left)


def merge(known: str, told: str) -> str:
    """The place after `told` was added to `known`: a part replaces its counterpart or is added, a whole place replaces."""
    if not known or not is_part(told) or is_part(known):
        return told if not known or not is_part(told) else _replaced(known, told)
    return _replaced(known, told)


def _replaced(known: str, told: str) -> str:
    new = even(told)
    for pattern in PIECE.values():
        old_piece, new_piece = pattern.search(known), pattern.search(new)
        if old_piece and new_piece:
            known = known[: old_piece.start()] + new_piece[0] + known[old_piece.end() :]
            new = new.replace(new_piece[0], "", 1)
    left = re.sub(r"^[\s,的]+", "", new)
    return known + left if any(pattern.search(left) for pattern in PIECE.values()) else known


def shown(clear: str, masked_message: str) -> str:
    """A place as it may be shown and kept by Rasa: what the masking took out stays out."""
    if clear in masked_message:
        return clear
    length = next((n for n in range(len(clear), 1, -1) if clear[:n] in masked_message), 0)
    return clear[:length] + "〔门牌〕" if length else "〔门牌〕"
