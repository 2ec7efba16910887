"""Signing in: wrong tries are counted, a password can be reset, and a person sees where they are signed in.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every new column may be left out, so that the previous release goes on writing its rows.
    op.create_table(
        "wrong_tries",
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("about", name=op.f("pk_wrong_tries")),
    )
    op.create_index("ix_wrong_tries_counted_at", "wrong_tries", ["counted_at"])
    op.add_column("practitioners", sa.Column("reset_id", sa.Uuid(), nullable=True))
    op.add_column("practitioners", sa.Column("reset_until", sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(op.f("uq_practitioners_reset_id"), "practitioners", ["reset_id"])
    op.add_column("practitioners", sa.Column("totp_secret", sa.String(length=400), nullable=True))
    op.add_column("practitioners", sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("practitioners", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.create_table(
        "recovery_codes",
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["practitioners.id"],
            name=op.f("fk_recovery_codes_practitioner_id_practitioners"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("practitioner_id", "code_digest", name=op.f("pk_recovery_codes")),
    )
    op.add_column("sessions", sa.Column("network", sa.String(length=64), nullable=True))
    op.add_column("sessions", sa.Column("device", sa.String(length=60), nullable=True))


def downgrade() -> None:
    op.drop_column("sessions", "device")
    op.drop_column("sessions", "network")
    op.drop_table("recovery_codes")
    op.drop_column("practitioners", "totp_step")
    op.drop_column("practitioners", "totp_since")
    op.drop_column("practitioners", "totp_secret")
    op.drop_constraint("uq_practitioners_reset_id", "practitioners")
    op.drop_column("practitioners", "reset_until")
    op.drop_column("practitioners", "reset_id")
    op.drop_table("wrong_tries")
