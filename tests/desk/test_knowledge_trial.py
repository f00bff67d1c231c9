"""The hit test's page and golden questions: who may keep one, what is refused, what stays typed."""

from __future__ import annotations

import pytest

from knowledge.answering import Answer
from tests.desk.desk_world import DeskWorld

TRY, GOLDEN = "/admin/knowledge", "/admin/knowledge/golden"
STOCKS = "今天股市会涨吗"


def test_a_question_is_kept_asked_again_and_removed(world: DeskWorld) -> None:
    zhao = world.operator("zhao.lei", "赵磊", "editor")
    assert zhao.post(GOLDEN, question=STOCKS, expected="abstained").status_code == 303
    assert STOCKS in zhao.get(GOLDEN).text
    assert "1 题全部答对" in zhao.post(f"{GOLDEN}/ask").text
    world.services.knowledge.answers[STOCKS] = Answer("answered", "会涨。", 0.9, (), (), (), "", 1.0)
    assert "1 题不对" in zhao.post(f"{GOLDEN}/ask").text
    assert 'data-passed="0"' in zhao.get(f"{GOLDEN}/1/now").text
    assert zhao.get(f"{GOLDEN}/9/now").status_code == 404
    assert zhao.post(f"{GOLDEN}/1/remove").status_code == 303
    assert zhao.post(f"{GOLDEN}/1/remove").status_code == 404
    assert "还没有必答题" in zhao.get(GOLDEN).text


def test_an_agent_may_look_and_try_but_keeps_nothing(world: DeskWorld) -> None:
    agent = world.operator()
    assert "存成必答题" not in agent.post(TRY, question=STOCKS).text
    assert agent.get(GOLDEN).status_code == 200
    assert agent.post(GOLDEN, question=STOCKS, expected="abstained").status_code == 403


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"day": "三月"}, "日期“三月”不对"), ({"region": "火星"}, "不认识地区"), ({"expected": "0a1b"}, "请选这一题正确的结果"),
        ({"question": " "}, "请写一句要问的话"), ({"csrf": "x"}, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_and_stays_typed(world: DeskWorld, typed: dict[str, str], sentence: str) -> None:
    zhao = world.operator("zhao.lei", "赵磊", "editor")
    answer = zhao.post(GOLDEN, **({"question": STOCKS, "expected": "abstained"} | typed))
    assert answer.status_code in (400, 409) and sentence in answer.text
    assert "question" in typed or STOCKS in answer.text
    assert world.services.golden.list() == []
