"""Cases at the desk and the administrator's pages."""

from __future__ import annotations

import re

import pytest

from bot.cases.status import CaseStatus, EventKind
from bot.services.views import CaseView, NewCase
from knowledge.answering import Answer, Ranked
from tests.desk.desk_world import DeskWorld, Operator, field

FILED = {"kind": "report", "category_code": "", "description": "楼上半夜装修，电话13800138000", "location": "阳光花园3栋"}
ANSWER = "11月23日上午物业王师傅已上门劝停装修"


def a_case(world: DeskWorld, **facts: object) -> CaseView:
    conversation = world.says("楼上半夜装修").conversation_id
    new = NewCase(kind="report", description="楼上半夜装修太吵了", location="阳光花园3栋2单元", contact="13800138000", **facts)  # type: ignore[arg-type]
    return world.services.cases.file(conversation, new, inbox_id=None)


def number_in(answer: object) -> str:
    found = re.search(r"/desk/cases/(JF\d{8}-\d{4,})", answer.headers["location"])  # type: ignore[attr-defined]
    assert found
    return found[1]


def test_the_form_begins_with_what_the_resident_said(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting("楼上天天半夜装修，我电话13800138000")
    page = wang.get(f"/desk/c/{conversation}/file").text
    assert "楼上天天半夜装修" in page and "13800138000" not in page
    assert all(name in page for _, name in [(code, name.split(" / ")[1]) for code, name in world.services.cases.categories()])


def test_a_case_is_filed_for_the_resident_once_however_often_it_is_pressed(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting("楼上太吵")
    form = field(wang.get(f"/desk/c/{conversation}/file").text, "form")
    answers = [wang.post(f"/desk/c/{conversation}/file", form=form, **FILED) for _ in range(3)]
    assert len({number_in(answer) for answer in answers}) == 1
    number = number_in(answers[0])
    page = wang.get(f"/desk/cases/{number}?filed=1").text
    assert "工单已登记" in page and "阳光花园3栋" in page and "13800138000" not in page
    assert number in wang.get(f"/desk/c/{conversation}").text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param({"description": " \x00 "}, "请写清楚出了什么事", id="no description"),
        pytest.param({"description": "长" * 2001}, "最多 2000 字", id="too long"),
        pytest.param({"kind": "party"}, "填写的内容不对", id="an unknown kind"),
        pytest.param({"category_code": "' OR 1=1"}, "没有这个分类", id="an unknown category"),
        pytest.param({"location": "远" * 201}, "地点最多", id="too long a place"),
        pytest.param({"csrf": "stale"}, "请再点一次提交", id="a stale form"),
    ],
)
def test_a_refused_form_comes_back_with_what_was_typed(
    world: DeskWorld, wang: Operator, change: dict[str, str], sentence: str
) -> None:
    conversation = world.waiting()
    answer = wang.post(f"/desk/c/{conversation}/file", **(FILED | {"occurred": "昨晚", "form": "f1"} | change))
    assert 400 <= answer.status_code < 500
    assert sentence in answer.text and 'value="昨晚"' in answer.text
    assert not world.services.cases.search()


def test_the_list_finds_by_status_and_words(world: DeskWorld, wang: Operator) -> None:
    case = a_case(world)
    assert case.number in wang.get("/desk/cases").text
    assert (
        case.number
        in wang.get(
            "/desk/cases",
        ).text
    )
    assert case.number in wang.client.get("/desk/cases", params={"q": case.number[-4:]}).text
    assert case.number not in wang.client.get("/desk/cases", params={"status": "closed"}).text
    for rubbish in ("%", "\x00", "' OR 1=1 --", "状" * 150):
        assert wang.client.get("/desk/cases", params={"q": rubbish, "status": rubbish[:10]}).status_code == 200


def test_the_buttons_are_those_of_the_table_of_moves(world: DeskWorld, wang: Operator) -> None:
    case = a_case(world)
    page = wang.get(f"/desk/cases/{case.number}").text
    offered = set(re.findall(r'name="event" value="(\w+)"', page))
    assert offered == {str(event) for event in world.services.cases.moves(case.number, wang.staff)}
    assert "closed_silently" not in offered and "confirmed" not in offered


def test_a_case_is_worked_on_to_its_answer_and_the_resident_is_told(world: DeskWorld) -> None:
    handler = world.operator("sun.li", "孙丽", "handler")
    case = a_case(world)
    for event in ("signed", "started"):
        assert handler.post(f"/desk/cases/{case.number}/move", event=event).status_code == 303
    refused = handler.post(f"/desk/cases/{case.number}/move", event="answered", text="好了")
    assert refused.status_code == 400 and "什么时候、谁、做了什么" in refused.text and ">好了</textarea>" in refused.text
    assert handler.post(f"/desk/cases/{case.number}/move", event="answered", text=ANSWER).status_code == 303
    assert world.services.cases.get(case.number).status == CaseStatus.ANSWERED
    assert any(ANSWER in text for text in world.read_by_resident(case.conversation_id))
    assert ANSWER in handler.get(f"/desk/cases/{case.number}").text


@pytest.mark.parametrize("event", ["confirmed", "withdrawn", "closed_silently", "dance", "", "answered"])
def test_moves_outside_the_table_are_refused_in_words(world: DeskWorld, wang: Operator, event: str) -> None:
    case = a_case(world)
    answer = wang.post(f"/desk/cases/{case.number}/move", event=event, text=ANSWER)
    assert 400 <= answer.status_code < 500 and 'role="alert"' in answer.text and ANSWER in answer.text
    assert world.services.cases.get(case.number).status == case.status


