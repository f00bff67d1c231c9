"""`python -m bot variants`: a phrase as other people would type or say it. The same phrase always gives the same variant.

Each kind is a function from a phrase and a source of chance to another phrase, the same one where there is nothing to change.
"""

from __future__ import annotations

import json
import random
import re
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from bot.batch import jsonlines
from bot.settings import ROOT
from bot.text.tables import read_lines

TABLES = ROOT / "data" / "variants"
#: Texts whose characters count as common: what people write by mistake is a common character.
CORPUS = (ROOT / "data" / "nlu", ROOT / "knowledge" / "articles")
COMMON, CHOICES = 8, 3
#: One wrong character in this many: what a quick thumb or a speech recogniser makes of a line.
ERROR_EVERY = 8
#: What the gateway puts in place of personal data is not written by a resident and stays.
MASK = re.compile(r"〔[^〔〕]*〕|\[[^\[\]]*\]")

Kind = Callable[[str, random.Random], str]


def traditional(text: str, chance: random.Random) -> str:
    """In traditional characters."""
    return str(_converter().convert(text))


def no_punctuation(text: str, chance: random.Random) -> str:
    """Without marks and blanks, as from a keyboard in a hurry."""
    return "".join(mark for mark in text if unicodedata.category(mark)[0] not in "PZ" or mark in "〔〕[]@.")


def homophones(text: str, chance: random.Random) -> str:
    """With characters of the same sound, as an input method offers them."""
    return _with_errors(text, chance, lambda sound: (sound,))


def misheard(text: str, chance: random.Random) -> str:
    """As a speech recogniser hears somebody with an accent: sounds mixed up, no punctuation."""
    return _with_errors(no_punctuation(text, chance), chance, _taken_for)


def fillers(text: str, chance: random.Random) -> str:
    """With words that say nothing, before, within and after."""
    table = _rows("fillers")
    before, after = (chance.choice([word for place, word in table if place == name]) for name in ("start", "end"))
    pause = chance.choice([word for place, word in table if place == "pause"])
    return before + re.sub(r"(?<=[，, ])", pause, text.rstrip("。！!，, "), count=1) + after


def dialect(text: str, chance: random.Random) -> str:
    """With the words of one region, chosen among those that have a word for something in the text."""
    regions: dict[str, dict[str, str]] = defaultdict(dict)
    borders = _borders(text)
    for word, region, said in _rows("dialect"):
        if any(set(match.span()) <= borders for match in re.finditer(re.escape(word), text)):
            regions[region][word] = said
    if not regions:
        return text
    words = regions[chance.choice(sorted(regions))]
    longest_first = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    # 对 is a word of its own in 对，是它 and part of another in 对面
    return re.sub(longest_first, lambda match: words[match[0]] if set(match.span()) <= borders else match[0], text)


def _borders(text: str) -> set[int]:
    """Where words begin and end."""
    import rjieba

    return {0, *accumulate(len(word) for word in rjieba.cut(text))}


KINDS: dict[str, Kind] = {
    "traditional": traditional,
    "no_punctuation": no_punctuation,
    "homophones": homophones,
    "misheard": misheard,
    "fillers": fillers,
    "dialect": dialect,
}


def variant(text: str, kind: str, seed: int = 0) -> str | None:
    """The phrase in another form; None where this kind leaves it as it is. Raises KeyError on an unknown kind."""
    chance = random.Random(zlib.crc32(f"{seed} {kind} {text}".encode()))  # noqa: S311  # no secret hangs on it
    made = KINDS[kind](text, chance)
    return made if made != text else None


def write_variants(source: Path, target: Path, kinds: list[str], seed: int) -> int:
    """Each row {"text", …} once for each kind that changes it, with "kind" and "plain"; answers how many rows it wrote."""
    found = list(_variants(jsonlines.read(source, "text"), kinds, seed))
    target.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8")
    return len(found)


def _variants(rows: list[dict[str, Any]], kinds: list[str], seed: int) -> Iterator[dict[str, Any]]:
    for row in rows:
        for kind in kinds:
            made = variant(str(row["text"]), kind, seed)
            if made is not None:
                yield {**row, "text": made, "kind": kind, "plain": row["text"]}


def _with_errors(text: str, chance: random.Random, sounds_of: Callable[[str], tuple[str, ...]]) -> str:
    """`text` with one character in ERROR_EVERY, at least one, replaced by a common one of another or the same sound."""
    from pypinyin import lazy_pinyin

    sounds = lazy_pinyin(text, errors=list)  # type: ignore[arg-type]  # a list keeps one sound a character
    masked = {place for match in MASK.finditer(text) for place in range(*match.span())}
    open_places = {
        place: others
        for place, (character, sound) in enumerate(zip(text, sounds, strict=True))
        if place not in masked and (others := [o for s in sounds_of(sound) for o in _common().get(s, []) if o != character])
    }
    written = list(text)
    for place in chance.sample(sorted(open_places), min(len(open_places), max(1, len(text) // ERROR_EVERY))):
        written[place] = chance.choice(open_places[place][:CHOICES])
    return "".join(written)


def _taken_for(sound: str) -> tuple[str, ...]:
    """The syllables a speaker may have meant by this one or be heard as instead of it."""
    found = []
    for part, one, other in _rows("sounds"):
        for this, that in ((one, other), (other, one)):
            if part == "start" and re.match(rf"{this}[aeiouv]", sound):
                found.append(that + sound[len(this) :])
            if part == "end" and re.search(rf"[^aeou]{this}$", sound):
                found.append(sound[: -len(this)] + that)
    return tuple(found)


@cache
def _common() -> dict[str, list[str]]:
    """Common characters by their sound without tone, the commonest first."""
    from pypinyin import lazy_pinyin

    files = [file for folder in CORPUS for file in sorted(folder.rglob("*")) if file.suffix in (".yml", ".md")]
    counts = Counter(re.findall(r"[一-鿿]", "".join(file.read_text(encoding="utf-8") for file in files)))
    by_sound: dict[str, list[str]] = defaultdict(list)
    for character, count in counts.most_common():
        if count >= COMMON:
            by_sound[lazy_pinyin(character)[0]].append(character)
    return by_sound


@cache
def _rows(name: str) -> list[tuple[str, ...]]:
    return [tuple(line.split("\t")) for line in read_lines(TABLES / f"{name}.tsv")]


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2t")
