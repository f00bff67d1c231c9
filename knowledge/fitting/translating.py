"""Learns which words of the law explain which words of residents, and writes knowledge/translation.npz.

    python -m knowledge.fitting.translating BASE    # a base with all the laws that questions/residents.tsv names

Model 1 of Brown et al. (1993, The Mathematics of Statistical Machine Translation) by expectation maximisation: each term
of a question comes from one word of its article, or from none. Laws held out (see `learning`) are never learnt from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from rich.progress import track

from knowledge import translation
from knowledge.answering import KnowledgeBase
from knowledge.fitting.learning import Row, rows_of
from knowledge.text import even, words
from knowledge.vectors import Ints

TARGET = Path(translation.__file__).parent / translation.FILE
ASKED, HELD = 3, 2  # times a term must be asked, a word be held, to be learnt at all
ROUNDS = 4  # more rounds fit the questions learnt from and nothing else
RARE = 3.0  # questions a word is thought to explain nothing of; tames words held but once or twice
LEAST = 2e-3  # chances below this are dropped
LONGEST = 200  # words of an article

Pair = tuple[list[str], list[str]]  # terms of a question, words of its article


def pairs_of(base: KnowledgeBase, rows: Sequence[Row]) -> list[Pair]:
    """The rows as pairs, the article's words as the index holds them."""
    index, out = base.index(), list[Pair]()
    for row in track(rows, "读条文"):
        for passage in base.read([int(index.passages[row.gold[0]])]).values():
            held = words(even(f"{passage.title} {passage.text}"))
            out.append((translation.terms(row.question), list(dict.fromkeys(held))[:LONGEST]))
    return out


def numbered(lists: Sequence[Sequence[str]], least: int, first: int) -> dict[str, int]:
    """The words in at least so many lists, numbered from `first`."""
    counts = Counter(word for one in lists for word in dict.fromkeys(one))
    return {word: first + at for at, word in enumerate(word for word, count in counts.items() if count >= least)}


def chances(pairs: Sequence[Pair], asked: dict[str, int], held: dict[str, int]) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Chances of terms given words: `key // width` is the term, `key % width` the word, width = len(held) + 1."""
    width = len(held) + 1
    keys, groups, count = [], [], 0
    for terms, article in pairs:
        columns = np.array([translation.NOTHING, *(held[word] for word in article if word in held)], dtype=np.int64)
        for term in terms:
            if term in asked:
                keys.append(asked[term] * width + columns)
                groups.append(np.full(len(columns), count))
                count += 1
    group = np.concatenate(groups)
    key, at = np.unique(np.concatenate(keys), return_inverse=True)
    chance = np.ones(len(key))
    for _ in track(range(ROUNDS), "学习词语"):
        explained = chance[at]
        explained /= np.bincount(group, explained, count)[group]
        expected = np.bincount(at, explained, len(key))
        chance = expected / (np.bincount(key % width, expected, width)[key % width] + RARE)
    return key, chance


def save(pairs: Sequence[Pair], target: Path) -> int:
    """Learn and write; returns how many chances are kept."""
    asked = numbered([terms for terms, _ in pairs], ASKED, 0)
    held = numbered([article for _, article in pairs], HELD, 1)
    key, chance = chances(pairs, asked, held)
    width = len(held) + 1
    kept = (chance > LEAST) & (key % width != translation.NOTHING)
    key, chance = key[kept], chance[kept]
    spread = Counter(term for terms, _ in pairs for term in terms if term in asked)
    with target.open("wb") as file:
        np.savez_compressed(
            file,
            asked=np.array("\n".join(asked)),
            held=np.array("\n".join(held)),
            sizes=np.bincount(key // width, minlength=len(asked)).astype(np.int32),
            columns=(key % width).astype(np.uint16),
            chances=chance.astype(np.float16),
            common=np.array([spread[term] for term in asked], dtype=np.float32) / spread.total(),
        )
    return len(key)


def main(base: Annotated[Path, typer.Argument(help="有全部法规的知识库")], target: Path = TARGET) -> None:
    """重新学习居民的词和法规的词。"""
    knowledge = KnowledgeBase.open(base)
    rows = [row for row in rows_of(knowledge) if not row.is_held_out]
    print(f"{save(pairs_of(knowledge, rows), target)} chances learnt from {len(rows)} questions")


if __name__ == "__main__":
    typer.run(main)
