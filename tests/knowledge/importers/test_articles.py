"""What is wrong with an article is said with its line."""

from __future__ import annotations

import pytest

from knowledge.errors import BadFile
from knowledge.importers.articles import read_article
from tests.knowledge.samples import ARTICLE

PATH = "street-bench.md"


def test_a_right_article_becomes_one_passage_a_section() -> None:
    document = read_article(PATH, ARTICLE)
    assert [section.article for section in document.sections][:2] == ["适用条件", "申请材料"]
    assert document.sections[0].text == "小区业主都可以申请安装长椅。"
    assert "楼下能不能装个凳子" in document.asked


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        pytest.param("---\nid", "id", 1, "第一行", id="no fence"),
        pytest.param("id: street-bench", "id: bench", 2, "文件名", id="id differs from file name"),
        pytest.param("title: 申请在楼下装长椅\n", "", 1, "title", id="missing field"),
        pytest.param("region: 全国", "region: 桃花源", 5, "桃花源", id="unknown place"),
        pytest.param("valid_from: 2020-01-01", "valid_from: 去年", 7, "日期", id="not a date"),
        pytest.param("category: 公共设施", "colour: 红\ncategory: 公共设施", 4, "colour", id="unknown field"),
        pytest.param("  - 楼下能不能装个凳子\n", "", 12, "3 到 30", id="too few questions"),
        pytest.param("category: 公共", "category: 公共: ", 4, "YAML", id="broken YAML"),
        pytest.param("## 费用\n不收费。", "## 费用", 28, "没有内容", id="empty section"),
        pytest.param("## 费用", "## 办理时限", 28, "两次", id="section twice"),
    ],
)
def test_a_wrong_article_is_refused_with_its_line(old: str, new: str, line: int, reason: str) -> None:
    assert old in ARTICLE
    with pytest.raises(BadFile) as refused:
        read_article(PATH, ARTICLE.replace(old, new, 1))
    assert reason in str(refused.value)
    assert refused.value.line == line
