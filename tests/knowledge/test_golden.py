"""The questions our own articles must answer, and those they must not; the floor may rise, never fall."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.answering import KnowledgeBase
from knowledge.encoder import Encoder
from knowledge.importing import import_into

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.jsonl"))
FLOOR = 0.89
KEPT = Path("var/tests/knowledge")  # kept between runs: only changed sections are encoded again


@pytest.mark.slow
@pytest.mark.skipif(not GOLDEN, reason="no golden questions have been written yet")
def test_golden_questions_are_answered_from_the_right_article(encoder: Encoder) -> None:
    import_into(KEPT, [Path("knowledge/articles")], encoder)
    base = KnowledgeBase(KEPT, encoder)
    rows = [json.loads(line) for file in GOLDEN for line in file.read_text("utf-8").splitlines() if line.strip()]
    wrong = [row["question"] for row in rows if not _is_right(base, row)]
    share = 1 - len(wrong) / len(rows)
    assert share >= FLOOR, f"{share:.3f} right; wrong: {wrong[:20]}"


def _is_right(base: KnowledgeBase, row: dict[str, str | None]) -> bool:
    answer = base.ask(str(row["question"]))
    if row["document"] is None:
        return answer.status != "answered"
    return answer.status == "answered" and row["document"] in {citation.document for citation in answer.citations}
