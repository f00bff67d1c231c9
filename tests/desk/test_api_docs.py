"""The API's description: it exists, speaks Chinese, and its page loads nothing from elsewhere."""

from __future__ import annotations

import re

from tests.desk.desk_world import DeskWorld


def test_every_endpoint_of_the_desk_is_described_in_chinese_with_its_answer(world: DeskWorld) -> None:
    paths = world.stranger().get("/api/openapi.json").json()["paths"]
    assert len(paths) >= 11
    for path, methods in paths.items():
        for described in methods.values():
            assert re.search("[\u4e00-\u9fff]", described["summary"]), path
            assert described["responses"]["200"]["content"]["application/json"]["schema"], path


def test_the_page_and_all_it_loads_come_from_here(world: DeskWorld) -> None:
    browser = world.stranger()
    page = browser.get("/api/docs")
    assert page.status_code == 200 and "script-src 'self'" in page.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 5 and all(path.startswith("/desk/static/") for path in loaded)
    assert {browser.get(path).status_code for path in loaded} == {200}
