"""What is looked up for figures, and what is trimmed by age, is found without reading whole tables.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_deliveries_delivered_at", "deliveries", ["delivered_at"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index(
        "ix_deliveries_backlog",
        "deliveries",
        ["membership_id", "created_at"],
        postgresql_where=sa.text("state IN ('waiting', 'processing')"),
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_backlog", table_name="deliveries")
    op.drop_index("ix_sessions_expires_at", table_name="sessions")
    op.drop_index("ix_deliveries_delivered_at", table_name="deliveries")
