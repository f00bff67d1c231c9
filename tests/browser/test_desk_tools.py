"""What stands at hand in a real browser: canned replies, suggestions, macros, passing on, purposes, a second factor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.app import Services
from bot.services.macros import Step
from bot.services.replies import Canned
from bot.services.views import StaffView
from knowledge.answering import Answer, Citation
from tests.browser.conftest import DESKTOP, PATIENCE, PHONE
from tests.browser.test_desk import signed_in, state
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


@pytest.fixture
def chief(world: DeskWorld) -> StaffView:
    """陈静, supervisor, with replies and a macro at hand."""
    chief = world.staff("chen.jing", "陈静", "supervisor")
    at_hand = world.services.workplace
    at_hand.replies.save(Canned("nihao", "问好", "{居民}好，我是{坐席}"), chief)
    at_hand.replies.save(Canned("gdh", "报工单号", "工单号是{工单号}"), chief)
    at_hand.macros.save(
        0, "登记并告知", [Step("file_case"), Step("reply", "已登记，工单号{工单号}"), Step("label", "已登记")], chief
    )
    return chief


def taken(world: DeskWorld, address: str, context: BrowserContext, text: str = "楼上天天半夜装修") -> tuple[Page, str]:
    """王敏's page with a conversation she has."""
    wang, conversation = world.staff(), world.waiting(text)
    world.services.handoff.claim(conversation, wang)
    page = signed_in(context, address, "wang.min", f"/desk/c/{conversation}")
    state(page, "您正在接待")
    return page, conversation


def end(world: DeskWorld, conversation: str) -> None:
    """王敏 ends it, but not on the page that is looked at."""
    wang = next(one for one in world.services.staff.list() if one.login == "wang.min").view
    world.services.handoff.close(conversation, wang)


def test_a_whole_conversation_by_keyboard(world: DeskWorld, address: str, new_context: NewContext, chief: StaffView) -> None:
    world.staff()
    conversation = world.waiting("楼上天天半夜装修")
    page = signed_in(new_context(viewport=DESKTOP), address, "wang.min")
    keys = page.keyboard
    page.wait_for_load_state("load")  # the script listens by then
    keys.press("q")
    state(page, "排队中")
    expect(page.locator("#composer-hint")).to_contain_text("先点")
    keys.press("t")
    state(page, "您正在接待")
    words = page.get_by_label("要说的话")
    expect(words).to_be_focused()
    keys.type("/nih")
    expect(page.get_by_role("option")).to_have_count(1)
    keys.press("Enter")
    expect(words).to_have_value("您好，我是王敏")
    keys.press("Enter")
    expect(page.locator(".line.staff:not(.own)")).to_contain_text("您好，我是王敏")
    keys.press("Escape")
    keys.press("m")
    expect(page.locator("#macros")).to_be_visible()
    expect(page.locator("#macros [data-macro]")).to_be_focused()
    keys.press("Enter")
    expect(page.locator(".line.staff:not(.own)").last).to_contain_text("已登记，工单号JF")
    expect(page.locator(".beside .tag.label")).to_contain_text("已登记")
    expect(page.locator("#macros")).to_be_hidden()  # its last step can be seen before the dialog hears that all is done
    keys.press("n")
    keys.type("已联系物业")
    keys.press("Enter")
    expect(page.locator(".line.note:not(.own)").last).to_contain_text("已联系物业")
    keys.press("Escape")
    keys.press("x")
    expect(page.get_by_label("懂这类事的同事")).to_be_focused()
    for key in ("Tab", "Tab", "Enter"):  # past the word to the colleague, to the button
        keys.press(key)
    state(page, "排队中")
    assert world.services.handoff.get(conversation).owner == "queued"


