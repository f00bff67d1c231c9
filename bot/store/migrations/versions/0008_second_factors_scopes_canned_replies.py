"""Second factors, scopes, a chained audit; canned replies, macros, labels, hand-over notes, corrections.

Revision: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table('staff_sessions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pending', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('browser', sa.String(length=60), server_default='', nullable=False))
        batch_op.add_column(sa.Column('seen_at', AT, nullable=True))
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('hash', sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f('ix_audit_subject'), ['subject'], unique=False)
    op.create_table('audit_head',
        sa.Column('id', KEY, autoincrement=False, nullable=False),
        sa.Column('length', KEY, nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_head')))
    op.execute("INSERT INTO audit_head (id, length, hash) VALUES (1, 0, '')")
    op.create_table('staff_factors',
        sa.Column('staff_id', KEY, autoincrement=False, nullable=False),
        sa.Column('secret', sa.Text(), nullable=False),
        sa.Column('confirmed_at', AT, nullable=True),
        sa.Column('last_step', KEY, nullable=False),
        sa.Column('recovery', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_factors_staff_id_staff')),
        sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_staff_factors')))
    op.create_table('staff_scopes',
        sa.Column('id', KEY, nullable=False),
        sa.Column('staff_id', KEY, nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_scopes_staff_id_staff')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_scopes')),
        sa.UniqueConstraint('staff_id', 'kind', 'code', name=op.f('uq_staff_scopes_staff_id')))
    op.create_index(op.f('ix_staff_scopes_staff_id'), 'staff_scopes', ['staff_id'], unique=False)
    op.create_table('canned_replies',
        sa.Column('id', KEY, nullable=False),
        sa.Column('shortcut', sa.String(length=40), nullable=False),
        sa.Column('title', sa.String(length=80), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('major', sa.String(length=40), nullable=True),
        sa.Column('status', sa.String(length=20), nullable=True),
        sa.Column('used', sa.Integer(), nullable=False),
        sa.Column('changed_at', AT, nullable=False),
        sa.Column('changed_by', sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_canned_replies')),
        sa.UniqueConstraint('shortcut', name=op.f('uq_canned_replies_shortcut')))
    op.create_table('macros',
        sa.Column('id', KEY, nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('steps', sa.JSON(), nullable=False),
        sa.Column('changed_at', AT, nullable=False),
        sa.Column('changed_by', sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_macros')),
        sa.UniqueConstraint('name', name=op.f('uq_macros_name')))
    op.create_table('conversation_labels',
        sa.Column('conversation_id', sa.String(length=32), nullable=False),
        sa.Column('label', sa.String(length=20), nullable=False),
        sa.Column('at', AT, nullable=False),
        sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'],
                                name=op.f('fk_conversation_labels_conversation_id_conversations')),
        sa.PrimaryKeyConstraint('conversation_id', 'label', name=op.f('pk_conversation_labels')))
    op.create_table('shift_notes',
        sa.Column('id', KEY, nullable=False),
        sa.Column('author', sa.String(length=40), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('at', AT, nullable=False),
        sa.Column('done_by', sa.String(length=40), nullable=True),
        sa.Column('done_at', AT, nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_shift_notes')))
    op.create_index(op.f('ix_shift_notes_at'), 'shift_notes', ['at'], unique=False)
    op.create_table('corrections',
        sa.Column('id', KEY, nullable=False),
        sa.Column('conversation_id', sa.String(length=32), nullable=True),
        sa.Column('case_number', sa.String(length=24), nullable=True),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('guessed', sa.String(length=40), nullable=False),
        sa.Column('right', sa.String(length=40), nullable=False),
        sa.Column('by', sa.String(length=40), nullable=False),
        sa.Column('at', AT, nullable=False),
        sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'],
                                name=op.f('fk_corrections_conversation_id_conversations')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_corrections')))
    op.create_index(op.f('ix_corrections_conversation_id'), 'corrections', ['conversation_id'], unique=False)


def downgrade() -> None:
    for table in ('corrections', 'shift_notes', 'conversation_labels', 'macros', 'canned_replies', 'staff_scopes',
                  'staff_factors', 'audit_head'):
        op.drop_table(table)
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_subject'))
        batch_op.drop_column('hash')
    with op.batch_alter_table('staff_sessions', schema=None) as batch_op:
        batch_op.drop_column('seen_at')
        batch_op.drop_column('browser')
        batch_op.drop_column('pending')
