"""A role that does not allow files stops them without pointless requests, and restored resumes all by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.delivery.roles import is_time_to_ask
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic, send_pdf

PRESIGN = "/v1/patients/*/attachment_presigned_post"
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.fixture
def client(ana: Browser, clinic: Clinic) -> str:
    """Path of a client whom Ana treats."""
    return ana.open_patient(clinic.add_patient("Olivia", "Hart")).path


def states(database: sa.Engine, ids: list[str]) -> list[Any]:
    with database.connect() as connection:
        found = connection.execute(
            sa.text("SELECT state FROM deliveries WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY created_at"),
            {"ids": ids},
        )
        return list(found.scalars())


def pass_minutes(database: sa.Engine, minutes: int) -> None:
    """Let it be so long ago that Cliniko was asked about roles, and that deliveries stopped."""
    with database.begin() as connection:
        gap = {"gap": timedelta(minutes=minutes)}
        connection.execute(sa.text("UPDATE connections SET checked_at = checked_at - :gap"), gap)
        connection.execute(sa.text("UPDATE deliveries SET stopped_at = stopped_at - :gap"), gap)


def times_asked(cliniko: FakeCliniko, clinic: Clinic) -> int:
    """How often Ana's role was asked for; what other tests have left waiting is asked about as well."""
    return len([call for call in cliniko.calls("GET", "/v1/user") if call.user_id == clinic.ana.id])


def sweep(browser: Browser) -> None:
    browser.run_job("delivery.find_forgotten", timestamp=0)


@pytest.mark.parametrize(
    ("waited_then", "since_asked", "expected"),
    [(0, 4, False), (0, 5, True), (5, 5, True), (20, 19, False), (20, 20, True), (600, 59, False), (600, 60, True)],
)
def test_the_gaps_between_questions_double_from_five_minutes_to_an_hour(
    waited_then: int, since_asked: int, expected: bool
) -> None:
    asked_at = NOW - timedelta(minutes=since_asked)
    waiting_since = asked_at - timedelta(minutes=waited_then)
    assert is_time_to_ask(waiting_since=waiting_since, asked_at=asked_at, now=NOW) is expected


def test_case_21_a_restored_role_resumes_everything_by_itself(
    ana: Browser, client: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    clinic.ana.role = "scheduler"
    ids = [send_pdf(ana, client) for _ in range(4)]
    ana.run_jobs(hurry=True, rounds=2)
    assert states(database, ids) == ["not_permitted"] * 4
    assert len(cliniko.calls("GET", PRESIGN)) == 1  # one was enough to know
    asked = times_asked(cliniko, clinic)
    sweep(ana)
    assert times_asked(cliniko, clinic) == asked  # not yet
    pass_minutes(database, 6)
    sweep(ana)
    assert times_asked(cliniko, clinic) == asked + 1
    assert states(database, ids) == ["not_permitted"] * 4
    clinic.ana.role = "practitioner"
    pass_minutes(database, 61)
    sweep(ana)
    ana.run_jobs(hurry=True, rounds=4)
    assert states(database, ids) == ["delivered"] * 4


def test_case_21_the_first_file_after_a_while_finds_out_itself_and_takes_the_others_along(
    ana: Browser, client: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    clinic.ana.role = "scheduler"
    waiting = send_pdf(ana, client)
    ana.run_jobs()
    clinic.ana.role = "practitioner"
    pass_minutes(database, 6)
    new = send_pdf(ana, client)
    ana.run_jobs(hurry=True, rounds=4)
    assert states(database, [waiting, new]) == ["delivered"] * 2


def test_case_21_trying_again_many_at_once_asks_once_when_the_role_is_still_the_same(
    ana: Browser, client: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    clinic.ana.role = "scheduler"
    ids = [send_pdf(ana, client) for _ in range(3)]
    ana.run_jobs()
    asked = len(cliniko.calls("GET", PRESIGN))
    ana.post("/deliveries/retry", {"which": "all"})
    ana.run_jobs()
    assert len(cliniko.calls("GET", PRESIGN)) == asked + 1
    assert states(database, ids) == ["not_permitted"] * 3


def test_a_key_found_revoked_while_its_role_was_asked_waits_for_a_new_one(
    ana: Browser, client: str, clinic: Clinic, database: sa.Engine
) -> None:
    clinic.ana.role = "scheduler"
    delivery_id = send_pdf(ana, client)
    ana.run_jobs()
    clinic.ana.key_archived = True
    pass_minutes(database, 6)
    sweep(ana)
    with database.connect() as connection:
        state = connection.execute(
            sa.text("SELECT c.state FROM connections c JOIN deliveries d USING (membership_id) WHERE d.id = :id"),
            {"id": delivery_id},
        ).scalar_one()
    assert state == "rejected"
    assert states(database, [delivery_id]) == ["needs_key"]  # and nobody asks for another role any more
    clinic.ana.key_archived, clinic.ana.role = False, "practitioner"
    ana.save_key(clinic.ana.key)
    ana.run_jobs(hurry=True, rounds=4)
    assert states(database, [delivery_id]) == ["delivered"]
