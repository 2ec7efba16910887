"""Sharing: the practice's default, view-only, what is given client by client, requests for access, notes in the bell.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# The previous release writes client_viewers while it runs beside this one. It never reads client_grants: what it does
# not know of, such as "view only", an exception or an end, it must not take for a grant without limits.
COPY_VIEWERS = """
CREATE FUNCTION copy_client_viewers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM client_grants
        WHERE client_id = OLD.client_id AND membership_id = OLD.membership_id AND given_by_id IS NULL;
        RETURN OLD;
    END IF;
    INSERT INTO client_grants (client_id, membership_id, access, given_at)
    VALUES (NEW.client_id, NEW.membership_id, 'edit', NEW.granted_at) ON CONFLICT DO NOTHING;
    RETURN NEW;
END
$$
"""
TRIGGER = """
CREATE TRIGGER copy_client_viewers AFTER INSERT OR DELETE ON client_viewers
FOR EACH ROW EXECUTE FUNCTION copy_client_viewers()
"""
# Whoever saved a rule has chosen it, "nobody" too.
NOTE_CHOICES = """
UPDATE memberships SET sharing_chosen_at = now() WHERE sharing_rule <> 'nobody' OR EXISTS (
    SELECT FROM audit_events event WHERE event.practice_id = memberships.practice_id
    AND event.practitioner_id = memberships.practitioner_id AND event.action = 'sharing.changed'
)
"""


def upgrade() -> None:
    for table in ("practices", "memberships"):
        op.add_column(table, sa.Column("sharing_access", sa.String(length=20), server_default="edit", nullable=False))
        op.create_check_constraint(op.f(f"ck_{table}_sharing_access"), table, "sharing_access IN ('view', 'edit')")
    op.add_column("practices", sa.Column("sharing_rule", sa.String(length=20), server_default="nobody", nullable=False))
    op.create_check_constraint(op.f("ck_practices_sharing_rule"), "practices", "sharing_rule IN ('nobody', 'practice')")
    op.add_column("memberships", sa.Column("sharing_chosen_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(NOTE_CHOICES)
    op.add_column(
        "client_combinations",
        sa.Column("replaced", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    _create_grants()
    _create_requests()
    op.create_table(
        "bell_notes",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("said", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["memberships.id"], name=op.f("fk_bell_notes_actor_id_memberships"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_bell_notes_membership_id_memberships"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bell_notes")),
        sa.UniqueConstraint("membership_id", "about", "said", name=op.f("uq_bell_notes_membership_id_about_said")),
    )
    op.create_index("ix_bell_notes_about", "bell_notes", ["about"])
    op.create_index("ix_bell_notes_created_at", "bell_notes", ["created_at"])


def _create_grants() -> None:
    op.create_table(
        "client_grants",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("access", sa.String(length=20), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by_id", sa.Uuid(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("access IN ('none', 'view', 'edit')", name=op.f("ck_client_grants_access")),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_client_grants_client_id_clients"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_client_grants_membership_id_memberships"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"],
            ["memberships.id"],
            name=op.f("fk_client_grants_given_by_id_memberships"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("client_id", "membership_id", name=op.f("pk_client_grants")),
    )
    op.create_index("ix_client_grants_membership_id", "client_grants", ["membership_id"])
    # The trigger first: what the previous release writes meanwhile waits for this transaction, and is copied then.
    op.execute(COPY_VIEWERS)
    op.execute(TRIGGER)
    op.execute(
        "INSERT INTO client_grants (client_id, membership_id, access, given_at) "
        "SELECT client_id, membership_id, 'edit', granted_at FROM client_viewers"
    )


def _create_requests() -> None:
    op.create_table(
        "access_requests",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("asker_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("access", sa.String(length=20), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("access IN ('none', 'view', 'edit')", name=op.f("ck_access_requests_access")),
        sa.CheckConstraint("(decided_at IS NULL) = (access IS NULL)", name=op.f("ck_access_requests_decided")),
        sa.ForeignKeyConstraint(
            ["asker_id"], ["memberships.id"], name=op.f("fk_access_requests_asker_id_memberships"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_access_requests_client_id_clients"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["memberships.id"],
            name=op.f("fk_access_requests_decided_by_id_memberships"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_access_requests_practice_id_practices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_requests")),
    )
    is_open = sa.text("decided_at IS NULL")
    op.create_index(
        "uq_access_requests_open",
        "access_requests",
        ["client_id", "asker_id"],
        unique=True,
        postgresql_where=is_open,
    )
    op.create_index("ix_access_requests_asker_id", "access_requests", ["asker_id"])
    op.create_index(
        "ix_access_requests_waiting", "access_requests", ["practice_id", "asked_at"], postgresql_where=is_open
    )


def downgrade() -> None:
    op.drop_table("bell_notes")
    op.drop_table("access_requests")
    op.execute("DROP TRIGGER copy_client_viewers ON client_viewers")
    op.execute("DROP FUNCTION copy_client_viewers()")
    op.drop_table("client_grants")
    op.drop_column("client_combinations", "replaced")
    op.drop_column("memberships", "sharing_chosen_at")
    op.drop_constraint(op.f("ck_practices_sharing_rule"), "practices", type_="check")
    op.drop_column("practices", "sharing_rule")
    for table in ("memberships", "practices"):
        op.drop_constraint(op.f(f"ck_{table}_sharing_access"), table, type_="check")
        op.drop_column(table, "sharing_access")
