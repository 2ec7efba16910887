"""What the promise "nothing is lost" needs: every attempt kept, and Cliniko's outages remembered for each key.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every new column may be left out, so that the previous release goes on writing its rows.
    op.create_table(
        "delivery_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("error_type", sa.String(length=60), server_default="", nullable=False),
        sa.Column("remote_status", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_attempts_delivery_id_deliveries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
    )
    op.create_index("ix_delivery_attempts_delivery_id_id", "delivery_attempts", ["delivery_id", "id"])
    op.create_index("ix_delivery_attempts_started_at", "delivery_attempts", ["started_at"])
    op.add_column("deliveries", sa.Column("trace_id", sa.String(length=32), server_default="", nullable=False))
    op.create_index("ix_deliveries_practice_id_created_at", "deliveries", ["practice_id", "created_at"])
    op.create_index("ix_deliveries_membership_id_created_at", "deliveries", ["membership_id", "created_at"])
    op.add_column("connections", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.add_column("connections", sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("connections", "held_until")
    op.drop_column("connections", "failing_since")
    op.drop_column("connections", "failures")
    op.drop_index("ix_deliveries_membership_id_created_at", table_name="deliveries")
    op.drop_index("ix_deliveries_practice_id_created_at", table_name="deliveries")
    op.drop_column("deliveries", "trace_id")
    op.drop_index("ix_delivery_attempts_started_at", table_name="delivery_attempts")
    op.drop_index("ix_delivery_attempts_delivery_id_id", table_name="delivery_attempts")
    op.drop_table("delivery_attempts")
