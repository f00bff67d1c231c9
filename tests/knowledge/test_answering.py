"""Questions over the sample rules: the right text, of the right day, for the right place."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.answering import KnowledgeBase

DOGS = "遛狗不牵绳罚多少钱"


@pytest.mark.parametrize(
    ("question", "region", "on", "document"),
    [
        pytest.param(DOGS, "青岛", None, "地方性法规/山东/青岛市遛狗条例(2024-03-01).md", id="newest version"),
        pytest.param(DOGS, "青岛", date(2024, 5, 1), "地方性法规/山东/青岛市遛狗条例.md", id="newer not yet in force"),
        pytest.param(DOGS, "山东省青岛市", None, "地方性法规/山东/青岛市遛狗条例(2024-03-01).md", id="full name"),
        pytest.param(f"青岛{DOGS}", None, None, "地方性法规/山东/青岛市遛狗条例(2024-03-01).md", id="named in question"),
        pytest.param(f"郑州{DOGS}", "青岛", None, "地方性法规/河南/郑州市遛狗条例(2022-01-01).md", id="question overrules"),
        pytest.param("舊書一公斤多少錢", "上海", None, "地方性法规/上海/上海市图书循环条例(2023-01-01).md", id="repealed"),
        pytest.param("饮水站不公布水质怎么罚", None, None, "行政法规/饮水站管理办法(2015-01-10).md", id="national"),
        pytest.param("想在楼下装长椅要什么材料", "上海", None, "street-bench.md", id="own article"),
    ],
)
def test_the_best_passage_holds_there_and_then(
    base: KnowledgeBase, question: str, region: str | None, on: date | None, document: str
) -> None:
    assert base.ask(question, region=region, on=on).ranked[0].document == document


@pytest.mark.parametrize(
    ("region", "forbidden"),
    [
        pytest.param("济南", "青岛", id="another city of the province"),
        pytest.param("山东", "青岛", id="a province is not its city"),
        pytest.param("上海", "郑州", id="another province"),
        pytest.param("全国", "青岛", id="the nation only"),
        pytest.param(None, "地方性法规", id="no place known"),
    ],
)
def test_another_place_never_answers(base: KnowledgeBase, region: str | None, forbidden: str) -> None:
    answer = base.ask(DOGS, region=region)
    assert not [one for one in answer.citations if forbidden in one.document]
    assert answer.status == "clarify" or not [one for one in answer.ranked if forbidden in one.document]


def test_an_old_version_is_never_ranked_today(base: KnowledgeBase) -> None:
    found = [hit.document for hit in base.ask(DOGS, region="青岛").ranked]
    assert "地方性法规/山东/青岛市遛狗条例.md" not in found


def test_a_quotation_is_verbatim_and_names_its_source(base: KnowledgeBase) -> None:
    answer = base.ask("饮水站不公布水质检测结果罚款多少")
    passage = base.passage(answer.ranked[0].version)
    assert passage is not None
    assert passage.text == "饮水站不公布水质检测结果的，处五百元以上二千元以下罚款。"
    assert (passage.number, passage.issuer, passage.region) == ("国务院令第999号", "国务院", "全国")
    for citation in answer.citations:
        source = base.passage(citation.version)
        assert source is not None
        assert all(line in source.text for line in citation.quote.split("\n"))


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("我的申请现在办到哪一步了帮我查查", id="own file"),
        pytest.param("美国的加班费怎么算", id="foreign law"),
        pytest.param("今天股票涨了没有", id="no matter of rules"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_no_text_holds_is_not_answered(base: KnowledgeBase, question: str) -> None:
    answer = base.ask(question)
    assert answer.status == "abstained"
    assert not answer.citations


def test_an_unknown_version_is_none(base: KnowledgeBase) -> None:
    assert base.passage("nothing") is None
