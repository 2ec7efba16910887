"""A practice sets its own paper, time zone and word for patients, and may have entered a discount code.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every new column may be left out, so that the previous release goes on writing its rows: it writes what Cliniko
    # says into the columns there were, and leaves alone what a practice has set.
    op.add_column("practices", sa.Column("own_patient_word", sa.String(length=20), nullable=True))
    op.add_column("practices", sa.Column("own_time_zone", sa.String(length=60), nullable=True))
    op.add_column("practices", sa.Column("paper", sa.String(length=10), nullable=True))
    op.create_check_constraint(op.f("ck_practices_paper"), "practices", "paper IN ('A4', 'Letter')")
    op.create_check_constraint(
        op.f("ck_practices_own_patient_word"), "practices", "own_patient_word IN ('patient', 'client')"
    )
    op.create_table(
        "discounts",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_discounts_days")),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_discounts_percent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discounts")),
        sa.UniqueConstraint("code", name=op.f("uq_discounts_code")),
    )
    op.create_table(
        "practice_discounts",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("discount_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["discount_id"], ["discounts.id"], name=op.f("fk_practice_discounts_discount_id_discounts")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"],
            ["practitioners.id"],
            name=op.f("fk_practice_discounts_entered_by_id_practitioners"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practices.id"],
            name=op.f("fk_practice_discounts_practice_id_practices"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_discounts")),
    )
    op.create_index("ix_practice_discounts_discount_id", "practice_discounts", ["discount_id"])
    op.create_index(
        "uq_practice_discounts_active",
        "practice_discounts",
        ["practice_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("practice_discounts")
    op.drop_table("discounts")
    op.drop_constraint(op.f("ck_practices_own_patient_word"), "practices")
    op.drop_constraint(op.f("ck_practices_paper"), "practices")
    op.drop_column("practices", "paper")
    op.drop_column("practices", "own_time_zone")
    op.drop_column("practices", "own_patient_word")
