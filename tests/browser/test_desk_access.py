"""No dialog of a conversation at the desk has a serious barrier, in light and in dark colours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from bot.services.macros import Step
from bot.services.replies import Canned
from bot.services.views import NewCase, Upload
from tests.browser.conftest import DESKTOP
from tests.browser.test_desk import signed_in
from tests.channels.telegram_world import a_photo
from tests.desk.desk_world import DeskWorld
from tests.services.editing_world import BENCH, a_person, changed, written

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NewContext = Callable[..., BrowserContext]

GRAVE = ("serious", "critical")


@pytest.fixture
def facts(world: DeskWorld) -> dict[str, object]:
    """Something to see on every page: people, a conversation with all kinds of lines, a case, drafts, replies."""
    services, chief = world.services, world.staff("chief", "赵主任", "admin")
    services.presence.add_shift(chief.id, chief, day="workday", begins=540, ends=1020)
    services.presence.set_profile(chief.id, chief, capacity=5, telegram_id=None, skills=[("language", "yue")])
    services.workplace.replies.save(Canned("nihao", "问好", "{居民}好，我是{坐席}"), chief)
    services.workplace.macros.save(0, "登记并告知", [Step("file_case"), Step("reply", "工单号{工单号}")], chief)
    services.workplace.sidework.hand_over("五号楼停水，下午三点前回电", chief)
    conversation = world.waiting("楼上太吵，电话13800138000")
    services.handoff.claim(conversation, chief)
    services.handoff.reply(conversation, chief, "马上联系物业", client_id="reply-0001")
    services.sending.send(conversation, chief, Upload("photo", "现场.jpg", "image/jpeg", a_photo()), client_id="file-0001")
    services.sending.send(conversation, chief, Upload("file", "表.pdf", "application/pdf", b"%PDF-1.7"), client_id="file-0002")
    services.handoff.note(conversation, chief, "@赵主任 已联系物业")
    world.waiting("路灯坏了三天没人管，你们到底管不管", address="zhang")
    case = services.cases.file(conversation, NewCase("report", "楼上天天半夜装修"), inbox_id=None, by=chief)
    editor = a_person(services, "赵编", "editor")
    changed(services, BENCH, editor, title="申请在楼下装长椅怎么办")
    return {"conversation": conversation, "case": case.number, "draft": written(services, editor).id}


def barriers(page: Page) -> list[tuple[str, str]]:
    """What axe calls serious or critical: the rule and the first place."""
    found = Axe().run(page).response["violations"]
    return [(item["id"], item["nodes"][0]["html"][:160]) for item in found if item["impact"] in GRAVE]


#: What opens the dialogs and lists that a page hides at first.
OPENS = {
    "transfer": "[data-opens=transfer]",
    "macros": "[data-opens=macros]",
    "shift": "[data-opens=shift]",
    "help": "[data-opens=help]",
    "purpose": "[data-reveal]",
    "picker": "#open-picker",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_dialog_of_a_conversation_has_a_serious_barrier(
    world: DeskWorld, address: str, new_context: NewContext, facts: dict[str, object], scheme: str
) -> None:
    context = new_context(viewport=DESKTOP, bypass_csp=True, color_scheme=scheme)
    page = signed_in(context, address, "chief", f"/desk/c/{facts['conversation']}")
    page.get_by_label("要说的话").wait_for()
    trouble = {}
    for name, opener in OPENS.items():
        page.locator(opener).first.click()
        page.locator(f"#{name}").wait_for(state="visible")
        trouble[name] = barriers(page)
        page.keyboard.press("Escape")
        page.locator(f"#{name}").wait_for(state="hidden")
    assert {name: found for name, found in trouble.items() if found} == {}
