"""What to ask about a matter, and what a short answer says: the shipped table, in residents' words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cases.questions import MOST, Questions
from bot.store.rows import read_rows

QUESTIONS = Questions.of(read_rows(Path(__file__).parents[2] / "data" / "district" / "questions.csv"))


@pytest.mark.parametrize(
    ("category", "told", "key"),
    [
        pytest.param("1001", "电梯坏了", "trapped", id="whether somebody is in the lift"),
        pytest.param("1001", "电梯坏了，里面没人", None, id="told that nobody is"),
        pytest.param("1001", "电梯按钮坏了", None, id="a button traps nobody"),
        pytest.param("0106", "暖气一点不热", "scope", id="how many homes are cold"),
        pytest.param("0106", "整栋楼暖气都不热", None, id="told that all are"),
        pytest.param("0103", "停水了", "scope", id="how many homes have no water"),
        pytest.param("0103", "门口水管爆了", None, id="a burst pipe is no outage"),
        pytest.param("0102", "井盖坏了", None, id="the staff's own questions are not the chat's"),
        pytest.param("0204", "共享单车乱放", None, id="a category without questions"),
    ],
)
def test_a_question_is_asked_where_the_answer_is_not_told(category: str, told: str, key: str | None) -> None:
    found = QUESTIONS.next_in_chat(category, told, ())
    assert (found.key if found else None) == key


def test_nothing_is_asked_twice_and_never_more_than_a_few() -> None:
    assert QUESTIONS.next_in_chat("1001", "电梯坏了", ["trapped"]) is None
    for code in {question.category for question in QUESTIONS.questions}:
        assert sum(question.in_chat for question in QUESTIONS.of_category(code)) <= MOST


@pytest.mark.parametrize(
    ("category", "key", "said", "option"),
    [
        pytest.param("1001", "trapped", "没有", "没人", id="no"),
        pytest.param("1001", "trapped", "里面没有人", "没人", id="nobody in it"),
        pytest.param("1001", "trapped", "冇人", "没人", id="Cantonese"),
        pytest.param("1001", "trapped", "有！", "有人", id="yes"),
        pytest.param("1001", "trapped", "里面有个老人", "有人", id="an old man"),
        pytest.param("1001", "trapped", "我不知道呀", "不知道", id="no idea"),
        pytest.param("1001", "trapped", "没人管啊", None, id="nobody cares is no answer"),
        pytest.param("1001", "trapped", "没有问题", None, id="no problem is no answer"),
        pytest.param("1001", "trapped", "没有电话", None, id="no telephone is no answer"),
        pytest.param("1001", "trapped", "还有个事情忘了说", None, id="one thing more"),
        pytest.param("1001", "trapped", "有没有人来修", None, id="a question back"),
        pytest.param("1001", "trapped", "昨天我们打了好几次电话物业说没人会修这部电梯", None, id="a story"),
        pytest.param("0106", "scope", "就我家", "一家", id="only mine"),
        pytest.param("0106", "scope", "全楼都不热", "整栋楼", id="the whole building"),
        pytest.param("0105", "smell", "闻不到", "闻不到", id="does not smell"),
        pytest.param("0105", "smell", "闻到了", "闻得到", id="smells"),
        pytest.param("0105", "smell", "", None, id="nothing"),
    ],
)
def test_a_short_answer_is_read(category: str, key: str, said: str, option: str | None) -> None:
    question = QUESTIONS.get(category, key)
    assert question is not None
    position = question.read(said)
    assert (None if position is None else question.titles[position]) == option


def test_a_table_kept_before_there_was_a_column_for_the_chat_asks_nothing() -> None:
    row = {
        "category": "1001", "position": "1", "key": "trapped", "question": "电梯里有人吗？", "kind": "yes_no", "required": "是",
        "options": "", "dangerous": "是", "danger": "trapped_lift",
    }  # fmt: skip
    old = Questions.of([row])
    assert old.next_in_chat("1001", "电梯坏了", ()) is None
    assert old.questions[0].titles == ("是", "不是", "不知道")
