"""The chat page in a real browser, as a resident uses it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.channels.web_world import QUOTE, WebWorld

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NewContext = Callable[..., BrowserContext]
QUESTION = "居住证怎么办理？"
PATIENCE = 15_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebWorld]:
    """One service for the module: every browser context is a resident of its own."""
    world = WebWorld(tmp_path_factory.mktemp("chat"))
    yield world
    world.services.close()


@pytest.fixture(scope="module")
def address(world: WebWorld) -> Iterator[str]:
    with world.served() as address:
        yield address


@pytest.fixture
def page(new_context: NewContext, address: str) -> Iterator[Page]:
    """A phone with the chat open; a script error or a refused resource fails the test."""
    trouble: list[str] = []
    page = open_chat(new_context(), address, trouble)
    yield page
    assert not [line for line in trouble if "Failed to load resource" not in line and "ERR_INTERNET" not in line]


def open_chat(context: BrowserContext, address: str, trouble: list[str] | None = None) -> Page:
    page = context.new_page()
    if trouble is not None:
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
    page.goto(f"{address}/chat")
    return page


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.keyboard.press("Enter")


def mine(page: Page) -> list[str]:
    return page.locator(".line.resident .words").all_inner_texts()


def see(page: Page, text: str) -> None:
    expect(page.locator("#log")).to_contain_text(text, timeout=PATIENCE)


def test_a_question_is_answered_and_the_answer_names_who_speaks(page: Page) -> None:
    say(page, "路灯坏了")
    see(page, "听到：路灯坏了")
    expect(page.locator(".line.resident .status")).to_have_text("✓ 已送达")
    expect(page.locator(".line.resident .name")).to_have_text("我")
    expect(page.locator(".line.bot .name")).to_have_text("街坊机器人")
    expect(page.get_by_role("textbox")).to_have_value("")
    expect(page.locator("#typing")).to_be_hidden()


def test_the_source_unfolds_and_leads_to_the_whole_passage(page: Page) -> None:
    say(page, QUESTION)
    page.get_by_text("依据 1 条").click()
    box = page.locator(".source")
    for shown in ("《居住证暂行条例》 第九条", QUOTE, "国令第663号", "国务院", "2016年1月1日", "全国"):
        expect(box).to_contain_text(shown)
    with page.expect_popup() as opened:
        box.get_by_role("link").click()
    expect(opened.value.locator("mark")).to_have_text(QUOTE)


@pytest.mark.parametrize("how", ["tap", "type"])
def test_a_quick_reply_can_be_tapped_or_typed(world: WebWorld, page: Page, how: str) -> None:
    say(page, QUESTION)
    button = page.get_by_role("button", name="还要什么材料？")
    expect(button).to_be_visible(timeout=PATIENCE)
    if how == "tap":
        button.click()
    else:
        say(page, "还要什么材料？")
    see(page, "听到：居住证材料")
    assert world.bot.heard[-1][1] == "居住证材料"
    expect(page.locator("#replies")).to_be_hidden()


def test_ten_messages_in_a_row_keep_their_order_and_survive_a_reload(page: Page) -> None:
    written = [f"第{number}句" for number in range(10)]
    for text in written:
        say(page, text)
    see(page, "听到：第9句")
    assert mine(page) == written
    page.reload()
    see(page, "听到：第9句")
    assert mine(page) == written


def test_without_a_network_nothing_is_lost_and_nothing_doubled(page: Page) -> None:
    say(page, "你好")
    see(page, "听到：你好")
    page.context.set_offline(True)
    say(page, "断网时写的")
    expect(page.locator("#banner")).to_contain_text("网络断开", timeout=PATIENCE)
    expect(page.get_by_role("button", name="发送失败，点此重试")).to_be_visible(timeout=PATIENCE)
    page.context.set_offline(False)
    see(page, "听到：断网时写的")
    expect(page.locator("#banner")).to_be_hidden(timeout=PATIENCE)
    assert mine(page) == ["你好", "断网时写的"]


def test_what_could_not_be_sent_is_sent_after_a_reload(page: Page) -> None:
    page.route("**/chat/api/messages", lambda route: route.abort())
    say(page, "还没发出去")
    retry = page.get_by_role("button", name="发送失败，点此重试")
    expect(retry).to_be_visible(timeout=PATIENCE)
    page.unroute("**/chat/api/messages")
    page.reload()
    see(page, "听到：还没发出去")
    assert mine(page) == ["还没发出去"]


def test_a_failed_message_is_sent_by_a_tap(page: Page) -> None:
    page.route("**/chat/api/messages", lambda route: route.fulfill(status=502, body="bad gateway"))
    say(page, "请帮帮我")
    retry = page.get_by_role("button", name="发送失败，点此重试")
    expect(retry).to_be_visible(timeout=PATIENCE)
    page.unroute("**/chat/api/messages")
    retry.click()
    see(page, "听到：请帮帮我")


def test_an_answer_lost_on_the_way_makes_no_second_message(page: Page) -> None:
    """The server has the message, the phone does not know: it sends again under the same id."""
    lost = {"left": 1}

    def lose(route: object) -> None:
        response = route.fetch()  # type: ignore[attr-defined]
        if lost["left"]:
            lost["left"] -= 1
            route.abort()  # type: ignore[attr-defined]
        else:
            route.fulfill(response=response)  # type: ignore[attr-defined]

    page.route("**/chat/api/messages", lose)
    say(page, "只报一次")
    see(page, "听到：只报一次")
    page.wait_for_timeout(1200)
    assert mine(page) == ["只报一次"]


def test_enter_that_chooses_a_word_sends_nothing(page: Page) -> None:
    page.get_by_role("textbox").fill("ni hao")
    for settings in ("{isComposing: true}", "{keyCode: 229}"):
        page.evaluate(
            f"text.dispatchEvent(new KeyboardEvent('keydown', Object.assign({{key: 'Enter', cancelable: true}}, {settings})))"
        )
    page.keyboard.press("Shift+Enter")
    expect(page.get_by_role("textbox")).to_have_value("ni hao\n")
    assert mine(page) == []


def test_words_being_written_survive_a_reload(page: Page) -> None:
    page.get_by_role("textbox").fill("写到一半")
    page.reload()
    expect(page.get_by_role("textbox")).to_have_value("写到一半")


def test_large_type_is_large_and_remembered(page: Page) -> None:
    say(page, "你好")
    page.get_by_role("button", name="大字").click()
    page.reload()
    expect(page.get_by_role("button", name="大字")).to_have_attribute("aria-pressed", "true")
    size = page.locator(".line.resident .words").evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    assert size >= 20
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "javascript:alert(1)", "{{7*7}}"]
)
def test_markup_is_only_text(page: Page, text: str) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    say(page, text)
    see(page, f"听到：{text}")
    page.reload()
    see(page, f"听到：{text}")
    assert page.locator("#log img, #log script, #log a").count() == 0


@pytest.mark.parametrize(
    ("text", "sentence"), [("字" * 4001, "太长了"), ("   ", "还没有写内容"), ("\u200b\u200d", "还没有写内容")]
)
def test_what_cannot_be_sent_is_refused_kindly(page: Page, text: str, sentence: str) -> None:
    say(page, text)
    expect(page.locator("#hint")).to_contain_text(sentence)
    assert mine(page) == []
    assert page.get_by_role("textbox").input_value().strip() == text.strip()


def test_a_photo_is_looked_at_before_it_goes(page: Page) -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), (90, 140, 90)).save(out, "JPEG")
    page.locator("#album").set_input_files({"name": "灯.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()})
    expect(page.locator("#preview img")).to_be_visible()
    page.locator("#preview-send").click()
    see(page, "听到：[图片]")
    page.reload()
    picture = page.locator("#log .picture img")
    expect(picture).to_be_visible(timeout=PATIENCE)
    page.wait_for_function("document.querySelector('#log .picture img').naturalWidth === 300")


def test_a_file_nobody_can_open_is_refused_with_a_reason(page: Page) -> None:
    page.locator("#file").set_input_files({"name": "a.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x90"})
    page.locator("#preview-send").click()
    expect(page.locator(".line.resident .status")).to_contain_text("打不开", timeout=PATIENCE)


def test_the_place_is_sent_when_the_resident_allows_it(new_context: NewContext, address: str) -> None:
    context = new_context(permissions=["geolocation"], geolocation={"latitude": 31.2304, "longitude": 121.4737})
    page = open_chat(context, address)
    page.locator("#more").click()
    page.get_by_role("button", name="位置", exact=True).click()
    see(page, "31.23040")


def test_without_a_place_the_resident_can_type_it(page: Page) -> None:
    page.locator("#more").click()
    page.get_by_role("button", name="位置", exact=True).click()
    expect(page.get_by_role("textbox")).to_have_value("我的位置：", timeout=PATIENCE)
    expect(page.locator("#hint")).to_contain_text("请直接打字")


def test_a_person_is_named_and_the_button_for_one_rests(world: WebWorld, page: Page) -> None:
    say(page, QUESTION)
    expect(page.locator("#replies")).to_be_visible(timeout=PATIENCE)
    conversation, staff = world.services.handoff.recent()[0].id, world.staff()
    world.services.handoff.claim(conversation, staff)
    world.services.handoff.reply(conversation, staff, "您好，请拨打 021-12345678 找我。", client_id="desk-1")
    see(page, "请拨打")
    expect(page.locator(".line.staff .name")).to_have_text("工作人员 王芳")
    expect(page.locator("#state")).to_contain_text("工作人员 王芳")
    expect(page.get_by_role("button", name="转人工")).to_be_disabled()
    expect(page.locator("#replies")).to_be_hidden()
    expect(page.locator(".line.staff a")).to_have_attribute("href", "tel:021-12345678")


def test_two_tabs_show_the_same_conversation(page: Page, address: str) -> None:
    other = open_chat(page.context, address)
    say(page, "从第一个窗口写")
    see(other, "听到：从第一个窗口写")
    say(other, "从第二个窗口写")
    see(page, "听到：从第二个窗口写")
    assert mine(page) == mine(other) == ["从第一个窗口写", "从第二个窗口写"]


def test_the_dots_go_away_even_when_no_answer_comes(new_context: NewContext, world: WebWorld, address: str) -> None:
    page = new_context().new_page()
    page.clock.install()
    page.goto(f"{address}/chat")
    world.bot.free.clear()
    try:
        say(page, "有人吗")
        expect(page.locator("#typing")).to_be_visible(timeout=PATIENCE)
        page.clock.fast_forward(21_000)
        expect(page.locator("#typing")).to_be_hidden()
    finally:
        world.bot.free.set()


def test_somebody_who_never_wrote_can_begin_with_a_tap(page: Page) -> None:
    page.get_by_role("button", name=QUESTION).click()
    see(page, QUOTE)
    assert mine(page) == [QUESTION]


def test_a_long_answer_is_shown_from_its_beginning(world: WebWorld, page: Page) -> None:
    world.bot.script["说长一点"] = "\n".join(f"第{number}行" for number in range(80))
    for text in ("你好", "说长一点"):
        say(page, text)
    see(page, "第79行")
    expect(page.locator(".line.bot").last.locator(".name")).to_be_in_viewport()
    expect(page.locator(".line.resident").last).to_be_in_viewport()
