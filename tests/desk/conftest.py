"""The desk's world for its tests, on a copy of one migrated database: the tests are many and migrating takes a second."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.app import Services, build
from bot.launch.district import load_district
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrate import upgrade
from tests.conftest import QUICK
from tests.desk.desk_world import DeskWorld, Operator
from tests.fakes import FakeBotEngine, FakeKnowledge, FixedClock


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and the district in them."""
    path = tmp_path_factory.mktemp("desk") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database.engine)
    load_district(database, Settings(_env_file=None).district)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    database.close()
    return path


@pytest.fixture
def services(tmp_path: Path, migrated: Path) -> Iterator[Services]:
    """Real services on SQLite with a clock that stands still and a scripted engine."""
    path = tmp_path / "jiefang.db"
    shutil.copy(migrated, path)
    key = Fernet.generate_key().decode()
    settings = Settings(
        _env_file=None, var=tmp_path, database_url=f"sqlite:///{path}", vault_key=key, knowledge=tmp_path / "kb"
    )
    built = build(settings, engine=FakeBotEngine(), clock=FixedClock(), knowledge=FakeKnowledge(), hasher=QUICK)
    yield built
    built.close()


@pytest.fixture
def world(services: Services) -> DeskWorld:
    """The desk over real services."""
    return DeskWorld(services)


@pytest.fixture
def wang(world: DeskWorld) -> Operator:
    """王敏, agent, signed in."""
    return world.operator()
