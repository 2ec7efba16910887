"""The function that forgets old lines of the record is made anew where an early 0014 made it with a setting of its own.

PostgreSQL from 15 on lets only superusers, and whom they allow, make or restore a function with such a setting
(manual, GRANT, "SET ON PARAMETER"): a login of the service's own could neither migrate nor read back a backup.

Revision ID: 0017
Revises: 0016
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# As in 0014.
FORGET_EVENTS = """
CREATE OR REPLACE FUNCTION forget_audit_events(most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    gone integer;
BEGIN
    PERFORM set_config('kinebridge.audit_retention', 'on', true);
    DELETE FROM audit_events WHERE id IN (
        SELECT old.id FROM (
            SELECT id, audit_years FROM practices UNION ALL SELECT NULL, 7
            UNION ALL SELECT practice_id, audit_years FROM erasures WHERE client_id IS NULL
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


def upgrade() -> None:
    op.execute(FORGET_EVENTS)


def downgrade() -> None:
    """Nothing: the function does the same as before."""
