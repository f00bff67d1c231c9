"""STARD (laymen's legal questions, Su et al. 2024): how well its articles are found among all national ones.

    python -m benchmarks.stard STARD_FOLDER --base BASE_WITH_STATUTES --out ranked.jsonl

Its passages are imported as statutes beside the national ones of a copy of BASE; national articles with the same text as
a passage are left out, so that every text stands once and in one form. Prints recall@100 and MRR@10, beside BM25 and the
encoder fused without anything learnt; `--out` keeps the ranked names of each question.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import typer
from rich.progress import track

from knowledge import finding
from knowledge.answering import KnowledgeBase
from knowledge.clock import today
from knowledge.importing import import_into
from knowledge.index import Bools
from knowledge.regions import Region
from knowledge.store import Store
from knowledge.text import even, words

ARTICLE = re.compile(r"^(.+?)(第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五六七八九十]+)?)$")
BEST, LEXICAL = 100, 0.25  # BM25's part where nothing is learnt: the best of the weights tried for decision 0003
SPACE = re.compile(r"[\s\u3000]+")


def write_laws(passages: Sequence[dict[str, str]], folder: Path) -> dict[tuple[str, str], str]:
    """One file a law; (path, article) → name of the passage."""
    laws: dict[str, list[tuple[str, str]]] = defaultdict(list)
    names = {}
    for passage in passages:
        match = ARTICLE.match(passage["name"].strip())
        law, article = match.groups() if match else (passage["name"].strip(), "第一条")
        laws[law].append((article, SPACE.sub("", passage["text"])))
        names[f"{law}.md", article] = passage["name"]
    for law, articles in laws.items():
        text = "\n\n".join(f"{article} {text}" for article, text in articles)
        (folder / f"{law}.md").write_text(f"# {law}\n\n<!-- INFO END -->\n\n{text}\n", encoding="utf-8")
    return names


def competing(base: KnowledgeBase, names: dict[tuple[str, str], str]) -> tuple[Bools, list[str | None]]:
    """Which passages compete, and the name of each that is one of STARD's."""
    index, store = base.index(), Store(base.folder)
    rows = store.connection.execute(
        "SELECT p.id, d.path, p.article, p.text FROM passages p JOIN documents d ON d.id = p.document"
    )
    by_id = {ident: (path, article, SPACE.sub("", text)) for ident, path, article, text in rows}
    store.close()
    known = [by_id[int(ident)] for ident in index.passages]
    called = [names.get((path, article)) for path, article, _ in known]
    texts = {text for name, (_, _, text) in zip(called, known, strict=True) if name}
    twin = np.array([name is None and text in texts for name, (_, _, text) in zip(called, known, strict=True)])
    ours = np.array([name is not None for name in called])  # theirs too where the base holds a newer version of the law
    return (index.allowed(Region(), today()) & index.statutes & ~twin) | ours, called


def ranked(base: KnowledgeBase, asked: finding.Asked, allowed: Bools, called: list[str | None]) -> dict[str, list[str]]:
    """The names of the best passages, by everything and by BM25 and encoder alone; others count as nameless places."""
    index = base.index()
    plain = index.dense_scores(asked.vector, allowed) + LEXICAL * index.lexical_scores(asked.tokens, allowed)
    order = np.argsort(-np.where(allowed, plain, -np.inf))[:BEST]
    hits = index.search(asked.text, asked.vector, asked.tokens, allowed)
    if hits is None:
        return {"plain": [], "all": []}
    at, _, scores = finding.ordered(index, base.read, asked, hits)
    first = [int(hits.positions[at[i]]) for i in np.argsort(-scores, kind="stable")]
    rest = [int(position) for position in hits.positions if int(position) not in set(first)]
    return {"plain": [called[i] or "-" for i in order], "all": [called[i] or "-" for i in [*first, *rest][:BEST]]}


def measured(rows: Sequence[dict[str, Any]], lists: Sequence[list[str]]) -> dict[str, float]:
    """recall@100 and MRR@10 as STARD's authors and `score.py ranking` count them."""
    recall, reciprocal = [], []
    for row, names in zip(rows, lists, strict=True):
        want = set(row["gold"])
        recall.append(len(want & set(names)) / len(want))
        first = next((at for at, name in enumerate(names[:10], 1) if name in want), None)
        reciprocal.append(1 / first if first else 0.0)
    return {"recall@100": round(float(np.mean(recall)), 3), "mrr@10": round(float(np.mean(reciprocal)), 3)}


def main(
    stard: Path,
    base: Annotated[Path, typer.Option(help="有法规的知识库")] = Path("var/knowledge"),
    out: Annotated[Path | None, typer.Option(help="逐题的排序")] = None,
) -> None:
    """在全国法规里找 STARD 的条文。"""
    read = [
        [json.loads(line) for line in (stard / f"{name}.jsonl").open(encoding="utf-8")] for name in ("passages", "queries_dev")
    ]
    with TemporaryDirectory() as folder:
        laws = Path(folder) / "laws"
        laws.mkdir()
        names = write_laws(read[0], laws)
        shutil.copytree(base, Path(folder) / "base")
        knowledge = KnowledgeBase.open(base)
        knowledge = KnowledgeBase(Path(folder) / "base", knowledge.encoder)
        import_into(knowledge.folder, [laws], knowledge.encoder)
        allowed, called = competing(knowledge, names)
        print(f"{sum(map(bool, called))} of {len(read[0])} passages among {int(allowed.sum())}")
        lists: dict[str, list[list[str]]] = {"plain": [], "all": []}
        for row in track(read[1], "提问"):
            text = even(row["question"])
            asked = finding.Asked(text, words(text), knowledge.encoder.encode_query(text))
            for name, order in ranked(knowledge, asked, allowed, called).items():
                lists[name].append(order)
    for name, label in (("plain", "BM25 + encoder"), ("all", "everything")):
        print(f"{label}: {measured(read[1], lists[name])}")
    if out:
        lines = (
            json.dumps({"id": row["id"], "ranked": names}, ensure_ascii=False)
            for row, names in zip(read[1], lists["all"], strict=True)
        )
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
