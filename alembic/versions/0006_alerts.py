"""Letters on their way, and the alerts that need them: told once an outage or cause, kept until it is over.

Revision ID: 0006
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_mail()


def _create_mail() -> None:
    op.create_table(
        "outgoing_mails",
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error_type", sa.String(length=60), server_default="", nullable=False),
        sa.Column("remote_status", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'printed', 'failed')", name=op.f("ck_outgoing_mails_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mails")),
    )
    op.create_index("ix_outgoing_mails_created_at", "outgoing_mails", ["created_at"])
    op.create_index(
        "ix_outgoing_mails_next_attempt_at",
        "outgoing_mails",
        ["next_attempt_at"],
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )


def downgrade() -> None:
    op.drop_table("outgoing_mails")
