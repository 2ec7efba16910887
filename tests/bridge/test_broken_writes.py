"""What the database refuses at the last moment is never shown as done; what follows the answer cannot spoil it."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from tests.support import Browser, Clinic


@contextmanager
def refusing(database: sa.Engine, table: str, condition: str) -> Iterator[None]:
    """Let the database refuse the commit of such new rows."""
    with database.begin() as connection:
        connection.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'refused for a test'; END $$"
        )
        connection.exec_driver_sql(
            f"CREATE CONSTRAINT TRIGGER refuse_rows AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
            f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse()"
        )
    try:
        yield
    finally:
        with database.begin() as connection:
            connection.exec_driver_sql(f"DROP TRIGGER refuse_rows ON {table}")


def test_a_commit_that_fails_is_an_error_page_and_never_a_redirect(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    with refusing(database, "clients", "NEW.last_name = 'Hart'"):
        page = ana.send("GET", f"/open/cliniko?patient_id={patient}")
    assert page.status == 500
    assert "refused for a test" not in page.content.decode()
    assert ana.open_patient(patient).h1 == "Olivia Hart"


def test_a_refresh_that_cannot_be_put_in_does_not_spoil_the_click(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    with refusing(database, "procrastinate_jobs", "NEW.task_name = 'clients.refresh'"):
        assert ana.open_patient(patient).h1 == "Olivia Hart"
