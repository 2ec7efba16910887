"""The page of deliveries finds the few that need somebody among all of a practice.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_practice_id_state_created_at_membership_id",
        "deliveries",
        ["practice_id", "state", "created_at", "membership_id"],
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_practice_id_state_created_at_membership_id", table_name="deliveries")
