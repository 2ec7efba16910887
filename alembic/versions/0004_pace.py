"""One pace for each Cliniko key across all processes; when a delivery stopped, and when to look for a second file.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("look_again_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_deliveries_look_again_at",
        "deliveries",
        ["look_again_at"],
        postgresql_where=sa.text("look_again_at IS NOT NULL"),
    )
    op.create_table(
        "connection_paces",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("sent", sa.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_connection_paces_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_connection_paces")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    op.drop_table("connection_paces")
    op.drop_index("ix_deliveries_look_again_at", table_name="deliveries")
    op.drop_column("deliveries", "look_again_at")
    op.drop_column("deliveries", "stopped_at")
