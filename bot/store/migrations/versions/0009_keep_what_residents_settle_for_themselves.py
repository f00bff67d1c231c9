"""Keep how residents like to be spoken to, checks of who they are, copies of their data, bookings and mediation.

Revision: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'preferences',
        sa.Column('resident_id', sa.String(length=32), nullable=False),
        sa.Column('elder', sa.Boolean(), nullable=False),
        sa.Column('slow', sa.Boolean(), nullable=False),
        sa.Column('traditional', sa.Boolean(), nullable=False),
        sa.Column('changed_at', TIME, nullable=False),
        sa.ForeignKeyConstraint(['resident_id'], ['residents.id'], name=op.f('fk_preferences_resident_id_residents')),
        sa.PrimaryKeyConstraint('resident_id', name=op.f('pk_preferences')),
    )
    op.create_table(
        'identity_checks',
        sa.Column('resident_id', sa.String(length=32), nullable=False),
        sa.Column('code', sa.String(length=8), nullable=True),
        sa.Column('wrong', sa.Integer(), nullable=False),
        sa.Column('locked_until', TIME, nullable=True),
        sa.Column('passed_until', TIME, nullable=True),
        sa.ForeignKeyConstraint(['resident_id'], ['residents.id'], name=op.f('fk_identity_checks_resident_id_residents')),
        sa.PrimaryKeyConstraint('resident_id', name=op.f('pk_identity_checks')),
    )
    op.create_table(
        'exports',
        sa.Column('id', KEY, nullable=False),
        sa.Column('conversation_id', sa.String(length=32), nullable=False),
        sa.Column('inbox_id', KEY, nullable=True),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('content_type', sa.String(length=60), nullable=False),
        sa.Column('ciphertext', sa.Text(), nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('expires_at', TIME, nullable=False),
        sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_exports_conversation_id_conversations')),
        sa.ForeignKeyConstraint(['inbox_id'], ['inbox.id'], name=op.f('fk_exports_inbox_id_inbox')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_exports')),
        sa.UniqueConstraint('inbox_id', 'name', name=op.f('uq_exports_inbox_id')),
    )
    op.create_index(op.f('ix_exports_conversation_id'), 'exports', ['conversation_id'])
    op.create_index(op.f('ix_exports_expires_at'), 'exports', ['expires_at'])
    op.create_table(
        'bookings',
        sa.Column('id', KEY, nullable=False),
        sa.Column('case_id', KEY, nullable=False),
        sa.Column('service', sa.String(length=20), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('period', sa.String(length=12), nullable=False),
        sa.Column('status', sa.String(length=12), nullable=False),
        sa.Column('booked_at', TIME, nullable=False),
        sa.Column('changed_at', TIME, nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_bookings_case_id_cases')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_bookings')),
        sa.UniqueConstraint('case_id', name=op.f('uq_bookings_case_id')),
    )
    op.create_index('ix_bookings_service_day', 'bookings', ['service', 'day', 'period'])
    op.create_table(
        'mediations',
        sa.Column('case_id', KEY, autoincrement=False, nullable=False),
        sa.Column('consented_at', TIME, nullable=False),
        sa.Column('other_side', sa.String(length=12), nullable=False),
        sa.Column('closed_door', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_mediations_case_id_cases')),
        sa.PrimaryKeyConstraint('case_id', name=op.f('pk_mediations')),
    )


def downgrade() -> None:
    op.drop_table('mediations')
    op.drop_index('ix_bookings_service_day', table_name='bookings')
    op.drop_table('bookings')
    op.drop_index(op.f('ix_exports_expires_at'), table_name='exports')
    op.drop_index(op.f('ix_exports_conversation_id'), table_name='exports')
    op.drop_table('exports')
    op.drop_table('identity_checks')
    op.drop_table('preferences')
