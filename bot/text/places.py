"""The place a message is about, word for word: an estate, a road and number, a building, or at least 我家楼下.

Only the wording is read here; which grid the place lies in is the business of `bot.cases.areas`.
"""

import re
from dataclasses import dataclass
from functools import cache

from bot.text.identifiers import without_identifiers
from bot.text.normalize import even_with_origins
from bot.text.place_tokens import SHORTEST_NAME, Token, clauses, cut_ends, tokens
from bot.text.span import Span
from bot.text.tables import FOLDER, patterns, read_lines

#: What a piece is worth: a name says more than a number, a number more than a kind of place.
WORTH = {
    "suffix": 10.0, "facility": 4.0, "owner": 3.0, "vague": 2.0,
    "building": 6.0, "dash": 4.0, "unit": 5.0, "floor": 4.0, "room": 4.0, "section": 2.5, "bare": 3.0, "number": 1.0,
}  # fmt: skip
NAMED_FACILITY = 8.0
NAMED_NUMBER = 8.0
FURTHER_PIECE = 1.0
#: A place said after 不对/不是 … 是 outweighs every earlier one.
CORRECTED = 50.0
LEAST = 1.0
#: Longest stretch of other characters between two pieces of one place.
GAP = 4
#: The longest name that a direction alone makes a place of (好又多楼上).
LONGEST_SHOP = 5


@dataclass(frozen=True)
class Candidate:
    """A possible place; offsets are those of the evened text."""

    start: int
    end: int
    pieces: tuple[Token, ...]
    score: float


@cache
def _context() -> tuple[tuple[str, re.Pattern[str], float], ...]:
    rows = (line.split("\t") for line in read_lines(FOLDER / "place_context.tsv"))
    return tuple((row[0], re.compile(row[1]), float(row[2])) for row in rows)


def _belongs(text: str, previous: Token, token: Token) -> bool:
    """Whether `token` continues the place that `previous` is part of."""
    gap = token.start - previous.end
    if "not" in token.roles or "not" in previous.roles or gap > GAP or (gap and cut_ends(text, previous.end, token.start)):
        return False
    if token.number == "bare":
        return gap == 0 and previous.number is not None
    if token.roles & {"suffix", "facility"}:
        return gap == 0 or (token.name_length == gap and "localizer" not in previous.roles)
    return gap == 0


def _chains(text: str, start: int, end: int) -> list[list[Token]]:
    chains: list[list[Token]] = []
    for token in tokens(text, start, end):
        if chains and _belongs(text, chains[-1][-1], token):
            chains[-1].append(token)
        elif "not" not in token.roles:
            chains.append([token])
        else:
            chains.append([])
        if not chains[-1]:
            chains[-1] = [token]
    return [chain for chain in chains if "not" not in chain[0].roles]


def _goes_on(token: Token) -> bool:
    return token.number is not None or "suffix" in token.roles


def _is_short_name(chain: list[Token]) -> bool:
    """桂园1栋, 龙湖三期: an ending that would be too short for a name is one when a number follows."""
    return "suffix" in chain[0].roles and chain[0].name_length > 0 and len(chain) > 1 and _goes_on(chain[1])


def _is_shop(token: Token, clause: tuple[int, int]) -> bool:
    """好又多楼上: a clause that is nothing but a name and a direction."""
    return (
        "localizer" in token.roles
        and len(token.text) > 1
        and (token.name_start, token.end) == clause
        and SHORTEST_NAME <= token.name_length <= LONGEST_SHOP
    )


def _stands(chain: list[Token], clause: tuple[int, int]) -> bool:
    """Whether the first piece of a chain can begin a place."""
    token = chain[0]
    if _is_short_name(chain) or _is_shop(token, clause):
        return True
    if token.number == "bare":
        return token.start == clause[0]
    if token.number == "number":
        return token.is_named
    if token.number == "dash":
        return (token.start, token.end) == clause or token.name_length >= SHORTEST_NAME
    if token.number is not None or token.roles & {"facility", "owner", "vague"}:
        return True
    return token.is_named


