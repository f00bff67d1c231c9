"""The charts in a real browser: drawn under the strict policy with the numbers of the tables, by keyboard, on every screen."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.services.views import NewCase
from bot.store.case_tables import CaseEventRow
from bot.store.handoff_tables import HandoffRow
from tests.browser.conftest import DESKTOP, PHONE, shot
from tests.browser.test_desk import signed_in
from tests.desk.desk_world import DeskWorld

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NewContext = Callable[..., BrowserContext]
WEEKS = 50


@pytest.fixture
def year(world: DeskWorld) -> DeskWorld:
    """A year of calls for a person that went differently, and some cases."""
    dice, now, chief = random.Random(7), world.services.clock.now(), world.staff("chief", "赵主任", "supervisor")
    conversation = world.says("你好").conversation_id
    with world.services.database.transaction() as work:
        for call in range(WEEKS * 8):
            asked = now - timedelta(days=7) * (call // 8) - timedelta(hours=dice.random() * 60)
            row = HandoffRow(
                conversation_id=conversation, reason="asked", requested_at=asked, ended_at=asked + timedelta(hours=2),
                end_reason="given_back",
            )  # fmt: skip
            if call % 6:
                row.taken_at = asked + timedelta(seconds=dice.expovariate(1 / 90))
                row.first_reply_at = row.taken_at + timedelta(seconds=dice.expovariate(1 / 40))
                row.ended_at = row.taken_at + timedelta(minutes=dice.expovariate(1 / 7))
            work.session.add(row)
    numbers = []
    for person in range(4):
        world.waiting(address=f"wait-{person}")
        filed = world.says("楼上太吵", address=f"case-{person}").conversation_id
        numbers.append(world.services.cases.file(filed, NewCase("report", "楼上天天半夜装修"), inbox_id=None, by=chief).number)
    world.services.clock.move(days=2)
    with world.services.database.transaction() as work:
        for hours, number in enumerate(numbers, start=3):
            case = work.cases.by_number(number)
            assert case is not None
            answered = case.opened_at + timedelta(hours=hours)
            work.cases.add_event(CaseEventRow(case_id=case.id, kind="answered", actor="clock", at=answered))
    return world


def opened(context: BrowserContext, address: str, query: str = "") -> Page:
    """The page with its charts drawn, of which the browser had nothing to complain."""
    page = signed_in(context, address, "chief", "/desk/me")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/admin/measures{query}")
    expect(page.locator("figure:visible canvas")).to_have_count(6)
    assert complaints == []
    return page


#: Whether a canvas shows more than its ground.
INKED = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, place) => place % 4 === 3 && value > 0).length;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_chart_is_drawn_without_a_complaint_of_the_browser(
    year: DeskWorld, address: str, new_context: NewContext, viewport: dict[str, int], scheme: str
) -> None:
    page = opened(new_context(viewport=viewport, color_scheme=scheme), address)
    for canvas in page.locator("figure canvas").all():
        assert canvas.evaluate(INKED) > 1000
        assert canvas.evaluate("canvas => canvas.getBoundingClientRect().right <= innerWidth")
    expect(page.locator("#chart-problem")).to_be_hidden()
    shot(page, f"measures-{viewport['width']}-{scheme}")
    page.goto(f"{address}/admin/measures?by=week&hours=office")
    page.locator("summary").nth(1).click()
    expect(page.locator("figure:visible canvas")).to_have_count(6)
    shot(page, f"measures-week-{viewport['width']}-{scheme}")


def test_pointer_and_table_say_the_same_and_the_keyboard_reaches_the_table(
    year: DeskWorld, address: str, new_context: NewContext
) -> None:
    page = opened(new_context(viewport=DESKTOP), address, "?by=week")
    section = page.locator("section.measure", has=page.locator("#chart-waited"))
    box = section.locator("canvas").bounding_box()
    assert box is not None
    section.locator("canvas").hover(position={"x": box["width"] - 40, "y": box["height"] / 2})
    expect(section.locator(".readout")).to_contain_text("九成五在这个时间内")
    section.locator("summary").focus()
    page.keyboard.press("Enter")
    cells = section.locator("tbody tr").last.locator("td").all_inner_texts()
    said = section.locator(".readout").inner_text()
    assert all(time.removesuffix("＊") in said for time in cells[:3]) and len(cells) == 5
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
    page.get_by_role("link", name="只算工作时间").click()
    expect(page.get_by_role("link", name="只算工作时间")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("link", name="按周")).to_have_attribute("aria-current", "true")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载这些数字").click()
    assert download.value.suggested_filename == "measures-week.csv"


def test_without_its_numbers_the_page_opens_the_tables_and_says_so(
    year: DeskWorld, address: str, new_context: NewContext
) -> None:
    context = new_context(viewport=DESKTOP)
    page = signed_in(context, address, "chief", "/desk/me")
    context.route("**/desk/api/measures**", lambda route: route.abort())
    page.goto(f"{address}/admin/measures")
    expect(page.locator("#chart-problem")).to_be_visible()
    expect(page.locator("table.figures:visible")).to_have_count(6)
    expect(page.locator("figure:visible")).to_have_count(0)
