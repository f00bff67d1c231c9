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


def test_several_rules_are_announced_and_one_is_not(base: KnowledgeBase) -> None:
    for question in ("养狗不办证罚多少", "遛狗要不要牵绳", "物业费不交会怎么样", "居住证怎么办"):
        answer = base.ask(question, region="上海")
        statutes = answer.status == "answered" and all(one.article.startswith("第") for one in answer.citations)
        assert answer.text.startswith("和您问的最接近的有") == (statutes and len(answer.citations) > 1), question


def test_an_unknown_version_is_none(base: KnowledgeBase) -> None:
    assert base.passage("nothing") is None


@pytest.mark.parametrize(
    ("question", "on"),
    [
        pytest.param(f"2019年的时候青岛{DOGS}", None, id="the question names the year"),
        pytest.param(f"青岛{DOGS}", date(2019, 7, 1), id="the caller names the day"),
    ],
)
def test_an_old_version_says_that_it_is_over_and_what_holds_now(base: KnowledgeBase, question: str, on: date | None) -> None:
    answer = base.ask(question, on=on)
    cited = answer.citations[0]
    assert (cited.document, cited.until) == ("地方性法规/山东/青岛市遛狗条例.md", "2024-05-31")
    assert cited.now == base.ask(f"青岛{DOGS}").citations[0].version
    for said in ("五十元", "现在已经不能用了", "现在要看", "二百元", "2024年6月1日起施行", "2019年7月1日"):
        assert said in answer.text


def test_what_holds_today_says_since_when_and_nothing_of_the_past(base: KnowledgeBase) -> None:
    answer = base.ask(f"青岛{DOGS}")
    assert answer.citations[0].until is None
    assert "2024年6月1日起施行" in answer.text
    assert "不能用" not in answer.text and "五十元" not in answer.text


def test_a_day_before_all_rules_is_said_not_guessed(base: KnowledgeBase) -> None:
    answer = base.ask(f"1990年的时候青岛{DOGS}")
    assert answer.status == "abstained"
    assert "1990年7月1日" in answer.text


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("要带什么", "申请材料"),
        ("那要多久能办好", "办理时限"),
        ("去哪办", "办理地点"),
        ("要钱不", "费用"),
        ("怎么办理", "办理步骤"),
        ("我能不能申请", "适用条件"),
    ],
)
def test_the_fields_of_a_guide_are_asked_one_by_one(base: KnowledgeBase, question: str, article: str) -> None:
    answer = base.ask(question, topic="street-bench.md")
    assert answer.status == "answered"
    assert [(one.document, one.article) for one in answer.citations] == [("street-bench.md", article)]


def test_a_question_for_two_things_gets_both(base: KnowledgeBase) -> None:
    answer = base.ask("想在楼下装长椅，要什么材料，去哪办")
    assert {"申请材料", "办理地点"} <= {one.article for one in answer.citations if one.document == "street-bench.md"}


def test_an_unknown_topic_is_no_topic(base: KnowledgeBase) -> None:
    assert base.ask(DOGS, region="青岛", topic="nothing.md").citations == base.ask(DOGS, region="青岛").citations


def test_a_place_asked_on_wins_over_the_one_before(base: KnowledgeBase) -> None:
    answer = base.ask("那郑州呢", before=f"青岛{DOGS}", region="青岛")
    assert "河南/郑州市遛狗条例" in answer.ranked[0].document


def test_a_passage_is_read_with_its_neighbours_and_other_versions(base: KnowledgeBase) -> None:
    old = base.ask(f"青岛{DOGS}", on=date(2019, 7, 1)).citations[0]
    page = base.reading(old.version)
    assert page is not None
    assert not page.holds
    assert page.until == date(2024, 5, 31)
    assert [one.article for one in page.before] == ["第一条"]
    assert page.now is not None and "二百元" in page.now.text
    (newer,) = page.editions
    assert newer.is_newer
    changed = [(piece.sign, piece.text) for piece in newer.pieces]
    assert "".join(text for sign, text in changed if sign != "+") == page.passage.text
    assert "".join(text for sign, text in changed if sign != "-") == page.now.text
    assert base.reading("nothing") is None
