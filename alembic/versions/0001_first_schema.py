"""first schema"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# Assigned versions are what a patient holds in their hands: the database itself keeps them as they were.
REFUSE_CHANGES = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$
"""
KEEP_VERSIONS = """
CREATE TRIGGER keep_versions BEFORE UPDATE OR DELETE ON program_versions
FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=True),
        sa.Column("practitioner_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index("ix_audit_events_client_id", "audit_events", ["client_id"], unique=False)
    op.create_index("ix_audit_events_practice_id_id", "audit_events", ["practice_id", "id"], unique=False)
    op.create_table(
        "practices",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("cliniko_account_id", sa.String(length=20), nullable=True),
        sa.Column("cliniko_account_name", sa.String(length=255), nullable=True),
        sa.Column("cliniko_subdomain", sa.String(length=100), nullable=True),
        sa.Column("patient_word", sa.String(length=20), server_default="patient", nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practices")),
    )
    op.create_table(
        "practitioners",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active_practice_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["active_practice_id"], ["practices.id"], name=op.f("fk_practitioners_active_practice_id_practices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practitioners")),
    )
    op.create_index("uq_practitioners_email", "practitioners", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "memberships",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("sharing_rule", sa.String(length=20), server_default="nobody", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'admin', 'practitioner')", name=op.f("ck_memberships_role")),
        sa.CheckConstraint(
            "sharing_rule IN ('nobody', 'practice', 'chosen')", name=op.f("ck_memberships_sharing_rule")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_memberships_practice_id_practices")),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioners.id"], name=op.f("fk_memberships_practitioner_id_practitioners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("practice_id", "practitioner_id", name=op.f("uq_memberships_practice_id_practitioner_id")),
    )
    op.create_index("ix_memberships_practitioner_id", "memberships", ["practitioner_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["practitioners.id"],
            name=op.f("fk_sessions_practitioner_id_practitioners"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sessions_token_digest")),
    )
    op.create_index("ix_sessions_practitioner_id", "sessions", ["practitioner_id"], unique=False)
    op.create_table(
        "clients",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=60), server_default="", nullable=False),
        sa.Column("first_name", sa.String(length=255), server_default="", nullable=False),
        sa.Column("last_name", sa.String(length=255), server_default="", nullable=False),
        sa.Column("preferred_first_name", sa.String(length=255), server_default="", nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("phone_numbers", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("pronouns", sa.String(length=100), server_default="", nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=True),
        sa.Column("accepted_privacy_policy", sa.Boolean(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_visible_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sort_name", sa.String(length=600, collation="C"), server_default="", nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["memberships.id"], name=op.f("fk_clients_owner_id_memberships")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_clients_practice_id_practices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
    )
    op.create_index("ix_clients_owner_id_sort_name_id", "clients", ["owner_id", "sort_name", "id"], unique=False)
    op.create_index("ix_clients_practice_id_sort_name_id", "clients", ["practice_id", "sort_name", "id"], unique=False)
    op.create_index("ix_clients_search", "clients", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "connections",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("encrypted_key", sa.String(length=2000), nullable=False),
        sa.Column("last_four", sa.String(length=4), nullable=False),
        sa.Column("shard", sa.String(length=4), nullable=False),
        sa.Column("cliniko_user_id", sa.String(length=20), nullable=False),
        sa.Column("cliniko_user_name", sa.String(length=255), nullable=False),
        sa.Column("cliniko_role", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="working", nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_connections_membership_id_memberships")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_connections_practice_id_practices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint("membership_id", name=op.f("uq_connections_membership_id")),
    )
    op.create_index(op.f("ix_connections_practice_id"), "connections", ["practice_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=20), server_default="practitioner", nullable=False),
        sa.Column("invited_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["memberships.id"], name=op.f("fk_invitations_invited_by_id_memberships")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_invitations_practice_id_practices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    op.create_index("ix_invitations_practice_id", "invitations", ["practice_id"], unique=False)
    op.create_table(
        "shared_colleagues",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["colleague_id"],
            ["memberships.id"],
            name=op.f("fk_shared_colleagues_colleague_id_memberships"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["memberships.id"], name=op.f("fk_shared_colleagues_owner_id_memberships"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", "colleague_id", name=op.f("pk_shared_colleagues")),
    )
    op.create_index("ix_shared_colleagues_colleague_id", "shared_colleagues", ["colleague_id"], unique=False)
    op.create_table(
        "client_links",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.String(length=19), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_client_links_client_id_clients")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_client_links_practice_id_practices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_links")),
        sa.UniqueConstraint("practice_id", "patient_id", name=op.f("uq_client_links_practice_id_patient_id")),
    )
    op.create_index("ix_client_links_client_id", "client_links", ["client_id"], unique=False)
    op.create_index(
        "uq_client_links_client_id_current", "client_links", ["client_id"], unique=True, postgresql_where="is_current"
    )
    op.create_table(
        "documents",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_documents_client_id_clients")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_documents_practice_id_practices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index(op.f("ix_documents_client_id"), "documents", ["client_id"], unique=False)
    op.create_table(
        "programs",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("draft", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("draft_revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_programs_client_id_clients")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["memberships.id"], name=op.f("fk_programs_created_by_id_memberships")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_programs_practice_id_practices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
    )
    op.create_index("ix_programs_client_id", "programs", ["client_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.String(length=19), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("claim", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("polls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attachment_id", sa.String(length=20), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'uploading', 'processing', 'delivered', 'needs_key', 'not_permitted', 'failed')",
            name=op.f("ck_deliveries_state"),
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_deliveries_client_id_clients")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_deliveries_document_id_documents")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_deliveries_membership_id_memberships")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_deliveries_practice_id_practices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index("ix_deliveries_client_id", "deliveries", ["client_id"], unique=False)
    op.create_index("ix_deliveries_membership_id_state", "deliveries", ["membership_id", "state"], unique=False)
    op.create_table(
        "program_versions",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("assigned_by_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assigned_by_id"], ["memberships.id"], name=op.f("fk_program_versions_assigned_by_id_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_program_versions_delivery_id_deliveries")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_program_versions_document_id_documents")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_program_versions_practice_id_practices")
        ),
        sa.ForeignKeyConstraint(["program_id"], ["programs.id"], name=op.f("fk_program_versions_program_id_programs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_versions")),
        sa.UniqueConstraint("program_id", "number", name=op.f("uq_program_versions_program_id_number")),
    )

    op.execute(REFUSE_CHANGES)
    op.execute(KEEP_VERSIONS)


def downgrade() -> None:
    op.drop_table("program_versions")
    op.drop_index("ix_deliveries_membership_id_state", table_name="deliveries")
    op.drop_index("ix_deliveries_client_id", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index("ix_programs_client_id", table_name="programs")
    op.drop_table("programs")
    op.drop_index(op.f("ix_documents_client_id"), table_name="documents")
    op.drop_table("documents")
    op.drop_index("uq_client_links_client_id_current", table_name="client_links", postgresql_where="is_current")
    op.drop_index("ix_client_links_client_id", table_name="client_links")
    op.drop_table("client_links")
    op.drop_index("ix_shared_colleagues_colleague_id", table_name="shared_colleagues")
    op.drop_table("shared_colleagues")
    op.drop_index("ix_invitations_practice_id", table_name="invitations")
    op.drop_table("invitations")
    op.drop_index(op.f("ix_connections_practice_id"), table_name="connections")
    op.drop_table("connections")
    op.drop_index("ix_clients_search", table_name="clients", postgresql_using="gin")
    op.drop_index("ix_clients_practice_id_sort_name_id", table_name="clients")
    op.drop_index("ix_clients_owner_id_sort_name_id", table_name="clients")
    op.drop_table("clients")
    op.drop_index("ix_sessions_practitioner_id", table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("ix_memberships_practitioner_id", table_name="memberships")
    op.drop_table("memberships")
    op.drop_index("uq_practitioners_email", table_name="practitioners")
    op.drop_table("practitioners")
    op.drop_table("practices")
    op.drop_index("ix_audit_events_practice_id_id", table_name="audit_events")
    op.drop_index("ix_audit_events_client_id", table_name="audit_events")
    op.drop_table("audit_events")
    op.execute("DROP FUNCTION refuse_change()")
