"""Find cases by any words of theirs and by either end of their number on PostgreSQL; on SQLite reading them all is quick.

Pairs of characters need no extension (pg_trgm is not everywhere, and needs three); a blank behind the text lets its last
character begin a pair too. Room in each page lets a warning change a case without touching its indexes.

Revision: 0017
Revises: 0016
"""

from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

UP = (
    # Dear: to be read from the index, not worked out case by case.
    """CREATE FUNCTION said_grams(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
    SELECT array_to_tsvector(array_agg(DISTINCT substr(said || ' ', i, 2))) FROM generate_series(1, length(said)) AS i $$""",
    # What waits to be sorted in is read by every search: not much of it.
    "CREATE INDEX ix_cases_said ON cases USING gin (said_grams(description || ' ' || location))"
    " WITH (gin_pending_list_limit = 512)",
    'CREATE INDEX ix_cases_number_tail ON cases (reverse(number) text_pattern_ops)',
    'CREATE INDEX ix_cases_number_head ON cases (number text_pattern_ops)',
    'ALTER TABLE cases SET (fillfactor = 85)',
    'ANALYZE cases',
)
DOWN = (
    'ALTER TABLE cases RESET (fillfactor)',
    'DROP INDEX ix_cases_number_head',
    'DROP INDEX ix_cases_number_tail',
    'DROP INDEX ix_cases_said',
    'DROP FUNCTION said_grams(text)',
)


def _run(statements: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == 'postgresql':
        for statement in statements:
            op.execute(statement)


def upgrade() -> None:
    _run(UP)


def downgrade() -> None:
    _run(DOWN)
