"""No dialog of a conversation at the desk has a serious barrier, in light and in dark colours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import DESKTOP
from tests.browser.full_desk import filled
from tests.browser.test_desk import signed_in
from tests.desk.desk_world import DeskWorld

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NewContext = Callable[..., BrowserContext]

GRAVE = ("serious", "critical")


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
    world: DeskWorld, address: str, new_context: NewContext, scheme: str
) -> None:
    context = new_context(viewport=DESKTOP, bypass_csp=True, color_scheme=scheme)
    page = signed_in(context, address, "chief", f"/desk/c/{filled(world)['conversation_id']}")
    page.get_by_label("要说的话").wait_for()
    trouble = {}
    for name, opener in OPENS.items():
        page.locator(opener).first.click()
        page.locator(f"#{name}").wait_for(state="visible")
        trouble[name] = barriers(page)
        page.keyboard.press("Escape")
        page.locator(f"#{name}").wait_for(state="hidden")
    assert {name: found for name, found in trouble.items() if found} == {}
