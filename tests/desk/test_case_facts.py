"""What a case's page shows beside its words: answers of the chat, nature, who may know the reporter, photos of the work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.cases.status import EventKind
from bot.services.views import CaseView, NewCase, StaffView, Upload
from tests.desk.desk_world import DeskWorld, Operator

PHOTO = Path(__file__).parents[2] / "docs" / "images" / "desk.png"
DENOUNCED = "我举报3号楼地下室有黑作坊"


def a_case(world: DeskWorld, text: str = "路灯不亮三天了", address: str = "li", **more: object) -> CaseView:
    conversation = world.says(text, address=address).conversation_id
    new = NewCase("report", text, "阳光小区3号楼", **more)  # type: ignore[arg-type]  # fields of the case a test is about
    return world.services.cases.file(conversation, new, inbox_id=None)


def bound(world: DeskWorld, operator: Operator, unit: str) -> StaffView:
    """An account that sees only the cases of a unit."""
    with world.services.database.transaction() as work:
        work.staff.bind(operator.staff.id, [("unit", unit)])
    token = operator.client.cookies.get("jiefang_desk") or next(iter(operator.client.cookies.values()))
    found = world.services.staff.who(token)
    assert found
    return found[0]


def test_what_the_chat_asked_stands_on_the_page_and_what_is_left_to_ask(world: DeskWorld, wang: Operator) -> None:
    answers = (("电梯里有人吗？", "没人，13800138000问过"),)
    case = a_case(world, "电梯坏了，一直停在五楼不动", answers=answers)
    page = wang.get(f"/desk/cases/{case.number}").text
    assert "问：电梯里有人吗？" in page and "没人，" in page
    assert "还可以问" in page and "是哪一部电梯，停在几楼？" in page
    assert "13800138000" not in page, "answers are masked like everything else"


def test_the_nature_is_shown_and_filtered_by(world: DeskWorld, wang: Operator) -> None:
    lamp, thanks = a_case(world), a_case(world, "表扬保洁员老张，辛苦了", "zhao")
    assert "<dt>诉求性质</dt><dd>表扬</dd>" in wang.get(f"/desk/cases/{thanks.number}").text
    page = wang.get("/desk/cases?nature=praise").text
    assert thanks.number in page and lamp.number not in page
    assert '<option value="praise" selected>表扬</option>' in page
    assert thanks.number in wang.get("/desk/cases/export.csv?nature=praise").text
    assert lamp.number not in wang.get("/desk/cases/export.csv?nature=praise").text
    assert wang.get("/desk/cases?nature=nonsense").status_code == 200


@pytest.mark.parametrize(
    ("text", "anonymous", "hidden"),
    [
        pytest.param(DENOUNCED, False, True, id="denounced"),
        pytest.param("路灯不亮三天了", True, True, id="anonymous"),
        pytest.param("路灯不亮三天了", False, False, id="an ordinary one"),
    ],
)
def test_who_only_helps_learns_nothing_of_the_reporter(world: DeskWorld, text: str, anonymous: bool, hidden: bool) -> None:
    case = a_case(world, text, contact="13800138000", anonymous=anonymous)
    services, chief = world.services.cases, world.operator("chen.jing", "陈静", "supervisor")
    services.move(case.number, EventKind.CO_ASSIGNED, chief.staff, "", {"unit": "U-WY"})
    worker, helper = world.staff("ge.yuan", "葛元", "grid_worker"), world.operator("sun.li", "孙丽", "handler")
    helping = bound(world, helper, "U-WY")
    for staff in (worker, helping):
        seen = services.get(case.number, staff)
        assert (seen.resident_id == "", seen.conversation_id == "", seen.has_contact is False) == (hidden, hidden, hidden)
        assert seen.description == services.get(case.number).description
    page = helper.get(f"/desk/cases/{case.number}").text
    assert ("保密：不透露是谁反映的" in page, "已留，未显示" not in page) == (hidden, hidden)
    mine = services.get(case.number, chief.staff)
    assert (mine.confidential, mine.has_contact, mine.resident_id) == (hidden, True, case.resident_id)
    assert f"/desk/c/{case.conversation_id}" in chief.get(f"/desk/cases/{case.number}").text


def test_a_move_by_who_only_helps_tells_no_more(world: DeskWorld) -> None:
    case = a_case(world, DENOUNCED, contact="13800138000")
    worker = world.staff("ge.yuan", "葛元", "grid_worker")
    done = world.services.cases.move(case.number, EventKind.SIGNED, worker)
    assert (done.status, done.resident_id, done.has_contact) == ("signed", "", False)


def with_photos(world: DeskWorld) -> tuple[CaseView, StaffView]:
    case, worker = a_case(world), world.staff("ge.yuan", "葛元", "grid_worker")
    world.services.cases.move(case.number, EventKind.SIGNED, worker)
    for phase in ("before", "after"):
        photo = Upload("photo", "a.png", "image/png", PHOTO.read_bytes() + phase.encode())
        world.services.field_work.photo(case.number, phase, worker, photo)
    return case, worker


def test_photos_of_the_work_are_shown_with_words_for_who_cannot_see(world: DeskWorld, wang: Operator) -> None:
    case, _ = with_photos(world)
    page = wang.get(f"/desk/cases/{case.number}").text
    assert re.findall(r'alt="(办理.)的照片，葛元', page) == ["办理前", "办理后"]
    addresses = re.findall(r'<img src="(/desk/cases/[^"]+/photos/\d+)"', page)
    served = [wang.get(address) for address in addresses]
    assert [answer.content[-5:] for answer in served] == [b"efore", b"after"]
    for answer in served:
        assert answer.headers["content-type"] == "image/png"
        assert (answer.headers["x-content-type-options"], answer.headers["content-security-policy"]) == ("nosniff", "sandbox")


def test_a_photo_is_for_whoever_may_see_its_case(world: DeskWorld, wang: Operator) -> None:
    case, _ = with_photos(world)
    other = a_case(world, "电梯坏了，一直停在五楼不动", "zhao")
    photo = world.services.field_work.photos(case.number, wang.staff)[0]
    address = f"/desk/cases/{case.number}/photos/{photo.id}"
    outside = world.operator("sun.li", "孙丽", "handler")
    bound(world, outside, "U-WY")
    assert outside.get(address).status_code == 404
    assert wang.get(f"/desk/cases/{other.number}/photos/{photo.id}").status_code == 404
    assert wang.get(f"/desk/cases/{case.number}/photos/999999").status_code == 404
    assert world.stranger().get(address).status_code in (303, 401)
    assert world.operator("bian.ji", "卞集", "editor").get(address).status_code == 403
    for file in world.services.field_work.media.folder.rglob("*"):
        if file.is_file():
            file.unlink()
    assert wang.get(address).status_code == 404, "the bytes are gone"


def test_a_case_without_photos_has_no_empty_frame(world: DeskWorld, wang: Operator) -> None:
    assert "办理照片" not in wang.get(f"/desk/cases/{a_case(world).number}").text
