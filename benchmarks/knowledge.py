"""How often the right statute is found by each part of the search alone and added one by one, in one run, with the time.

Where own articles are in the base too, the laws behind the likely ones are lifted.

    python -m benchmarks.knowledge QUESTIONS.jsonl --base var/knowledge

A row: {"question", "region": null|"上海", "gold": [{"file", "article", "same_text_in": [...]}], "answerable": true}.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from knowledge import finding
from knowledge.answering import KnowledgeBase
from knowledge.clock import today
from knowledge.index import BM25_WEIGHT, Bools, Index
from knowledge.model import STATUTE
from knowledge.place import asked_region
from knowledge.regions import Region
from knowledge.store import Store
from knowledge.text import even, words

CUTS = (1, 3, 10, 100)
Name = tuple[str, str]  # file, article


def wanted(row: dict[str, Any]) -> set[Name]:
    """(file name, article) of everything that answers."""
    pairs = set()
    for gold in [*row["gold"], *row.get("also", [])]:
        for file in [gold["file"], *gold.get("same_text_in", [])]:
            pairs.add((Path(file).name, gold["article"]))
    return pairs


def names_of(index: Index, folder: Path) -> list[Name]:
    store = Store(folder)
    by_id = {
        ident: (Path(path).name, article)
        for ident, path, article in store.connection.execute(
            "SELECT p.id, d.path, p.article FROM passages p JOIN documents d ON d.id = p.document"
        )
    }
    store.close()
    return [by_id[int(ident)] for ident in index.passages]


def orders(
    knowledge: KnowledgeBase, asked: finding.Asked, allowed: Bools, names: Sequence[Name]
) -> Iterator[tuple[str, list[Name]]]:
    """(what is searched with, articles best first) for one question; each of the last four adds to the one before."""
    index = knowledge.index()
    lexical = index.lexical_scores(asked.tokens, allowed)
    meant = index.learned_scores(asked.vector, allowed)
    lifts = index.lifts(index.search_own(asked.text, asked.vector, asked.tokens, allowed))
    hits = index.search(asked.text, asked.vector, asked.tokens, allowed, lifts)
    found = knowledge.find(index, asked, allowed, STATUTE)
    for name, scores in (
        ("BM25 alone", lexical),
        ("encoder alone", index.dense_scores(asked.vector, allowed)),
        ("map learnt from questions", meant),
        ("… and BM25", meant + BM25_WEIGHT * lexical),
    ):
        best = np.argsort(-np.where(allowed, scores, -np.inf), kind="stable")[: CUTS[-1]]
        yield name, [names[position] for position in best]
    yield "… and words translated", [names[position] for position in hits.positions[: CUTS[-1]]] if hits else []
    passages = found.passages if found else ()
    yield "… and put in order", [(Path(one.document).name, one.article) for one in passages]


def main(questions: Path, base: Annotated[Path, typer.Option(help="知识库")] = Path("var/knowledge")) -> None:
    """一步一步地比较检索。"""
    rows = [json.loads(line) for line in questions.read_text("utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if row.get("answerable", True) and row.get("gold")]
    knowledge = KnowledgeBase.open(base)
    knowledge.warm_up()
    index = knowledge.index()
    names, statutes = names_of(index, base), index.statutes
    hits: dict[str, dict[int, int]] = {}
    times = []
    for row in track(rows, "提问"):
        text = even(row["question"])
        allowed = index.allowed(asked_region(text, row.get("region")) or Region(), today())
        started = time.perf_counter()
        asked = finding.Asked(text, words(text), knowledge.encoder.encode_query(text))
        knowledge.find(index, asked, allowed)
        times.append((time.perf_counter() - started) * 1000)
        for name, order in orders(knowledge, asked, allowed & statutes, names):
            counts = hits.setdefault(name, dict.fromkeys(CUTS, 0))
            for cut in CUTS:
                counts[cut] += bool(wanted(row) & set(order[:cut]))
    table = Table("", *(f"hit@{cut}" for cut in CUTS), title=f"{len(rows)} questions, {len(names)} passages")
    for name, counts in hits.items():
        table.add_row(name, *(f"{counts[cut] / len(rows):.3f}" for cut in CUTS))
    Console().print(table)
    print(f"encode + find: p50 {np.percentile(times, 50):.1f} ms, p95 {np.percentile(times, 95):.1f} ms")


if __name__ == "__main__":
    typer.run(main)
