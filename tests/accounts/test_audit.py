"""The record of who did what: the database itself keeps it."""

import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.support import Browser

ADD = (
    "INSERT INTO audit_events (happened_at, action, practice_id, detail) "
    "VALUES (now() - make_interval(years => :years), :action, :practice, '{}')"
)


@pytest.fixture
def practice(ana: Browser, database: sa.Engine) -> uuid.UUID:
    """A practice of this test's own, with events of all ages."""
    with database.begin() as connection:
        found = connection.scalar(sa.text("SELECT id FROM practices ORDER BY created_at DESC LIMIT 1"))
        for years in (0, 1, 2, 8):
            connection.execute(sa.text(ADD), {"years": years, "action": "tests.happened", "practice": found})
    assert isinstance(found, uuid.UUID)
    return found


def ages(database: sa.Engine, practice: uuid.UUID) -> list[int]:
    with database.connect() as connection:
        query = sa.text(
            "SELECT extract(year FROM age(now(), happened_at)) FROM audit_events "
            "WHERE practice_id = :id AND action = 'tests.happened' ORDER BY happened_at DESC"
        )
        return [int(age) for age in connection.scalars(query, {"id": practice})]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET action = 'other' WHERE practice_id = :id",
        "DELETE FROM audit_events WHERE practice_id = :id",
        "TRUNCATE audit_events",
    ],
)
def test_nobody_changes_or_deletes_an_event(statement: str, practice: uuid.UUID, database: sa.Engine) -> None:
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(sa.text(statement), {"id": practice} if ":id" in statement else {})
    assert ages(database, practice) == [0, 1, 2, 8]


def test_even_the_way_of_retention_deletes_nothing_of_the_last_year(practice: uuid.UUID, database: sa.Engine) -> None:
    delete = sa.text(
        "DELETE FROM audit_events WHERE practice_id = :id AND happened_at > now() - interval '11 months' "
        "AND action = 'tests.happened'"
    )
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.exec_driver_sql("SET LOCAL kinebridge.audit_retention = 'on'")
        connection.execute(delete, {"id": practice})
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(sa.text("UPDATE practices SET audit_years = 0 WHERE id = :id"), {"id": practice})


def test_the_function_of_retention_deletes_what_is_older_than_the_practice_says(
    practice: uuid.UUID, database: sa.Engine
) -> None:
    forget = "SELECT forget_audit_events(1000)"
    with database.begin() as connection:
        connection.execute(sa.text(ADD), {"years": 8, "action": "tests.of_nobody", "practice": None})
        connection.exec_driver_sql(forget)
    assert ages(database, practice) == [0, 1, 2]
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE practices SET audit_years = 2 WHERE id = :id"), {"id": practice})
        connection.exec_driver_sql(forget)
        of_nobody = "SELECT count(*) FROM audit_events WHERE action = 'tests.of_nobody'"
        assert connection.exec_driver_sql(of_nobody).scalar_one() == 0
    assert ages(database, practice) == [0, 1]
    with pytest.raises(IntegrityError), database.begin() as connection:  # the setting was on inside alone
        connection.exec_driver_sql(forget)
        connection.execute(sa.text("DELETE FROM audit_events WHERE practice_id = :id"), {"id": practice})


def test_an_event_says_from_where(ana: Browser, database: sa.Engine) -> None:
    with database.connect() as connection:
        query = "SELECT address FROM audit_events WHERE action = 'practice.created' ORDER BY id DESC LIMIT 1"
        assert connection.exec_driver_sql(query).scalar_one() == "testclient"
