"""Every move of a case at the desk: offered only where it may be made, refused in words, many at once, lists and copies."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from bot.cases.status import EventKind
from bot.services.views import CaseView, NewCase
from tests.desk.desk_world import DeskWorld, Operator

ANSWER = "11月23日上午，城管科李师傅更换了灯头，灯已经亮了。"
FAR = "2027-03-01"


@pytest.fixture
def chief(world: DeskWorld) -> Operator:
    return world.operator("chen.jing", "陈静", "supervisor")


def a_case(world: DeskWorld, text: str = "路灯不亮三天了", address: str = "li") -> CaseView:
    conversation = world.says(text, address=address).conversation_id
    return world.services.cases.file(conversation, NewCase("report", text, "阳光小区3号楼"), inbox_id=None)


def move(operator: Operator, case: CaseView, event: str, **fields: Any) -> Any:
    return operator.post(f"/desk/cases/{case.number}/move", event=event, **fields)


def offered(operator: Operator, case: CaseView) -> set[str]:
    return set(re.findall(r'name="event" value="(\w+)"', operator.get(f"/desk/cases/{case.number}").text))


def test_the_page_says_why_the_case_is_here_and_by_when(world: DeskWorld, wang: Operator) -> None:
    page = wang.get(f"/desk/cases/{a_case(world).number}").text
    for part in ("按关键词", "路灯不亮", "权责清单", "JD-01", "立案标准", "结案标准", "签收", "首次联系", "翠湖第一网格网格员"):
        assert part in page, part


def test_a_case_comes_to_a_verified_end_and_not_by_who_did_the_work(world: DeskWorld, wang: Operator, chief: Operator) -> None:
    case = a_case(world)
    assert "verified" not in offered(wang, case)
    assert [move(wang, case, event).status_code for event in ("signed", "started")] == [303, 303]
    assert move(wang, case, "answered", text=ANSWER).status_code == 303
    assert "verified" not in offered(wang, case)
    refused = move(wang, case, "verified", text="看过了，灯亮了")
    assert refused.status_code == 409 and "不能自己核查" in refused.text
    assert "verified" in offered(chief, case)
    assert move(chief, case, "verified", text="现场看过，灯亮了").status_code == 303
    assert world.services.cases.get(case.number).status == "closed"
    assert any("已经核查" in text for text in world.read_by_resident(case.conversation_id))


@pytest.mark.parametrize(
    ("event", "fields", "sentence"),
    [
        ("returned", {"reason": "不归我们", "clause": "JD-01", "unit": ""}, "请选一个单位"),
        ("returned", {"reason": "", "clause": "JD-01", "unit": "U-PS"}, "请写清楚原因"),
        ("returned", {"reason": "不归我们", "clause": "", "unit": "U-PS"}, "请选依据"),
        ("returned", {"reason": "不归我们", "clause": "JD-01", "unit": "U-NONE"}, "请选一个单位"),
        ("supervised", {"reason": "多人反映", "until": "明天"}, "合适的日期"),
        ("supervised", {"reason": "多人反映", "until": "2020-01-01"}, "合适的日期"),
        ("merged", {"master": "JF20200101-0001"}, "主单的编号"),
        ("merged", {"master": "' OR 1=1"}, "主单的编号"),
        ("reclassified", {"category": "9999"}, "没有这个分类"),
        ("deferred", {"reason": "等", "review": FAR}, "工单状态刚刚变了"),
        ("answered", {"text": ANSWER}, "工单状态刚刚变了"),
        ("signed", {"text": "长" * 2001}, "最多"),
    ],
)
def test_what_is_missing_or_out_of_order_is_refused_in_words_and_nothing_changes(
    world: DeskWorld, chief: Operator, event: str, fields: dict[str, str], sentence: str
) -> None:
    case = a_case(world)
    answer = move(chief, case, event, **fields)
    assert 400 <= answer.status_code < 500 and sentence in answer.text, answer.text[:2000]
    assert world.services.cases.get(case.number).events == world.services.cases.get(case.number).events[:2]


def test_a_case_is_returned_twice_and_then_ruled(world: DeskWorld, wang: Operator, chief: Operator) -> None:
    case = a_case(world)
    back = {"reason": "排水管的事", "clause": "BM-06", "unit": "U-PS"}
    assert move(wang, case, "returned", **back).status_code == 303
    assert move(wang, case, "assigned", unit="U-PS").status_code == 303
    assert move(wang, case, "returned", **(back | {"unit": "U-CG"})).status_code == 303
    assert "assigned" not in offered(wang, case) and "ruled" in offered(chief, case)
    assert move(chief, case, "ruled", unit="U-PS", reason="现场看过，是排水井").status_code == 303
    assert "returned" not in offered(wang, case)
    assert "退单 2 次" in chief.get(f"/desk/cases/{case.number}").text


def test_an_extension_is_asked_by_one_and_granted_by_another_once(world: DeskWorld, wang: Operator, chief: Operator) -> None:
    case = a_case(world)
    move(wang, case, "signed")
    assert move(wang, case, "extension_asked", reason="等配件", until=FAR).status_code == 303
    assert "extension_granted" not in offered(wang, case)
    assert move(chief, case, "extension_granted").status_code == 303
    assert world.services.cases.get(case.number).resolve_due > case.resolve_due + timedelta(days=60)
    assert "extension_asked" not in offered(wang, case)
    assert any("3月1日" in text for text in world.read_by_resident(case.conversation_id))
    assert world.services.cases.differences(case.number) == []


def test_merged_cases_are_answered_and_closed_together_and_can_be_parted(
    world: DeskWorld, wang: Operator, chief: Operator
) -> None:
    master, first, second = (a_case(world, address=who) for who in ("li", "zhao", "qian"))
    for case in (first, second):
        assert move(wang, case, "merged", master=master.number).status_code == 303
    assert move(wang, master, "merged", master=first.number).status_code == 400
    assert move(wang, second, "unmerged", reason="不是同一盏灯").status_code == 303
    for event, text in (("signed", ""), ("answered", ANSWER)):
        move(wang, master, event, text=text)
    move(chief, master, "verified", text="看过了")
    states = [world.services.cases.get(case.number).status for case in (master, first, second)]
    assert states == ["closed", "closed", "assigned"]
    assert sum(ANSWER in text for text in world.read_by_resident(first.conversation_id)) >= 1
    assert all(world.services.cases.differences(case.number) == [] for case in (master, first, second))


def test_the_list_shows_the_open_ones_first_due_and_finds_by_words_in_any_order(world: DeskWorld, wang: Operator) -> None:
    case, other = a_case(world), a_case(world, "小区垃圾桶满了没人收", "zhao")
    page = wang.get("/desk/cases").text
    assert case.number in page and other.number in page
    found = wang.client.get("/desk/cases", params={"q": "三天 路灯"}).text
    assert case.number in found and other.number not in found
    assert case.number in wang.client.get("/desk/cases", params={"area": "370001001"}).text
    assert case.number not in wang.client.get("/desk/cases", params={"area": "370001002"}).text
    assert case.number in wang.client.get("/desk/cases", params={"unit": "U-CG", "major": "公用设施"}).text
    assert case.number not in wang.client.get("/desk/cases", params={"major": "治安"}).text


@pytest.mark.parametrize("key", ["open", "mine", "near", "late", "unsure", "returned", "extension", "supervised", "waiting",
                                 "deferred", "check", "proactive", "all", "no-such-list"])  # fmt: skip
def test_every_ready_made_list_opens(world: DeskWorld, wang: Operator, key: str) -> None:
    a_case(world)
    assert wang.get(f"/desk/cases?list={key}").status_code == 200


def test_several_cases_are_signed_at_once_and_one_that_refuses_is_named(world: DeskWorld, wang: Operator) -> None:
    cases = [a_case(world, address=who) for who in ("li", "zhao", "qian")]
    move(wang, cases[0], "signed")
    answer = wang.post("/desk/cases/batch", event="signed", number=[case.number for case in cases])
    assert "办好了 2 件" in answer.text and cases[0].number in answer.text
    assert {world.services.cases.get(case.number).status for case in cases} == {"signed"}
    assert "请勾选" in wang.post("/desk/cases/batch", event="signed").text
    assert "请勾选" in wang.post("/desk/cases/batch", event="answered", text=ANSWER, number=[cases[0].number]).text


def test_a_copy_of_the_list_says_who_took_it_and_is_written_down(world: DeskWorld, wang: Operator) -> None:
    case = a_case(world, '=HYPERLINK("http://x") 路灯不亮，电话13800138000')
    copy = wang.get("/desk/cases/export.csv").content.decode("utf-8-sig")
    assert "王敏" in copy.splitlines()[0] and case.number in copy
    assert "13800138000" not in copy and '"=HYPER' not in copy
    with world.services.database.reading() as work:
        assert [row.action for row in work.staff.audit_of("cases")] == ["export_cases"]


def test_who_is_bound_to_a_unit_sees_its_cases_and_those_it_helps_with(world: DeskWorld, wang: Operator) -> None:
    lamp, lift = a_case(world), a_case(world, "电梯坏了，一直停在五楼不动", "zhao")
    handler = world.operator("sun.li", "孙丽", "handler")
    with world.services.database.transaction() as work:
        work.staff.bind(handler.staff.id, [("unit", "U-WY")])
    page = handler.get("/desk/cases").text
    assert lift.number in page and lamp.number not in page
    assert handler.get(f"/desk/cases/{lamp.number}").status_code == 404
    assert handler.get(f"/desk/cases/{lift.number}").status_code == 200
    assert move(handler, lift, "signed").status_code == 409
    world.services.cases.move(lift.number, EventKind.SIGNED, wang.staff)
    assert move(handler, lift, "part_done", part="U-WY", text="物业到场挂牌").status_code == 303
