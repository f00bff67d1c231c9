"""Replies at hand: canned ones with blanks, imports, macros as one unit, suggestions, labels, mentions, hand-over notes."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from bot.services.auditing import Wanted
from bot.services.blanks import fill
from bot.services.gaps import ASKS, _asked_of_people
from bot.services.replies import Canned
from bot.services.views import CaseView, NewCase
from knowledge.answering import Answer, Citation
from tests.desk.desk_world import DeskWorld, Operator

HEADER = "shortcut,title,text,major,status\n"


@pytest.fixture
def chief(world: DeskWorld) -> Operator:
    return world.operator("chen.jing", "陈静", "supervisor")


def keep(world: DeskWorld, by: Operator, *replies: Canned) -> None:
    for one in replies:
        world.services.workplace.replies.save(one, by.staff)


def case_of(world: DeskWorld, conversation: str, by: Operator) -> CaseView:
    return world.services.cases.file(conversation, NewCase("report", "楼上半夜装修吵"), inbox_id=None, by=by.staff)


def at_hand(operator: Operator, conversation: str, words: str = "") -> list[dict]:
    found: list[dict] = operator.client.get(f"/desk/api/conversations/{conversation}/replies", params={"q": words}).json()
    return found


def macro(chief: Operator, name: str, *steps: tuple[str, str]):
    return chief.client.post(
        "/admin/replies/macros",
        data={"csrf": chief.csrf, "name": name, "do": [do for do, _ in steps], "text": [text for _, text in steps]},
    )


def run(world: DeskWorld, operator: Operator, conversation: str, name: str, run_id: str = "r" * 12):
    found = next(one for one in world.services.workplace.macros.all() if one.name == name)
    return operator.act(conversation, f"macros/{found.id}", run_id=run_id)


@pytest.mark.parametrize(
    ("text", "facts", "filled", "missing"),
    [
        ("您好，工单{工单号}已派单", {"工单号": "JF1"}, "您好，工单JF1已派单", ()),
        ("工单{工单号}由{责任单位}办", {"责任单位": "物业办"}, "工单【工单号】由物业办办", ("工单号",)),
        ("没有空白", {}, "没有空白", ()),
        ("{坐席}和{坐席}", {"坐席": "王敏"}, "王敏和王敏", ()),
        ("{}和{ }", {}, "{}和【 】", (" ",)),
    ],
)
def test_blanks_are_filled_or_left_to_be_seen(text: str, facts: dict, filled: str, missing: tuple[str, ...]) -> None:
    assert (fill(text, facts).text, fill(text, facts).missing) == (filled, missing)


def test_a_canned_reply_comes_filled_with_what_is_known(world: DeskWorld, wang: Operator, chief: Operator) -> None:
    conversation = world.waiting()
    keep(world, chief, Canned("chaxun", "报工单号", "{居民}好，我是{坐席}，您的工单号是{工单号}"))
    assert at_hand(wang, conversation)[0]["missing"] == ["工单号"]
    number = case_of(world, conversation, wang).number
    assert at_hand(wang, conversation)[0]["text"] == f"您好，我是王敏，您的工单号是{number}"


def test_a_shortcut_that_begins_so_comes_first_then_the_most_used(world: DeskWorld, wang: Operator, chief: Operator) -> None:
    conversation = world.waiting()
    keep(world, chief, Canned("wy", "物业电话", "物业"), Canned("nihao", "问好", "您好，wy"), Canned("wyf", "物业费", "费用"))
    nihao = next(one.id for one in world.services.workplace.replies.all() if one.shortcut == "nihao")
    wang.client.post(f"/desk/api/replies/{nihao}/used", headers={"x-csrf-token": wang.csrf})
    assert at_hand(wang, conversation)[0]["shortcut"] == "nihao"
    assert [one["shortcut"] for one in at_hand(wang, conversation, "WY")] == ["wy", "wyf", "nihao"]
    assert at_hand(wang, conversation, "没有的词") == []


def test_a_reply_bound_to_a_status_is_offered_only_there(world: DeskWorld, wang: Operator, chief: Operator) -> None:
    conversation = world.waiting()
    keep(world, chief, Canned("yipai", "已派", "已派", status="assigned"), Canned("bj", "办结", "办结", status="closed"))
    assert at_hand(wang, conversation) == []
    case_of(world, conversation, wang)
    assert [one["shortcut"] for one in at_hand(wang, conversation)] == ["yipai"]


@pytest.mark.parametrize(
    ("shortcut", "title", "text", "said"),
    [
        ("有 空格", "题", "文", "简称用汉字"),
        ("ok", "", "文", "标题最多"),
        ("ok", "题", "", "请写点内容"),
        ("ok", "题", "{身份证}", "填不上"),
        ("taken", "题", "文", "已经有了"),
        ("x" * 21, "题", "文", "简称用汉字"),
    ],
)
def test_a_canned_reply_that_cannot_be_is_refused_and_stays_in_the_form(
    world: DeskWorld, chief: Operator, shortcut: str, title: str, text: str, said: str
) -> None:
    keep(world, chief, Canned("taken", "占用", "文"))
    page = chief.post("/admin/replies/canned", shortcut=shortcut, title=title, text=text)
    assert page.status_code == 400 and said in page.text and f'value="{shortcut}"' in page.text


def sent(chief: Operator, text: str | bytes, really: str = ""):
    data = text.encode() if isinstance(text, str) else text
    fields = {"csrf": chief.csrf, "really": really}
    return chief.client.post("/admin/replies/import", data=fields, files={"file": ("r.csv", io.BytesIO(data), "text/csv")})


def test_a_file_is_tried_dry_and_then_written_as_a_whole(world: DeskWorld, chief: Operator) -> None:
    keep(world, chief, Canned("old", "旧", "旧话"), Canned("same", "同", "一样"))
    file = HEADER + "old,旧,新话,,\nsame,同,一样,,\nnew,新,您好{居民},,\n"
    dry = sent(chief, file).text
    assert (
        dry.count("<b>会改</b>") == 1
        and dry.count("<b>没有变化</b>") == 1
        and dry.count("<b>新加</b>") == 1
        and "只是看看" in dry
    )
    assert len(world.services.workplace.replies.all()) == 2
    assert "已写入 3 条" in sent(chief, file, really="1").text
    assert {one.shortcut: one.text for one in world.services.workplace.replies.all()} == {
        "old": "新话", "same": "一样", "new": "您好{居民}",
    }  # fmt: skip


def test_one_bad_line_and_nothing_is_written(world: DeskWorld, chief: Operator) -> None:
    page = sent(chief, HEADER + "good,好,话,,\nbad,坏,{电话},,\ngood,重,话,,\n", really="1").text
    assert "第 3 行" in page and "填不上" in page and "已经有了" in page
    assert world.services.workplace.replies.all() == []


@pytest.mark.parametrize("rubbish", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"PK\x03\x04", HEADER.encode() + b"x,y,z,,\n" * 501])
def test_a_file_that_is_none_is_refused_plainly(chief: Operator, rubbish: bytes) -> None:
    answer = sent(chief, rubbish, really="1")
    assert answer.status_code == 400 and "文件读不了" in answer.text


@pytest.mark.parametrize("role", ["agent", "editor", "auditor", "handler"])
def test_who_keeps_no_replies_sees_no_page(world: DeskWorld, role: str) -> None:
    operator = world.operator("x.y", "某人", role)
    assert operator.get("/admin/replies").status_code == 403
    assert operator.post("/admin/replies/canned", shortcut="a", title="b", text="c").status_code == 403


def test_a_macro_replies_labels_files_and_ends_as_one_logged_unit(world: DeskWorld, wang: Operator, chief: Operator) -> None:
    steps = (
        ("note", "按噪声扰民办"),
        ("label", "噪声"),
        ("file_case", ""),
        ("reply", "已为您登记，工单号{工单号}"),
        ("close", ""),
    )
    assert macro(chief, "登记噪声", *steps).status_code == 303
    conversation = world.waiting("三号楼楼上天天半夜装修")
    wang.act(conversation, "claim")
    answer = run(world, wang, conversation, "登记噪声").json()
    case = world.services.cases.of_resident(world.services.handoff.get(conversation).resident_id)[0]
    assert answer == {"steps": ["note", "label", "file_case", "reply", "close"], "case": case.number}
    assert f"已为您登记，工单号{case.number}" in world.read_by_resident(conversation)
    assert world.services.handoff.get(conversation).owner == "closed"
    assert world.services.workplace.sidework.labels([conversation]) == {conversation: ["噪声"]}
    lines = world.services.workplace.audit.search(Wanted(action="macro_run"))
    assert [(line.subject, "登记噪声" in line.detail) for line in lines] == [(conversation, True)]


def test_a_macro_that_cannot_be_done_does_nothing(world: DeskWorld, wang: Operator, chief: Operator) -> None:
    macro(chief, "报号", ("label", "报号"), ("reply", "工单号{工单号}"))
    conversation = world.waiting()
    assert run(world, wang, conversation, "报号").json()["code"] == "not_owner"
    wang.act(conversation, "claim")
    refused = run(world, wang, conversation, "报号")
    assert refused.status_code == 400 and "工单号还没有" in refused.json()["message"]
    assert world.services.workplace.sidework.labels([conversation]) == {}


def test_a_macro_pressed_twice_says_nothing_twice(world: DeskWorld, wang: Operator, chief: Operator) -> None:
    macro(chief, "问好", ("reply", "您好，请稍等"))
    conversation = world.waiting()
    wang.act(conversation, "claim")
    for _ in range(2):
        run(world, wang, conversation, "问好")
    assert world.read_by_resident(conversation).count("您好，请稍等") == 1


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((), "请写 1 到"),
        ((("close", ""), ("reply", "再见")), "只能放在最后"),
        ((("reply", ""),), "请写点内容"),
        ((("reply", "{身份证}"),), "填不上"),
        ((("explode", "x"),), "请写 1 到"),
    ],
)
def test_a_macro_that_makes_no_sense_is_refused(chief: Operator, steps: tuple, said: str) -> None:
    page = macro(chief, "坏的", *steps)
    assert page.status_code == 400 and said in page.text


def test_the_knowledge_base_suggests_with_its_source(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting("居住证怎么办")
    cited = Citation("guides/a.md", "申请材料", "身份证、租房合同", "v1", "居住证办理", None, "市公安局", "全国", None)
    world.services.knowledge.answers["居住证怎么办"] = Answer(  # type: ignore[attr-defined]  # the tests' knowledge base
        "answered", "带身份证、租房合同", 0.9, (cited,), (), (), "found", 1.0
    )
    found = wang.client.get(f"/desk/api/conversations/{conversation}/suggestions").json()
    assert found["question"] == "居住证怎么办"
    assert [(one["text"], one["source"], one["sure"]) for one in found["found"]] == [
        ("带身份证、租房合同", "《居住证办理》申请材料（市公安局）", True)
    ]
    assert wang.client.get(f"/desk/api/conversations/{conversation}/suggestions", params={"q": "别的"}).json()["found"] == []


def test_a_reply_becomes_a_draft_that_an_editor_finishes(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting("电动车上牌去哪里？我电话13800138000")
    wang.act(conversation, "claim")
    position = wang.act(conversation, "reply", text="到东门警务站，带发票", client_id="a" * 12).json()["position"]
    assert wang.act(conversation, f"messages/{position}/draft").json() == {"address": ""}
    editor = world.operator("bian.ji", "赵编", "editor")
    page = editor.get("/admin/knowledge/documents").text
    assert "电动车上牌去哪里" in page and "13800138000" not in page


@pytest.mark.parametrize("position", [1, 99])
def test_only_a_persons_reply_becomes_a_draft(world: DeskWorld, wang: Operator, position: int) -> None:
    assert wang.act(world.waiting("在吗"), f"messages/{position}/draft").status_code == 404


def test_a_colleague_named_in_a_note_is_told(world: DeskWorld, wang: Operator) -> None:
    zhao, conversation = world.operator("zhao.lei", "赵磊"), world.waiting()
    wang.act(conversation, "note", text="@赵磊 你上周接过他，@wang.min 看看")
    assert [notice.kind for notice in world.services.handoff.notices(zhao.staff)] == ["mention"]
    assert [notice.kind for notice in world.services.handoff.notices(wang.staff) if notice.kind == "mention"] == []
    assert "在备注里提到您" in zhao.get("/desk/fragments/lists").text


def test_a_shift_leaves_a_note_until_somebody_has_dealt_with_it(world: DeskWorld, wang: Operator) -> None:
    zhao, headers = world.operator("zhao.lei", "赵磊"), {"x-csrf-token": wang.csrf}
    assert wang.client.post("/desk/api/shift-notes", json={"text": "三号楼停水，13800138000 等回电"}, headers=headers).json()[
        "done"
    ]
    page = zhao.get("/desk/fragments/lists").text
    assert "三号楼停水" in page and "13800138000" not in page
    note = world.services.workplace.sidework.shift_notes()[0]
    zhao.client.post(f"/desk/api/shift-notes/{note.id}/done", headers={"x-csrf-token": zhao.csrf})
    assert "三号楼停水" not in wang.get("/desk/fragments/lists").text


def test_a_conversation_passed_on_waits_for_the_team(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting()
    wang.act(conversation, "claim")
    major = world.services.cases.categories()[0][1].partition(" / ")[0]
    assert wang.act(conversation, "transfer", team="没有的组").status_code == 400
    assert wang.act(conversation, "transfer", team=major, why="他们熟").json()["owner"] == "queued"
    assert "他们熟" in wang.get(f"/desk/c/{conversation}").text


def test_a_supervisor_gives_it_to_a_colleague_by_name(world: DeskWorld, wang: Operator, chief: Operator) -> None:
    conversation = world.waiting()
    assert wang.act(conversation, "transfer", to=chief.staff.id).status_code == 403
    assert chief.act(conversation, "transfer", to=wang.staff.id).json()["owner"] == wang.staff.owner
    assert chief.act(conversation, "watch").json()["done"]
    assert wang.act(conversation, "watch").status_code == 403


def test_the_label_of_a_conversation_is_put_on_and_taken_off(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting()
    wang.act(conversation, "label", label="老人")
    assert "老人" in wang.get("/desk/fragments/lists").text
    wang.act(conversation, "label", label="老人", on=False)
    assert "老人" not in wang.get("/desk/fragments/lists").text
    assert wang.act(conversation, "label", label="x" * 13).status_code == 400


def test_twenty_megabytes_pasted_are_refused_plainly(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting()
    wang.act(conversation, "claim")
    answer = wang.act(conversation, "reply", text="很" * 7_000_000, client_id="a" * 12)
    assert answer.status_code == 413 and "太长" in answer.json()["message"]


def test_a_reply_to_a_closed_conversation_is_refused_plainly(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting()
    wang.act(conversation, "claim")
    wang.act(conversation, "close")
    answer = wang.act(conversation, "reply", text="还在吗", client_id="a" * 12)
    assert answer.status_code == 409 and "已结束" in answer.json()["message"]


def test_a_question_a_person_answered_counts_among_the_gaps(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting("电动车充电桩在哪里办申请？")
    wang.act(conversation, "claim")
    wang.act(conversation, "reply", text="到物业前台登记", client_id="a" * 12)
    world.says("好的谢谢")
    wang.act(conversation, "reply", text="不客气", client_id="b" * 12)
    with world.services.database.reading() as work:
        asked = _asked_of_people(work, world.services.clock.now() - timedelta(days=1))
    assert [(row.question, row.status) for row in asked] == [("电动车充电桩在哪里办申请？", "by_person")]


@pytest.mark.parametrize(
    ("text", "asks"), [("几点开门", True), ("能不能代办", True), ("谢谢你", False), ("我家那户呢", True), ("好", False)]
)
def test_what_is_asked_is_told_from_what_is_only_said(text: str, asks: bool) -> None:
    assert bool(ASKS.search(text)) is asks


def test_a_category_chosen_by_hand_is_kept_to_learn_from(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting("楼上天天半夜装修太吵，电话13800138000")
    likely = world.services.cases.likely_code("楼上天天半夜装修太吵")
    other = next(code for code, _ in world.services.cases.categories() if code != likely)
    for code, number in ((other, "f1"), (likely or "", "f2"), ("", "f3")):
        fields = {
            "description": "楼上天天半夜装修太吵，电话13800138000",
            "location": "3栋",
            "category_code": code,
            "form": number,
        }
        assert wang.post(f"/desk/c/{conversation}/file", **fields).status_code == 303
    kept = world.services.workplace.sidework.corrections()
    assert [(one.guessed, one.right) for one in kept] == [(likely or "", other)]
    assert "13800138000" not in kept[0].text
