"""How alike two descriptions are, and which of several cases speak of one thing. Standard library only.

Used to see ahead (未诉先办): many alike in one grid within some days are one matter nobody has named yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.text.normalize import even


def pieces(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters of an evened text, without blanks and punctuation."""
    letters = "".join(character for character in even(text) if character.isalnum())
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """Share of pieces in common, from 0 to 1, of the shorter text."""
    least = min(len(first), len(second))
    return len(first & second) / least if least else 0.0


def gathered(texts: Mapping[int, str], seed: int, *, least: float) -> Sequence[int]:
    """The keys of `texts` that are at least so alike to the one of `seed`, itself included, in order."""
    cut = {key: pieces(text) for key, text in texts.items()}
    return [key for key in sorted(texts) if key == seed or likeness(cut[seed], cut[key]) >= least]
