"""The record of who did what: kept by the database itself, found by each filter, for as long as each practice says.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# The setting is on only inside the function below. Whoever sets it by hand still deletes nothing of the last year.
KEEP_EVENTS = """
CREATE FUNCTION keep_audit_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('kinebridge.audit_retention', true) = 'on'
            AND OLD.happened_at < now() - interval '1 year' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit_events rows are never changed, and deleted only when their time is over'
        USING ERRCODE = 'restrict_violation';
END
$$
"""
TRIGGERS = (
    """
    CREATE TRIGGER keep_audit_events BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION keep_audit_events()
    """,
    """
    CREATE TRIGGER keep_all_audit_events BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)
# It sets the setting itself: one beside LANGUAGE takes a superuser's leave (PostgreSQL 15 and later). Where it was made
# so, 0017 makes it anew.
# What belongs to no practice, such as a sign-in with an unknown address, is kept for the usual seven years.
FORGET_EVENTS = """
CREATE FUNCTION forget_audit_events(most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    gone integer;
BEGIN
    PERFORM set_config('kinebridge.audit_retention', 'on', true);
    DELETE FROM audit_events WHERE id IN (
        SELECT old.id FROM (
            SELECT id, audit_years FROM practices UNION ALL SELECT NULL, 7
        ) practice CROSS JOIN LATERAL (
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
KIND = sa.text("split_part(action, '.', 1)")


def upgrade() -> None:
    op.add_column("audit_events", sa.Column("address", sa.String(length=64), nullable=True))
    op.add_column("practices", sa.Column("audit_years", sa.Integer(), server_default="7", nullable=False))
    op.create_check_constraint(op.f("ck_practices_audit_years"), "practices", "audit_years BETWEEN 1 AND 100")
    op.execute(KEEP_EVENTS)
    for trigger in TRIGGERS:
        op.execute(trigger)
    op.execute(FORGET_EVENTS)
    op.create_index("ix_audit_events_by_time", "audit_events", ["practice_id", "happened_at", "id"])
    op.create_index(
        "ix_audit_events_by_person", "audit_events", ["practice_id", "practitioner_id", "happened_at", "id"]
    )
    op.create_index("ix_audit_events_by_kind", "audit_events", ["practice_id", KIND, "happened_at", "id"])
    op.create_index("ix_audit_events_by_client", "audit_events", ["client_id", "happened_at", "id"])
    # No release has read by these; each would cost every click and every page a write.
    op.drop_index("ix_audit_events_practice_id_id", table_name="audit_events")
    op.drop_index("ix_audit_events_client_id", table_name="audit_events")


def downgrade() -> None:
    op.create_index("ix_audit_events_client_id", "audit_events", ["client_id"])
    op.create_index("ix_audit_events_practice_id_id", "audit_events", ["practice_id", "id"])
    for name in ("client", "kind", "person", "time"):
        op.drop_index(f"ix_audit_events_by_{name}", table_name="audit_events")
    op.execute("DROP FUNCTION forget_audit_events(integer)")
    op.execute("DROP TRIGGER keep_all_audit_events ON audit_events")
    op.execute("DROP TRIGGER keep_audit_events ON audit_events")
    op.execute("DROP FUNCTION keep_audit_events()")
    op.drop_constraint(op.f("ck_practices_audit_years"), "practices", type_="check")
    op.drop_column("practices", "audit_years")
    op.drop_column("audit_events", "address")
