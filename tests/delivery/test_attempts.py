"""Every attempt at a delivery is kept: what was tried, what came back, how long it took; no patient text."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.cliniko.errors import KeyRejected, RateLimited, Refused, StorageFull, Unreachable
from app.clock import utc_now
from app.crypto import CannotDecryptError
from app.delivery.attempts import result_of
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic, send_pdf

PRESIGN = "/v1/patients/*/attachment_presigned_post"
RECORD = "/v1/patient_attachments"


def attempts(database: sa.Engine, delivery_id: str) -> list[Any]:
    with database.connect() as connection:
        return list(
            connection.execute(
                sa.text(
                    "SELECT step, result, reason, error_type, remote_status, took_ms, started_at "
                    "FROM delivery_attempts WHERE delivery_id = :id ORDER BY id"
                ),
                {"id": delivery_id},
            )
        )


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (None, "done"),
        (Unreachable(), "transient"),
        (RateLimited(utc_now()), "transient"),
        (Refused(), "permanent"),
        (KeyRejected(), "config"),
        (StorageFull(), "config"),
        (CannotDecryptError("x"), "config"),
        (RuntimeError("a slip of ours"), "ours"),
    ],
)
def test_an_attempt_says_whose_trouble_it_was(error: Exception | None, result: str) -> None:
    assert result_of(error) == result


def test_each_attempt_is_one_row_with_the_step_it_reached(
    ana: Browser, client: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503)
    cliniko.drop("POST", "/bucket/", when="before")
    cliniko.garble("POST", RECORD, "truncated")
    delivery_id = send_pdf(ana, client)
    ana.run_jobs(hurry=True, rounds=8)
    kept = attempts(database, delivery_id)
    assert [tuple(each)[:5] for each in kept] == [
        ("permission", "transient", "server_trouble", "ServerTrouble", 503),
        ("upload", "transient", "unreachable", "Unreachable", None),
        ("record", "transient", "server_trouble", "MalformedAnswer", 201),
        ("look", "done", "", "", None),
        ("poll", "done", "processing", "", None),
        ("poll", "done", "", "", None),
    ]
    assert all(0 <= each.took_ms < 60_000 for each in kept)
    starts = [each.started_at for each in kept]
    assert starts == sorted(starts)


def test_a_key_that_was_revoked_is_an_attempt_too_and_waiting_for_a_new_one_is_none(
    ana: Browser, client: str, clinic: Clinic, database: sa.Engine
) -> None:
    clinic.ana.key_archived = True
    delivery_id = send_pdf(ana, client)
    ana.run_jobs(hurry=True, rounds=3)
    assert [tuple(each)[:5] for each in attempts(database, delivery_id)] == [
        ("permission", "config", "key_rejected", "KeyRejected", 401)
    ]


def test_an_attempt_whose_worker_was_stopped_is_noted_by_who_takes_over(
    ana: Browser, client: str, database: sa.Engine
) -> None:
    delivery_id = send_pdf(ana, client)
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE deliveries SET state = 'uploading', claim = 1 WHERE id = :id"), {"id": delivery_id}
        )
    ana.run_jobs(hurry=True)
    first = attempts(database, delivery_id)[0]
    assert (first.step, first.result, first.reason) == ("permission", "ours", "broken_off")


def test_waiting_for_its_turn_below_the_limit_is_no_attempt(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    delivery_id = send_pdf(ana, client)
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO connection_paces (connection_id, sent) "
                "SELECT c.id, array_fill(now(), ARRAY[199]) FROM connections c JOIN deliveries d USING (membership_id) "
                "WHERE d.id = :id ON CONFLICT (connection_id) DO UPDATE SET sent = excluded.sent"
            ),
            {"id": delivery_id},
        )
    ana.run_jobs()
    assert (attempts(database, delivery_id), cliniko.calls("GET", PRESIGN)) == ([], [])
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE connection_paces SET sent = '{}'")
    ana.run_jobs(hurry=True, rounds=3)
    assert [each.result for each in attempts(database, delivery_id)][-1] == "done"