def _says_nothing(chain: list[Token]) -> bool:
    """我们队里路: a bare ending at the end belongs to what follows."""
    last = chain[-1]
    return len(chain) > 1 and last.roles == {"suffix"} and not last.is_named


def _worth(token: Token) -> float:
    if "lane" in token.roles:
        return WORTH["suffix"]
    if "vague" in token.roles and not token.is_named:
        return WORTH["vague"]
    if token.number is not None:
        return NAMED_NUMBER if token.is_named else WORTH[token.number]
    if token.is_named and "suffix" in token.roles and token.name_length >= SHORTEST_NAME:
        return WORTH["suffix"] if len(token.text) > 1 or token.text in "路街巷弄村苑府" else NAMED_FACILITY
    if token.is_named:
        return NAMED_FACILITY
    return max((WORTH.get(role, 0.0) for role in token.roles - {"suffix"}), default=0.0)


def _score(chain: list[Token], has_name: bool) -> float:
    worths = sorted((_worth(token) for token in chain), reverse=True)
    if has_name:
        worths[0] = max(worths[0], NAMED_FACILITY)
    return worths[0] + FURTHER_PIECE * len([worth for worth in worths[1:] if worth > 0])


def _in_context(text: str, start: int, end: int) -> float:
    before, after = text[max(0, start - 10) : start], text[end : end + 10]
    return sum(points for where, pattern, points in _context() if pattern.search(before if where == "before" else after))


def _corrected(text: str, start: int) -> float:
    """Points for standing right behind a correction."""
    before = text[max(0, start - 16) : start]
    return CORRECTED if any(pattern.search(before) for _, pattern in patterns("place_corrections")) else 0.0


def _candidate(text: str, chain: list[Token], clause: tuple[int, int]) -> Candidate | None:
    while chain and not _stands(chain, clause):
        chain = chain[1:]
    while chain and _says_nothing(chain):
        chain = chain[:-1]
    if not chain:
        return None
    first = chain[0]
    has_name = first.is_named or _is_short_name(chain) or _is_shop(first, clause)
    start = first.name_start if has_name else first.start
    end = chain[-1].end
    score = _score(chain, has_name and not first.is_named) + _in_context(text, start, end)
    if (start, end) == clause:
        score += 1
    return Candidate(start, end, tuple(chain), score)


def candidates(text: str) -> list[Candidate]:
    """All places in an evened text, left to right, pieces apart by a blank joined where they continue each other."""
    found: list[Candidate] = []
    for clause in clauses(text):
        for chain in _chains(text, *clause):
            candidate = _candidate(text, chain, clause)
            if candidate is not None:
                found.append(candidate)
    return _joined(text, found)


def _joined(text: str, found: list[Candidate]) -> list[Candidate]:
    joined: list[Candidate] = []
    for candidate in found:
        previous = joined[-1] if joined else None
        between = text[previous.end : candidate.start] if previous else ""
        is_number = candidate.pieces[0].number is not None and candidate.start == candidate.pieces[0].start
        if previous and between in (" ", ",", "的") and is_number and previous.score >= LEAST:
            joined[-1] = Candidate(
                previous.start, candidate.end, previous.pieces + candidate.pieces, max(previous.score, candidate.score) + 1
            )
        else:
            joined.append(candidate)
    return joined


def find_place(text: str) -> Span | None:
    """The place of the matter, word for word; a named one before a vague one, the corrected one before both; no telephone."""
    evened = even_with_origins(text)
    best, best_score = None, LEAST
    text = without_identifiers(evened)
    for candidate in candidates(text):
        score = candidate.score - candidate.start / 1000
        if candidate.score >= LEAST:
            score += _corrected(text, candidate.start)
        if score >= best_score:
            best, best_score = candidate, score
    return evened.span(best.start, best.end) if best else None
