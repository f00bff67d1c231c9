"""The stream of a chat page: nothing is missed, nothing told twice, whatever breaks in between."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from bot.channels.web_api import COOKIE, WRITE_HEADER
from bot.channels.web_events import MOST_STREAMS, Stream
from bot.services.views import Incoming
from tests.channels.web_world import WebWorld


@pytest.fixture
def browser() -> str:
    """The address of a browser nobody has heard of."""
    return secrets.token_hex(8)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebWorld]:
    """One service for the module: every browser is a resident of its own."""
    world = WebWorld(tmp_path_factory.mktemp("chat"))
    yield world
    world.services.close()


@pytest.fixture(scope="module")
def address(world: WebWorld) -> Iterator[str]:
    with world.served() as address:
        yield address


def write(world: WebWorld, browser: str, *texts: str) -> str:
    for text in texts:
        message = Incoming("web", browser, f"{browser}:{secrets.token_hex(6)}", "text", text=text)
        conversation = world.services.conversations.accept(message).conversation_id
    return conversation


def a_page(address: str, token: str | None = None) -> httpx.Client:
    token = token or secrets.token_urlsafe(32)
    return httpx.Client(base_url=address, cookies={COOKIE: token}, headers={WRITE_HEADER: "1"}, timeout=20, trust_env=False)


def say(page: httpx.Client, client_id: str, text: str) -> None:
    assert page.post("/chat/api/messages", json={"client_id": client_id, "text": text}).status_code == 202


def events(page: httpx.Client, count: int, **how: Any) -> list[tuple[int, str]]:
    """The first `count` messages of a new stream, as (id, text)."""
    found: list[tuple[int, str]] = []
    with page.stream("GET", "/chat/api/events", **how) as stream:
        ident = 0
        for line in stream.iter_lines():
            ident = int(line[4:]) if line.startswith("id: ") else ident
            if line.startswith("data: ") and "position" in line:
                found.append((ident, json.loads(line[6:])["text"]))
            if len(found) == count:
                return found
    return found


def test_question_and_answer_arrive_while_the_page_waits(address: str) -> None:
    with a_page(address) as page:
        say(page, "message-1", "路灯坏了")
        assert events(page, 2) == [(1, "路灯坏了"), (2, "听到：路灯坏了")]


def test_a_page_opened_before_the_first_message_hears_it(address: str) -> None:
    token = secrets.token_urlsafe(32)
    with a_page(address, token) as page, a_page(address, token) as other_tab, page.stream("GET", "/chat/api/events") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        say(other_tab, "message-1", "我先写")
        heard = next(line for line in lines if "position" in line)
        assert json.loads(heard[6:])["text"] == "我先写"


def test_after_a_break_the_stream_goes_on_behind_the_last_event(world: WebWorld, address: str) -> None:
    with a_page(address) as page:
        for number in range(40):
            say(page, f"message-{number:02}", f"第{number}句")
        events(page, 80)
        again = events(page, 30, headers={"Last-Event-ID": "80"})
        assert {ident for ident, _ in again} == {80} or again[-1][0] == 80
        say(page, "message-99", "断网以后")
        assert "断网以后" in [text for _, text in events(page, 31, headers={"Last-Event-ID": "80"})]


@pytest.mark.parametrize("last", ["abc", "-1", "99999999999999999999", "1; DROP TABLE"])
def test_a_strange_last_event_id_is_as_good_as_none(address: str, last: str) -> None:
    with a_page(address) as page:
        say(page, "message-1", "你好")
        assert events(page, 1, headers={"Last-Event-ID": last})[0][1] == "你好"


def test_one_browser_cannot_hold_streams_without_end(address: str) -> None:
    with a_page(address) as page, ExitStack() as held:
        for _ in range(MOST_STREAMS):
            lines = held.enter_context(page.stream("GET", "/chat/api/events")).iter_lines()
            held.callback(lines.close)
            next(lines)
        with page.stream("GET", "/chat/api/events") as refused:
            assert refused.status_code == 429
            assert json.loads(refused.read())["error"] == "too_many_pages"


def test_answers_are_told_once_and_what_has_been_told_is_not_told_again(world: WebWorld, browser: str) -> None:
    stream = Stream(world.services, browser, 0)
    write(world, browser, "一", "二")
    world.answer()
    assert told(stream) == [1, 2, 3, 4]
    assert told(stream) == []
    write(world, browser, "三")
    world.answer()
    assert told(stream) == [5, 6]


def test_a_change_of_hands_is_told_once(world: WebWorld, browser: str) -> None:
    conversation = write(world, browser, "转人工")
    stream = Stream(world.services, browser, 0)
    assert state(stream.news()) == ["bot"]
    world.services.handoff.request(conversation, "asked")
    assert state(stream.news()) == ["queued"]
    assert state(stream.news()) == []


def told(stream: Stream) -> list[int]:
    return [json.loads(frame.split("data: ")[1])["position"] for frame in stream.news() if "event: message" in frame]


def state(frames: list[str]) -> list[str]:
    return [json.loads(frame.split("data: ")[1])["owner"] for frame in frames if "event: state" in frame]
