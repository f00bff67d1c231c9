"""The model every end-to-end test runs on, trained once, and a system that is started once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.launch import prepare
from bot.settings import read_settings
from tests.system import System


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained model and the knowledge base, made if they are missing."""
    prepare.write_secrets()
    settings = read_settings()
    prepare.import_articles(settings)
    return prepare.train(settings)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[System]:
    """A running system of this module's own."""
    running = System(tmp_path_factory.mktemp("system"), model).start()
    yield running
    running.stop()
