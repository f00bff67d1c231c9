"""A reply as Telegram shows it: plain text with quotations that unfold, in messages of allowed length, and a keyboard.

Nothing here talks to Telegram. Formatting is told by positions (entities), never by marks inside the text, so no sign a
resident or a law uses can be taken for a mark. Lengths and positions are counted as Telegram counts: UTF-16 units.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bot.services.texts import Texts
from bot.services.views import Source

#: Telegram's limit for one message.
LONGEST: Final = 4096
#: Buttons of one message; more than these nobody reads on a telephone.
MOST_BUTTONS: Final = 8
LONGEST_TITLE: Final = 32
#: Two titles up to this length share a row.
SHORT_TITLE: Final = 7
#: The end of a sentence, with the quotation marks and brackets that close behind it.
SENTENCE: Final = re.compile(r".*?(?:[。！？!?；;…]+[”’」』）)》]*|\n+|\Z)", re.DOTALL)
SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class Piece:
    """A stretch of text that should not be torn; `quoted`: shown as a quotation that unfolds."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Part:
    """One message: its text and the formatting of its quotations."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 units, so that most emoji count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def render(text: str, sources: Sequence[Source], words: Texts, *, limit: int = LONGEST) -> list[Part]:
    """The messages of a reply, in order; each at most `limit` units and none empty. No words at all: no message."""
    pieces = [Piece(sentence) for sentence in _sentences(text.strip())]
    pieces += _citations(text, sources, words)
    return [part for group in _packed(_torn(pieces, limit), limit) if (part := _part(group)).text]


def keyboard(buttons: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup | None:
    """Buttons of (id, title) below a message; short titles two in a row. None when there are none."""
    rows: list[list[InlineKeyboardButton]] = []
    room = False
    for ident, title in buttons[:MOST_BUTTONS]:
        button = InlineKeyboardButton(shortened(title), callback_data=ident)
        short = units(title) <= SHORT_TITLE
        if short and room:
            rows[-1].append(button)
        else:
            rows.append([button])
        room = short and not room
    return InlineKeyboardMarkup(rows) if rows else None


def shortened(title: str, limit: int = LONGEST_TITLE) -> str:
    """A button's title, cut with … when it is too long for a telephone."""
    title = SPACES.sub(" ", title).strip() or "…"
    return title if units(title) <= limit else cut(title, limit - 1)[0] + "…"


def cut(text: str, limit: int) -> tuple[str, str]:
    """`text` in two, the first at most `limit` units long and no sign torn in the middle."""
    taken = 0
    for index, sign in enumerate(text):
        taken += 2 if ord(sign) > 0xFFFF else 1  # noqa: PLR2004  # signs beyond this take two UTF-16 units
        if taken > limit:
            return text[:index], text[index:]
    return text, ""


def source_line(source: Source, words: Texts) -> str:
    """Title · article · number · region · date, as far as they are known."""
    title = source.title if source.title.startswith("《") else f"《{source.title}》"
    date = words("source_in_force", date=source.in_force) if source.in_force else ""
    return " · ".join(part for part in (title, source.article, source.number, source.region, date) if part)


def _sentences(text: str) -> Iterator[str]:
    return (found.group() for found in SENTENCE.finditer(text) if found.group())


def _citations(text: str, sources: Sequence[Source], words: Texts) -> Iterator[Piece]:
    """Where the answer comes from; a quotation that the answer already shows is not said twice."""
    shown, lead = SPACES.sub("", text), "\n\n" + words("source_heading") + "\n"
    for source in dict.fromkeys(sources):
        yield Piece(lead + source_line(source, words) + "\n")
        lead = ""
        if source.quote.strip() and SPACES.sub("", source.quote) not in shown:
            yield Piece(source.quote.strip(), quoted=True)
            lead = "\n"


def _torn(pieces: Iterable[Piece], limit: int) -> Iterator[Piece]:
    """The pieces, with those that fit into no message torn at the last possible place."""
    for piece in pieces:
        rest = piece
        while units(rest.text) > limit:
            first, left = _at_a_pause(rest.text, limit)
            yield replace(rest, text=first)
            rest = replace(rest, text=left)
        yield rest


def _at_a_pause(text: str, limit: int) -> tuple[str, str]:
    """Torn at the last comma or space of the second half, or wherever the limit falls."""
    head, _ = cut(text, limit)
    pause = max(head.rfind(sign) for sign in "。；，、 \n") + 1
    return (text[:pause], text[pause:]) if pause > len(head) // 2 else (head, text[len(head) :])


def _packed(pieces: Iterable[Piece], limit: int) -> Iterator[list[Piece]]:
    """As many pieces in each message as fit, in order."""
    group: list[Piece] = []
    taken = 0
    for piece in pieces:
        size = units(piece.text)
        if group and taken + size > limit:
            yield group
            group, taken = [], 0
        group.append(piece)
        taken += size
    if group:
        yield group


def _part(group: Sequence[Piece]) -> Part:
    """One message of these pieces, without blanks at its ends."""
    text, entities = "", []
    for piece in group:
        words = piece.text if text else piece.text.lstrip()
        if piece.quoted and words:
            entities.append(MessageEntity(MessageEntity.EXPANDABLE_BLOCKQUOTE, units(text), units(words.rstrip())))
        text += words
    return Part(text.rstrip(), tuple(entities))
