"""A practice's team: members who have left or are away, to whom their clients went, and when invitations were mailed.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every new column may be left out, so that the previous release goes on writing its rows. It refuses whoever has
    # ``ended_at``, and clears nothing else when somebody joins again: the new columns count only beside ``ended_at``.
    op.add_column("memberships", sa.Column("ended_as", sa.String(length=20), nullable=True))
    op.create_check_constraint(op.f("ck_memberships_ended_as"), "memberships", "ended_as IN ('deactivated', 'removed')")
    op.add_column("memberships", sa.Column("handed_to_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_memberships_handed_to_id_memberships"), "memberships", "memberships", ["handed_to_id"], ["id"]
    )
    op.add_column("invitations", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("invitations", "sent_at")
    op.drop_constraint("fk_memberships_handed_to_id_memberships", "memberships", type_="foreignkey")
    op.drop_column("memberships", "handed_to_id")
    op.drop_constraint(op.f("ck_memberships_ended_as"), "memberships", type_="check")
    op.drop_column("memberships", "ended_as")
