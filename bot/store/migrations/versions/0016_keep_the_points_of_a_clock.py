"""Keep with a clock when each of its points comes, so that a sweep of many needs no case's events.

Revision: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('case_clocks', sa.Column('points', sa.JSON(), nullable=True))
    op.add_column('case_clocks', sa.Column('counted_by', sa.String(length=16), nullable=True))


def downgrade() -> None:
    for name in ('counted_by', 'points'):
        op.drop_column('case_clocks', name)
