"""Puts the places of several messages together: 阳光小区3号楼, then 不是3号楼是5号楼.

Finding a place in words is the business of bot.text.
"""

from __future__ import annotations

import re
from functools import cache

from actions.words import pattern_of
from bot.text.normalize import even
from bot.text.places import find_place
from bot.text.tables import any_of, words

NUMERAL = "[0-9A-Za-z一二三四五六七八九十百两零]+"
#: Endings that name the same level of an address; a corrected 5栋 replaces 3号楼.
LEVELS = (("号楼", "栋", "幢", "座"), ("单元", "门洞"), ("层", "楼"), ("室", "房"), ("弄",), ("号",))
PIECE = {level: re.compile(f"{NUMERAL}(?:{'|'.join(level)})") for level in LEVELS}
#: From here on an address is somebody's door, and no longer shown: 2单元501, 6楼东户, 5-2-301.
DOOR = re.compile(
    r"[0-9一二三四五六七八九十]+(?:单元|门洞|室|房|户|-[0-9]|[层楼](?=[0-9东西南北中左右]))|(?<![0-9])[0-9]{3,4}(?![0-9号弄路])"
)
#: Most kinds of place say what it is, not which one (早市, 篮球场); there is only one of these near by, or it has a number.
_ONLY_ONE = re.compile("[0-9一二三四五六七八九十]|..(?:小学|中学|大学|医院|院|所|局|馆|服务中心)$")
_HERE = re.compile(r"[这那](?:边|里|儿|块)$")


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


def read_place(words: str) -> str:
    """The place of a message, word for word; a building told apart from its estate is put behind it (16号楼…老机械厂这边)."""
    span = find_place(words)
    if span is None or is_vague(span.text) or _has_number(span.text):
        return span.text if span else ""
    beside = find_place(words[: span.start] + "，" + words[span.end :])
    if beside is None or not is_part(beside.text) or beside.text not in words:
        return span.text
    return _HERE.sub("", span.text) + beside.text


def _has_number(place: str) -> bool:
    return any(pattern.search(even(place)) for pattern in PIECE.values())


def is_part(place: str) -> bool:
    """Whether a place is only numbers of a larger one (5号楼, 2单元 301)."""
    left = even(place)
    for pattern in PIECE.values():
        left = pattern.sub("", left)
    return not re.sub(r"[\s,，的这边那门口楼下道里梯间]", "", left)


def merge(known: str, told: str) -> str:
    """The place after `told` was added to `known`: a part replaces its counterpart or is added, a whole place replaces."""
    if known and is_part(told):
        return _replaced(known, told)
    adds_estate = is_part(known) and known and not _has_number(told) and not is_vague(told)
    return told + known if adds_estate else told


def _replaced(known: str, told: str) -> str:
    new = even(told)
    for pattern in PIECE.values():
        old_piece, new_piece = pattern.search(known), pattern.search(new)
        if old_piece and new_piece:
            known = known[: old_piece.start()] + new_piece[0] + known[old_piece.end() :]
            new = new.replace(new_piece[0], "", 1)
    left = re.sub(r"^[\s,的]+", "", new)
    return known + left if _has_number(left) else known


def shown(clear: str) -> str:
    """A place as it may be shown and kept by Rasa: down to the building, without the door."""
    door = DOOR.search(clear)
    return clear[: door.start()] + "〔门牌〕" if door else clear
