"""Refreshes and links to Cliniko patients under racing clicks, merges and answers that come late."""

import json
import threading
import uuid
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.clock import utc_now
from tests.fakes.cliniko import FakeCliniko
from tests.processes import wait_until
from tests.support import Browser, Clinic

PATIENT = "/v1/patients/*"


def current_patient(database: sa.Engine, client_path: str) -> Any:
    with database.connect() as connection:
        return connection.execute(
            sa.text("SELECT patient_id FROM client_links WHERE client_id = :id AND is_current"),
            {"id": client_path.rpartition("/")[2]},
        ).scalar_one_or_none()


def somebody_waits_for_a_lock(database: sa.Engine) -> bool:
    with database.connect() as connection:
        return bool(
            connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).scalar_one()
        )


def test_case_12_a_refresh_that_loses_the_survivor_to_a_click_at_that_moment_combines_the_two(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    merged, survivor = clinic.add_patient("Liv", "Hart"), clinic.add_patient("Olivia", "Hart")
    client = ana.open_patient(merged).path
    clinic.state.merge_patients(merged, into=survivor)
    ana.open_patient(merged)  # asks for a refresh, which will find the survivor
    with database.begin() as connection:  # a colleague's click, about to commit
        other = uuid.uuid4()
        connection.execute(
            sa.text(
                "INSERT INTO clients (id, practice_id, owner_id, refreshed_at, search) "
                "SELECT :other, practice_id, owner_id, now(), '' FROM clients WHERE id = :id"
            ),
            {"other": other, "id": client.rpartition("/")[2]},
        )
        connection.execute(
            sa.text(
                "INSERT INTO client_links (id, practice_id, client_id, patient_id, is_current) "
                "SELECT :link, practice_id, id, :survivor, true FROM clients WHERE id = :other"
            ),
            {"link": uuid.uuid4(), "survivor": survivor, "other": other},
        )
        refresh = threading.Thread(target=ana.run_jobs)
        refresh.start()
        wait_until(lambda: somebody_waits_for_a_lock(database), "the refresh waits for the click")
    refresh.join(30)
    assert current_patient(database, client) is None
    assert current_patient(database, f"/clients/{other}") == survivor
    assert {ana.open_patient(id_).path for id_ in (merged, survivor)} == {f"/clients/{other}"}


def test_an_older_answer_does_not_overwrite_a_newer_one(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    client = ana.open_patient(patient).path
    ana.open_patient(patient)
    hold = cliniko.hold("GET", PATIENT, when="after")
    slow = threading.Thread(target=ana.run_jobs)
    slow.start()
    assert hold.reached.wait(10)
    with database.begin() as connection:  # another refresh, asked for later, is answered first
        connection.execute(
            sa.text("UPDATE clients SET last_name = 'Hart-Lee', refreshed_at = now() WHERE id = :id"),
            {"id": client.rpartition("/")[2]},
        )
    hold.release()
    slow.join(30)
    assert ana.get(client).h1 == "Olivia Hart-Lee"


def test_case_14_a_patient_whom_cliniko_shows_as_deleted_is_marked_as_no_longer_visible(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    ana.open_patient(patient)
    deleted = {"id": patient, "first_name": "Olivia", "last_name": "Hart", "deleted_at": "2026-11-20T01:02:03Z"}
    cliniko.answer("GET", PATIENT, 200, json.dumps(deleted))
    ana.run_jobs()
    assert "no longer visible in Cliniko" in ana.open_patient(patient).text


def test_a_refresh_after_an_outage_is_made_once_although_our_clock_is_behind_the_databases(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    client_id = ana.open_patient(patient).path.rpartition("/")[2]
    ana.open_patient(patient)
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE connections SET failures = 3, held_until = now() - interval '5 seconds' "
                "WHERE membership_id = (SELECT owner_id FROM clients WHERE id = :id)"
            ),
            {"id": client_id},
        )
    ana.server.app.state.clock = lambda: utc_now() - timedelta(seconds=20)  # type: ignore[attr-defined]  # our app's
    asked = len(cliniko.calls("GET", PATIENT))
    ana.run_jobs()
    assert len(cliniko.calls("GET", PATIENT)) == asked + 1
    with database.connect() as connection:
        jobs = connection.execute(
            sa.text(
                "SELECT count(*) FROM procrastinate_jobs "
                "WHERE task_name = 'clients.refresh' AND args ->> 'client_id' = :id"
            ),
            {"id": client_id},
        ).scalar_one()
    assert jobs == 1  # and it was not put back over and over until our clock agreed
