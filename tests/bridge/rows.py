"""What a click left in the database."""

import sqlalchemy as sa


def clients_of(database: sa.Engine, patient_id: str) -> list[str]:
    """The clients a patient id leads to, in any practice."""
    with database.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT client_id::text FROM client_links WHERE patient_id = :id"), {"id": patient_id}
        )
        return [row[0] for row in rows]


def client_count(database: sa.Engine, practice_of: str) -> int:
    """How many clients the practice of this patient's client has."""
    with database.connect() as connection:
        return connection.execute(
            sa.text(
                "SELECT count(*) FROM clients WHERE practice_id IN "
                "(SELECT practice_id FROM client_links WHERE patient_id = :id)"
            ),
            {"id": practice_of},
        ).scalar_one()


def audit_actions(database: sa.Engine, client_id: str) -> list[str]:
    """What is on record about a client, oldest first."""
    with database.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT action FROM audit_events WHERE client_id = :id ORDER BY id"), {"id": client_id}
        )
        return [row[0] for row in rows]
