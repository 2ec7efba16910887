"""Exactly one file, the right one, at the right patient: second ones are archived, removed ones stay removed."""

import threading
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.delivery.arrange import change, query, row
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic, send_pdf

PRESIGN = "/v1/patients/*/attachment_presigned_post"
RECORD = "/v1/patient_attachments"
ARCHIVE = "/v1/patient_attachments/*/archive"
CONTENT = b"%PDF-1.4 only once"


def contents(cliniko: FakeCliniko, patient: str) -> list[bytes]:
    return [file.content for file in cliniko.state.files_of(patient)]


def tidy(browser: Browser, database: sa.Engine) -> None:
    """Let the time to look again come, and the sweep that sees to it."""
    change(database, "UPDATE deliveries SET look_again_at = now() - interval '1 s' WHERE look_again_at IS NOT NULL")
    browser.run_job("delivery.find_forgotten", timestamp=0)


def test_the_plain_way_takes_four_requests_and_nobody_looks_again(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.state.processing_polls = 0
    before = len(cliniko.log)
    delivery_id = send_pdf(ana, client)
    ana.run_jobs(hurry=True, rounds=3)
    assert (row(database, delivery_id).state, row(database, delivery_id).look_again_at) == ("delivered", None)
    assert len(cliniko.log) - before == 4


def test_case_23_a_file_that_came_to_be_late_is_archived_as_the_second_one(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.state.processing_polls = 0
    cliniko.drop("POST", RECORD, when="before")
    delivery_id = send_pdf(ana, client, CONTENT)
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"
    second_file(cliniko, patient)  # only now Cliniko does what it was asked first
    tidy(ana, database)
    assert contents(cliniko, patient) == [CONTENT]
    done = row(database, delivery_id)
    assert (done.state, done.look_again_at) == ("delivered", None)
    assert done.attachment_id == cliniko.state.files_of(patient)[0].id
    audited = query(database, "SELECT * FROM audit_events WHERE action = 'delivery.duplicate_archived'")
    assert [each.detail["delivery_id"] for each in audited].count(delivery_id) == 1
    (last,) = query(
        database, "SELECT * FROM delivery_attempts WHERE delivery_id = :id ORDER BY id DESC LIMIT 1", id=delivery_id
    )
    assert (last.step, last.result, last.reason) == ("tidy", "done", "duplicate")


def second_file(cliniko: FakeCliniko, patient: str, **differences: Any) -> str:
    """Another file like the patient's first one, processed; returns its id."""
    first = cliniko.state.files_of(patient)[0]
    new_id = cliniko.state.new_id()
    cliniko.state.attachments[new_id] = replace(first, id=new_id, **differences)
    return new_id


def test_two_files_found_while_looking_end_as_one_and_no_third_is_sent(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.state.processing_polls = 0
    cliniko.drop("POST", RECORD, when="after")
    delivery_id = send_pdf(ana, client, CONTENT)
    ana.run_jobs()
    second_file(cliniko, patient)
    ana.run_jobs(hurry=True, rounds=3)
    assert row(database, delivery_id).state == "delivered"
    tidy(ana, database)
    assert contents(cliniko, patient) == [CONTENT]
    assert len(cliniko.calls("POST", RECORD)) == 1


def test_files_of_others_are_never_archived_whatever_they_are_called(
    ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.state.processing_polls = 0
    delivery_id = send_pdf(ana, client, CONTENT)
    ana.run_jobs(hurry=True, rounds=3)
    other_patient = clinic.add_patient("Somebody", "Else")
    description = row(database, delivery_id).description
    kept = {
        second_file(cliniko, patient, description="Knees"),
        second_file(cliniko, patient, description=description.replace(")", "0)")),
        second_file(cliniko, patient, content=b"%PDF-1.4 edited by hand"),
        second_file(cliniko, patient, filename="letter.pdf"),
        second_file(cliniko, patient, patient_id=other_patient),
    }
    extra = second_file(cliniko, patient)
    change(database, "UPDATE deliveries SET look_again_at = now() WHERE id = :id", id=delivery_id)
    tidy(ana, database)
    assert cliniko.state.attachments[extra].archived_at is not None
    assert all(cliniko.state.attachments[each].archived_at is None for each in kept)
    assert len(cliniko.calls("POST", ARCHIVE)) == 1


def test_the_only_whole_file_is_never_archived_for_an_older_one_that_is_damaged(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.state.processing_polls = 0
    delivery_id = send_pdf(ana, client, CONTENT)
    ana.run_jobs(hurry=True, rounds=3)
    second_file(cliniko, patient)
    (first,) = (each for each in cliniko.state.files_of(patient) if each.id == row(database, delivery_id).attachment_id)
    first.content = CONTENT[:5]
    change(database, "UPDATE deliveries SET look_again_at = now() WHERE id = :id", id=delivery_id)
    tidy(ana, database)
    assert sorted(contents(cliniko, patient)) == sorted([CONTENT, CONTENT[:5]])


def test_a_file_that_came_late_after_giving_up_is_watched_like_any_other_when_a_person_tries_again(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.drop("POST", RECORD, when="after")
    delivery_id = send_pdf(ana, client, CONTENT)
    ana.run_jobs()
    change(
        database,
        "UPDATE deliveries SET state = 'failed', reason = 'gave_up', look_again_at = now() WHERE id = :id",
        id=delivery_id,
    )
    change(database, "DELETE FROM procrastinate_jobs")
    change(database, "UPDATE connections SET held_until = now() WHERE held_until > now()")
    tidy(ana, database)
    assert row(database, delivery_id).attachment_id == cliniko.state.files_of(patient)[0].id
    cliniko.answer("GET", "/v1/patient_attachments/*", 503)
    ana.post(f"/deliveries/{delivery_id}/retry")
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"
    assert contents(cliniko, patient) == [CONTENT]


def test_trouble_while_looking_again_is_tried_again_later_and_harms_nothing(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.state.processing_polls = 0
    delivery_id = send_pdf(ana, client, CONTENT)
    ana.run_jobs(hurry=True, rounds=3)
    second_file(cliniko, patient)
    change(database, "UPDATE deliveries SET look_again_at = now() WHERE id = :id", id=delivery_id)
    cliniko.answer("POST", ARCHIVE, 500)
    tidy(ana, database)
    assert len(contents(cliniko, patient)) == 2
    assert row(database, delivery_id).look_again_at is not None
    tidy(ana, database)
    assert contents(cliniko, patient) == [CONTENT]
    assert (row(database, delivery_id).state, row(database, delivery_id).look_again_at) == ("delivered", None)


def test_a_worker_that_asked_although_another_had_taken_over_has_its_file_looked_for(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    hold = cliniko.hold("POST", RECORD, when="after")
    delivery_id = send_pdf(ana, client)
    slow = threading.Thread(target=ana.run_jobs)
    slow.start()
    assert hold.reached.wait(20)
    change(database, "UPDATE deliveries SET claim = claim + 1 WHERE id = :id", id=delivery_id)
    hold.release()
    slow.join(30)
    assert row(database, delivery_id).look_again_at is not None


@pytest.mark.parametrize("moment", ["before it was seen", "while it is processed"])
def test_a_file_that_somebody_archived_in_cliniko_is_not_sent_again(
    moment: str, ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    if moment == "before it was seen":
        cliniko.drop("POST", RECORD, when="after")
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    (file,) = cliniko.state.files_of(patient)
    file.archived_at = cliniko.state.clock()
    change(database, "UPDATE deliveries SET recorded_at = recorded_at - interval '1 hour'")
    ana.run_jobs(hurry=True, rounds=3)
    assert (row(database, delivery_id).state, row(database, delivery_id).reason) == ("failed", "removed")
    ana.post(f"/deliveries/{delivery_id}/retry")
    ana.run_jobs(hurry=True, rounds=3)
    assert row(database, delivery_id).reason == "removed"
    assert len(cliniko.calls("POST", RECORD)) == 1


@pytest.mark.parametrize(
    "difference", [{"content": b"%PDF-1.4 cut"}, {"content_type": "invalid/invalid"}, {"filename": "other.pdf"}]
)
def test_a_file_that_is_not_what_was_sent_is_not_called_delivered(
    difference: dict[str, Any], ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    (file,) = cliniko.state.files_of(patient)
    for name, value in difference.items():
        setattr(file, name, value)
    ana.run_jobs(hurry=True, rounds=4)
    assert (row(database, delivery_id).state, row(database, delivery_id).reason) == ("failed", "altered")
