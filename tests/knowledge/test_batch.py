"""`python -m knowledge ask --in --out`: order kept, every field there, a bad line named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.answering import KnowledgeBase
from knowledge.batch import answer_file

GOOD = '{"id": "a", "question": "饮水站怎么罚", "region": null, "on": null}'


def run(base: KnowledgeBase, tmp_path: Path, lines: list[str]) -> tuple[list[dict[str, object]], list[str]]:
    questions, answers = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    questions.write_text("\n".join(lines), encoding="utf-8")
    bad = answer_file(base, questions, answers, lambda done, total: None)
    return [json.loads(line) for line in answers.read_text("utf-8").splitlines()], bad


def test_answers_come_in_order_with_every_field(base: KnowledgeBase, tmp_path: Path) -> None:
    rows, bad = run(base, tmp_path, [GOOD, "", GOOD.replace('"a"', '"b"')])
    assert [row["id"] for row in rows] == ["a", "b"]
    assert {"id", "status", "text", "confidence", "ms", "citations", "ranked"} <= set(rows[0])
    assert not bad


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("{", "JSON", id="broken JSON"),
        pytest.param("[1]", "id", id="not an object"),
        pytest.param('{"question": "甲"}', "id", id="no id"),
        pytest.param('{"id": "x"}', "question", id="no question"),
        pytest.param('{"id": "x", "question": "甲", "on": "明天"}', "日期", id="no date"),
        pytest.param('{"id": "x", "question": "甲", "region": 5}', "region", id="no place"),
    ],
)
def test_a_bad_line_is_named_and_the_others_go_on(base: KnowledgeBase, tmp_path: Path, line: str, said: str) -> None:
    rows, bad = run(base, tmp_path, [GOOD, line, GOOD])
    assert [row["id"] for row in rows] == ["a", "a"]
    assert len(bad) == 1
    assert "第 2 行" in bad[0]
    assert said in bad[0]
