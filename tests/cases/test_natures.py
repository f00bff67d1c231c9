"""What a resident is after, by the shipped table."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cases.natures import FALLBACK, Natures
from bot.store.rows import read_rows

NATURES = Natures.of(read_rows(Path(__file__).parents[2] / "data" / "district" / "natures.csv"))


@pytest.mark.parametrize(
    ("said", "kind", "nature"),
    [
        pytest.param("路灯不亮三天了", "report", "complaint", id="a report without more"),
        pytest.param("想约人给老人理发", "service", "help", id="a service"),
        pytest.param("楼上漏水他不赔", "dispute", "complaint", id="a dispute"),
        pytest.param("小区什么时候能通地铁", "message", "consult", id="a message"),
        pytest.param("我举报三号楼有黑作坊", "report", "report", id="denounced"),
        pytest.param("楼上群租，住了二十个人", "report", "report", id="denounced without the word"),
        pytest.param("建议在路口加一个红绿灯", "report", "suggest", id="a suggestion"),
        pytest.param("表扬保洁员老张，辛苦了", "message", "praise", id="praise"),
        pytest.param("求助，家里老人没人照顾", "report", "help", id="help in a report"),
        pytest.param("", "report", "complaint", id="no words"),
    ],
)
def test_the_nature_follows_from_the_words_and_else_from_the_kind(said: str, kind: str, nature: str) -> None:
    assert NATURES.derive(said, kind) == nature


def test_between_equals_the_confidential_one_counts() -> None:
    assert NATURES.derive("投诉，也算举报", "report") == "report"


def test_only_what_the_table_says_is_confidential_or_not_counted() -> None:
    assert NATURES.confidential == {"report"}
    assert NATURES.uncounted == {"report", "praise"}


def test_a_table_without_kinds_falls_back() -> None:
    row = {"code": "help", "name": "求助", "words": "求助", "confidential": "否", "counted": "是"}
    assert Natures.of([row]).derive("路灯不亮", "service") == FALLBACK
    assert Natures.of([]).derive("路灯不亮", "service") == FALLBACK
