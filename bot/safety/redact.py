"""Finds personal data in a message and masks it before it reaches logs, Rasa or lists.

Kinds: name, phone, id_card, address, bank_card, plate, wechat, passport, email. Hotlines, case numbers, prices, dates
and bare building numbers are not personal. Full values are kept elsewhere, encrypted; nothing is stored here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.safety.checksums import IDENTITY_LENGTH, is_card_number, is_identity_number
from bot.safety.names import find_names
from bot.text.contacts import telephones
from bot.text.digits import runs_like
from bot.text.identifiers import PLATE
from bot.text.normalize import Evened, even_with_origins
from bot.text.places import Candidate, candidates

LABELS = {
    "name": "〔姓名〕",
    "phone": "〔电话〕",
    "id_card": "〔身份证〕",
    "address": "〔门牌〕",
    "bank_card": "〔银行卡〕",
    "plate": "〔车牌〕",
    "wechat": "〔微信号〕",
    "passport": "〔护照〕",
    "email": "〔邮箱〕",
}
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
PASSPORT = re.compile(r"(?<![A-Za-z0-9])(?:[EGegDdSsPp][0-9]{8}|[Ee][A-Ha-hJ-Nj-nP-Zp-z][0-9]{7})(?![A-Za-z0-9])")
#: Papers of other countries, Hong Kong, Macao and Taiwan look like much else; a word must name them.
OTHER_PAPER = re.compile(
    r"(?:护照|通行证|回乡证|台胞证|居留证|passport)[^A-Za-z0-9,。]{0,6}([A-Za-z]{0,2}[0-9]{7,10})(?![0-9])", re.I
)
WECHAT_CUE = re.compile(r"微信|薇信|威信|微?[vV]信|(?<![A-Za-z])[vVwW][xX](?![A-Za-z])|weixin|wechat|加[vV微](?!波)", re.I)
WECHAT_ID = re.compile(r"(?<![A-Za-z0-9@._-])[A-Za-z][A-Za-z0-9_-]{5,19}(?![A-Za-z0-9@_-])")
WECHAT_NEXT = re.compile(r"(?:微信号?|薇信|威信|[vV]信|[vVwW][xX]号?|weixin|wechat)(?:号|是|为|叫|加|:| |=|搜)*$", re.I)
NOT_A_CARD = re.compile(r"(?:订单|单号|工单|编号|快递|运单|流水|发票|表号|户号)[号是: ]*$")
CARD_START = re.compile(r"62|60|4|5[1-5]|35|37|9[0-9]")
#: Cards of fifteen digits are not issued here; orders and meters have such numbers.
SHORTEST_CARD = 16
DOOR = frozenset({"unit", "floor", "room", "bare", "dash"})
#: Most particular first: digits inside an e-mail address are not a telephone number.
Piece = tuple[str, int, int, int]


@dataclass(frozen=True)
class Found:
    """Personal data in a message; `text == message[start:end]`. `shown` is the part that may stay readable."""

    kind: str
    text: str
    start: int
    end: int
    shown: str = ""


def _identity_numbers(evened: Evened) -> Iterator[Piece]:
    for run in runs_like(evened, lambda digits: len(digits) == IDENTITY_LENGTH - 1 or is_identity_number(digits)):
        end, number = run.end, run.digits
        if len(number) == IDENTITY_LENGTH - 1:
            letter = re.compile(r" ?[Xx]").match(evened.text, end)
            end, number = (letter.end(), number + "X") if letter else (end, number)
        if is_identity_number(number):
            yield "id_card", run.start, end, run.start


def _cards(evened: Evened) -> Iterator[Piece]:
    def is_card(digits: str) -> bool:
        return len(digits) >= SHORTEST_CARD and is_card_number(digits) and CARD_START.match(digits) is not None

    for run in runs_like(evened, is_card):
        if not NOT_A_CARD.search(evened.text[: run.start]):
            yield "bank_card", run.start, run.end, run.start


def _wechat(evened: Evened) -> Iterator[Piece]:
    if not WECHAT_CUE.search(evened.text):
        return
    for match in WECHAT_ID.finditer(evened.text):
        if WECHAT_NEXT.search(evened.text[: match.start()]) or re.search(r"[0-9_-]", match[0]):
            yield "wechat", match.start(), match.end(), match.start()


def _patterned(evened: Evened) -> Iterator[Piece]:
    for match in EMAIL.finditer(evened.text):
        yield "email", match.start(), match.end(), match.start()
    for match in PLATE.finditer(evened.text):
        yield "plate", match.start(), match.end(), match.start()
    for match in PASSPORT.finditer(evened.text):
        yield "passport", match.start(), match.end(), match.start()
    for match in OTHER_PAPER.finditer(evened.text):
        yield "passport", match.start(1), match.end(1), match.start(1)


def _door(place: Candidate) -> int | None:
    """Where the part of a place begins that leads to one door; None when it does not lead so far."""
    pieces = place.pieces
    is_placed = pieces[0].is_named or any(piece.number == "building" for piece in pieces)
    doors = [piece for piece in pieces if piece.number in DOOR]
    if is_placed and doors and any(piece.number in ("room", "bare", "dash") for piece in doors):
        return doors[0].start
    numbers = [piece for piece in pieces if piece.number == "number" and piece is not pieces[0]]
    is_road = pieces[0].is_named and bool(numbers)
    return (doors or numbers)[0].start if is_road else None


def _addresses(evened: Evened) -> Iterator[Piece]:
    for place in candidates(evened.text):
        door = _door(place)
        if door is not None:
            yield "address", place.start, place.end, door


def _pieces(evened: Evened) -> Iterator[Piece]:
    yield from _patterned(evened)
    yield from _wechat(evened)
    yield from _identity_numbers(evened)
    yield from _cards(evened)
    yield from (("phone", run.start, run.end, run.start) for run in telephones(evened))
    yield from _addresses(evened)
    yield from (("name", start, end, start) for start, end in find_names(evened.text))


def find(text: str) -> list[Found]:
    """Personal data in the order of the text; pieces do not overlap."""
    evened = even_with_origins(text)
    taken: set[int] = set()
    found: list[Found] = []
    for kind, start, end, door in _pieces(evened):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            span = evened.span(start, end)
            shown = text[span.start : evened.origins[door]] if door > start else ""
            found.append(Found(kind, span.text, span.start, span.end, shown))
    return sorted(found, key=lambda each: each.start)


def mask(text: str) -> str:
    """The text with each piece replaced by its label; of an address only what leads to the door."""
    masked, position = "", 0
    for found in find(text):
        masked += text[position : found.start] + found.shown + LABELS[found.kind]
        position = found.end
    return masked + text[position:]
