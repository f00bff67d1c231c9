"""The composition root: what must be there before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import Services, build
from bot.settings import Settings, SettingsError


def test_without_a_key_for_personal_data_nothing_starts(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, var=tmp_path, vault_key="")
    with pytest.raises(SettingsError, match="JIEFANG_VAULT_KEY"):
        build(settings)


def test_closing_gives_the_connections_to_rasa_back(services: Services) -> None:
    services.close()
    assert services.engine.closed
