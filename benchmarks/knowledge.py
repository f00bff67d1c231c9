"""How often the right statute is found: BM25 alone, encoder alone and both fused, in one run, with the time taken.

Where own articles are in the base too, fusion lifts the laws behind the likely ones.

    python -m benchmarks.knowledge QUESTIONS.jsonl --base var/knowledge

A row: {"question", "region": null|"上海", "gold": [{"file", "article", "same_text_in": [...]}], "answerable": true}.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from knowledge.answering import KnowledgeBase
from knowledge.clock import today
from knowledge.index import Index
from knowledge.place import asked_region
from knowledge.regions import Region
from knowledge.store import Store
from knowledge.text import even, words

CUTS = (1, 3, 10, 100)


def wanted(row: dict[str, Any]) -> set[tuple[str, str]]:
    """(file name, article) of everything that answers."""
    pairs = set()
    for gold in [*row["gold"], *row.get("also", [])]:
        for file in [gold["file"], *gold.get("same_text_in", [])]:
            pairs.add((Path(file).name, gold["article"]))
    return pairs


def names_of(index: Index, folder: Path) -> list[tuple[str, str]]:
    store = Store(folder)
    by_id = {
        ident: (Path(path).name, article)
        for ident, path, article in store.connection.execute(
            "SELECT p.id, d.path, p.article FROM passages p JOIN documents d ON d.id = p.document"
        )
    }
    store.close()
    return [by_id[int(ident)] for ident in index.passages]


def main(questions: Path, base: Annotated[Path, typer.Option(help="知识库")] = Path("var/knowledge")) -> None:
    """比较三种检索。"""
    rows = [json.loads(line) for line in questions.read_text("utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if row.get("answerable", True) and row.get("gold")]
    knowledge = KnowledgeBase.open(base)
    knowledge.warm_up()
    index = knowledge.index()
    names = names_of(index, base)
    hits = {name: dict.fromkeys(CUTS, 0) for name in ("BM25", "encoder", "fused")}
    times = []
    for row in rows:
        text = even(row["question"])
        allowed = index.allowed(asked_region(text, row.get("region")) or Region(), today())
        started = time.perf_counter()
        vector = knowledge.encoder.encode_query(text)
        lifts = index.lifts(index.search_own(text, vector, words(text), allowed))
        found = index.search(vector, words(text), allowed & index.statutes, lifts)
        times.append((time.perf_counter() - started) * 1000)
        orders: dict[str, Any] = {
            "BM25": np.argsort(-np.where(allowed, index.lexical_scores(words(text), allowed), -1), kind="stable"),
            "encoder": np.argsort(-index.dense_scores(vector, allowed), kind="stable"),
            "fused": found.positions if found else [],
        }
        want = wanted(row)
        for name, order in orders.items():
            for cut in CUTS:
                hits[name][cut] += bool(want & {names[position] for position in order[:cut]})
    table = Table("", *(f"hit@{cut}" for cut in CUTS), title=f"{len(rows)} questions, {len(names)} passages")
    for name, counts in hits.items():
        table.add_row(name, *(f"{counts[cut] / len(rows):.3f}" for cut in CUTS))
    Console().print(table)
    print(f"encode + search: p50 {np.percentile(times, 50):.1f} ms, p95 {np.percentile(times, 95):.1f} ms")


if __name__ == "__main__":
    typer.run(main)
