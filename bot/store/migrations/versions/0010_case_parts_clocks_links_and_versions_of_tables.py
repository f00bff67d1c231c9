"""Parts, clocks and links of cases; what lists need beside the status; versions of the district's tables.

Revision: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
AT = sa.DateTime(timezone=True)
RUNNING = sa.text('next_at IS NOT NULL')


def upgrade() -> None:
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('nature', sa.String(length=12), server_default='complaint', nullable=False))
        batch_op.add_column(sa.Column('update_due', AT, nullable=True))
        batch_op.add_column(sa.Column('bounces', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('reopened', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('supervision', sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column('extension', sa.String(length=12), server_default='', nullable=False))
        batch_op.add_column(sa.Column('review_at', AT, nullable=True))
        batch_op.add_column(sa.Column('master_id', KEY, nullable=True))
        batch_op.add_column(sa.Column('warned', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('unsure', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('proactive', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_foreign_key(batch_op.f('fk_cases_master_id_cases'), 'cases', ['master_id'], ['id'])
        batch_op.create_index(batch_op.f('ix_cases_master_id'), ['master_id'], unique=False)
        batch_op.create_index('ix_cases_unit_status_due', ['unit_code', 'status', 'resolve_due'], unique=False)
        batch_op.create_index('ix_cases_grid_category_opened', ['grid_code', 'category_code', 'opened_at'], unique=False)
    with op.batch_alter_table('case_events', schema=None) as batch_op:
        batch_op.add_column(sa.Column('role', sa.String(length=12), server_default='', nullable=False))
    op.create_table('case_parts',
        sa.Column('case_id', KEY, nullable=False),
        sa.Column('unit_code', sa.String(length=20), nullable=False),
        sa.Column('done', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_parts_case_id_cases')),
        sa.PrimaryKeyConstraint('case_id', 'unit_code', name=op.f('pk_case_parts')))
    op.create_index(op.f('ix_case_parts_unit_code'), 'case_parts', ['unit_code'], unique=False)
    op.create_table('case_clocks',
        sa.Column('case_id', KEY, nullable=False),
        sa.Column('clock', sa.String(length=12), nullable=False),
        sa.Column('started_at', AT, nullable=False),
        sa.Column('due_at', AT, nullable=False),
        sa.Column('passed', sa.Integer(), nullable=False),
        sa.Column('next_at', AT, nullable=True),
        sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_clocks_case_id_cases')),
        sa.PrimaryKeyConstraint('case_id', 'clock', name=op.f('pk_case_clocks')))
    op.create_index('ix_case_clocks_next', 'case_clocks', ['next_at'], unique=False,
                    sqlite_where=RUNNING, postgresql_where=RUNNING)
    op.create_table('case_links',
        sa.Column('case_id', KEY, nullable=False),
        sa.Column('other_id', KEY, nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_links_case_id_cases')),
        sa.ForeignKeyConstraint(['other_id'], ['cases.id'], name=op.f('fk_case_links_other_id_cases')),
        sa.PrimaryKeyConstraint('case_id', 'other_id', 'kind', name=op.f('pk_case_links')))
    op.create_index(op.f('ix_case_links_other_id'), 'case_links', ['other_id'], unique=False)
    op.create_table('district_versions',
        sa.Column('id', KEY, nullable=False),
        sa.Column('name', sa.String(length=40), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('rows', sa.JSON(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('by', sa.String(length=40), nullable=False),
        sa.Column('note', sa.String(length=200), nullable=False),
        sa.Column('at', AT, nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_district_versions')),
        sa.UniqueConstraint('name', 'number', name=op.f('uq_district_versions_name')))


def downgrade() -> None:
    for table in ('district_versions', 'case_links', 'case_clocks', 'case_parts'):
        op.drop_table(table)
    with op.batch_alter_table('case_events', schema=None) as batch_op:
        batch_op.drop_column('role')
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_index('ix_cases_grid_category_opened')
        batch_op.drop_index('ix_cases_unit_status_due')
        batch_op.drop_index(batch_op.f('ix_cases_master_id'))
        batch_op.drop_constraint(batch_op.f('fk_cases_master_id_cases'), type_='foreignkey')
        for column in ('proactive', 'unsure', 'warned', 'master_id', 'review_at', 'extension', 'supervision', 'reopened',
                       'bounces', 'update_due', 'nature'):
            batch_op.drop_column(column)