def test_a_canned_reply_with_an_unfilled_blank_is_not_sent(
    world: DeskWorld, address: str, new_context: NewContext, chief: StaffView
) -> None:
    page, conversation = taken(world, address, new_context(viewport=PHONE))
    words = page.get_by_label("要说的话")
    words.press_sequentially("/gdh")
    expect(page.get_by_role("option")).to_contain_text("还没有：工单号")
    words.press("Control+Enter")
    expect(words).to_have_value("工单号是【工单号】")
    expect(page.locator("#composer-problem")).to_contain_text("有空白没填")
    assert not any("【工单号】" in text for text in world.read_by_resident(conversation))


def test_a_suggested_answer_is_changed_first_or_sent_at_once(world: DeskWorld, address: str, new_context: NewContext) -> None:
    cited = Citation("g", "申请材料", "身份证", "v1", "居住证办理", None, "市公安局", "全国", None)
    answer = Answer("answered", "带身份证和租房合同", 0.9, (cited,), (), (), "found", 1.0)
    world.services.knowledge.answers["居住证怎么办"] = answer  # type: ignore[attr-defined]  # the tests' knowledge base
    page, conversation = taken(world, address, new_context(viewport=DESKTOP), "居住证怎么办")
    page.locator("#suggest button").click()
    page.get_by_role("button", name="放进输入框").click()
    expect(page.get_by_label("要说的话")).to_have_value(
        re.compile("带身份证和租房合同\n（依据：《居住证办理》申请材料（市公安局））")
    )
    page.get_by_label("要说的话").fill("")
    page.get_by_role("button", name="直接发送").click()
    expect(page.locator(".line.staff:not(.own)")).to_contain_text("带身份证和租房合同")
    assert any("依据：《居住证办理》" in text for text in world.read_by_resident(conversation))


def test_an_original_is_shown_after_saying_what_for(world: DeskWorld, address: str, new_context: NewContext) -> None:
    page, _ = taken(world, address, new_context(viewport=DESKTOP), "打我电话13800138000")
    page.get_by_role("button", name="显示原文").first.click()
    page.get_by_label("回访").check()
    page.locator("#purpose").get_by_role("button", name="显示原文").click()
    expect(page.locator(".line.resident")).to_contain_text("13800138000")
    from bot.services.auditing import Wanted

    assert [line.purpose for line in world.services.workplace.audit.search(Wanted(action="reveal"))] == ["回访"]


