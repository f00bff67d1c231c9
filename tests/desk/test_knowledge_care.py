"""The pages of changed answers, gaps and everyday words: who may press what, what is refused, what stays typed."""

from __future__ import annotations

import pytest

from tests.desk.desk_world import DeskWorld, Operator

GAPS, WORDS = "/admin/knowledge/gaps", "/admin/knowledge/lexicon"


class Encodes:
    """As much of a knowledge base as gaps need: every question means something else."""

    class encoder:
        @staticmethod
        def encode_query(text: str):
            import numpy as np

            return np.zeros(4, dtype=np.float32)


@pytest.fixture
def zhao(world: DeskWorld) -> Operator:
    world.services.gaps.knowledge = Encodes()  # type: ignore[assignment]  # see its docstring
    return world.operator("zhao.lei", "赵磊", "editor")


@pytest.fixture
def asked(world: DeskWorld) -> str:
    question = "流浪猫谁来管"
    world.services.policies.ask(world.says(question).conversation_id, question, inbox_id=None)
    return question


def test_a_gap_is_assigned_refused_with_what_was_typed_and_closed(world: DeskWorld, zhao: Operator, asked: str) -> None:
    refused = zhao.post(
        f"{GAPS}/move", question=asked, act="assign", assignee=str(zhao.staff.id), due="2020-01-01", note="问城管"
    )
    assert refused.status_code == 400 and "日期已经过去了" in refused.text
    assert 'value="问城管"' in refused.text and 'value="2020-01-01"' in refused.text
    assert "请选一位在职的" in zhao.post(f"{GAPS}/move", question=asked, act="assign", assignee="x").text
    assert zhao.post(f"{GAPS}/move", question=asked, act="assign", assignee=str(zhao.staff.id)).status_code == 303
    assert asked in zhao.get(f"{GAPS}?state=mine").text and asked not in zhao.get(GAPS).text
    assert zhao.post(f"{GAPS}/move", question=asked, act="not_ours", note="归动物防疫站").status_code == 303
    assert "归动物防疫站" in zhao.get(f"{GAPS}?state=not_ours").text
    assert zhao.post(f"{GAPS}/move", question=asked, act="reopen").status_code == 303
    assert zhao.post(f"{GAPS}/move", question="没人问过", act="reopen").status_code == 404


def test_an_agent_looks_at_gaps_and_moves_none(world: DeskWorld, zhao: Operator, asked: str) -> None:
    agent = world.operator()
    assert asked in agent.get(GAPS).text and "派给同事" not in agent.get(GAPS).text
    assert agent.post(f"{GAPS}/move", question=asked, act="not_ours", note="不管").status_code == 403
    assert zhao.post(f"{GAPS}/move", question=asked, act="not_ours", note="不管", csrf="x").status_code in (400, 403, 409)
    assert "没有这样的缺口" in zhao.get(f"{GAPS}?state=not_ours").text


def test_everyday_words_are_kept_exported_and_undone(world: DeskWorld, zhao: Operator) -> None:
    refused = zhao.post(WORDS, everyday="车", official="机动车")
    assert refused.status_code == 400 and "2 到 20 个字" in refused.text and 'value="机动车"' in refused.text
    assert zhao.post(WORDS, everyday="三蹦子", official="三轮摩托车").status_code == 303
    assert "三蹦子,三轮摩托车" in zhao.get(f"{WORDS}.csv").text
    assert zhao.get(f"{WORDS}.xlsx").content.startswith(b"PK")
    batch = world.services.lexicon.history()[0].id
    assert zhao.post(f"{WORDS}/undo", batch=batch).status_code == 303
    assert "后来又改过" in zhao.post(f"{WORDS}/undo", batch=batch).text
    assert zhao.post(f"{WORDS}/remove", everyday="没有的词").status_code == 404


@pytest.mark.parametrize("verdict", ["accepted", "rubbish"])
def test_an_answer_that_is_not_there_cannot_be_accepted(world: DeskWorld, verdict: str) -> None:
    reviewer = world.operator("qian.hong", "钱红", "reviewer")
    assert reviewer.post("/admin/knowledge/answers/99", verdict=verdict).status_code == 404
    assert world.operator().post("/admin/knowledge/answers/99", verdict=verdict).status_code == 403


def test_an_agent_may_look_at_words_and_changes_none(world: DeskWorld) -> None:
    agent = world.operator()
    assert "电瓶车" in agent.get(f"{WORDS}?q=电瓶").text and "保存" not in agent.get(WORDS).text
    assert agent.post(WORDS, everyday="三蹦子", official="三轮摩托车").status_code == 403
