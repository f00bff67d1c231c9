"""How something is said to one resident: in their script, a sentence a line for who wants it slow, choices by number.

Works on what is about to be written to the outbox; what staff type goes out as it is. Quotations stay word for word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.safety.redact import LABELS
from bot.services.texts import Texts
from bot.services.views import Button
from bot.store.database import Work
from bot.store.resident_tables import PreferenceRow

if TYPE_CHECKING:
    from bot.services.outgoing import Said

#: The end of a sentence inside a paragraph.
SENTENCE_END = re.compile(r"([。！？])(?=[^\n」』”）)])")
#: Titles that are numbered already stay as they are.
NUMBERED = re.compile(r"^[1-9] ")


@dataclass(frozen=True)
class Manner:
    """How a resident likes to be spoken to."""

    elder: bool = False
    slow: bool = False
    traditional: bool = False


def manner_of(work: Work, resident_id: str) -> Manner:
    """What the resident has settled; as everybody where nothing was."""
    row = work.session.get(PreferenceRow, resident_id)
    return Manner(row.elder, row.slow, row.traditional) if row else Manner()


def dress(said: Said, manner: Manner) -> Said:
    """The same as this resident reads it."""
    if said.sender.startswith("staff:") or manner == Manner():
        return said
    text, buttons = said.text, tuple(said.buttons)
    if manner.traditional:
        text = in_traditional(text, [source.quote for source in said.sources])
        buttons = tuple(Button(_traditional(button.title), button.payload) for button in buttons)
    if manner.slow and not said.sources:
        text = SENTENCE_END.sub(r"\1\n\n", text)
    if manner.elder and buttons:
        buttons = tuple(Button(f"{number} {button.title}", button.payload) for number, button in enumerate(buttons, 1))
        text = "\n".join([text, "", *(button.title for button in buttons)])
    return replace(said, text=text, buttons=buttons)


def unmasked(text: str, texts: Texts) -> str:
    """The bot's words with its marks for masked data put plainly: the resident knows the door, and that it was heard."""
    for kind, label in LABELS.items():
        if label in text and texts.has(f"masked_{kind}"):
            text = text.replace(label, texts(f"masked_{kind}"))
    return text


def in_traditional(text: str, quotes: list[str]) -> str:
    """`text` in traditional characters but for what it quotes word for word."""
    pieces, kept = [text], {line.strip() for quote in quotes for line in quote.split("\n") if line.strip()}
    for line in sorted(kept, key=len, reverse=True):
        pieces = [part for piece in pieces for part in _apart(piece, line)]
    return "".join(piece if piece in kept else _traditional(piece) for piece in pieces)


def _apart(piece: str, quote: str) -> list[str]:
    if piece == quote or quote not in piece:
        return [piece]
    before, _, after = piece.partition(quote)
    return [part for part in (before, quote, *_apart(after, quote)) if part]


def _traditional(text: str) -> str:
    converted: str = _converter().convert(text)
    return converted


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2hk")
