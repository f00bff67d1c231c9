"""The chat for people who see badly, use a keyboard or listen to it: checked by axe and by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_chat import open_chat, say, see
from tests.channels.web_world import QUOTE, WebWorld

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NewContext = Callable[..., BrowserContext]
SIZES = {
    "phone": {"width": 390, "height": 844},
    "small phone": {"width": 320, "height": 568},
    "desktop": {"width": 1280, "height": 800},
}
SMALLEST_TARGET = 44


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    world = WebWorld(tmp_path_factory.mktemp("chat"))
    with world.served() as address:
        yield address
    world.services.close()


def filled(page: Page) -> None:
    """A page with everything on it that can be seen at one time."""
    say(page, "居住证怎么办理？")
    see(page, QUOTE)
    page.get_by_text("依据 1 条").click()
    page.locator("#more").click()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("large", [False, True], ids=["ordinary", "large"])
def test_axe_finds_no_barrier(new_context: NewContext, address: str, size: str, large: bool) -> None:
    page = open_chat(new_context(viewport=SIZES[size], reduced_motion="reduce"), address)
    if large:
        page.get_by_role("button", name="大字").click()
    filled(page)
    assert_no_barrier(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page must not be pushed sideways"


def test_axe_finds_no_barrier_when_things_go_wrong(new_context: NewContext, address: str) -> None:
    page = open_chat(new_context(reduced_motion="reduce"), address)
    page.context.set_offline(True)
    say(page, "断网时写的")
    expect(page.get_by_role("button", name="发送失败，点此重试")).to_be_visible(timeout=15_000)
    say(page, "字" * 4001)
    expect(page.locator("#hint")).to_be_visible()
    assert_no_barrier(page)


def test_axe_finds_no_barrier_on_the_reader_page(new_context: NewContext, address: str) -> None:
    page = new_context().new_page()
    page.goto(f"{address}/kb/v-now?q={QUOTE}")
    assert_no_barrier(page)


def test_everything_to_tap_is_large_enough(new_context: NewContext, address: str) -> None:
    page = open_chat(new_context(), address)
    filled(page)
    for target in page.locator("button:visible, summary:visible, .source a:visible").all():
        box = target.bounding_box()
        assert box is not None and min(box["height"], box["width"]) >= SMALLEST_TARGET - 0.5, target.inner_text()


def test_the_whole_talk_works_from_the_keyboard(new_context: NewContext, address: str) -> None:
    page = open_chat(new_context(), address)
    page.get_by_role("textbox").focus()
    page.keyboard.type("居住证怎么办理？")
    page.keyboard.press("Enter")
    reply = page.get_by_role("button", name="不用了")
    expect(reply).to_be_visible(timeout=15_000)
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if reply.evaluate("element => element === document.activeElement"):
            break
    assert reply.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    see(page, "听到：不用了")


def test_a_screen_reader_hears_new_messages(new_context: NewContext, address: str) -> None:
    page = open_chat(new_context(), address)
    log = page.get_by_role("log")
    assert log.get_attribute("aria-live") == "polite"
    say(page, "你好")
    see(page, "听到：你好")
    expect(log.get_by_role("article", name="街坊机器人")).to_contain_text("听到：你好")


def assert_no_barrier(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
