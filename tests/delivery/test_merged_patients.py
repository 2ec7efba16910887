"""Patients merged in Cliniko while a file is on its way: it goes to who remains, once, or stops and asks (case 27)."""

import uuid

import pytest
import sqlalchemy as sa

from tests.delivery.arrange import row
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic, send_pdf

RECORD = "/v1/patient_attachments"


@pytest.fixture
def survivor(clinic: Clinic) -> str:
    return clinic.add_patient("Olivia", "Hart-Lee")


def presign(patient: str) -> str:
    return f"/v1/patients/{patient}/attachment_presigned_post"


def test_case_27_a_patient_merged_just_before_the_upload_is_followed_when_cliniko_does_not_know_them_any_more(
    ana: Browser, client: str, patient: str, survivor: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    delivery_id = send_pdf(ana, client)
    clinic.state.merge_patients(patient, into=survivor, archive=True)
    cliniko.answer("GET", presign(patient), 404, times=None)
    ana.run_jobs(hurry=True, rounds=3)
    done = row(database, delivery_id)
    assert (done.state, done.patient_id) == ("delivered", survivor)
    assert (len(cliniko.state.files_of(patient)), len(cliniko.state.files_of(survivor))) == (0, 1)
    assert ana.open_patient(survivor).path == client  # the client follows too


def test_case_27_a_delivery_that_is_late_asks_whether_its_patient_was_merged_meanwhile(
    ana: Browser, client: str, patient: str, survivor: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer_html("GET", presign(patient), 503)
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    clinic.state.merge_patients(patient, into=survivor)
    ana.run_jobs(hurry=True, rounds=3)
    assert row(database, delivery_id).state == "delivered"
    assert (len(cliniko.state.files_of(patient)), len(cliniko.state.files_of(survivor))) == (0, 1)


def test_case_12_where_both_have_clients_here_the_file_goes_to_the_one_who_remains(
    ana: Browser, client: str, patient: str, survivor: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    other_client = ana.open_patient(survivor).path
    delivery_id = send_pdf(ana, client)
    clinic.state.merge_patients(patient, into=survivor)
    cliniko.answer("GET", presign(patient), 404, times=None)
    ana.run_jobs(hurry=True, rounds=3)
    done = row(database, delivery_id)
    assert (done.state, done.client_id) == ("delivered", uuid.UUID(other_client.rpartition("/")[2]))
    assert len(cliniko.state.files_of(survivor)) == 1


def test_case_27_two_people_kept_apart_by_hand_stop_the_file_and_ask(
    ana: Browser, client: str, patient: str, survivor: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    other_client = ana.open_patient(survivor).path
    delivery_id = send_pdf(ana, client)
    first, second = sorted(uuid.UUID(path.rpartition("/")[2]) for path in (client, other_client))
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO clients_kept_apart (first_id, second_id, decided_by_id, decided_at) "
                "SELECT :first, :second, membership_id, now() FROM deliveries WHERE id = :id"
            ),
            {"first": first, "second": second, "id": delivery_id},
        )
    clinic.state.merge_patients(patient, into=survivor)
    cliniko.answer("GET", presign(patient), 404, times=None)
    ana.run_jobs(hurry=True, rounds=3)
    assert (row(database, delivery_id).state, row(database, delivery_id).reason) == ("failed", "patient_changed")
    assert not cliniko.state.files_of(survivor) and not cliniko.state.files_of(patient)


@pytest.mark.parametrize("is_known_here", [True, False])
def test_case_27_a_file_that_moved_with_its_patient_before_its_answer_came_is_found_at_the_survivor(
    is_known_here: bool, ana: Browser, client: str, patient: str, survivor: str, clinic: Clinic, cliniko: FakeCliniko,
    database: sa.Engine,
) -> None:  # fmt: skip
    cliniko.drop("POST", RECORD, when="after")
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    clinic.state.merge_patients(patient, into=survivor)
    if is_known_here:
        ana.open_patient(patient)
    ana.run_jobs(hurry=True, rounds=3)
    assert row(database, delivery_id).state == "delivered"
    assert len(cliniko.state.files_of(survivor)) == 1
    assert len(cliniko.calls("POST", RECORD)) == 1


def test_case_27_a_client_linked_to_someone_else_after_the_record_was_asked_for_in_vain_stops_and_asks(
    ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    stranger = clinic.add_patient("Somebody", "Else")
    cliniko.drop("POST", RECORD, when="before")
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE client_links SET patient_id = :new WHERE patient_id = :old"),
            {"new": stranger, "old": patient},
        )
    ana.run_jobs(hurry=True, rounds=3)
    assert (row(database, delivery_id).state, row(database, delivery_id).reason) == ("failed", "patient_changed")
    assert not cliniko.state.files_of(stranger) and not cliniko.state.files_of(patient)


def test_case_27_a_file_whose_patient_was_merged_after_it_arrived_is_tidied_where_it_is_now(
    ana: Browser, client: str, patient: str, survivor: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.state.processing_polls = 0
    delivery_id = send_pdf(ana, client)
    ana.run_jobs(hurry=True, rounds=3)
    clinic.state.merge_patients(patient, into=survivor)
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE deliveries SET look_again_at = now() WHERE id = :id"), {"id": delivery_id})
    ana.run_job("delivery.find_forgotten", timestamp=0)
    assert row(database, delivery_id).look_again_at is None
    assert len(cliniko.state.files_of(survivor)) == 1
