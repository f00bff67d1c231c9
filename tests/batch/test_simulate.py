"""A district played for some days: every clock in time and once, every case what its events say, the same by its seed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.app import Services
from bot.batch.simulate import simulate
from bot.cases.status import EventKind
from bot.services.soundness import examine
from bot.settings import Settings
from tests.builders import a_report, a_staff, write
from tests.fakes import FakeKnowledge


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    key = Fernet.generate_key().decode()
    return Settings(_env_file=None, var=tmp_path, knowledge=tmp_path / "kb", vault_key=key)


def test_a_played_district_is_sound_to_the_last_clock(settings: Settings, database_url: str) -> None:
    played = simulate(settings, days=4, residents=6000, seed=7, database=database_url, knowledge=FakeKnowledge())
    found = played.found
    assert played.did["filed"] == found.cases > 5
    assert found.points == played.did["clock points"] > 5
    assert (found.sound, found.latest) == (True, timedelta())


def test_the_same_seed_gives_the_same_district(settings: Settings) -> None:
    one, other = (simulate(settings, days=1, residents=8000, seed=3, knowledge=FakeKnowledge()) for _ in range(2))
    assert (one.did, one.refused) == (other.did, other.refused)


def test_what_is_wrong_is_found(both_services: Services) -> None:
    case = both_services.cases.file(write(both_services), a_report(), inbox_id=None)
    both_services.cases.move(case.number, EventKind.SIGNED, a_staff(both_services, "zhao", "supervisor"))
    assert examine(both_services.cases).sound
    both_services.clock.move(days=60)  # nobody looks at the clocks
    with both_services.database.transaction() as work:
        work.cases.by_number(case.number).bounces = 7
    found = examine(both_services.cases)
    assert found.missed and found.differing == [f"{case.number}: bounces"]
