"""Clients that change in Cliniko: what changed and what is kept by hand, clients combined after merges, nightly polls.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every new column may be left out, so that the previous release goes on writing its rows.
    op.add_column("clients", sa.Column("is_hand_made", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column(
        "clients", sa.Column("own_fields", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("clients", sa.Column("combined_into_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_clients_combined_into_id_clients"), "clients", "clients", ["combined_into_id"], ["id"]
    )
    op.create_index(
        "ix_clients_combined_into_id",
        "clients",
        ["combined_into_id"],
        postgresql_where=sa.text("combined_into_id IS NOT NULL"),
    )
    hand_made = sa.text("is_hand_made AND combined_into_id IS NULL")
    op.create_index(
        "ix_clients_hand_made_date_of_birth", "clients", ["practice_id", "date_of_birth"], postgresql_where=hand_made
    )
    op.create_index(
        "ix_clients_hand_made_email",
        "clients",
        ["practice_id", sa.literal_column("lower(email)")],
        postgresql_where=hand_made,
    )
    op.create_table(
        "client_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_client_changes_client_id_clients"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_changes")),
    )
    op.create_index("ix_client_changes_client_id_id", "client_changes", ["client_id", "id"])
    op.create_table(
        "client_combinations",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("survivor_id", sa.Uuid(), nullable=False),
        sa.Column("absorbed_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("combined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reason IN ('merged', 'linked')", name=op.f("ck_client_combinations_reason")),
        sa.CheckConstraint("survivor_id <> absorbed_id", name=op.f("ck_client_combinations_two_clients")),
        sa.ForeignKeyConstraint(
            ["absorbed_id"], ["clients.id"], name=op.f("fk_client_combinations_absorbed_id_clients")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_client_combinations_practice_id_practices")
        ),
        sa.ForeignKeyConstraint(
            ["survivor_id"], ["clients.id"], name=op.f("fk_client_combinations_survivor_id_clients")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["memberships.id"], name=op.f("fk_client_combinations_undone_by_id_memberships")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_combinations")),
    )
    op.create_index("ix_client_combinations_survivor_id", "client_combinations", ["survivor_id"])
    op.create_index("ix_client_combinations_absorbed_id", "client_combinations", ["absorbed_id"])
    op.create_table(
        "client_viewers",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_client_viewers_client_id_clients"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_client_viewers_membership_id_memberships"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_id", "membership_id", name=op.f("pk_client_viewers")),
    )
    op.create_index("ix_client_viewers_membership_id", "client_viewers", ["membership_id"])
    op.create_table(
        "clients_kept_apart",
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_clients_kept_apart_in_order")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["memberships.id"], name=op.f("fk_clients_kept_apart_decided_by_id_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["first_id"], ["clients.id"], name=op.f("fk_clients_kept_apart_first_id_clients"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["clients.id"], name=op.f("fk_clients_kept_apart_second_id_clients"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_clients_kept_apart")),
    )
    op.create_index("ix_clients_kept_apart_second_id", "clients_kept_apart", ["second_id"])
    op.create_table(
        "patient_polls",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("updated_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("newest_update", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_page", sa.String(length=2000), server_default="", nullable=False),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_patient_polls_practice_id_practices")),
        sa.PrimaryKeyConstraint("practice_id", name=op.f("pk_patient_polls")),
    )

    # A version's delivery is found by its PDF: it may begin long after the version was assigned.
    op.create_index("ix_deliveries_document_id", "deliveries", ["document_id"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_document_id", table_name="deliveries")
    op.drop_table("patient_polls")
    op.drop_index("ix_clients_kept_apart_second_id", table_name="clients_kept_apart")
    op.drop_table("clients_kept_apart")
    op.drop_index("ix_client_viewers_membership_id", table_name="client_viewers")
    op.drop_table("client_viewers")
    op.drop_index("ix_client_combinations_absorbed_id", table_name="client_combinations")
    op.drop_index("ix_client_combinations_survivor_id", table_name="client_combinations")
    op.drop_table("client_combinations")
    op.drop_index("ix_client_changes_client_id_id", table_name="client_changes")
    op.drop_table("client_changes")
    op.drop_index("ix_clients_hand_made_email", table_name="clients")
    op.drop_index("ix_clients_hand_made_date_of_birth", table_name="clients")
    op.drop_index("ix_clients_combined_into_id", table_name="clients")
    op.drop_constraint(op.f("fk_clients_combined_into_id_clients"), "clients", type_="foreignkey")
    op.drop_column("clients", "combined_into_id")
    op.drop_column("clients", "own_fields")
    op.drop_column("clients", "is_hand_made")
