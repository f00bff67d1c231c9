"""The page that shows a quoted passage whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from bot.channels.reader import split_at
from tests.channels.web_world import QUOTE, WebWorld


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    world = WebWorld(tmp_path_factory.mktemp("reader"))
    yield world.browser()
    world.services.close()


def test_a_passage_shows_where_it_comes_from_and_what_was_quoted(reader: TestClient) -> None:
    page = reader.get("/kb/v-now", params={"q": QUOTE})
    for shown in ("居住证暂行条例", "第九条", "国令第663号", "国务院", "2016年1月1日", "全国", "现行有效"):
        assert shown in page.text
    assert f"<mark>{QUOTE}</mark>" in page.text
    assert "申领居住证，应当提交材料。" in page.text


def test_an_old_version_says_that_it_is_old(reader: TestClient) -> None:
    page = reader.get("/kb/v-old").text
    assert "现行有效" not in page and "回答当时引用的版本" in page


def test_the_neighbours_and_what_changed_stand_beside(reader: TestClient) -> None:
    page = reader.get("/kb/v-now").text
    assert "后一条" in page and "15日内制作发放居住证" in page
    assert "改之前是什么" in page and "2026年11月22日" in page
    assert "<del>" in page and "删去：" in page


def test_an_old_version_leads_to_what_holds_now(reader: TestClient) -> None:
    page = reader.get("/kb/v-old").text
    assert 'href="/kb/v-now"' in page and "现在有效的规定" in page and "只用到2026年11月22日" in page


def test_what_a_document_contains_is_never_markup(reader: TestClient) -> None:
    page = reader.get("/kb/v-now", params={"q": "<script>alert(1)</script>"})
    assert "<script>alert" not in page.text and "&lt;script&gt;" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("version", ["nothing", "x" * 500, "../../etc/passwd", "%00", "a b", "'"])
def test_an_unknown_version_is_a_friendly_404(reader: TestClient, version: str) -> None:
    page = reader.get(f"/kb/{version}")
    assert page.status_code == 404


@pytest.mark.parametrize(
    ("text", "quotation", "marked"),
    [
        ("甲乙丙丁戊己", "乙丙丁戊", "乙丙丁戊"),
        ("甲乙\n  丙丁戊己", "乙丙丁戊", "乙\n  丙丁戊"),
        ("甲乙丙丁戊己", "乙 丙\n丁 戊", "乙丙丁戊"),
        ("甲乙丙丁戊己", "", None),
        ("甲乙丙丁戊己", "乙丙", None),
        ("甲乙丙丁戊己", "庚辛壬癸", None),
        ("甲乙丙丁。戊己庚辛。壬癸子丑。", "甲乙丙丁。\n壬癸子丑。", ["甲乙丙丁。", "壬癸子丑。"]),
        ("费用（元）：20.00*2", "（元）：20.00*2", "（元）：20.00*2"),
    ],
)
def test_the_quotation_is_found_whatever_its_spaces(text: str, quotation: str, marked: str | list[str] | None) -> None:
    parts = split_at(text, quotation)
    assert "".join(part for part, _ in parts) == text
    assert [part for part, is_marked in parts if is_marked] == ([marked] if isinstance(marked, str) else marked or [])
