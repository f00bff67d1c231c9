"""From an own article to the law behind it."""

from __future__ import annotations

import pytest

from knowledge.answering import KnowledgeBase
from knowledge.basis import articles_named, plain_law
from knowledge.text import number, numeral


@pytest.mark.parametrize(
    ("written", "named"),
    [
        pytest.param("第九条", ["第九条"], id="one"),
        pytest.param("第三条、第五条至第七条", ["第三条", "第五条", "第六条", "第七条"], id="a range"),
        pytest.param("第十条之一", ["第十条之一"], id="an inserted one"),
        pytest.param("第二部分", [], id="no article"),
        pytest.param("全文", [], id="the whole"),
    ],
)
def test_articles_are_read_as_people_write_them(written: str, named: list[str]) -> None:
    assert articles_named(written) == named


@pytest.mark.parametrize("value", [1, 10, 12, 20, 101, 110, 286, 1002, 1012, 1260])
def test_numerals_are_written_as_they_are_read(value: int) -> None:
    assert number(numeral(value)) == value


def test_a_law_is_known_without_marks_and_asides() -> None:
    assert plain_law("《中华人民共和国大气污染防治法》（已并入生态环境法典）") == "大气污染防治法"


def test_an_own_article_does_not_crowd_statutes_out(base: KnowledgeBase) -> None:
    ranked = base.ask("想在楼下装长椅要什么材料").ranked
    assert sum(hit.document == "street-bench.md" for hit in ranked) <= 3
    assert any(hit.document != "street-bench.md" for hit in ranked)
