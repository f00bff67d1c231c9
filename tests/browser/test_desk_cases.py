"""Cases in a real browser: a phone in the hand of who works on them, a keyboard at the desk, no barrier for anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, expect

from bot.app import Services
from bot.services.views import CaseView, NewCase
from tests.browser.conftest import DESKTOP, PATIENCE, PHONE, shot
from tests.browser.test_desk import signed_in
from tests.desk.desk_world import DeskWorld

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


def a_case(world: DeskWorld, text: str, who: str) -> CaseView:
    conversation = world.says(text, address=who).conversation_id
    return world.services.cases.file(conversation, NewCase("report", text, "阳光小区3号楼"), inbox_id=None)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_case_is_returned_with_a_form_of_its_own(
    world: DeskWorld, address: str, new_context: NewContext, size: dict[str, int]
) -> None:
    world.staff("chen", "陈静", "supervisor")
    case, other = a_case(world, "路灯不亮三天了", "li"), a_case(world, "小区垃圾桶满了没人收", "zhao")
    page = signed_in(new_context(viewport=size), address, "chen", "/desk/cases")
    expect(page.get_by_role("link", name=case.number)).to_be_visible()
    name = "phone" if size is PHONE else "desktop"
    shot(page, f"cases-list-{name}")
    assert not Axe().run(page).response["violations"]
    page.get_by_label(f"选择 {other.number}").check()
    page.get_by_role("button", name="签收").click()
    expect(page.get_by_role("status")).to_contain_text("办好了 1 件")
    page.goto(f"{address}/desk/cases/{case.number}")
    summary = page.locator("summary", has_text="退单")
    summary.focus()
    page.keyboard.press("Enter")  # no mouse needed
    form = page.locator("details[open]")
    form.get_by_label("单位").select_option("U-PS")
    form.get_by_label("依据（权责清单）").select_option("JD-01")
    form.get_by_label("原因").fill("现场看是排水井的事")
    shot(page, f"case-return-{name}")
    assert not Axe().run(page).response["violations"]
    form.get_by_role("button", name="退单").click()
    expect(page.get_by_role("status")).to_contain_text("已提交")
    assert world.services.cases.get(case.number).status == "filed"
