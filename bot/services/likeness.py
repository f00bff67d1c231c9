"""Which passages say nearly the same, or the same with other numbers, so that nobody publishes a second truth.

Texts are compared by the pairs of neighbouring characters they share. That finds copies and reworded copies in
milliseconds; it does not understand meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.services.article_text import ArticleText
from knowledge.regions import parse_region
from knowledge.text import clean, number

NEAR = 0.7  # share of common pairs from which two passages are called nearly the same
ALIKE = 0.4  # from which other numbers are called a conflict
SHORT = 12  # pairs; shorter passages (不收费) are alike by nature
NUMBER = re.compile(
    r"(\d+(?:\.\d+)?|[一二三四五六七八九十百千两〇零]+)\s*个?(工作日|月|周岁|小时|分钟|平方米|万元|元|日|天|年|岁|%|倍|份|张)"
)
MOST = 12  # warnings shown of one text

Kind = Literal["near", "conflict", "question"]


@dataclass(frozen=True)
class Warned:
    """One thing to look at before publishing. `ours` and `theirs` are what differs, or what is the same."""

    kind: Kind
    heading: str
    title: str
    path: str
    their_heading: str
    share: float
    ours: str
    theirs: str


@dataclass(frozen=True)
class _Known:
    path: str
    title: str
    heading: str
    region: str
    pairs: frozenset[str]
    numbers: frozenset[str]
    text: str


class Likeness:
    """The passages and ways of asking of many texts, ready for comparison."""

    def __init__(self, articles: Mapping[str, ArticleText]) -> None:
        self._known: list[_Known] = []
        self._holding: dict[str, list[int]] = defaultdict(list)
        self._ways: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for path, article in articles.items():
            for way in (article.title, *article.questions):
                self._ways[_even(way)].append((path, article.title))
            for part in article.parts:
                if part.on and part.text:
                    self._add(path, article, part.heading, part.text)

    def look(self, path: str, article: ArticleText) -> list[Warned]:
        """Warnings about a text; it is not compared with the document of its own path."""
        found = [
            warning for part in article.parts if part.on for warning in self._alike(path, article, part.heading, part.text)
        ]
        found.sort(key=lambda warning: (warning.kind != "conflict", -warning.share))
        return [*self._asked(path, article), *found][:MOST]

    def _add(self, path: str, article: ArticleText, heading: str, text: str) -> None:
        at, pairs = len(self._known), frozenset(_pairs(text))
        region = _place(article.region)
        self._known.append(_Known(path, article.title, heading, region, pairs, frozenset(_numbers(text)), text))
        for pair in pairs:
            self._holding[pair].append(at)

    def _asked(self, path: str, article: ArticleText) -> Iterable[Warned]:
        for way in dict.fromkeys((article.title, *article.questions)):
            for other, title in self._ways.get(_even(way), ()):
                if other != path and way:
                    yield Warned("question", "", title, other, "", 1.0, way, way)
                    break

    def _alike(self, path: str, article: ArticleText, heading: str, text: str) -> Iterable[Warned]:
        pairs = frozenset(_pairs(text))
        if len(pairs) < SHORT:
            return
        shared = Counter(at for pair in pairs for at in self._holding.get(pair, ()))
        numbers, region = frozenset(_numbers(text)), _place(article.region)
        for at, count in shared.most_common(20):
            known = self._known[at]
            share = count / (len(pairs) + len(known.pairs) - count)
            if known.path == path or share < ALIKE or len(known.pairs) < SHORT:
                continue
            other = numbers ^ known.numbers
            if other and numbers and known.numbers and region == known.region:
                ours, theirs = "、".join(sorted(numbers - known.numbers)), "、".join(sorted(known.numbers - numbers))
                yield Warned("conflict", heading, known.title, known.path, known.heading, share, ours or "—", theirs or "—")
            elif share >= NEAR:
                yield Warned("near", heading, known.title, known.path, known.heading, share, text[:80], known.text[:80])


def _pairs(text: str) -> list[str]:
    plain = re.sub(r"\W", "", _even(text))
    return [plain[at : at + 2] for at in range(len(plain) - 1)]


def _even(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", clean(text)).lower().split()).strip("?？。 ")


def _numbers(text: str) -> list[str]:
    """三天 and 3日 alike: amounts with their unit, numerals as digits."""
    return [f"{number(amount) or amount}{'天' if unit == '日' else unit}" for amount, unit in NUMBER.findall(_even(text))]


def _place(region: str) -> str:
    place = parse_region(region)
    return place.key if place else region
