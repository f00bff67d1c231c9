"""A real Chromium for everybody's browser tests: Debian's, found on PATH or named by JIEFANG_CHROMIUM.

Where there is none, these tests skip with that reason; with JIEFANG_NO_SKIPS=1 (CI) they fail instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.desk.desk_world import DeskWorld
from tests.services.editing_world import shipped_folder

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
#: Milliseconds an expectation may take on a busy machine.
PATIENCE = 15_000

NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session; each test opens contexts of its own."""
    found = os.environ.get("JIEFANG_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        reason = "no Chromium: install Debian's package `chromium` or set JIEFANG_CHROMIUM"
        if os.environ.get("JIEFANG_NO_SKIPS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[NewContext]:
    """Opens contexts (each a browser of its own: cookies, storage, permissions) and closes them after the test."""
    opened: list[BrowserContext] = []

    def open_context(**options: object) -> BrowserContext:
        settings = {"viewport": PHONE, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"} | options
        context = chromium.new_context(**settings)  # type: ignore[arg-type]  # options are Playwright's own
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()


@pytest.fixture
def world(services: Any, tmp_path: Path) -> DeskWorld:
    """The desk over real services, with one shipped article. Files with a world of their own name it the same."""
    services.editing.shipped.folder = shipped_folder(tmp_path / "articles")
    return DeskWorld(services)


@pytest.fixture
def address(world: DeskWorld) -> Iterator[str]:
    """Where the desk is served."""
    expect.set_options(timeout=PATIENCE)
    with world.served() as address:
        yield address


def shot(page: Page, name: str) -> None:
    """A picture to look at, where JIEFANG_SHOTS names a folder; and nothing sticks out to the right."""
    if folder := os.environ.get("JIEFANG_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
