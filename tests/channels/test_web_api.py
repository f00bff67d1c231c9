"""The interface behind the chat page: what is taken in, what is refused, and that refusing is always polite."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.channels.web_api import COOKIE, LONGEST_TEXT
from bot.channels.web_limits import Pace
from tests.channels.web_world import WebWorld

MESSAGES = "/chat/api/messages"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebWorld]:
    """One service for the module: every browser is a resident of its own."""
    world = WebWorld(tmp_path_factory.mktemp("chat"), pace=Pace(burst=1e9))
    yield world
    world.services.close()


def send(browser: TestClient, client_id: str, **what: Any) -> Any:
    return browser.post(MESSAGES, json={"client_id": client_id, **what})


def lines(browser: TestClient) -> list[dict[str, Any]]:
    return browser.get("/chat/api/history").json()["messages"]


def test_the_bare_address_leads_to_the_chat(world: WebWorld) -> None:
    answer = world.browser().get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/chat")


@pytest.mark.parametrize(("secure", "expected"), [(False, False), (True, True)])
def test_the_page_gives_a_browser_its_token_where_scripts_cannot_read_it(tmp_path: Path, secure: bool, expected: bool) -> None:
    world = WebWorld(tmp_path, secure_cookies=secure)
    answer = TestClient(world.app).get("/chat")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and ("Secure" in cookie) is expected
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe-inline" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_browser_keeps_its_token(world: WebWorld) -> None:
    browser = TestClient(world.app)
    browser.get("/chat")
    token = browser.cookies[COOKIE]
    browser.get("/chat")
    assert browser.cookies[COOKIE] == token


def test_nothing_on_the_page_comes_from_elsewhere(world: WebWorld) -> None:
    page = world.browser().get("/chat").text
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)
    for path in re.findall(r'(?:src|href)="(/chat/static/[^"]+)"', page):
        assert world.browser().get(path).status_code == 200, path


@pytest.mark.parametrize(
    "text",
    [
        "楼道里的灯坏了",
        "👴🏻 电梯又坏了！！！",
        "👨‍👩‍👧‍👦 一家人",
        "第一行\n第二行",
        "<script>alert('x')</script>",
        "字" * LONGEST_TEXT,
        "😀" * LONGEST_TEXT,
        "'; DROP TABLE inbox; --",
    ],
)
def test_words_arrive_as_they_were_written(world: WebWorld, text: str) -> None:
    browser = world.browser()
    assert send(browser, "message-1", text=text).status_code == 202
    assert [(line["text"], line["client_id"], line["sender"]) for line in lines(browser)] == [(text, "message-1", "resident")]


def test_control_signs_are_left_out(world: WebWorld) -> None:
    browser = world.browser()
    send(browser, "message-1", text="灯\x00坏\x1b[31m了")
    assert lines(browser)[0]["text"] == "灯坏[31m了"


def test_the_same_message_sent_three_times_is_one(world: WebWorld) -> None:
    browser = world.browser()
    answers = [send(browser, "message-1", text="电梯坏了").json()["duplicate"] for _ in range(3)]
    assert answers == [False, True, True]
    assert len(lines(browser)) == 1


def test_two_browsers_may_use_the_same_id(world: WebWorld) -> None:
    one, other = world.browser(), world.browser()
    assert not send(one, "message-1", text="我是甲").json()["duplicate"]
    assert not send(other, "message-1", text="我是乙").json()["duplicate"]
    assert [line["text"] for line in lines(other)] == ["我是乙"]


def test_ten_messages_in_a_row_keep_their_order(world: WebWorld) -> None:
    browser = world.browser()
    for number in range(10):
        send(browser, f"message-{number}", text=f"第{number}句")
    world.answer()
    shown = [line["text"] for line in lines(browser) if line["sender"] == "resident"]
    assert shown == [f"第{number}句" for number in range(10)]


def test_a_button_can_be_pressed(world: WebWorld) -> None:
    browser = world.browser()
    send(browser, "message-1", text="居住证怎么办理？")
    world.answer()
    quoted = lines(browser)[1]
    assert quoted["sources"][0]["href"].startswith("/kb/v-now?q=")
    assert [button["title"] for button in quoted["buttons"]] == ["还要什么材料？", "不用了"]
    send(browser, "message-2", button=quoted["buttons"][0]["id"])
    world.answer()
    assert lines(browser)[2]["text"] == "还要什么材料？"
    assert world.bot.heard[-1][1] == "居住证材料"


def test_a_place_is_kept(world: WebWorld) -> None:
    browser = world.browser()
    assert send(browser, "message-1", latitude=31.2304, longitude=121.4737).status_code == 202
    assert lines(browser)[0]["location"] == [31.2304, 121.4737]


def test_a_staff_member_is_named(world: WebWorld) -> None:
    browser = world.browser()
    send(browser, "message-1", text="你好")
    world.answer()
    conversation, staff = world.services.handoff.recent()[0].id, world.staff()
    world.services.handoff.claim(conversation, staff)
    world.services.handoff.reply(conversation, staff, "您好，我来处理。", client_id="desk-1")
    world.services.handoff.note(conversation, staff, "居民情绪激动")
    history = browser.get("/chat/api/history").json()
    said = next(line for line in history["messages"] if line["sender"] == "staff")
    assert (said["name"], said["text"]) == ("工作人员 王芳", "您好，我来处理。")
    assert history["state"]["owner"] == "staff" and "王芳" in history["state"]["name"]
    assert "居民情绪激动" not in str(history)


def test_history_comes_in_pages(world: WebWorld) -> None:
    browser = world.browser()
    for number in range(32):
        send(browser, f"message-{number}", text=f"第{number}句")
    world.answer()
    newest = browser.get("/chat/api/history").json()
    oldest = browser.get("/chat/api/history", params={"before": newest["messages"][0]["position"]}).json()
    positions = [line["position"] for line in oldest["messages"] + newest["messages"]]
    assert positions == sorted(set(positions)) and len(positions) >= 64
    assert (newest["older"], oldest["older"]) == (True, False)


def test_somebody_new_has_no_history(world: WebWorld) -> None:
    assert world.browser().get("/chat/api/history").json() == {"messages": [], "state": None, "older": False}


REFUSED_BODIES: list[tuple[str, Any, int, str]] = [
    ("empty", {"client_id": "message-1", "text": ""}, 422, "empty"),
    ("spaces", {"client_id": "message-1", "text": " \n\t　"}, 422, "empty"),
    ("nothing to see", {"client_id": "message-1", "text": "\u200b\u200d\ufeff\u2060"}, 422, "empty"),
    ("control signs only", {"client_id": "message-1", "text": "\x00\x07"}, 422, "empty"),
    ("too long", {"client_id": "message-1", "text": "字" * (LONGEST_TEXT + 1)}, 413, "too_long"),
    ("far too long", {"client_id": "message-1", "text": "字" * 100_000}, 413, "too_big_text"),
    ("two things", {"client_id": "message-1", "text": "你好", "button": "abc"}, 422, "unreadable"),
    ("nothing", {"client_id": "message-1"}, 422, "unreadable"),
    ("no id", {"text": "你好"}, 422, "unreadable"),
    ("short id", {"client_id": "1", "text": "你好"}, 422, "unreadable"),
    ("strange id", {"client_id": "../../etc/passwd", "text": "你好"}, 422, "unreadable"),
    ("id with line end", {"client_id": "message-1\n", "text": "你好"}, 422, "unreadable"),
    ("text is a number", {"client_id": "message-1", "text": 5}, 422, "unreadable"),
    ("text is a list", {"client_id": "message-1", "text": ["你好"]}, 422, "unreadable"),
    ("unknown field", {"client_id": "message-1", "text": "你好", "owner": "staff"}, 422, "unreadable"),
    ("half a place", {"client_id": "message-1", "latitude": 31.0}, 422, "unreadable"),
    ("off the earth", {"client_id": "message-1", "latitude": 91, "longitude": 0}, 422, "bad_place"),
    ("place in words", {"client_id": "message-1", "latitude": "31", "longitude": "121"}, 422, "bad_place"),
    ("a list", [1, 2], 422, "unreadable"),
    ("nothing at all", None, 422, "unreadable"),
]


@pytest.mark.parametrize(("body", "status", "key"), [row[1:] for row in REFUSED_BODIES], ids=[row[0] for row in REFUSED_BODIES])
def test_what_cannot_be_taken_is_refused_with_a_sentence(world: WebWorld, body: Any, status: int, key: str) -> None:
    browser = world.browser()
    assert_polite(browser.post(MESSAGES, json=body), status, key)
    assert lines(browser) == []


RUBBISH: list[tuple[str, bytes, str]] = [
    ("broken", b"{", "application/json"),
    ("no json", b"text=hello", "application/x-www-form-urlencoded"),
    ("no utf-8", b'{"client_id":"message-1","text":"\xff\xfe"}', "application/json"),
    ("half a sign", b'{"client_id":"message-1","text":"\\ud800"}', "application/json"),
    ("not a number", b'{"client_id":"message-1","latitude":NaN,"longitude":1}', "application/json"),
    ("endless", b'{"client_id":"message-1","latitude":1e999,"longitude":1}', "application/json"),
    ("huge number", b'{"client_id":"message-1","latitude":' + b"9" * 5000 + b',"longitude":1}', "application/json"),
    ("deep", b"[" * 30_000, "application/json"),
    ("binary", bytes(range(256)), "application/octet-stream"),
    ("parts without a border", b"--x", "multipart/form-data"),
    (
        "parts cut off",
        b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\n%PDF",
        "multipart/form-data; boundary=x",
    ),
    ("parts without names", b"--x\r\n\r\nhello\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    ("parts in no alphabet", b"--x\r\n\xff\xfe: \x00\r\n\r\n--x--", "multipart/form-data; boundary=x; charset=nonsense"),
    (
        "thousands of parts",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 900 + b"--x--",
        "multipart/form-data; boundary=x",
    ),
    ("untyped", b'{"client_id":"message-1","text":"hi"}', ""),
]


@pytest.mark.parametrize(("body", "content_type"), [row[1:] for row in RUBBISH], ids=[row[0] for row in RUBBISH])
def test_rubbish_is_refused_with_a_sentence(world: WebWorld, body: bytes, content_type: str) -> None:
    browser = world.browser()
    for path in (MESSAGES, "/chat/api/uploads"):
        assert_polite(browser.post(path, content=body, headers={"content-type": content_type}))


def test_a_thousand_mangled_requests_break_nothing(world: WebWorld) -> None:
    dice, browser = random.Random(7), world.browser()
    good = b'{"client_id":"message-1","text":"\xe4\xbd\xa0\xe5\xa5\xbd","latitude":1.5}'
    for _ in range(1000):
        body = bytearray(good)
        for _ in range(dice.randrange(1, 8)):
            body[dice.randrange(len(body))] = dice.randrange(256)
        answer = browser.post(
            MESSAGES, content=bytes(body[: dice.randrange(1, len(body))]), headers={"content-type": "application/json"}
        )
        assert answer.status_code < 500
    assert send(world.browser(), "message-2", text="还在吗？").status_code == 202


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/chat/api/history?before=0", 422),
        ("/chat/api/history?before=abc", 422),
        ("/chat/api/history?before=99999999999999999999", 422),
        ("/chat/api/events?after=-1", 422),
        ("/chat/api/attachments/1", 404),
        ("/chat/api/attachments/0", 404),
        ("/chat/api/attachments/abc", 422),
        ("/chat/api/attachments/99999999999999999999", 404),
        ("/chat/static/../web.py", 404),
        ("/chat/static/%2e%2e/web.py", 404),
        ("/chat/static/nothing.js", 404),
    ],
)
def test_strange_addresses_are_refused(world: WebWorld, path: str, status: int) -> None:
    assert world.browser().get(path).status_code == status


@pytest.mark.parametrize(
    ("headers", "cookie", "status", "key"),
    [
        ({"x-jiefang-chat": None}, True, 403, "not_from_page"),
        ({"sec-fetch-site": "cross-site"}, True, 403, "not_from_page"),
        ({}, None, 401, "no_browser"),
        ({}, "short", 401, "no_browser"),
        ({}, "'; DROP TABLE inbox; --" + "x" * 20, 401, "no_browser"),
    ],
)
def test_only_the_page_itself_may_write(world: WebWorld, headers: dict[str, Any], cookie: Any, status: int, key: str) -> None:
    browser = world.browser()
    if cookie is not True:
        browser.cookies.clear()
        if cookie:
            browser.headers["cookie"] = f"{COOKIE}={cookie}"
    for name, value in headers.items():
        browser.headers.pop(name, None)
        if value:
            browser.headers[name] = value
    assert_polite(send(browser, "message-1", text="你好"), status, key)


def test_who_writes_too_fast_is_asked_to_wait_and_then_heard(tmp_path: Path) -> None:
    now = [0.0]
    world = WebWorld(tmp_path, pace=Pace(lambda: now[0], burst=3, pace=0.5))
    browser, other = world.browser(), world.browser()
    answers = [send(browser, f"message-{number}", text="快") for number in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert_polite(answers[-1], 429, "too_fast")
    assert answers[-1].headers["retry-after"] == "2"
    assert send(other, "message-1", text="我不快").status_code == 202
    now[0] += 2.0
    assert send(browser, "message-4", text="慢一点").status_code == 202
    world.services.close()


def assert_polite(answer: Any, status: int | None = None, key: str | None = None) -> None:
    """A status below 500, and one clear sentence in Chinese without a blank left open."""
    assert 400 <= answer.status_code < 500
    said = answer.json()
    assert re.search(r"[\u4e00-\u9fff]{4}", said["sentence"]) and "{" not in said["sentence"]
    assert (status or answer.status_code, key or said["error"]) == (answer.status_code, said["error"])
