"""Questions from a JSON Lines file to answers in another, in order; a bad line is named and the others go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.answering import Answer, KnowledgeBase


class BadLine(ValueError):
    """A line of the input that is no question; str() is a Chinese sentence without the line's number."""


def read_question(line: str) -> tuple[object, str, str | None, date | None]:
    """(id, question, region, on) of one line. Raises BadLine."""
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadLine("不是正确的 JSON") from error
    if not isinstance(row, dict) or not isinstance(row.get("id"), str | int):
        raise BadLine("缺少 id")
    if not isinstance(row.get("question"), str) or not row["question"].strip():
        raise BadLine("缺少 question（问题）")
    region = row.get("region")
    if region is not None and not isinstance(region, str):
        raise BadLine("region 应是地名或 null")
    return row["id"], row["question"], region, _day(row.get("on"))


def _day(value: object) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise BadLine("on 应是日期，写成 2026-01-31 的样子，或 null") from error


def row_of(ident: object, answer: Answer) -> dict[str, Any]:
    """An answer as one row of the output."""
    return {
        "id": ident,
        "status": answer.status,
        "text": answer.text,
        "confidence": answer.confidence,
        "ms": answer.ms,
        "citations": [
            {"document": c.document, "article": c.article, "quote": c.quote, "version": c.version} for c in answer.citations
        ],
        "ranked": [{"document": r.document, "article": r.article, "score": r.score} for r in answer.ranked],
        "choices": list(answer.choices),
        "reason": answer.reason,
    }


def answer_file(base: KnowledgeBase, questions: Path, answers: Path, advance: Callable[[int, int], None]) -> list[str]:
    """Answer every line; one Chinese sentence for each line that could not be read. The output appears whole or not."""
    lines = questions.read_text("utf-8-sig").splitlines()
    beside = answers.with_name(answers.name + ".new")
    bad: list[str] = []
    with beside.open("w", encoding="utf-8") as out:
        for number, line in enumerate(lines, 1):
            advance(number, len(lines))
            if not line.strip():
                continue
            try:
                ident, question, region, on = read_question(line)
            except BadLine as error:
                bad.append(f"{questions} 第 {number} 行：{error}，已跳过")
                continue
            row = row_of(ident, base.ask(question, region=region, on=on))
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    beside.replace(answers)
    return bad
