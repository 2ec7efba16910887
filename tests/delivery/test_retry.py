"""Retrying by hand: what has stopped goes on, what waits goes now, and nothing is asked too early or twice."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.clock import utc_now
from tests.fakes.cliniko import FakeCliniko
from tests.programs.arrange import assign_program
from tests.support import Browser, Clinic, Page, send_pdf

PRESIGN = "/v1/patients/*/attachment_presigned_post"


@pytest.fixture
def client(ana: Browser, clinic: Clinic) -> str:
    """Path of a client whom Ana treats."""
    return ana.open_patient(clinic.add_patient("Olivia", "Hart")).path


def row(database: sa.Engine, delivery_id: str) -> Any:
    with database.connect() as connection:
        return connection.execute(sa.text("SELECT * FROM deliveries WHERE id = :id"), {"id": delivery_id}).one()


def wait_an_hour(ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine, **values: Any) -> str:
    """Assign a program that Cliniko does not take; its next try is an hour off. Returns the delivery's id."""
    cliniko.answer_html("GET", PRESIGN, 503)
    assign_program(ana, client)
    with database.connect() as connection:
        which = {"id": client.rpartition("/")[2]}
        found = connection.execute(sa.text("SELECT id FROM deliveries WHERE client_id = :id"), which)
        delivery_id = str(found.scalar_one())
    ana.run_jobs()
    assert row(database, delivery_id).failures == 1
    sets = {"next_attempt_at": utc_now() + timedelta(hours=1), **values}
    with database.begin() as connection:
        assigned = ", ".join(f"{name} = :{name}" for name in sets)
        connection.execute(sa.text(f"UPDATE deliveries SET {assigned} WHERE id = :id"), {"id": delivery_id, **sets})
        connection.exec_driver_sql("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'")
    return delivery_id


def retry(browser: Browser, delivery_id: str) -> Page:
    return browser.post(f"/deliveries/{delivery_id}/retry")


def test_what_waits_for_its_next_try_goes_now_and_the_job_of_the_later_time_does_nothing_more(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    delivery_id = wait_an_hour(ana, client, cliniko, database)
    ana.get(client)
    assert "Trying again now." in ana.press("Retry now").text
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"
    assert len(cliniko.state.attachments) == 1


def test_a_try_brought_forward_counts_like_any_other(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    delivery_id = wait_an_hour(ana, client, cliniko, database, failures=7)
    before = row(database, delivery_id)
    cliniko.answer_html("GET", PRESIGN, 503)
    retry(ana, delivery_id)
    ana.run_jobs()
    after = row(database, delivery_id)
    assert (after.state, after.failures, after.started_at) == ("waiting", 8, before.started_at)
    assert after.next_attempt_at > utc_now() + timedelta(minutes=5)


def test_case_25_the_time_cliniko_named_is_kept(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    delivery_id = wait_an_hour(ana, client, cliniko, database, reason="busy")
    assert not ana.get(client).has_button("Retry now")
    assert "There is nothing to try again" in retry(ana, delivery_id).text
    ana.run_jobs()
    assert row(database, delivery_id).next_attempt_at > utc_now() + timedelta(minutes=50)


def test_case_26_retrying_asks_a_cliniko_that_was_down_for_the_key_at_once(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    delivery_id = wait_an_hour(ana, client, cliniko, database)
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE connections SET failures = 5, failing_since = now() - interval '8 minutes', "
                "held_until = now() + interval '4 minutes' WHERE membership_id = :id"
            ),
            {"id": row(database, delivery_id).membership_id},
        )
    words = ana.get(client).text
    assert "1 program waits; next try in 4 minutes." in words
    assert "Trying again in 60 minutes." in words
    ana.press("Retry now")
    with database.connect() as connection:
        held_until = connection.execute(
            sa.text("SELECT held_until FROM connections WHERE membership_id = :id"),
            {"id": row(database, delivery_id).membership_id},
        ).scalar_one()
    assert held_until <= utc_now()
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"


def test_without_a_key_retrying_says_what_it_waits_for(
    ana: Browser, client: str, clinic: Clinic, database: sa.Engine
) -> None:
    clinic.ana.key_archived = True
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    assert "is waiting for a working API key" in retry(ana, delivery_id).text
    assert row(database, delivery_id).state == "needs_key"


def test_retrying_does_not_wait_for_what_a_worker_is_writing(ana: Browser, client: str, database: sa.Engine) -> None:
    delivery_id = send_pdf(ana, client)
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE deliveries SET state = 'failed', reason = 'refused' WHERE id = :id"), {"id": delivery_id}
        )
    with database.begin() as connection:
        connection.execute(sa.text("SELECT 1 FROM deliveries WHERE id = :id FOR UPDATE"), {"id": delivery_id})
        assert "There is nothing to try again" in retry(ana, delivery_id).text
    assert "Trying again now." in retry(ana, delivery_id).text


def test_what_follows_a_try_brought_forward_comes_in_its_own_time_not_in_that_of_the_one_it_replaced(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    delivery_id = wait_an_hour(ana, client, cliniko, database)
    retry(ana, delivery_id)
    ana.run_jobs()
    processing = row(database, delivery_id)
    assert processing.state == "processing"
    with database.connect() as connection:
        waits_until = connection.execute(
            sa.text("SELECT scheduled_at FROM procrastinate_jobs WHERE queueing_lock = :name AND status = 'todo'"),
            {"name": f"delivery.deliver:{delivery_id}:later"},
        ).scalar_one()
    assert waits_until == processing.next_attempt_at