def test_the_contact_is_shown_on_request_only_and_not_to_handlers(world: DeskWorld, wang: Operator) -> None:
    case, handler = a_case(world), world.operator("sun.li", "孙丽", "handler")
    path = f"/desk/api/cases/{case.number}/reveal"
    assert "13800138000" not in wang.get(f"/desk/cases/{case.number}").text
    assert (
        wang.client.post(path, json={"purpose": "contact"}, headers={"x-csrf-token": wang.csrf}).json()["contact"]
        == "13800138000"
    )
    assert handler.client.post(path, json={"purpose": "contact"}, headers={"x-csrf-token": handler.csrf}).status_code == 403
    assert "显示原文" not in handler.get(f"/desk/cases/{case.number}").text


@pytest.mark.parametrize("number", ["JF20261123-9999", "JF1", "x", "%00", "JF20261123-" + "9" * 400])
def test_an_unknown_case_is_not_found(world: DeskWorld, wang: Operator, number: str) -> None:
    assert wang.get(f"/desk/cases/{number}").status_code == 404
    assert wang.post(f"/desk/cases/{number}/move", event="signed").status_code == 404


# -- the administrator ---------------------------------------------------------------------------------------------


@pytest.fixture
def chief(world: DeskWorld) -> Operator:
    return world.operator("chief", "赵主任", "admin")


def shown_password(page: str) -> str:
    found = re.search(r'class="password">([a-z0-9]+)<', page)
    assert found
    return found[1]


def test_a_new_account_signs_in_with_the_password_shown_once(world: DeskWorld, chief: Operator) -> None:
    page = chief.post("/admin/accounts", login="li.na", name="李娜", role="agent").text
    password = shown_password(page)
    assert password not in chief.get("/admin").text
    account = next(account for account in world.services.staff.list() if account.login == "li.na")
    assert Operator(world.stranger(), account.view).sign_in(password).status_code == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param({"login": "李娜", "name": "李娜", "role": "agent"}, "登录名用小写字母", id="login"),
        pytest.param({"login": "li.na", "name": "", "role": "agent"}, "请填写姓名", id="name"),
        pytest.param({"login": "li.na", "name": "李娜", "role": "king"}, "请选择角色", id="role"),
        pytest.param({"login": "chief", "name": "李娜", "role": "agent"}, "已有人使用", id="taken"),
        pytest.param({}, "登录名用小写字母", id="nothing"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_words(
    world: DeskWorld, chief: Operator, fields: dict[str, str], sentence: str
) -> None:
    answer = chief.post("/admin/accounts", **fields)
    assert answer.status_code == 400 and sentence in answer.text
    assert len(world.services.staff.list()) == 1


def test_a_colleague_with_conversations_is_not_deactivated(world: DeskWorld, chief: Operator, wang: Operator) -> None:
    conversation = world.waiting()
    wang.act(conversation, "claim")
    path = f"/admin/accounts/{wang.staff.id}/active"
    refused = chief.post(path, active="0")
    assert refused.status_code == 400 and "王敏 手上还有 1 个会话" in refused.text
    wang.act(conversation, "give-back")
    assert chief.post(path, active="0").status_code == 200
    assert wang.get("/desk").status_code == 303


def test_an_administrator_cannot_lock_themselves_out(world: DeskWorld, chief: Operator) -> None:
    assert "不能停用自己的账号" in chief.post(f"/admin/accounts/{chief.staff.id}/active", active="0").text
    assert chief.post("/admin/accounts/999/active", active="0").status_code == 404
    assert chief.post("/admin/accounts/999/password").status_code == 404


def test_the_district_is_shown_as_loaded(world: DeskWorld, chief: Operator) -> None:
    page = chief.get("/admin/district").text
    for _, name in world.services.cases.categories():
        assert name.split(" / ")[1] in page
    assert "queue_notice" in page


def test_a_question_is_tried_with_the_passages_that_were_weighed(world: DeskWorld, chief: Operator) -> None:
    ranked = (Ranked("national/jzz.md", "第九条", 0.8123, "居住证暂行条例", "v1"),)
    world.services.knowledge.answers["居住证多久发"] = Answer("answered", "15日内发放。", 0.91, (), ranked, (), "", 12.0)
    page = chief.post("/admin/knowledge", question="居住证多久发").text
    assert all(text in page for text in ("直接回答", "15日内发放。", "0.91", "居住证暂行条例", "第九条", "0.812"))
    assert "不回答" in chief.post("/admin/knowledge", question="今天股市怎么样").text


@pytest.mark.parametrize("question", ["", "  ", "\x00", "问" * 501])
def test_a_question_that_is_none_is_refused_in_words(world: DeskWorld, chief: Operator, question: str) -> None:
    answer = chief.post("/admin/knowledge", question=question)
    assert answer.status_code == 400 and "请写一句要问的话" in answer.text


def test_every_event_and_status_has_a_label_at_the_desk() -> None:
    from bot.desk.words import word

    labels = [word("event", event) for event in EventKind] + [word("status", status) for status in CaseStatus]
    assert all(re.search("[\u4e00-\u9fff]", label) for label in labels)
