"""Beside words, in real browsers: a file by keyboard, what the resident sees of typing, what staff see of reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.app import Services
from bot.channels.web import chat_router
from tests.browser.conftest import DESKTOP, PATIENCE, PHONE, shot
from tests.browser.test_desk import signed_in, state
from tests.channels.telegram_world import a_photo
from tests.desk.desk_world import DeskWorld

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def world(services: Services) -> DeskWorld:
    """Desk and chat page in one application, as they are served."""
    world = DeskWorld(services)
    world.app.include_router(chat_router(services))
    return world


@pytest.fixture
def address(world: DeskWorld) -> Iterator[str]:
    expect.set_options(timeout=PATIENCE)
    with world.served() as address:
        httpx.get(f"{address}/chat", timeout=60).raise_for_status()  # the first page of a process takes longest
        yield address


@pytest.fixture
def both(world: DeskWorld, address: str, new_context: NewContext) -> tuple[Page, Page]:
    """A resident's telephone and 王敏's desk, in one conversation."""
    wang = world.staff()
    chat = new_context(viewport=PHONE).new_page()
    chat.goto(f"{address}/chat")
    chat.get_by_role("textbox").fill("表在哪里领")
    chat.keyboard.press("Enter")
    expect(chat.locator(".line.resident .status")).to_contain_text("✓")
    conversation = world.services.handoff.recent(1)[0].id
    world.services.handoff.claim(conversation, wang)
    desk = signed_in(new_context(viewport=DESKTOP), address, "wang.min", f"/desk/c/{conversation}")
    state(desk, "您正在接待")
    desk.on("filechooser", lambda chooser: None)  # choosers are caught from now on, not only while a key is on its way
    return chat, desk


def test_a_photo_goes_to_the_resident_by_keyboard(both: tuple[Page, Page], tmp_path: Path) -> None:
    chat, desk = both
    picture = tmp_path / "三楼窗口.jpg"
    picture.write_bytes(a_photo())
    expect(desk.get_by_label("要说的话")).to_be_editable()
    with desk.expect_file_chooser() as chooser:
        desk.keyboard.press("u")
    chooser.value.set_files(picture)
    expect(desk.locator("#attach-name")).to_contain_text("三楼窗口.jpg（1 KB）")
    shot(desk, "attach")
    desk.keyboard.press("Enter")
    expect(desk.get_by_alt_text("发给居民的照片 三楼窗口.jpg")).to_be_visible()
    expect(desk.locator("#attach-dialog")).to_be_hidden()
    expect(chat.get_by_alt_text("三楼窗口.jpg")).to_be_visible()
    shot(chat, "photo-from-staff")
    expect(desk.locator(".delivered").last).to_contain_text("已读")


def test_a_file_that_cannot_be_opened_is_refused_in_the_dialog(both: tuple[Page, Page], tmp_path: Path) -> None:
    _, desk = both
    program = tmp_path / "程序.pdf"
    program.write_bytes(b"MZ not a document")
    expect(desk.get_by_label("要说的话")).to_be_editable()
    with desk.expect_file_chooser() as chooser:
        desk.locator("#attach").click()
    chooser.value.set_files(program)
    desk.locator("#attach-dialog").get_by_role("button", name="发送").click()
    expect(desk.locator("#attach-problem")).to_contain_text("这种文件发不了")
    desk.keyboard.press("Escape")
    expect(desk.locator("#attach-dialog")).to_be_hidden()


def test_typing_and_reading_are_seen(both: tuple[Page, Page], world: DeskWorld) -> None:
    chat, desk = both
    expect(chat.locator("#state")).to_contain_text("王敏")
    desk.get_by_label("要说的话").press_sequentially("到三楼")
    expect(chat.locator("#typing")).to_be_visible()
    expect(chat.locator("#typing")).to_contain_text("工作人员正在输入…")
    shot(chat, "typing")
    desk.keyboard.press("Enter")
    expect(chat.locator(".line.staff")).to_contain_text("到三楼")
    expect(chat.locator("#typing")).to_be_hidden()
    expect(desk.locator(".line.staff:not(.own) .delivered")).to_contain_text("已读")
