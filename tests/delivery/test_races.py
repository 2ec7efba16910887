"""Whatever changes at the worst moment (key, patient, clock, worker): no delivery is left behind or arrives twice."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.clock import utc_now
from tests.delivery.arrange import row
from tests.fakes.cliniko import FakeCliniko
from tests.processes import wait_until
from tests.support import Browser, Clinic, send_pdf

PRESIGN = "/v1/patients/*/attachment_presigned_post"
RECORD = "/v1/patient_attachments"


def change(database: sa.Engine, delivery_id: str, values: str) -> None:
    with database.begin() as connection:
        connection.execute(sa.text(f"UPDATE deliveries SET {values} WHERE id = :id"), {"id": delivery_id})


def lose_waiting_jobs(database: sa.Engine) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM procrastinate_jobs WHERE status = 'todo'")


@contextmanager
def worker(browser: Browser) -> Iterator[None]:
    """Run the jobs that are due beside the block and wait for their end after it."""
    thread = threading.Thread(target=browser.run_jobs)
    thread.start()
    try:
        yield
    finally:
        thread.join(30)
        assert not thread.is_alive()


def somebody_waits_for_a_lock(database: sa.Engine) -> bool:
    with database.connect() as connection:
        return bool(
            connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).scalar_one()
        )


@pytest.mark.parametrize("answer", ["401", "403"])
def test_case_20_a_refusal_of_the_old_key_that_comes_after_the_new_one_was_saved_leaves_nothing_behind(
    answer: str, ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    if answer == "401":
        clinic.ana.key_archived = True
    else:
        clinic.ana.role = "scheduler"
    hold = cliniko.hold("GET", PRESIGN, when="after")
    delivery_id = send_pdf(ana, client)
    with worker(ana):
        assert hold.reached.wait(10)
        ana.save_key(clinic.ben.key)
        lose_waiting_jobs(database)  # "resume" has run: the delivery did not wait for a key then
        hold.release()
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"
    assert len(cliniko.state.files_of(patient)) == 1
    with database.connect() as connection:
        states = connection.execute(
            sa.text("SELECT c.state FROM connections c JOIN deliveries d USING (membership_id) WHERE d.id = :id"),
            {"id": delivery_id},
        ).scalars()
        assert list(states) == ["working"]


def test_case_20_what_waits_for_a_key_although_it_works_is_found_again(
    ana: Browser, client: str, clinic: Clinic, database: sa.Engine
) -> None:
    clinic.ana.key_archived = True
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    assert row(database, delivery_id).state == "needs_key"
    ana.run_job("delivery.find_forgotten", timestamp=0)
    assert row(database, delivery_id).state == "needs_key"  # nothing is tried with a key that was rejected
    ana.save_key(clinic.ben.key)
    lose_waiting_jobs(database)
    ana.run_job("delivery.find_forgotten", timestamp=0)
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"


def test_an_attempt_is_made_on_time_although_our_clock_is_behind_the_databases(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503)
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    ana.server.app.state.clock = lambda: utc_now() - timedelta(seconds=30)  # type: ignore[attr-defined]  # our app's
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"
    with database.connect() as connection:
        jobs = connection.exec_driver_sql(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'delivery.deliver'"
        ).scalar_one()
    assert jobs < 10  # and it was not put back over and over until our clock agreed


def test_case_25_a_busy_key_is_not_asked_about_over_and_over_where_our_clock_is_behind(
    ana: Browser, client: str, database: sa.Engine
) -> None:
    delivery_id = send_pdf(ana, client)
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO connection_paces (connection_id, sent, held_until) "
                "SELECT id, '{}', now() + interval '25 seconds' FROM connections WHERE membership_id = :id "
                "ON CONFLICT (connection_id) DO UPDATE SET held_until = excluded.held_until"
            ),
            {"id": row(database, delivery_id).membership_id},
        )
    ana.server.app.state.clock = lambda: utc_now() - timedelta(minutes=1)  # type: ignore[attr-defined]  # our app's
    ana.run_jobs()
    assert row(database, delivery_id).claim == 1
    assert row(database, delivery_id).next_attempt_at > utc_now()


def test_a_delivery_whose_job_was_ended_by_a_worker_that_had_lost_it_is_found_within_a_minute(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    delivery_id = send_pdf(ana, client)
    change(database, delivery_id, "state = 'uploading', claim = 7, reason = 'held'")
    lose_waiting_jobs(database)
    ana.run_jobs(hurry=True, rounds=2)
    assert row(database, delivery_id).state == "uploading"
    ana.run_job("delivery.find_orphaned", timestamp=0)
    ana.run_jobs(hurry=True, rounds=3)
    assert row(database, delivery_id).state == "delivered"


def test_a_job_that_comes_too_early_leaves_one_for_the_right_time(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    delivery_id = send_pdf(ana, client)
    change(database, delivery_id, "next_attempt_at = now() + interval '1 hour'")
    asked = len(cliniko.log)
    ana.run_jobs()
    assert len(cliniko.log) == asked
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"


def test_case_23_after_a_stop_amid_asking_nobody_looks_before_cliniko_can_be_done(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    delivery_id = send_pdf(ana, client)
    change(database, delivery_id, "state = 'uploading', record_asked_at = now()")
    asked = len(cliniko.log)
    ana.run_jobs()
    assert len(cliniko.log) == asked
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"
    assert len(cliniko.state.files_of(patient)) == 1


def test_case_23_a_worker_that_stood_still_after_announcing_does_not_ask(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    stood_still = timedelta()
    ana.server.app.state.clock = lambda: utc_now() + stood_still  # type: ignore[attr-defined]  # our app's
    hold = cliniko.hold("POST", "/bucket/", when="after")
    delivery_id = send_pdf(ana, client)
    with worker(ana):
        assert hold.reached.wait(10)
        with database.begin() as connection:
            connection.execute(sa.text("SELECT 1 FROM deliveries WHERE id = :id FOR UPDATE"), {"id": delivery_id})
            hold.release()
            wait_until(lambda: somebody_waits_for_a_lock(database), "the worker is about to announce")
            stood_still = timedelta(seconds=30)
    assert not cliniko.calls("POST", RECORD)
    stood_still = timedelta()
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"
    assert len(cliniko.state.files_of(patient)) == 1


def test_case_20_what_waits_for_a_key_whose_role_may_not_add_files_waits_for_the_role(
    ana: Browser, client: str, clinic: Clinic, database: sa.Engine
) -> None:
    delivery_id = send_pdf(ana, client)
    lose_waiting_jobs(database)
    clinic.ana.role = "scheduler"
    ana.save_key(clinic.ana.key)
    lose_waiting_jobs(database)
    change(database, delivery_id, "state = 'needs_key', reason = 'key_rejected'")  # by the old key's refusal, too late
    ana.run_job("delivery.find_forgotten", timestamp=0)
    assert row(database, delivery_id).state == "not_permitted"


def test_case_23_a_clear_no_does_not_make_an_earlier_request_without_an_answer_forgotten(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.drop("POST", RECORD, when="after")
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    (late,) = cliniko.state.files_of(patient)
    del cliniko.state.attachments[late.id]  # Cliniko is at it still
    cliniko.answer("POST", RECORD, 429)
    ana.run_jobs(hurry=True, rounds=1)
    assert len(cliniko.calls("POST", RECORD)) == 2
    cliniko.state.attachments[late.id] = late
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).attachment_id == late.id
    assert len(cliniko.calls("POST", RECORD)) == 2


@pytest.mark.parametrize(("sent", "kept"), [("&", "&amp;"), ("Knees & hips (", "Home program (")])
def test_case_23_its_own_file_is_recognised_however_cliniko_tidied_the_description(
    sent: str, kept: str, ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.drop("POST", RECORD, when="after")
    delivery_id = send_pdf(ana, client, title="Knees & hips")
    ana.run_jobs()
    (file,) = cliniko.state.files_of(patient)
    assert file.description is not None and sent in file.description
    file.description = file.description.replace(sent, kept)
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).attachment_id == file.id
    assert len(cliniko.state.files_of(patient)) == 1


def test_case_27_a_refused_request_for_the_record_leaves_the_delivery_free_to_follow_a_merge(
    ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer("POST", RECORD, 401)
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    assert (row(database, delivery_id).state, row(database, delivery_id).record_asked_at) == ("needs_key", None)
    survivor = clinic.add_patient("Olivia", "Hart-Lee")
    clinic.state.merge_patients(patient, into=survivor)
    ana.save_key(clinic.ana.key)
    ana.open_patient(patient)
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"
    assert len(cliniko.state.files_of(survivor)) == 1


def test_a_record_cliniko_does_not_find_at_once_is_looked_for_again(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer("GET", "/v1/patient_attachments/*", 404)
    delivery_id = send_pdf(ana, client)
    ana.run_jobs(hurry=True, rounds=5)
    assert row(database, delivery_id).state == "delivered"
    assert len(cliniko.state.files_of(patient)) == 1
