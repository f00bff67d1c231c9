"""Irregularities of statute files, each as a row."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.errors import BadFile
from knowledge.importers.statutes import read_statute
from tests.knowledge.samples import statute

PATH = "行政法规/样例办法(2020-02-03).md"


def read(body: str, path: str = PATH, dates: str = "") -> list[tuple[str, str]]:
    return [(section.article, section.text) for section in read_statute(path, statute("样例办法", body, dates)).sections]


@pytest.mark.parametrize(
    ("body", "sections"),
    [
        pytest.param("第一条 甲。\n\n第二条 乙。", [("第一条", "甲。"), ("第二条", "乙。")], id="plain"),
        pytest.param("第一条\u3000甲。", [("第一条", "甲。")], id="ideographic space"),
        pytest.param("第三十五 条甲应当。", [("第三十五条", "甲应当。")], id="space before 条"),
        pytest.param("第 三 条 甲。", [("第三条", "甲。")], id="spaces inside"),
        pytest.param("第十七条之一 甲。", [("第十七条之一", "甲。")], id="之一"),
        pytest.param("笫五十四条 甲。", [("第五十四条", "甲。")], id="wrong character"),
        pytest.param("第一条 甲\u200b乙。\n\n\u200b\n\n第二条 丙。", [("第一条", "甲乙。"), ("第二条", "丙。")], id="U+200B"),
        pytest.param("第一条 甲：\n\n（一）乙；\n\n(二)丙。", [("第一条", "甲：\n（一）乙；\n(二)丙。")], id="lists"),
        pytest.param("第一条 甲。\n\n第五条规定的事项除外。", [("第一条", "甲。\n第五条规定的事项除外。")], id="mention"),
        pytest.param("第一条 甲。\n\n第三人明知本条的，无效。", [("第一条", "甲。\n第三人明知本条的，无效。")], id="第三人"),
        pytest.param(
            "第一条 甲。\n\n乙。\n\n监督管理\n\n第二条 丙。", [("第一条", "甲。\n乙。"), ("第二条", "丙。")], id="bare title"
        ),
        pytest.param("## 第一章 总则\n\n前言。\n\n第一条 甲。", [("第一条", "甲。")], id="preamble dropped"),
        pytest.param(
            "第一条 甲。\n\n第二条 乙。\n\n附件：\n\n名单如下。",
            [("第一条", "甲。"), ("第二条", "乙。"), ("附件1", "附件：\n名单如下。")],
            id="annex",
        ),
        pytest.param("## 一、范围\n\n甲。\n\n乙。", [("第1段", "一、范围\n甲。\n乙。")], id="no articles"),
    ],
)
def test_articles_are_cut(body: str, sections: list[tuple[str, str]]) -> None:
    assert read(body) == sections


def test_a_file_without_text_is_refused() -> None:
    with pytest.raises(BadFile, match="没有正文"):
        read("   \n")


def test_advice_about_law_is_refused() -> None:
    with pytest.raises(BadFile, match="不是法规"):
        read("第一步先写申请书，再去仲裁委。", "其他/劳动仲裁的攻略.md")


def test_a_text_that_only_amends_gives_nothing_to_quote() -> None:
    assert read("一、将第二条修改为：甲。", "刑法/刑法修正案（七）.md") == []


@pytest.mark.parametrize(
    ("path", "dates", "body", "in_force"),
    [
        pytest.param(PATH, "", "第一条 甲。", date(2020, 2, 3), id="date of the name"),
        pytest.param(PATH, "2020年5月1日 施行", "第一条 甲。", date(2020, 5, 1), id="header names the first day"),
        pytest.param(PATH, "", "第一条 本办法自2020年7月1日起施行。", date(2020, 7, 1), id="last article names it"),
        pytest.param(PATH, "", "第一条 本办法自1999年7月1日起施行。", date(2020, 2, 3), id="first day of an older edition"),
        pytest.param("行政法规/样例办法.md", "2019年8月8日 通过", "第一条 甲。", date(2019, 8, 8), id="undated name"),
        pytest.param("行政法规/样例办法.md", "", "第一条 甲。", None, id="no date anywhere"),
    ],
)
def test_the_day_a_text_holds_from(path: str, dates: str, body: str, in_force: date | None) -> None:
    assert read_statute(path, statute("样例办法", body, dates)).in_force == in_force


@pytest.mark.parametrize(
    ("path", "region"),
    [
        pytest.param("社会法/慈善法.md", "全国", id="law"),
        pytest.param("地方性法规/山东/山东省供热条例.md", "山东省", id="province"),
        pytest.param("地方性法规/山东/青岛市供热条例.md", "山东省青岛市", id="city"),
        pytest.param("地方性法规/广东/深圳经济特区数据条例.md", "广东省深圳市", id="special zone"),
        pytest.param("地方性法规/上海/上海市绿化条例.md", "上海市", id="municipality"),
    ],
)
def test_the_place_comes_from_the_folder_and_the_title(path: str, region: str) -> None:
    assert read_statute(path, statute("样例", "第一条 甲。")).region.label == region


def test_number_and_issuer_are_read_from_the_header() -> None:
    header = "2020年2月3日 中华人民共和国国务院令第712号公布"
    document = read_statute(PATH, statute("样例办法", "第一条 甲。", header))
    assert (document.number, document.issuer) == ("国务院令第712号", "国务院")
