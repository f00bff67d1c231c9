"""The desk in a real browser: a conversation from queue to bot, two who press at once, words that survive a sign-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.app import Services
from tests.browser.conftest import DESKTOP, PATIENCE, PHONE
from tests.desk.desk_world import PASSWORD, DeskWorld

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def world(services: Services) -> DeskWorld:
    return DeskWorld(services)


@pytest.fixture
def address(world: DeskWorld) -> Iterator[str]:
    expect.set_options(timeout=PATIENCE)
    with world.served() as address:
        yield address


def signed_in(context: BrowserContext, address: str, login: str, path: str = "/desk") -> Page:
    page = context.new_page()
    page.goto(address + path)
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(address + path)
    return page


def state(page: Page, words: str) -> None:
    expect(page.locator(".who-speaks")).to_contain_text(words)


def test_a_conversation_from_the_queue_to_the_reply_and_back(world: DeskWorld, address: str, new_context: NewContext) -> None:
    world.staff()
    page = signed_in(new_context(viewport=DESKTOP), address, "wang.min")
    expect(page).to_have_title("街坊坐席台")
    conversation = world.waiting("楼上天天半夜装修")
    expect(page).to_have_title("(1) 街坊坐席台")  # without a reload
    page.get_by_text("楼上天天半夜装修").click()
    state(page, "排队中")
    expect(page.locator("#composer-hint")).to_contain_text("先点")  # the script listens by now
    page.keyboard.press("t")
    state(page, "您正在接待")
    expect(page).to_have_title("街坊坐席台")
    words = page.get_by_label("要说的话")
    words.fill("我马上联系物业\n")
    words.press("Shift+Enter")
    words.press_sequentially("今晚给您回音")
    words.press("Enter")
    expect(page.locator(".line.staff:not(.own)")).to_contain_text("今晚给您回音")
    assert any("我马上联系物业" in text for text in world.read_by_resident(conversation))
    world.says("好的谢谢")
    expect(page.locator(".line.resident").last).to_contain_text("好的谢谢")
    back = page.locator('[data-act="give-back"]')
    back.click()
    expect(back).to_have_text("再点一次，交还机器人")
    page.wait_for_timeout(600)  # the second half of a double click does not count
    back.click()
    state(page, "机器人接待中")
    assert world.services.handoff.get(conversation).owner == "bot"


def test_two_press_at_once_and_the_loser_sees_who_has_it(world: DeskWorld, address: str, new_context: NewContext) -> None:
    world.staff()
    world.staff("zhao.lei", "赵磊")
    path = f"/desk/c/{world.waiting()}"
    pages = [signed_in(new_context(viewport=DESKTOP), address, login, path) for login in ("wang.min", "zhao.lei")]
    for page in pages:  # both clicks leave before either answer is read
        page.evaluate("setTimeout(() => document.querySelector('[data-act=claim]').click(), 300)")
    for page in pages:
        expect(page.locator(".who-speaks")).to_contain_text("正在接待")
    said = [page.locator(".who-speaks").inner_text().split("\n")[0] for page in pages]
    assert sum(text.startswith("您正在接待") for text in said) == 1
    loser = next(page for page, text in zip(pages, said, strict=True) if not text.startswith("您"))
    winner = "赵磊" if loser is pages[0] else "王敏"
    state(loser, f"{winner}正在接待")
    expect(loser.get_by_role("button", name="发送")).to_be_disabled()


def test_a_session_that_ends_in_mid_sentence_keeps_the_words(world: DeskWorld, address: str, new_context: NewContext) -> None:
    world.staff()
    path = f"/desk/c/{world.waiting()}"
    context = new_context(viewport=PHONE)
    page = signed_in(context, address, "wang.min", path)
    page.get_by_role("button", name="接管").click()
    state(page, "您正在接待")
    context.clear_cookies()
    page.get_by_label("要说的话").fill("物业师傅下午三点到")
    page.get_by_role("button", name="发送").click()
    expect(page.locator("#composer-problem")).to_contain_text("您写的内容还在")
    expect(page.locator(".own .tag")).to_have_text("没有发出")
    page.get_by_role("link", name="请重新登录").click()
    page.get_by_label("登录名").fill("wang.min")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_label("要说的话")).to_have_value("物业师傅下午三点到")


def test_enter_belongs_to_the_input_method_while_it_composes(world: DeskWorld, address: str, new_context: NewContext) -> None:
    world.staff()
    conversation = world.waiting()
    page = signed_in(new_context(viewport=DESKTOP), address, "wang.min", f"/desk/c/{conversation}")
    page.get_by_role("button", name="接管").click()
    state(page, "您正在接待")
    words = page.get_by_label("要说的话")
    words.fill("nihao")
    words.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    expect(words).to_have_value("nihao")
    assert "nihao" not in world.read_by_resident(conversation)


def test_a_reply_that_meets_no_network_waits_to_be_sent_again_once(
    world: DeskWorld, address: str, new_context: NewContext
) -> None:
    world.staff()
    conversation = world.waiting()
    context = new_context(viewport=DESKTOP)
    page = signed_in(context, address, "wang.min", f"/desk/c/{conversation}")
    page.get_by_role("button", name="接管").click()
    state(page, "您正在接待")
    context.set_offline(True)
    page.get_by_label("要说的话").fill("请稍等，马上来")
    page.get_by_label("要说的话").press("Enter")
    expect(page.locator(".own .tag")).to_have_text("没有发出")
    context.set_offline(False)
    page.get_by_role("button", name="重发").click()
    expect(page.locator(".own")).to_have_count(0)
    assert world.read_by_resident(conversation).count("请稍等，马上来") == 1


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_page_is_wider_than_the_screen_or_complains(
    world: DeskWorld, address: str, new_context: NewContext, viewport: dict[str, int]
) -> None:
    world.staff("chief", "赵主任", "admin")
    conversation = world.waiting("很长的一句话没有空格" * 30)
    complaints: list[str] = []
    page = signed_in(new_context(viewport=viewport), address, "chief")
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    paths = ("/desk", f"/desk/c/{conversation}", f"/desk/c/{conversation}/file", "/desk/cases", "/admin", "/admin/district")
    for path in (*paths, "/admin/knowledge"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path
    assert complaints == []
