"""When it happens, how often, since when, or for when help is wanted, word for word as written.

Broken promises (说好上个月底拆的) and periods that are paid for (两个月工钱) are not times of the matter.
No calendar arithmetic here: the words are kept as the resident said them.
"""

import re
from dataclasses import dataclass
from functools import cache

from bot.text.normalize import even_with_origins
from bot.text.place_tokens import clauses
from bot.text.span import Span
from bot.text.tables import FOLDER, pairs, read_lines

NUMBER = "(?:[0-9]{1,3}|[一二三四五六七八九十百两仨俩〇零]{1,4})"
WORTH = {"often": 3.0, "day": 3.0, "part": 2.5, "clock": 3.0, "since": 2.6, "just": 2.4, "when": 1.5, "usual": 1.6}
FURTHER_PIECE = 0.5
#: What may stand between two pieces of one time: 早上[的]六点, 六点[到]八点, 周五 下午.
BETWEEN = re.compile(
    r"(?:[的到至从约在大概-]|[到至]了?|左右|以后| (?=(?:上午|下午|早上|晚上|中午|凌晨|[0-9一二三四五六七八九十]{1,3}点)))?"
)
#: 早八点送晚五点接: a short verb between two clock times keeps them together.
ERRAND = re.compile(r"[送接去来回开关起睡]?")
PREFIX = re.compile(r"(?:从|自|每|打)$")
SUFFIX = re.compile(r"(?:左右|前后|以后|之后|开始|起|后|接)(?![来天果悔])")
LEAST = 1.0
#: What belongs to the sentence, not to the time: 从去年十月开始[就], 半个月[没]人拉, [都]一个多月.
BEGUN = re.compile(r"(?:都|有|已经|就|才|也|(?:从|自)(?!.*[到至]))+(?=.)")
ENDED = re.compile(r"(?<=..)(?:就|都?[没冇不]|都)$")


@dataclass(frozen=True)
class Piece:
    """A time word; offsets are those of the evened text."""

    kind: str
    start: int
    end: int


@cache
def _kinds() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern.replace("{n}", NUMBER))) for kind, pattern in pairs("times"))


@cache
def _context() -> tuple[tuple[str, re.Pattern[str], float], ...]:
    rows = (line.split("\t") for line in read_lines(FOLDER / "time_context.tsv"))
    return tuple((row[0], re.compile(row[1]), float(row[2])) for row in rows)


def _pieces(text: str, start: int, end: int) -> list[Piece]:
    """Time words of a clause; of words that overlap the first, then the longest."""
    every = [
        Piece(kind, match.start(), match.end())
        for kind, pattern in _kinds()
        for match in pattern.finditer(text, start, end)
        if match.end() > match.start()
    ]
    kept: list[Piece] = []
    for piece in sorted(every, key=lambda each: (each.kind == "when", each.start, -each.end)):
        if all(piece.end <= other.start or piece.start >= other.end for other in kept):
            kept.append(piece)
    return sorted(kept, key=lambda each: each.start)


def _chains(text: str, pieces: list[Piece]) -> list[list[Piece]]:
    chains: list[list[Piece]] = []
    for piece in pieces:
        if chains and _continues(text, chains[-1][-1], piece):
            chains[-1].append(piece)
        else:
            chains.append([piece])
    return chains


def _continues(text: str, previous: Piece, piece: Piece) -> bool:
    between = text[previous.end : piece.start]
    if previous.kind == piece.kind == "clock" and ERRAND.fullmatch(between):
        return True
    return BETWEEN.fullmatch(between + (text[piece.start : piece.end] if between == " " else "")) is not None or (
        between == " " and piece.kind in ("part", "clock") and previous.kind in ("day", "part", "often")
    )


def _bounds(text: str, chain: list[Piece]) -> tuple[int, int]:
    start, end = chain[0].start, chain[-1].end
    before, after = PREFIX.search(text[:start]), SUFFIX.match(text, end)
    return (before.start() if before else start), (after.end() if after else end)


def _score(text: str, start: int, end: int, chain: list[Piece]) -> float:
    worth = max(WORTH[piece.kind] for piece in chain) + FURTHER_PIECE * (len(chain) - 1)
    before, after = text[max(0, start - 10) : start], text[end : end + 8]
    return worth + sum(
        points for where, pattern, points in _context() if pattern.search(before if where == "before" else after)
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    begun = BEGUN.match(text, start, end)
    start = begun.end() if begun else start
    ended = ENDED.search(text[start:end])
    return start, start + ended.start() if ended else end


def find_time(text: str) -> Span | None:
    """The words that say when; None when only promises, prices or ages are mentioned."""
    evened = even_with_origins(text)
    pieces = [piece for clause in clauses(evened.text) for piece in _pieces(evened.text, *clause)]
    best, best_score = None, LEAST
    for chain in _chains(evened.text, pieces):
        start, end = _bounds(evened.text, chain)
        score = _score(evened.text, start, end, chain) - start / 1000
        if score >= best_score:
            best, best_score = evened.span(*_trimmed(evened.text, start, end)), score
    return best
