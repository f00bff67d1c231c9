"""长辈模式 on the page: large type, choices by number, reading aloud; and one's own data as a file, then gone."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from bot.services.views import Button, Utterance
from tests.browser.test_chat import NewContext, open_chat, say, see
from tests.channels.web_world import WebWorld

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CARD = Utterance("没问题就点“提交”。", (Button("提交", "/affirm"), Button("取消", "/change_mind")), asked="confirm")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebWorld]:
    world = WebWorld(tmp_path_factory.mktemp("elder"))
    world.services.engine.script["灯坏了"] = CARD  # type: ignore[attr-defined]  # the engine of tests
    yield world
    world.services.close()


@pytest.fixture(scope="module")
def address(world: WebWorld) -> Iterator[str]:
    with world.served() as address:
        yield address


@pytest.fixture
def page(new_context: NewContext, address: str) -> Page:
    return open_chat(new_context(), address)


def test_the_button_turns_it_on_and_it_stays_after_a_reload(page: Page) -> None:
    page.get_by_role("button", name="长辈模式").click()
    see(page, "每次都给您编号")
    expect(page.locator("html.large")).to_have_count(1)
    page.reload()
    expect(page.locator("html.large")).to_have_count(1)
    say(page, "不要长辈模式了")
    see(page, "换回平常的样子")
    expect(page.locator("html.large")).to_have_count(0)


def test_a_typed_number_chooses_and_buttons_are_large(page: Page) -> None:
    say(page, "字太小了")
    say(page, "灯坏了")
    see(page, "1 提交")
    button = page.locator("#replies").get_by_role("button", name="1 提交")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 60
    say(page, "1")
    see(page, "听到：/affirm")


def test_a_message_is_read_aloud_by_the_browser_and_stopped(page: Page) -> None:
    page.add_init_script(
        "window.spoken = [];"
        "window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };"
        "Object.defineProperty(window, 'speechSynthesis', { value: { speaking: false,"
        " speak(one) { this.speaking = true; window.spoken.push([one.text, one.lang, one.rate]); },"
        " cancel() { this.speaking = false; } } });"
    )
    page.reload()
    say(page, "长辈模式")
    see(page, "每次都给您编号")
    reader = page.locator(".line.system .read").first
    reader.click()
    expect(reader).to_have_text("■ 停下")
    ((text, language, rate),) = page.evaluate("window.spoken")
    assert "字说得简单些" in text
    assert language == "zh-CN"
    assert rate < 1
    reader.click()
    expect(reader).to_have_text("▶ 读给我听")


def test_nothing_to_read_aloud_is_shown_in_ordinary_type(page: Page) -> None:
    say(page, "你好")
    see(page, "听到：你好")
    expect(page.locator(".read:visible")).to_have_count(0)


def test_a_copy_is_downloaded_and_an_erased_page_begins_anew(page: Page, world: WebWorld) -> None:
    say(page, "我住枫林小区")
    see(page, "听到：我住枫林小区")
    privacy, conversation = world.services.privacy, world.services.handoff.recent(1)[0].id
    files = privacy.export(conversation, "messages", inbox_id=None)
    world.services.engine.script["导出"] = Utterance(  # type: ignore[attr-defined]  # as above
        "做好了", files=tuple((file.id, file.name, file.content_type) for file in files)
    )
    say(page, "导出")
    with page.expect_download() as download:
        page.get_by_role("link", name="我的信息.json").click()
    assert "枫林小区" in json.dumps(json.loads(download.value.path().read_text("utf-8")), ensure_ascii=False)
    privacy.erase(conversation)
    see(page, "您的个人信息已经全部删除")
    expect(page.locator("#log")).not_to_contain_text("枫林小区")
