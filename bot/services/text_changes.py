"""What differs between two texts, part by part, in words a clerk reads: which field, what went, what came."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.services.article_text import ArticleText

Sign = Literal["same", "gone", "new"]
#: A run of latin letters or digits is one word; Chinese is compared by the character.
WORD = re.compile(r"[A-Za-z0-9.]+|\s+|.", re.DOTALL)
#: Fields beside the passages, in the order in which people read them. The labels are in the desk's table of words.
FIELDS = (
    "title", "kind", "category", "region", "issuer", "number", "unit", "valid_from", "valid_to", "questions",
    "keywords", "basis",
)  # fmt: skip
LONGEST = 20_000  # characters compared by the character; longer texts by the line


@dataclass(frozen=True)
class Change:
    """One field or passage that differs. `pieces` are (same|gone|new, text) in reading order."""

    label: str
    is_part: bool
    kind: Literal["changed", "added", "removed", "off", "on"]
    pieces: tuple[tuple[Sign, str], ...]


def changes(old: ArticleText, new: ArticleText) -> list[Change]:
    """Everything that differs, fields first, then passages in the new order, then passages that are gone."""
    found = []
    for name in FIELDS:
        before, after = said(old, name), said(new, name)
        if before != after:
            found.append(Change(name, False, "changed", pieces(before, after)))
    before_parts, after_parts = {p.heading: p for p in old.parts}, {p.heading: p for p in new.parts}
    for heading, part in after_parts.items():
        other = before_parts.get(heading)
        if other is None:
            found.append(Change(heading, True, "added", (("new", part.text),)))
        elif other.text != part.text:
            found.append(Change(heading, True, "changed", pieces(other.text, part.text)))
        if other is not None and other.on != part.on:
            found.append(Change(heading, True, "on" if part.on else "off", (("same", part.text),)))
    gone = [part for heading, part in before_parts.items() if heading not in after_parts]
    return [*found, *(Change(part.heading, True, "removed", (("gone", part.text),)) for part in gone)]


def pieces(old: str, new: str) -> tuple[tuple[Sign, str], ...]:
    """Two texts as one, cut where they differ."""
    cut = WORD.findall if len(old) + len(new) <= LONGEST else (lambda text: text.splitlines(keepends=True))
    before, after = cut(old), cut(new)
    out: list[tuple[Sign, str]] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            out.append(("same", "".join(before[i1:i2])))
            continue
        out += [(sign, text) for sign, text in _both("".join(before[i1:i2]), "".join(after[j1:j2])) if text]
    return tuple(out)


def said(article: ArticleText, name: str) -> str:
    """A field as text: lists one a line, days as ISO, laws with their articles."""
    value = getattr(article, name)
    if name == "basis":
        return "\n".join(" ".join(filter(None, (law.law, law.article, law.number))) for law in value)
    return "\n".join(value) if isinstance(value, tuple) else str(value or "")


def _both(gone: str, new: str) -> Sequence[tuple[Sign, str]]:
    return (("gone", gone), ("new", new))
