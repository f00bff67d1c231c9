"""Give each booking a seat, so that the database itself refuses one too many; none: cancelled.

Revision: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('bookings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('seat', sa.Integer(), nullable=True))
        batch_op.drop_index('ix_bookings_service_day')
        batch_op.create_unique_constraint('uq_bookings_service', ['service', 'day', 'period', 'seat'])


def downgrade() -> None:
    with op.batch_alter_table('bookings', schema=None) as batch_op:
        batch_op.drop_constraint('uq_bookings_service', type_='unique')
        batch_op.create_index('ix_bookings_service_day', ['service', 'day', 'period'])
        batch_op.drop_column('seat')
