"""Chinese text made even: width, script, blanks and repeated marks, with a way back to the original offsets.

Words are not changed here (no spelling correction, no dialect): only ways of writing the same characters.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from bot.text.span import Span
from bot.text.tables import pairs, words

#: Signs people repeat for emphasis; a run of one of them says no more than one.
REPEATABLE = frozenset("!?,.。、~…;:-—")
#: Characters that take no room and mean nothing by themselves (zero-width, direction marks, emoji variants).
INVISIBLE = frozenset({"Cf", "Cc", "Mn", "Me", "Co"})


@dataclass(frozen=True)
class Evened:
    """An evened text that remembers where each of its characters came from."""

    text: str
    original: str
    #: For each character of `text` the offset in `original` it was made from.
    origins: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The original words behind `text[start:end]`."""
        if start >= end:
            return Span("", 0, 0)
        return Span.cut(self.original, self.origins[start], self.origins[end - 1] + 1)


@cache
def _simplified() -> dict[str, str]:
    return dict(pairs("simplified"))


@cache
def _kept() -> re.Pattern[str]:
    return re.compile("|".join(words("simplified_exceptions")))


def _characters(text: str) -> list[tuple[str, int]]:
    """NFKC, character by character, so that every result keeps the offset it came from."""
    found: list[tuple[str, int]] = []
    for offset, character in enumerate(text):
        for written in unicodedata.normalize("NFKC", character):
            piece = " " if written.isspace() else written
            if piece != " " and unicodedata.category(piece) in INVISIBLE:
                continue
            is_repeat = bool(found) and found[-1][0] == piece and (piece == " " or piece in REPEATABLE)
            if not is_repeat:
                found.append((piece, offset))
    return found


def to_simplified(text: str) -> str:
    """Traditional characters as simplified ones; the length stays the same."""
    table = _simplified()
    changed = [table.get(character, character) for character in text]
    for match in _kept().finditer(text):
        changed[match.start() : match.end()] = match[0]
    return "".join(changed)


def even_with_origins(text: str) -> Evened:
    """`text` made even, with the way back to the original offsets."""
    pieces = _characters(text)
    evened = to_simplified("".join(piece for piece, _ in pieces))
    return Evened(evened, text, tuple(offset for _, offset in pieces))


def even(text: str) -> str:
    """Half-width, simplified, without invisible characters, with single blanks and single marks, trimmed."""
    return even_with_origins(text).text.strip()
