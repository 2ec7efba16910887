"""Letters on their way, and the alerts that need them: told once an outage or cause, kept until it is over.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every new column may be left out, so that the previous release goes on writing its rows.
    op.add_column("practices", sa.Column("quiet_from", sa.Time(), server_default=sa.text("'20:00'"), nullable=True))
    op.add_column("practices", sa.Column("quiet_until", sa.Time(), server_default=sa.text("'07:00'"), nullable=True))
    op.add_column(
        "memberships", sa.Column("gets_alert_mails", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.add_column("deliveries", sa.Column("dealt_with_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_deliveries_unfinished",
        "deliveries",
        ["practice_id", "membership_id", "state", "reason"],
        postgresql_where=sa.text("state <> 'delivered'"),
    )
    _create_mail()
    _create_alerts()


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


def _create_alerts() -> None:
    op.create_table(
        "bell_marks",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_bell_marks_membership_id_memberships"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("membership_id", "about", name=op.f("pk_bell_marks")),
    )
    op.create_index("ix_bell_marks_about", "bell_marks", ["about"])
    op.create_table(
        "alerts",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recovered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_alerts_practice_id_practices")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_alerts_membership_id_memberships")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(
        "uq_alerts_open",
        "alerts",
        ["practice_id", "cause", "membership_id"],
        unique=True,
        postgresql_where=sa.text("recovered_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_alerts_practice_id_opened_at", "alerts", ["practice_id", "opened_at"])
    op.create_index("ix_alerts_recovered_at", "alerts", ["recovered_at"])
    _create_people_of_alerts()


def _create_people_of_alerts() -> None:
    op.create_table(
        "alert_members",
        *_alert_and_member("alert_members"),
        sa.Column("programs", sa.Integer(), nullable=False),
    )
    op.create_table(
        "alert_recipients",
        *_alert_and_member("alert_recipients"),
        sa.Column("telling", sa.String(length=20), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "telling IN ('to_tell', 'told', 'to_tell_recovery', 'over')", name=op.f("ck_alert_recipients_telling")
        ),
    )
    op.create_index(
        "ix_alert_recipients_waiting",
        "alert_recipients",
        ["alert_id"],
        postgresql_where=sa.text("telling IN ('to_tell', 'to_tell_recovery')"),
    )
    op.create_table(
        "alert_digests",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_alert_digests_practice_id_practices")),
        sa.PrimaryKeyConstraint("practice_id", "day", name=op.f("pk_alert_digests")),
    )


def _alert_and_member(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f(f"fk_{table}_alert_id_alerts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f(f"fk_{table}_membership_id_memberships")
        ),
        sa.PrimaryKeyConstraint("alert_id", "membership_id", name=op.f(f"pk_{table}")),
    ]


def downgrade() -> None:
    for table in ("alert_digests", "alert_recipients", "alert_members", "alerts", "bell_marks", "outgoing_mails"):
        op.drop_table(table)
    op.drop_index("ix_deliveries_unfinished", table_name="deliveries")
    op.drop_column("deliveries", "dealt_with_at")
    op.drop_column("memberships", "gets_alert_mails")
    op.drop_column("practices", "quiet_until")
    op.drop_column("practices", "quiet_from")
