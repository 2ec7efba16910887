"""The day's appointments, the first steps of a practice and a member, and test pages among the deliveries.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every new column may be left out, so that the previous release goes on writing its rows. Its worker brings a test
    # page to Cliniko as it brings any document.
    op.add_column("practices", sa.Column("button_seen_at", sa.DateTime(timezone=True), nullable=True))
    # Who has clients from Cliniko has found the way here before now.
    op.execute(
        "UPDATE practices SET button_seen_at = now() "
        "WHERE EXISTS (SELECT FROM clients WHERE practice_id = practices.id AND NOT is_hand_made)"
    )
    op.add_column("memberships", sa.Column("first_steps_hidden_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "deliveries", sa.Column("is_test_page", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("deliveries", sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "day_readings",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("encrypted_appointments", sa.Text(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.String(length=20), server_default="", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_day_readings_membership_id_memberships"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_readings")),
        sa.UniqueConstraint("membership_id", "day", name=op.f("uq_day_readings_membership_id_day")),
    )
    op.create_index("ix_day_readings_tried_at", "day_readings", ["tried_at"])


def downgrade() -> None:
    op.drop_table("day_readings")
    op.drop_column("deliveries", "taken_back_at")
    op.drop_column("deliveries", "is_test_page")
    op.drop_column("memberships", "first_steps_hidden_at")
    op.drop_column("practices", "button_seen_at")
