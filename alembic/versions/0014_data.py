"""What is kept of people and practices is erased after a waiting period; versions may go with it, and only then.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# An assigned version stays word for word; it goes only with its client or practice, once their waiting time is over.
KEEP_VERSIONS = """
CREATE FUNCTION keep_program_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM programs
        JOIN clients ON clients.id = programs.client_id
        JOIN practices ON practices.id = programs.practice_id
        WHERE programs.id = OLD.program_id AND (clients.erase_at <= now() OR practices.erase_at <= now())
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% rows are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER keep_versions BEFORE UPDATE OR DELETE ON program_versions
FOR EACH ROW EXECUTE FUNCTION {function}()
"""
# Lines of a practice that was erased are kept for as many years as it had chosen; those of none for the usual seven.
FORGET_EVENTS = """
CREATE OR REPLACE FUNCTION forget_audit_events(most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    gone integer;
BEGIN
    PERFORM set_config('kinebridge.audit_retention', 'on', true);
    DELETE FROM audit_events WHERE id IN (
        SELECT old.id FROM ({practices}) practice CROSS JOIN LATERAL (
            SELECT id FROM audit_events
            WHERE practice_id = practice.id AND happened_at < now() - make_interval(years => practice.audit_years)
            UNION ALL
            SELECT id FROM audit_events
            WHERE practice.id IS NULL AND practice_id IS NULL
            AND happened_at < now() - make_interval(years => practice.audit_years)
            LIMIT most
        ) old LIMIT most
    );
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('kinebridge.audit_retention', '', true);
    RETURN gone;
END
$$
"""
PRACTICES = "SELECT id, audit_years FROM practices UNION ALL SELECT NULL, 7"
ERASED = "SELECT practice_id, audit_years FROM erasures WHERE client_id IS NULL"


def upgrade() -> None:
    for table in ("clients", "practices"):
        op.add_column(table, sa.Column("erase_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("erasure_asked_by", sa.Uuid(), nullable=True))
    op.add_column("practices", sa.Column("unseen_years", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_practices_unseen_years"), "practices", "unseen_years BETWEEN 1 AND 100")
    op.create_index("ix_clients_erase_at", "clients", ["erase_at"], postgresql_where=sa.text("erase_at IS NOT NULL"))
    op.create_table(
        "erasures",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("audit_years", sa.Integer(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_practice_id", "erasures", ["practice_id"])
    # What refers to a row that goes is found without reading the whole table.
    op.create_index("ix_program_versions_document_id", "program_versions", ["document_id"])
    op.create_index("ix_program_versions_delivery_id", "program_versions", ["delivery_id"])
    op.create_index("ix_access_requests_client_id", "access_requests", ["client_id"])
    op.execute(KEEP_VERSIONS)
    op.execute(TRIGGER.format(function="keep_program_versions"))
    op.execute(FORGET_EVENTS.format(practices=f"{PRACTICES} UNION ALL {ERASED}"))


def downgrade() -> None:
    op.execute(FORGET_EVENTS.format(practices=PRACTICES))
    op.execute(TRIGGER.format(function="refuse_change"))
    op.execute("DROP FUNCTION keep_program_versions()")
    op.drop_index("ix_access_requests_client_id", table_name="access_requests")
    op.drop_index("ix_program_versions_delivery_id", table_name="program_versions")
    op.drop_index("ix_program_versions_document_id", table_name="program_versions")
    op.drop_table("erasures")
    op.drop_index("ix_clients_erase_at", table_name="clients")
    op.drop_constraint(op.f("ck_practices_unseen_years"), "practices", type_="check")
    op.drop_column("practices", "unseen_years")
    for table in ("practices", "clients"):
        op.drop_column(table, "erasure_asked_by")
        op.drop_column(table, "erase_at")
