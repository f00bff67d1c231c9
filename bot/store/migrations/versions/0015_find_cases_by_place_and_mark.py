"""Find the open cases of a place by due time, the few with a mark, and the answered among alike ones, without reading all.

Revision: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

PLAIN = {
    'ix_cases_grid_status_due': ['grid_code', 'status', 'resolve_due'],
    'ix_cases_community_status_due': ['community_code', 'status', 'resolve_due'],
    'ix_cases_community_category_opened': ['community_code', 'category_code', 'opened_at'],
}
# name: the order of its list; the rows it holds on SQLite, on PostgreSQL, written as the queries write it
MARKED = {
    'ix_cases_supervised': ('resolve_due', 'supervision IS NOT NULL', 'supervision IS NOT NULL'),
    'ix_cases_extended': ('id', "extension <> ''", "extension <> ''"),
    'ix_cases_bounced': ('id', 'bounces > 0', 'bounces > 0'),
    'ix_cases_unsure': ('id', 'unsure IS 1', 'unsure IS true'),
    'ix_cases_proactive': ('id', 'proactive IS 1', 'proactive IS true'),
}
ANSWERED = sa.text("kind = 'answered'")


def upgrade() -> None:
    op.drop_index('ix_cases_community', table_name='cases')
    for name, columns in PLAIN.items():
        op.create_index(name, 'cases', columns)
    for name, (by, lite, postgres) in MARKED.items():
        op.create_index(name, 'cases', [by], sqlite_where=sa.text(lite), postgresql_where=sa.text(postgres))
    op.create_index(
        'ix_case_events_answered', 'case_events', ['case_id', 'at'], sqlite_where=ANSWERED, postgresql_where=ANSWERED
    )


def downgrade() -> None:
    op.drop_index('ix_case_events_answered', table_name='case_events')
    for name in (*MARKED, *PLAIN):
        op.drop_index(name, table_name='cases')
    op.create_index('ix_cases_community', 'cases', ['community_code'])
