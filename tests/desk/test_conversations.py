"""Working at the desk: who has the word, what is said to whom, what the operator sees of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.services.views import Source, Upload, Utterance
from tests.desk.desk_world import DeskWorld, Operator

PHOTO = Upload("photo", "楼道.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"0" * 64)
PAGE = Upload("file", "信.html", "text/html", b"<script>alert(1)</script>")


def state(page: str) -> str:
    """The state line as a person reads it."""
    start = page.index('class="who-speaks"')
    return page[start : page.index("<small>", start)].split(">", 1)[1].split("<time", 1)[0].strip()


def test_a_queued_conversation_is_taken_answered_and_handed_back(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting("楼上天天半夜装修")
    assert "楼上天天半夜装修" in wang.get("/desk").text
    assert state(wang.get(f"/desk/c/{conversation}").text) == "排队中"
    assert wang.act(conversation, "claim").json()["owner_name"] == "王敏"
    assert state(wang.get(f"/desk/c/{conversation}").text) == "您正在接待"
    assert wang.act(conversation, "reply", text="我马上联系物业", client_id="a" * 16).json()["sender"] == "staff"
    assert "我马上联系物业" in world.read_by_resident(conversation)
    assert wang.act(conversation, "give-back").json() == {"done": True}
    assert state(wang.get(f"/desk/c/{conversation}").text) == "机器人接待中"


def test_of_two_who_take_at_once_one_wins_and_the_other_hears_who(world: DeskWorld, wang: Operator) -> None:
    zhao = world.operator("zhao.lei", "赵磊")
    for number in range(10):
        conversation = world.waiting(address=f"resident {number}")
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda operator: operator.act(conversation, "claim"), (wang, zhao)))  # noqa: B023
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        winner = next(answer for answer in answers if answer.status_code == 200).json()["owner_name"]
        loser = next(answer for answer in answers if answer.status_code == 409).json()
        assert loser == {"code": "already_taken", "message": f"这个会话已由{winner}接待。"}


def test_a_colleague_sees_who_has_it_and_cannot_reply(world: DeskWorld, wang: Operator) -> None:
    conversation, zhao = world.waiting(), world.operator("zhao.lei", "赵磊")
    wang.act(conversation, "claim")
    page = zhao.get(f"/desk/c/{conversation}").text
    assert state(page) == "王敏正在接待" and 'data-act="claim"' not in page and 'data-act="take-over"' not in page
    answer = zhao.act(conversation, "reply", text="我来说", client_id="b" * 16)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_owner")
    assert zhao.act(conversation, "take-over").status_code == 403
    assert "我来说" not in world.read_by_resident(conversation)


def test_a_supervisor_takes_over_only_when_they_mean_to(world: DeskWorld, wang: Operator) -> None:
    conversation, chief = world.waiting(), world.operator("li.gang", "李刚", "supervisor")
    wang.act(conversation, "claim")
    assert chief.act(conversation, "claim").json()["code"] == "already_taken"
    assert "从王敏处接手" in chief.get(f"/desk/c/{conversation}").text
    assert chief.act(conversation, "take-over").json()["owner_name"] == "李刚"


def test_the_bot_is_interrupted_by_taking_the_conversation_from_it(world: DeskWorld, wang: Operator) -> None:
    conversation = world.says("居住证怎么办").conversation_id
    page = wang.get(f"/desk/c/{conversation}").text
    assert state(page) == "机器人接待中" and 'data-act="claim"' in page
    assert wang.act(conversation, "claim").status_code == 200


def test_a_double_click_says_it_once(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting()
    wang.act(conversation, "claim")
    for _ in range(3):
        wang.act(conversation, "reply", text="请稍等", client_id="c" * 16)
    assert world.read_by_resident(conversation).count("请稍等") == 1


def test_a_note_is_seen_by_colleagues_and_never_by_the_resident(world: DeskWorld, wang: Operator) -> None:
    conversation, zhao = world.waiting(), world.operator("zhao.lei", "赵磊")
    wang.act(conversation, "note", text="上周也来过，脾气急")
    assert "上周也来过，脾气急" in zhao.get(f"/desk/c/{conversation}").text
    assert "上周也来过，脾气急" not in world.read_by_resident(conversation)


def test_masked_words_are_shown_on_request_and_the_look_is_written_down(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting("我电话13800138000")
    page = wang.get(f"/desk/c/{conversation}").text
    assert "13800138000" not in page and 'data-reveal="1"' in page
    assert wang.act(conversation, "reveal/1", purpose="contact").json() == {"text": "我电话13800138000"}
    with world.services.database.reading() as work:
        looks = work.staff.audit_of(f"{conversation}:1")
    assert [(row.actor, row.action) for row in looks] == [(wang.staff.owner, "reveal_message")]


def test_what_residents_write_is_text_and_never_markup(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting("<script>alert(1)</script><img src=x onerror=alert(2)>")
    wang.act(conversation, "claim")
    wang.act(conversation, "note", text="<b>粗体</b>")
    for page in (wang.get("/desk").text, wang.get(f"/desk/c/{conversation}").text):
        assert "<script>alert" not in page and "<img src=x" not in page and "<b>粗体" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_danger_is_said_in_words_until_somebody_has_seen_to_it(world: DeskWorld, wang: Operator) -> None:
    ordinary = world.waiting("找人工", address="zhang")
    conversation = world.says("家里煤气漏了，有人晕倒了").conversation_id
    lists = wang.get("/desk/fragments/lists").text
    assert "危险警报未确认" in lists and lists.index(conversation) < lists.index(ordinary)
    assert "可能有生命危险" in wang.get(f"/desk/c/{conversation}").text
    assert wang.act(conversation, "confirm-alert").json() == {"done": True}
    assert "危险警报" not in wang.get(f"/desk/c/{conversation}").text


def test_photos_are_shown_and_other_files_never_run(world: DeskWorld, wang: Operator) -> None:
    conversation = world.says("看照片", uploads=(PHOTO,)).conversation_id
    world.says("", uploads=(PAGE,))
    photo, page = (wang.get(f"/desk/c/{conversation}/files/{number}") for number in (1, 2))
    assert (photo.headers["content-type"], photo.headers["content-disposition"].split(";")[0]) == ("image/png", "inline")
    assert (
        page.headers["content-disposition"].startswith("attachment")
        and page.headers["content-type"] == "application/octet-stream"
    )
    other = world.waiting(address="zhang")
    assert wang.get(f"/desk/c/{other}/files/1").status_code == 404


def test_the_location_and_the_sources_shown_to_the_resident_are_there(world: DeskWorld, wang: Operator) -> None:
    source = Source("居住证暂行条例", "第九条", "应当自受理之日起15日内制作发放居住证。", "v1", "国令第663号", "国务院")
    world.services.engine.script["居住证多久发"] = Utterance("15日内。", sources=(source,))
    conversation = world.says("居住证多久发").conversation_id
    world.services.turns.run(conversation)
    world.says("", kind="location", latitude=31.23041, longitude=121.47370)
    page = wang.get(f"/desk/c/{conversation}").text
    assert "依据：居住证暂行条例 第九条" in page and source.quote in page and "国令第663号" in page
    assert "纬度 31.23041" in page


def test_closing_ends_the_conversation_until_the_resident_writes_again(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting()
    wang.act(conversation, "claim")
    wang.act(conversation, "close")
    page = wang.get(f"/desk/c/{conversation}").text
    assert state(page) == "已结束" and 'data-act="claim"' not in page
    world.says("还有件事")
    assert state(wang.get(f"/desk/c/{conversation}").text) == "机器人接待中"


def test_a_conversation_of_many_lines_shows_the_last_ones(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting()
    for number in range(220):
        world.services.handoff.note(conversation, wang.staff, f"第{number}条")
    page = wang.get(f"/desk/c/{conversation}").text
    assert "第219条" in page and "第3条<" not in page and "更早的内容没有显示" in page


RUBBISH = "\x00\x01\u202e" + "乱" * 10


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("reply", {"text": "", "client_id": "a" * 16}, 400, id="nothing"),
        pytest.param("reply", {"text": "\x00\x07", "client_id": "a" * 16}, 400, id="only control characters"),
        pytest.param("reply", {"text": "长" * 4001, "client_id": "a" * 16}, 400, id="too long"),
        pytest.param("reply", {"text": "长" * 100_000, "client_id": "a" * 16}, 413, id="a book"),
        pytest.param("reply", {"text": "好", "client_id": "x" * 9000}, 400, id="an impossible id"),
        pytest.param("reply", {"text": ["好"], "client_id": "a" * 16}, 400, id="a list"),
        pytest.param("reply", {}, 400, id="no fields"),
        pytest.param("note", {"text": RUBBISH}, 200, id="rubbish among characters"),
        pytest.param("reveal/0", {"purpose": "contact"}, 404, id="position zero"),
        pytest.param("reveal/99999999999999999999", {"purpose": "contact"}, 404, id="position beyond all"),
        pytest.param("reveal/77", {"purpose": "contact"}, 404, id="position that is not there"),
        pytest.param("reveal/x", {"purpose": "contact"}, 404, id="position that is no number"),
        pytest.param("dance", {}, 404, id="an unknown act"),
    ],
)
def test_rubbish_is_refused_in_words_and_breaks_nothing(
    world: DeskWorld, wang: Operator, path: str, body: dict[str, object], status: int
) -> None:
    conversation = world.waiting()
    wang.act(conversation, "claim")
    answer = wang.act(conversation, path, **body)
    assert answer.status_code == status
    assert status == 200 or "message" in answer.json() or "detail" in answer.json()


UNKNOWN = ["0" * 32, "x", "..%2f..%2fetc%2fpasswd", "%00", "ABCDEF", "1" * 5000]


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_does_not_exist_is_not_found(world: DeskWorld, wang: Operator, name: str) -> None:
    pages = (
        f"/desk/c/{name}",
        f"/desk/fragments/c/{name}",
        f"/desk/c/{name}/file",
        f"/desk/c/{name}/files/1",
        f"/desk/static/{name}",
    )
    assert {wang.get(path).status_code for path in pages} == {404}
    assert wang.act(name, "claim").status_code == 404
    assert wang.get(f"/desk/api/conversations/{name}/messages").status_code == 404


@pytest.mark.parametrize("content", [b"\xff\xfe{", b"[1,2", b"", b"null", b'{"text": "\\ud800", "client_id": "aaaaaaaaaaaa"}'])
def test_a_body_that_is_no_json_is_refused(world: DeskWorld, wang: Operator, content: bytes) -> None:
    headers = {"x-csrf-token": wang.csrf, "content-type": "application/json"}
    answer = wang.client.post(f"/desk/api/conversations/{world.waiting()}/reply", content=content, headers=headers)
    assert 400 <= answer.status_code < 500
