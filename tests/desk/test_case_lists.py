"""Lists of cases people keep for themselves, and copies to take along."""

from __future__ import annotations

import csv
import io
import re

import pytest
from openpyxl import load_workbook

from bot.services.saved_lists import MOST
from bot.services.views import CaseView, NewCase
from tests.desk.desk_world import DeskWorld, Operator

OWN = re.compile(r'<a href="(/desk/cases\?[^"]+)"[^>]*>★ ([^<]+)</a>')


def a_case(world: DeskWorld, text: str = "路灯不亮三天了", address: str = "li") -> CaseView:
    conversation = world.says(text, address=address).conversation_id
    return world.services.cases.file(conversation, NewCase("report", text, "阳光小区3号楼"), inbox_id=None)


def own_lists(operator: Operator) -> dict[str, str]:
    """Name → address of the lists on the page."""
    found = OWN.findall(operator.get("/desk/cases").text)
    return {name: address.replace("&amp;", "&") for address, name in found}


def test_filters_are_kept_under_a_name_and_found_again(world: DeskWorld, wang: Operator) -> None:
    lamp, thanks = a_case(world), a_case(world, "表扬保洁员老张，辛苦了", "zhao")
    saved = wang.post("/desk/cases/lists", name=" 表扬 的 ", query="nature=praise&page=3&evil=1")
    assert (saved.status_code, saved.headers["location"]) == (303, "/desk/cases?nature=praise")
    assert own_lists(wang) == {"表扬 的": "/desk/cases?nature=praise"}
    page = wang.get(own_lists(wang)["表扬 的"]).text
    assert thanks.number in page and lamp.number not in page
    assert 'aria-current="page">★ 表扬 的' in page


def test_the_same_name_again_gets_the_new_filters(world: DeskWorld, wang: Operator) -> None:
    for query in ("nature=praise", "list=late&unit=U-CG"):
        assert wang.post("/desk/cases/lists", name="常看", query=query).status_code == 303
    assert own_lists(wang) == {"常看": "/desk/cases?list=late&unit=U-CG"}


def test_lists_are_one_s_own(world: DeskWorld, wang: Operator) -> None:
    other = world.operator("li.na", "李娜", "supervisor")
    wang.post("/desk/cases/lists", name="我的", query="list=late")
    assert own_lists(other) == {}
    assert other.post("/desk/cases/lists/1/drop").status_code == 404
    assert own_lists(wang)
    assert wang.post("/desk/cases/lists/1/drop").status_code == 303
    assert own_lists(wang) == {}


@pytest.mark.parametrize(
    ("name", "query"),
    [
        pytest.param("", "list=late", id="no name"),
        pytest.param("长" * 21, "list=late", id="a name too long"),
        pytest.param("空的", "", id="no filters"),
        pytest.param("别的", "evil=1", id="filters nobody knows"),
    ],
)
def test_what_is_no_list_is_refused_in_words(world: DeskWorld, wang: Operator, name: str, query: str) -> None:
    answer = wang.post("/desk/cases/lists", name=name, query=query)
    assert answer.status_code == 400 and "清单要有名字" in answer.text
    assert own_lists(wang) == {}


def test_nobody_keeps_more_than_they_can_look_through(world: DeskWorld, wang: Operator) -> None:
    for number in range(MOST):
        assert wang.post("/desk/cases/lists", name=f"清单{number}", query="list=late").status_code == 303
    assert wang.post("/desk/cases/lists", name="再一个", query="list=late").status_code == 400
    assert wang.post("/desk/cases/lists", name="清单3", query="list=all").status_code == 303
    assert len(own_lists(wang)) == MOST


def test_a_name_is_shown_and_never_run(world: DeskWorld, wang: Operator) -> None:
    wang.post("/desk/cases/lists", name="<b>粗</b>", query="q=<script>")
    page = wang.get("/desk/cases").text
    assert "<b>粗</b>" not in page and "&lt;b&gt;粗&lt;/b&gt;" in page and "<script>" not in page


def test_a_form_of_another_site_keeps_nothing(world: DeskWorld, wang: Operator) -> None:
    wang.client.post("/desk/cases/lists", data={"csrf": "stolen", "name": "我的", "query": "list=late"})
    assert own_lists(wang) == {}


def test_both_copies_say_the_same_and_who_took_them(world: DeskWorld, wang: Operator) -> None:
    case = a_case(world, '=HYPERLINK("http://x") 路灯不亮，电话13800138000')
    book = wang.get("/desk/cases/export.xlsx")
    assert "cases.xlsx" in book.headers["content-disposition"]
    sheet = load_workbook(io.BytesIO(book.content)).worksheets[0]
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    table = list(csv.reader(io.StringIO(wang.get("/desk/cases/export.csv").content.decode("utf-8-sig"))))
    assert "王敏" in rows[0][0] and "请勿外传" in rows[0][0]
    assert rows[1:] == table[1:]
    assert rows[2][0] == case.number and rows[2][3] == "投诉"
    assert rows[2][4].startswith("'=HYPER") and "13800138000" not in rows[2][4]
    with world.services.database.reading() as work:
        assert [row.action for row in work.staff.audit_of("cases")] == ["export_cases"] * 2


def test_signs_a_workbook_cannot_hold_are_left_out(world: DeskWorld, wang: Operator) -> None:
    a_case(world, "路灯不亮\x0b三天了")
    assert wang.get("/desk/cases/export.xlsx").status_code == 200


def test_there_is_no_third_kind_of_copy(world: DeskWorld, wang: Operator) -> None:
    assert wang.get("/desk/cases/export.pdf").status_code in (404, 422)
