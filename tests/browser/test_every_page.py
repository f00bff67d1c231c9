"""No page of the desk, of its administration or of the public has a serious barrier: light and dark, computer and telephone.

Pages are found among the application's own routes: whatever answers a browser with a whole page is looked at. A new route whose
blanks nobody fills here fails the test instead of being forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.routing import iter_route_contexts
from playwright.sync_api import BrowserContext, Page

from bot.server import public_app
from knowledge.encoder import open_encoder
from knowledge.importing import import_into
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.full_desk import filled
from tests.browser.test_desk import signed_in
from tests.channels.web_world import QUOTE, TwoPassages
from tests.desk.desk_world import DeskWorld
from tests.knowledge.samples import FILES, write_files
from tests.services.editing_world import BENCH

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NewContext = Callable[..., BrowserContext]

#: Routes that give a file, an endless stream or another program's answer, and cannot be asked for with what stands below.
NO_PAGES = {
    "/chat/static/{path:path}", "/desk/static/{path:path}", "/chat/api/events", "/desk/events", "/desk/cases/export.{form}",
    "/chat/api/attachments/{attachment_id}", "/chat/api/sent/{position}", "/chat/api/exports/{export_id}",
    "/desk/c/{conversation_id}/files/{attachment_id}", "/desk/c/{conversation_id}/sent/{position}",
    "/desk/cases/{number}/photos/{photo_id}", "/admin/district/tables/{name}/{kind}", "/open311/v2/services.{form}",
    "/open311/v2/services/{code}.{form}", "/open311/v2/requests.{form}", "/open311/v2/requests/{key}.{form}",
    "/open311/v2/servicerequestupdates/{key}.{form}", "/admin/handoffs.csv", "/admin/measures.csv",
    "/admin/knowledge/faq-template.csv", "/admin/knowledge/lexicon.csv", "/admin/knowledge/lexicon.xlsx", "/metrics",
}  # fmt: skip
#: What stands behind the question mark.
QUERIES = {
    "/admin/knowledge/document": "path={bench}", "/admin/knowledge/document/state": "path={bench}",
    "/admin/knowledge/document/compare": "path={text}&old=1&new=2", "/admin/knowledge/recall": "path={text}&number=1",
    "/kb/{version}": f"q={QUOTE}", "/desk/api/conversations/{conversation_id}/suggestions": "question=x",
}  # fmt: skip
#: Pages in another state than the one their route shows first.
STATES = (
    "/desk/c/nowhere", "/desk/sign-in?expired=1", "/desk/cases?list=all", "/admin/knowledge/drafts/{handed_in}", "/kb/v-old",
    "/kb/nothing", "/admin/knowledge/document?path={text}", "/admin/audit?before=1",
)  # fmt: skip
#: What a page's script has drawn when it is done, where that takes a while.
DRAWN = {"/api/docs": ".opblock", "/admin/measures": "canvas"}
ABSENT = ("nowhere", "nothing")
#: Pages there were when this was written; fewer means that they are not found any more.
LEAST = 40
GRAVE = ("serious", "critical")


@pytest.fixture
def world(world: DeskWorld, tmp_path: Path) -> DeskWorld:
    """The whole application as it is served, with statutes to read."""
    statutes = {name: text for name, text in FILES.items() if name != BENCH}
    folder = world.services.settings.knowledge
    import_into(folder, [write_files(tmp_path / "statutes", statutes)], open_encoder(Path("var/encoder")))
    quoted = replace(world.services, knowledge=TwoPassages())  # what the public page of a quotation reads
    world.app = public_app(quoted, frozenset({"web"}))
    return world


@pytest.fixture
def facts(world: DeskWorld) -> dict[str, object]:
    """What fills the blanks of the routes."""
    return filled(world) | {"name": "units", "version": "v-now", "statute_id": 1}


def addresses(world: DeskWorld, facts: dict[str, object]) -> Iterator[str]:
    """Every address a browser can ask for with GET, its blanks filled. Raises KeyError for a blank nobody fills."""
    for route in iter_route_contexts(world.app.routes):
        path = route.path or ""
        if "GET" in (route.methods or ()) and path not in NO_PAGES:
            query = QUERIES.get(path, "")
            yield (re.sub(r":\w+}", "}", path) + f"?{query}" * bool(query)).format(**facts)


#: Rules whose finding depends on colours and on the size of the screen; the others need to look once.
OF_THE_SCREEN = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")
#: Opens what is folded away, then lets axe look by some rules or all; answers what is serious: rule and first place. Of a long
#: table the first rows are enough: the others are made by the same line of a template.
LOOK = """async ([grave, rules]) => {
    document.querySelectorAll("details").forEach((details) => { details.open = true; });
    const runOnly = rules.length ? { runOnly: rules } : {};
    const where = { exclude: [["tbody tr:nth-child(n+13)"]] };
    const { violations } = await axe.run(where, { resultTypes: ["violations"], ...runOnly });
    const found = violations.filter(({ impact }) => grave.includes(impact)).map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
    const width = document.documentElement.scrollWidth;
    return width > innerWidth ? [...found, `${width} pixels wide`] : found;
}"""


def looked_at(page: Page) -> list[str]:
    """What stands in the way on the open page: on a computer in light colours, on a telephone in dark ones."""
    found = page.evaluate(LOOK, [GRAVE, ()])
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a width and a height
    page.emulate_media(color_scheme="dark")
    found += [f"dark, phone: {one}" for one in page.evaluate(LOOK, [GRAVE, OF_THE_SCREEN])]
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]  # as above
    page.emulate_media(color_scheme="light")
    return [str(one) for one in found]


def barriers(page: Page, address: str, path: str) -> list[str] | None:
    """What stands in the way on a page, a wrong status above all; None for what is no page (JSON, a part of a page)."""
    answer = page.goto(address + path)
    if answer is None or answer.status != (404 if path.endswith(ABSENT) else 200):
        return [f"answers {answer and answer.status}"]
    if "text/html" not in answer.headers["content-type"] or "<html" not in answer.text()[:200]:
        return None
    page.locator(DRAWN.get(path, "body")).first.wait_for()
    return looked_at(page)


def test_no_page_has_a_serious_barrier(
    world: DeskWorld, address: str, new_context: NewContext, facts: dict[str, object]
) -> None:
    context = new_context(viewport=DESKTOP, bypass_csp=True, reduced_motion="reduce")
    context.add_init_script(Axe().axe_script)
    page = signed_in(context, address, "chief", "/desk/me")
    paths = [*addresses(world, facts), *(state.format(**facts) for state in STATES)]
    found = {path: barriers(page, address, path) for path in paths}
    assert sum(one is not None for one in found.values()) >= LEAST
    assert {path: one for path, one in found.items() if one} == {}
