"""Keep the lists of cases each person has saved under a name.

Revision: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'saved_lists',
        sa.Column('id', KEY, nullable=False),
        sa.Column('staff_id', KEY, nullable=False),
        sa.Column('name', sa.String(length=20), nullable=False),
        sa.Column('query', sa.String(length=400), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_saved_lists_staff_id_staff')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_lists')),
        sa.UniqueConstraint('staff_id', 'name', name=op.f('uq_saved_lists_staff_id')),
    )


def downgrade() -> None:
    op.drop_table('saved_lists')