PASTES = """([field, signs]) => {
  const data = new DataTransfer();
  data.setData("text/plain", "很".repeat(signs));
  return field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.mark.parametrize(("signs", "taken_in"), [(7_000_000, False), (5_000, True)])
def test_a_paste_of_megabytes_is_refused_at_once(
    world: DeskWorld, address: str, new_context: NewContext, signs: int, taken_in: bool
) -> None:
    page, _ = taken(world, address, new_context(viewport=DESKTOP))
    words = page.get_by_label("要说的话")
    words.fill("您好")
    assert page.evaluate(PASTES, [words.element_handle(), signs]) is taken_in
    assert page.locator("#composer-problem").is_hidden() is taken_in
    expect(words).to_have_value("您好")


def test_a_text_that_is_too_long_is_not_sent_and_kept(world: DeskWorld, address: str, new_context: NewContext) -> None:
    page, conversation = taken(world, address, new_context(viewport=DESKTOP))
    words = page.get_by_label("要说的话")
    words.fill("很长" * 2_500)
    words.press("Enter")
    expect(page.locator("#composer-problem")).to_contain_text("太长了")
    expect(words).to_have_value("很长" * 2_500)
    assert len(world.read_by_resident(conversation)) < 4


def test_a_reply_to_a_conversation_that_was_closed_meanwhile_says_so(
    world: DeskWorld, address: str, new_context: NewContext
) -> None:
    context = new_context(viewport=DESKTOP)
    context.route("**/desk/fragments/**", lambda route: route.abort())  # this page hears of nothing that happens meanwhile
    page, conversation = taken(world, address, context)
    page.get_by_label("要说的话").fill("还在吗")
    end(world, conversation)
    page.get_by_label("要说的话").press("Enter")
    expect(page.locator("#composer-problem")).to_contain_text("已结束")
    expect(page.locator(".own .text")).to_have_text("还在吗")


def test_a_page_that_has_heard_of_the_end_says_so_and_keeps_the_words(
    world: DeskWorld, address: str, new_context: NewContext
) -> None:
    page, conversation = taken(world, address, new_context(viewport=DESKTOP))
    words = page.get_by_label("要说的话")
    words.fill("还在吗")
    end(world, conversation)
    state(page, "已结束")
    words.press("Enter")
    expect(page.locator("#composer-problem")).to_contain_text("没有发出")
    expect(words).to_have_value("还在吗")
    assert "还在吗" not in world.read_by_resident(conversation)


def test_two_tabs_of_one_person_show_the_same(world: DeskWorld, address: str, new_context: NewContext) -> None:
    context = new_context(viewport=DESKTOP)
    first, conversation = taken(world, address, context)
    second = context.new_page()
    second.goto(f"{address}/desk/c/{conversation}")
    first.get_by_label("要说的话").fill("马上到")
    first.get_by_label("要说的话").press("Enter")
    expect(second.locator(".line.staff:not(.own)")).to_contain_text("马上到")
    second.get_by_label("要说的话").fill("到了")
    second.get_by_label("要说的话").press("Enter")
    expect(first.locator(".line.staff:not(.own)").last).to_contain_text("到了")
    assert world.read_by_resident(conversation).count("马上到") == 1


def test_a_second_factor_is_set_up_and_asked_for(world: DeskWorld, address: str, new_context: NewContext) -> None:
    world.staff()
    page = signed_in(new_context(viewport=PHONE), address, "wang.min", "/desk/me")
    page.get_by_role("button", name="开始设置").click()
    phone = pyotp.TOTP(page.locator(".key").inner_text())
    page.get_by_label("验证码", exact=True).fill(phone.at(world.services.clock.now()))
    page.get_by_role("button", name="启用").click()
    expect(page.locator(".recovery li")).to_have_count(8)
    recovery = page.locator(".recovery code").first.inner_text()
    other = new_context(viewport=PHONE).new_page()
    other.goto(address + "/desk")
    other.get_by_label("登录名").fill("wang.min")
    other.get_by_label("密码").fill(PASSWORD)
    other.get_by_role("button", name="登录").click()
    other.get_by_label("手机验证码").fill(recovery)
    other.get_by_role("button", name="继续").click()
    other.wait_for_url(address + "/desk")


def test_turning_to_another_conversation_keeps_each_draft(world: DeskWorld, address: str, new_context: NewContext) -> None:
    other = world.waiting("电梯困人了", address="zhang")
    page, conversation = taken(world, address, new_context(viewport=DESKTOP))
    page.get_by_label("要说的话").fill("正在给您查")
    page.locator(f'[data-conversation="{other}"]').click()
    state(page, "排队中")
    expect(page.locator(".line.resident").first).to_contain_text("电梯困人了")
    expect(page.get_by_label("要说的话")).to_have_value("")
    assert page.url.endswith(other)
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    state(page, "您正在接待")
    page.get_by_label("要说的话").fill("马上到")
    page.get_by_label("要说的话").press("Enter")
    expect(page.locator(".line.staff:not(.own)")).to_contain_text("马上到")
    page.go_back()
    state(page, "您正在接待")
    expect(page.get_by_label("要说的话")).to_have_value("正在给您查")
    assert "马上到" not in world.read_by_resident(conversation) and "马上到" in world.read_by_resident(other)


def test_dark_colours_are_kept_over_pages(world: DeskWorld, address: str, new_context: NewContext) -> None:
    world.staff()
    page = signed_in(new_context(viewport=DESKTOP), address, "wang.min", "/desk/me")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_label("深色").check()
    page.goto(address + "/desk")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
