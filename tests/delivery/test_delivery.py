"""A delivery reaches the patient's Files exactly once, or says what to do."""

import threading
import uuid

import pytest
import sqlalchemy as sa

from app.delivery import sweeps
from app.delivery.service import describe_file
from app.delivery.states import TransitionError
from app.demo.cliniko.state import Attachment
from tests.delivery.arrange import row
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic, send_pdf

PRESIGN = "/v1/patients/*/attachment_presigned_post"
RECORD = "/v1/patient_attachments"
CONTENT = b"%PDF-1.4 made for a test"

STEPS = [("GET", PRESIGN), ("POST", "/bucket/"), ("POST", RECORD)]


def files(cliniko: FakeCliniko, patient: str) -> list[Attachment]:
    return cliniko.state.files_of(patient)


def deliver(browser: Browser, *, rounds: int = 6) -> None:
    """Run the jobs until all has settled, without waiting out the gaps between attempts."""
    browser.run_jobs(hurry=True, rounds=rounds)


def test_a_delivery_puts_the_very_bytes_into_the_patients_files(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    delivery_id = send_pdf(ana, client, CONTENT, title="Knee strength")
    assert row(database, delivery_id).state == "waiting"
    deliver(ana)
    (file,) = files(cliniko, patient)
    assert (file.content, file.filename, file.content_type) == (CONTENT, "knees-v1.pdf", "application/pdf")
    assert file.description is not None and file.description.startswith("Knee strength (Kinebridge ")
    done = row(database, delivery_id)
    assert (done.state, done.attachment_id) == ("delivered", file.id)
    assert done.delivered_at is not None


def test_the_job_exists_if_and_only_if_the_delivery_does(ana: Browser, client: str, database: sa.Engine) -> None:
    delivery_id = send_pdf(ana, client)
    with database.connect() as connection:
        jobs = connection.execute(
            sa.text("SELECT count(*) FROM procrastinate_jobs WHERE args->>'delivery_id' = :id"), {"id": delivery_id}
        ).scalar_one()
    assert jobs == 1


@pytest.mark.parametrize(("method", "path"), STEPS)
@pytest.mark.parametrize("trouble", ["before", "after", "midway", "502", "truncated", "malformed"])
def test_case_23_trouble_at_any_step_ends_with_exactly_one_file(
    method: str, path: str, trouble: str, ana: Browser, client: str, patient: str, cliniko: FakeCliniko,
    database: sa.Engine,
) -> None:  # fmt: skip
    if trouble == "502":
        cliniko.answer(method, path, 502, "<html>sorry</html>", when="after")
    elif trouble in ("truncated", "malformed"):
        cliniko.garble(method, path, trouble)  # type: ignore[arg-type]  # one of its words
    else:
        cliniko.drop(method, path, when=trouble)  # type: ignore[arg-type]  # one of its words
    delivery_id = send_pdf(ana, client, CONTENT)
    deliver(ana)
    assert [file.content for file in files(cliniko, patient)] == [CONTENT]
    assert row(database, delivery_id).state == "delivered"


def test_case_23_a_retry_adopts_the_file_whose_answer_was_lost(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.drop("POST", RECORD, when="after")
    delivery_id = send_pdf(ana, client)
    deliver(ana)
    assert len(cliniko.calls("POST", RECORD)) == 1
    assert row(database, delivery_id).attachment_id == files(cliniko, patient)[0].id


def test_case_23_a_file_that_was_processed_before_it_was_found_is_delivered_at_once(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.state.processing_polls = 0
    cliniko.drop("POST", RECORD, when="after")
    delivery_id = send_pdf(ana, client)
    deliver(ana, rounds=2)
    assert row(database, delivery_id).state == "delivered"
    assert len(files(cliniko, patient)) == 1


def test_case_20_a_revoked_key_waits_and_a_new_one_resumes_by_itself(
    ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    clinic.ana.key_archived = True
    delivery_id = send_pdf(ana, client)
    deliver(ana)
    assert row(database, delivery_id).state == "needs_key"
    asked = len(cliniko.log)
    deliver(ana)
    assert len(cliniko.log) == asked  # nothing is tried with a key that was rejected
    ana.save_key(clinic.ben.key)
    deliver(ana)
    assert row(database, delivery_id).state == "delivered"
    assert len(files(cliniko, patient)) == 1


def test_case_20_a_key_revoked_between_the_steps_ends_with_one_file(
    ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer("POST", RECORD, 401)
    delivery_id = send_pdf(ana, client)
    deliver(ana)
    assert row(database, delivery_id).state == "needs_key"
    ana.save_key(clinic.ana.key)
    deliver(ana)
    assert row(database, delivery_id).state == "delivered"
    assert len(files(cliniko, patient)) == 1


def test_case_20_without_a_key_a_delivery_waits_for_one(
    ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    ana.get("/account/settings")
    ana.press("Remove key")
    delivery_id = send_pdf(ana, client)
    assert (row(database, delivery_id).state, row(database, delivery_id).reason) == ("needs_key", "no_key")
    ana.save_key(clinic.ana.key)
    deliver(ana)
    assert row(database, delivery_id).state == "delivered"


def test_case_21_a_scheduler_gets_no_pointless_retries_and_a_restored_role_resumes(
    ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    clinic.ana.role = "scheduler"
    delivery_id = send_pdf(ana, client)
    deliver(ana)
    assert row(database, delivery_id).state == "not_permitted"
    assert len(cliniko.calls("GET", PRESIGN)) == 1
    clinic.ana.role = "practitioner"
    ana.save_key(clinic.ana.key)
    deliver(ana)
    assert row(database, delivery_id).state == "delivered"


def test_case_21_pressing_retry_after_the_role_was_restored_sends_it(
    ana: Browser, client: str, clinic: Clinic, database: sa.Engine
) -> None:
    clinic.ana.role = "scheduler"
    delivery_id = send_pdf(ana, client)
    deliver(ana)
    clinic.ana.role = "practitioner"
    ana.post(f"/deliveries/{delivery_id}/retry")
    deliver(ana)
    assert row(database, delivery_id).state == "delivered"


def test_case_22_an_expired_permission_is_replaced_at_once(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    hold = cliniko.hold("POST", "/bucket/", when="before")
    delivery_id = send_pdf(ana, client, CONTENT)

    worker = threading.Thread(target=lambda: ana.run_jobs())
    worker.start()
    assert hold.reached.wait(10)
    cliniko.state.expire_issued_posts()
    hold.release()
    worker.join(30)
    assert [entry.status for entry in cliniko.calls("POST", "/bucket/")] == [403, 201]
    assert row(database, delivery_id).failures == 0
    assert [file.content for file in files(cliniko, patient)] == [CONTENT]


def test_case_24_slow_processing_is_polled_until_it_is_done(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.state.processing_polls = 3
    delivery_id = send_pdf(ana, client)
    deliver(ana, rounds=2)
    assert row(database, delivery_id).state == "processing"
    deliver(ana, rounds=5)
    assert row(database, delivery_id).state == "delivered"
    assert len(files(cliniko, patient)) == 1


def test_case_24_full_storage_is_told_and_tried_again(
    ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    clinic.account.storage_limit_bytes = 1
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    waiting = row(database, delivery_id)
    assert (waiting.state, waiting.reason) == ("waiting", "storage_full")
    clinic.account.storage_limit_bytes = None
    deliver(ana)
    assert row(database, delivery_id).state == "delivered"


def test_case_24_while_storage_is_full_one_file_tries_for_all_of_the_key(
    ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    clinic.account.storage_limit_bytes = 1
    ids = [send_pdf(ana, client) for _ in range(3)]
    ana.run_jobs()
    asked = len(cliniko.calls("GET", PRESIGN))  # once for each, as nobody knew
    for more in (1, 2):
        ana.run_jobs(hurry=True)
        assert len(cliniko.calls("GET", PRESIGN)) == asked + more
        rows = [row(database, id_) for id_ in ids]
        assert {(each.state, each.reason) for each in rows} == {("waiting", "storage_full")}
        assert len({each.next_attempt_at for each in rows}) == 1  # all when the next one tries
    clinic.account.storage_limit_bytes = None
    deliver(ana)
    assert {row(database, id_).state for id_ in ids} == {"delivered"}
    assert len(files(cliniko, patient)) == 3


def test_case_25_a_429_waits_until_the_reset_named(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.limit_rate("GET", PRESIGN, 40)
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    waiting = row(database, delivery_id)
    assert (waiting.state, waiting.reason, waiting.failures) == ("waiting", "busy", 0)
    with database.connect() as connection:
        seconds = connection.execute(
            sa.text("SELECT extract(epoch FROM next_attempt_at - now()) FROM deliveries WHERE id = :id"),
            {"id": delivery_id},
        ).scalar_one()
    assert 30 < seconds <= 41
    deliver(ana)
    assert row(database, delivery_id).state == "delivered"


def test_case_26_while_cliniko_is_down_the_queue_holds_and_everything_arrives_afterwards(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503, times=None)
    deliveries = [send_pdf(ana, client, b"%PDF-1.4 " + bytes([65 + n])) for n in range(3)]
    deliver(ana, rounds=3)
    assert {row(database, each).state for each in deliveries} == {"waiting"}
    assert len(cliniko.calls("GET", PRESIGN)) == 3  # one probe a round, not one for each file
    cliniko.clear_faults()
    deliver(ana)
    assert sorted(file.content[-1:] for file in files(cliniko, patient)) == [b"A", b"B", b"C"]


def test_case_27_a_patient_merged_after_assigning_gets_the_file_in_the_survivors_files(
    ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    survivor = clinic.add_patient("Olivia", "Hart-Lee")
    cliniko.answer("GET", PRESIGN, 422)
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    clinic.state.merge_patients(patient, into=survivor)
    ana.open_patient(patient)
    ana.run_jobs()
    deliver(ana)
    assert row(database, delivery_id).state == "delivered"
    assert (len(files(cliniko, patient)), len(files(cliniko, survivor))) == (0, 1)


def test_case_27_a_client_linked_to_someone_else_stops_and_asks(
    ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    stranger = clinic.add_patient("Somebody", "Else")
    delivery_id = send_pdf(ana, client)
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE client_links SET patient_id = :new WHERE patient_id = :old"),
            {"new": stranger, "old": patient},
        )
    deliver(ana)
    assert (row(database, delivery_id).state, row(database, delivery_id).reason) == ("failed", "patient_changed")
    assert not files(cliniko, stranger)


def test_a_patient_no_longer_visible_is_told_at_once(
    ana: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    clinic.state.delete_patient(patient)
    delivery_id = send_pdf(ana, client)
    deliver(ana)
    assert row(database, delivery_id).reason == "patient_not_visible"


def test_a_worker_that_lost_its_claim_writes_nothing_more(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    hold = cliniko.hold("POST", "/bucket/", when="after")
    delivery_id = send_pdf(ana, client)

    slow = threading.Thread(target=lambda: ana.run_jobs())
    slow.start()
    assert hold.reached.wait(10)
    with database.begin() as connection:  # another worker takes the delivery over
        connection.execute(sa.text("UPDATE deliveries SET claim = claim + 1 WHERE id = :id"), {"id": delivery_id})
    hold.release()
    slow.join(30)
    assert not cliniko.calls("POST", RECORD)
    assert row(database, delivery_id).record_asked_at is None


def test_a_delivery_whose_job_was_lost_is_found_again_whatever_else_goes_wrong(
    ana: Browser, client: str, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise TransitionError("a slip of ours over some other delivery")

    monkeypatch.setattr(sweeps, "give_up_held", fail)
    delivery_id = send_pdf(ana, client)
    with database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM procrastinate_jobs")
        connection.execute(
            sa.text("UPDATE deliveries SET started_at = now() - interval '1 hour' WHERE id = :id"), {"id": delivery_id}
        )
    ana.run_job("delivery.find_forgotten", timestamp=0)
    deliver(ana)
    assert row(database, delivery_id).state == "delivered"


def test_strangers_cannot_retry_a_delivery(ana: Browser, ben: Browser, client: str, clinic: Clinic) -> None:
    delivery_id = send_pdf(ana, client)
    stranger = ana.another()
    stranger.sign_up()
    for who in (ben, stranger):
        assert who.send("POST", f"/deliveries/{delivery_id}/retry").status == 404
    assert stranger.send("POST", f"/deliveries/{uuid.uuid4()}/retry").status == 404


@pytest.mark.parametrize("grapheme", ["x", "👩‍👩‍👧‍👦", "e\u0301"])
def test_case_19_a_long_title_is_cut_between_graphemes_and_keeps_the_mark(grapheme: str) -> None:
    delivery_id = uuid.uuid4()
    description = describe_file(grapheme * 300, delivery_id)
    assert len(description) <= 255
    kept, ellipsis, mark = description.partition("…")
    assert (ellipsis, mark) == ("…", f" (Kinebridge {delivery_id.hex[:16]})")
    assert kept == grapheme * (len(kept) // len(grapheme)) and kept
