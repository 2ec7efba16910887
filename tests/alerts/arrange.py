"""Practices in trouble, for tests about alerts."""

import re
from typing import Any

import sqlalchemy as sa

from tests.programs.arrange import add_client
from tests.support import Browser, send_pdf


def email_of(browser: Browser) -> str:
    """Email of who is signed in, from their page of alert settings."""
    found = re.search(r"To (\S+@\S+)\. The bell", browser.get("/account/alerts").text)
    assert found
    return found[1]


def send_some(database: sa.Engine, browser: Browser, email: str, number: int = 1) -> list[str]:
    """Start deliveries to clients of the member with this email; without a key they wait for one.

    No worker takes them up: tests say themselves what becomes of them.
    """
    sent = [send_pdf(browser, add_client(database, email)) for _ in range(number)]
    execute(database, "DELETE FROM procrastinate_jobs WHERE task_name = 'delivery.deliver'")
    return sent


def change(database: sa.Engine, ids: list[str], assignments: str) -> None:
    """Change the rows of these deliveries, as the worker would."""
    execute(database, f"UPDATE deliveries SET {assignments} WHERE id = ANY(CAST(:ids AS uuid[]))", ids=ids)


def execute(database: sa.Engine, statement: str, **values: Any) -> None:
    with database.begin() as connection:
        connection.execute(sa.text(statement), values)


def rows(database: sa.Engine, statement: str, **values: Any) -> list[Any]:
    with database.connect() as connection:
        return list(connection.execute(sa.text(statement), values))


def add_alert(database: sa.Engine, browser: Browser, cause: str, programs: int = 1) -> str:
    """Open an alert about who is signed in, unread by them, and return its id."""
    ((alert_id, membership_id),) = rows(
        database,
        "SELECT gen_random_uuid(), m.id FROM memberships m JOIN practitioners p ON p.id = m.practitioner_id "
        "WHERE p.email = :email AND m.practice_id = p.active_practice_id",
        email=email_of(browser),
    )
    for statement in (
        "INSERT INTO alerts (id, practice_id, cause, membership_id, opened_at) "
        "SELECT :id, practice_id, :cause, id, now() FROM memberships WHERE id = :member",
        "INSERT INTO alert_members (alert_id, membership_id, programs) VALUES (:id, :member, :programs)",
        "INSERT INTO bell_marks (about, membership_id) VALUES (:id, :member)",
    ):
        execute(database, statement, id=alert_id, cause=cause, member=membership_id, programs=programs)
    return str(alert_id)


def bell(browser: Browser) -> str:
    """What the bell says."""
    link = browser.get("/clients").soup.find("a", class_="bell")
    assert link is not None
    hidden = link.find(class_="visually-hidden")
    assert hidden is not None
    return hidden.get_text()
