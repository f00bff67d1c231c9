"""Migrations lead to the tables the code describes, down and up again, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from bot.store.case_tables import CaseRow
from bot.store.engine import open_engine
from bot.store.migrate import config_for, downgrade, is_described, upgrade
from tests.builders import a_report, incoming


@pytest.fixture
def engine(database_url):
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def test_migrations_lead_to_the_tables_the_code_describes(engine):
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_described})
        assert compare_metadata(context, CaseRow.metadata) == []


def test_each_migration_goes_down_and_up_again(engine):
    revisions = list(ScriptDirectory.from_config(config_for(engine)).walk_revisions())
    for revision in reversed(revisions):
        upgrade(engine, revision.revision)
        downgrade(engine, revision.down_revision or "base")
        upgrade(engine, revision.revision)


def test_a_database_in_use_goes_down_and_up_again_and_keeps_its_cases(both_services):
    accepted = both_services.conversations.accept(incoming("楼道的灯坏了"))
    conversation = accepted.conversation_id
    case = both_services.cases.file(conversation, a_report(description="楼道的灯坏了"), inbox_id=accepted.inbox_id)
    both_services.handoff.request(conversation, "asked")
    engine = both_services.database.engine
    for revision in [script.revision for script in ScriptDirectory.from_config(config_for(engine)).walk_revisions()][1:-1]:
        downgrade(engine, revision)
    upgrade(engine)
    assert both_services.cases.get(case.number).description == "楼道的灯坏了"
    assert both_services.handoff.get(conversation).owner == "queued"
    with engine.connect() as connection, pytest.raises(IntegrityError):  # references are watched again
        connection.execute(text("UPDATE cases SET resident_id = 'nobody'"))


def test_going_all_the_way_down_leaves_nothing(engine):
    upgrade(engine)
    downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}


def test_answers_given_before_can_be_looked_up_by_what_they_quoted(engine):
    upgrade(engine, "0002")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO residents (id, created_at) VALUES ('r', '2026-11-01 00:00:00')"))
        connection.execute(
            text(
                "INSERT INTO answers (resident_id, question, status, confidence, versions, given_at)"
                " VALUES ('r', 'q', 'answered', 1, '[\"a1\", \"b2\", \"a1\"]', '2026-11-01 00:00:00')"
            )
        )
    upgrade(engine, "0003")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version FROM answer_quotes ORDER BY id")).scalars().all() == ["a1", "b2"]
