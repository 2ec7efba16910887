"""While Cliniko is down for a key one probe goes and the rest waits; afterwards everything arrives, oldest first."""

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from app.cliniko.errors import (
    KeyRejected,
    MalformedAnswer,
    NotFound,
    NotPermitted,
    RateLimited,
    Refused,
    ServerTrouble,
    StorageFull,
    Unreachable,
    UploadExpired,
)
from app.clock import utc_now
from app.crypto import CannotDecryptError
from app.db import transaction
from app.delivery import events
from app.delivery.bringing import StoodStillError, bring
from app.delivery.claims import take
from app.delivery.outcome import Verdict, judge_cliniko
from app.main import open_tools
from tests.delivery.arrange import change
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic, send_pdf

PRESIGN = "/v1/patients/*/attachment_presigned_post"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The moments people may hear of, in the order they came."""
    names: list[str] = []
    for name in ("outage_began", "outage_ended", "delivery_stopped", "delivery_recovered"):

        async def hear(*arguments: Any, name: str = name) -> None:
            names.append(name)

        monkeypatch.setattr(events, name, hear)
    yield names


def send(browser: Browser, client: str, count: int) -> list[str]:
    return [send_pdf(browser, client, b"%PDF-1.4 " + bytes([65 + n])) for n in range(count)]


def rows(database: sa.Engine, ids: list[str]) -> list[Any]:
    with database.connect() as connection:
        found = connection.execute(
            sa.text("SELECT * FROM deliveries WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY created_at"), {"ids": ids}
        )
        return list(found)


def key_of(database: sa.Engine, delivery_id: str) -> Any:
    with database.connect() as connection:
        return connection.execute(
            sa.text("SELECT c.* FROM connections c JOIN deliveries d USING (membership_id) WHERE d.id = :id"),
            {"id": delivery_id},
        ).one()


def probe_is_due(database: sa.Engine) -> None:
    """Let the next probe's time come, and the jobs that wait for it; no delivery's own time."""
    change(database, "UPDATE connections SET held_until = now() - interval '1 s' WHERE held_until > now()")
    change(database, "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (None, Verdict.ANSWERS),
        (Unreachable(), Verdict.DOWN),
        (Unreachable(sent_nothing=True), Verdict.DOWN),
        (ServerTrouble(), Verdict.DOWN),
        (ServerTrouble(resource="file store"), Verdict.DOWN),
        (MalformedAnswer(), Verdict.DOWN),
        (Refused(), Verdict.ANSWERS),
        (NotFound(), Verdict.ANSWERS),
        (KeyRejected(), Verdict.ANSWERS),
        (NotPermitted(), Verdict.ANSWERS),
        (StorageFull(), Verdict.ANSWERS),
        (UploadExpired(), Verdict.ANSWERS),
        (RateLimited(utc_now()), Verdict.UNKNOWN),
        (CannotDecryptError("x"), Verdict.UNKNOWN),
        (StoodStillError(), Verdict.UNKNOWN),
        (RuntimeError("a slip of ours"), Verdict.UNKNOWN),
    ],
)
def test_what_an_attempt_says_of_cliniko(error: Exception | None, verdict: Verdict) -> None:
    assert judge_cliniko(error) is verdict


def test_case_26_one_probe_a_gap_goes_the_rest_waits_without_failures_and_drains_oldest_first(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine, heard: list[str]
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503, times=None)
    ids = send(ana, client, 5)
    ana.run_jobs()
    assert len(cliniko.calls("GET", PRESIGN)) == 1
    assert [each.failures for each in rows(database, ids)] == [1, 0, 0, 0, 0]
    assert {each.reason for each in rows(database, ids)[1:]} == {"held"}
    ana.run_jobs()
    assert len(cliniko.calls("GET", PRESIGN)) == 1  # nothing goes before the probe's time
    for probes in (2, 3):
        probe_is_due(database)
        ana.run_jobs()
        assert len(cliniko.calls("GET", PRESIGN)) == probes
    assert sorted(each.failures for each in rows(database, ids)) == [0, 0, 1, 1, 1]
    down = key_of(database, ids[0])
    assert down.failures == 3 and down.held_until > down.failing_since
    assert heard == ["outage_began"]
    cliniko.clear_faults()
    ana.run_jobs(hurry=True, rounds=4)
    assert {each.state for each in rows(database, ids)} == {"delivered"}
    arrived = [file.content[-1:] for file in cliniko.state.files_of(patient)]
    _, *drained = arrived  # the probe was one of them
    assert drained == sorted(drained) and sorted(arrived) == [b"A", b"B", b"C", b"D", b"E"]
    up = key_of(database, ids[0])
    assert (up.failures, up.failing_since, up.held_until) == (0, None, None)
    assert heard == ["outage_began", "outage_ended"]


def test_case_26_a_single_hiccup_alerts_nobody(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine, heard: list[str]
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503)
    ids = send(ana, client, 2)
    ana.run_jobs(hurry=True, rounds=5)
    assert {each.state for each in rows(database, ids)} == {"delivered"}
    assert heard == []


def test_a_file_that_cliniko_cannot_digest_does_not_stand_in_the_way_of_the_others(
    ana: Browser, client: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    bad_patient = clinic.add_patient("Peter", "Poison")
    bad_client = ana.open_patient(bad_patient).path
    cliniko.answer_html("GET", f"/v1/patients/{bad_patient}/attachment_presigned_post", 500, times=None)
    (bad,) = send(ana, bad_client, 1)
    good = send(ana, client, 3)
    ana.run_jobs()
    change(database, "UPDATE deliveries SET next_attempt_at = now() - interval '1 s' WHERE id = :id", id=bad)
    probe_is_due(database)
    ana.run_jobs()
    assert "processing" in {each.state for each in rows(database, good)}  # the bad one, though older, was not the probe
    probe_is_due(database)
    ana.run_jobs()
    assert {each.state for each in rows(database, good)} <= {"processing", "delivered"}
    assert rows(database, [bad])[0].state == "waiting"


def test_retry_now_by_a_person_is_the_probe(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503, times=2)
    ids = send(ana, client, 3)
    ana.run_jobs()
    change(database, "UPDATE connections SET held_until = now() + interval '1 hour' WHERE held_until > now()")
    ana.post(f"/deliveries/{ids[2]}/retry")
    ana.run_jobs()
    assert [each.failures for each in rows(database, ids)] == [1, 0, 1]  # asked for, tried, still down
    change(database, "UPDATE connections SET held_until = now() + interval '1 hour' WHERE held_until > now()")
    ana.post(f"/deliveries/{ids[2]}/retry")
    ana.run_jobs()
    assert cliniko.state.files_of(patient)[0].content[-1:] == b"C"  # the one that was asked for went first
    assert len(cliniko.state.files_of(patient)) == 2  # and what was held followed; A waits for its own time
    ana.run_jobs(hurry=True, rounds=4)
    assert {each.state for each in rows(database, ids)} == {"delivered"}


def test_a_click_that_cliniko_answers_brings_the_backlog_back_at_once(
    ana: Browser, client: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503)
    ids = send(ana, client, 3)
    ana.run_jobs()
    change(database, "UPDATE connections SET held_until = now() + interval '1 hour' WHERE held_until > now()")
    ana.run_jobs()
    assert len(cliniko.calls("GET", PRESIGN)) == 1
    ana.open_patient(clinic.add_patient("New", "Patient"))
    ana.run_jobs()
    assert [each.state for each in rows(database, ids)] == ["waiting", "processing", "processing"]


def test_a_click_that_cliniko_answers_hastens_the_only_one_that_waits(
    ana: Browser, client: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503)
    (only,) = send(ana, client, 1)
    ana.run_jobs()
    change(database, "UPDATE connections SET held_until = now() + interval '1 hour' WHERE held_until > now()")
    change(database, "UPDATE deliveries SET next_attempt_at = now() + interval '1 hour' WHERE id = :id", id=only)
    ana.open_patient(clinic.add_patient("New", "Patient"))
    ana.run_jobs()
    assert rows(database, [only])[0].state == "processing"


def test_another_key_brings_back_what_an_outage_of_the_removed_one_held(
    ana: Browser, client: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503)
    ids = send(ana, client, 2)
    ana.run_jobs()
    held = rows(database, ids)[1]
    assert held.reason == "held"
    change(database, "UPDATE deliveries SET next_attempt_at = now() + interval '1 hour' WHERE id = :id", id=held.id)
    change(database, "DELETE FROM connections WHERE membership_id = :id", id=held.membership_id)
    ana.save_key(clinic.ben.key)
    ana.run_jobs()
    assert rows(database, ids)[1].state == "processing"


def test_a_click_ends_an_outage_nothing_waits_for_any_more(
    ana: Browser, client: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine, heard: list[str]
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503, times=None)
    (only,) = send(ana, client, 1)
    ana.run_jobs(hurry=True, rounds=2)
    change(database, "UPDATE deliveries SET state = 'failed', reason = 'gave_up' WHERE id = :id", id=only)
    ana.open_patient(clinic.add_patient("New", "Patient"))
    ana.run_jobs()
    assert key_of(database, only).failures == 0
    assert heard == ["outage_began", "outage_ended"]


def test_case_26_after_three_days_a_person_is_told_although_it_was_only_held(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine, heard: list[str]
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503, times=None)
    ids = send(ana, client, 3)
    ana.run_jobs()
    change(database, "UPDATE deliveries SET started_at = now() - interval '73 hours' WHERE id = :id", id=ids[1])
    ana.run_job("delivery.find_forgotten", timestamp=0)
    states = [(each.state, each.reason) for each in rows(database, ids)]
    assert states[1] == ("failed", "gave_up") and states[2] == ("waiting", "held")
    assert heard == ["delivery_stopped"]
    cliniko.clear_faults()
    ana.post(f"/deliveries/{ids[1]}/retry")
    ana.run_jobs(hurry=True, rounds=4)
    assert {each.state for each in rows(database, ids)} == {"delivered"}
    assert heard == ["delivery_stopped", "delivery_recovered"]


def test_held_deliveries_whose_wake_was_lost_are_found_again(
    ana: Browser, client: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503)
    ids = send(ana, client, 3)
    ana.run_jobs()
    change(database, "DELETE FROM procrastinate_jobs")
    change(
        database,
        "UPDATE deliveries SET started_at = now() - interval '1 hour', next_attempt_at = now() - interval '11 minutes' "
        "WHERE id = ANY(CAST(:ids AS uuid[]))",
        ids=ids,
    )
    change(database, "UPDATE connections SET held_until = now() - interval '11 minutes' WHERE held_until > now()")
    ana.run_job("delivery.find_forgotten", timestamp=0)
    ana.run_jobs(hurry=True, rounds=4)
    assert {each.state for each in rows(database, ids)} == {"delivered"}


async def work_side_by_side(app: Any, ids: list[str]) -> None:
    """Let one worker for each delivery take it up at the same moment, without the queue's lock between them.

    As when a worker that was thought gone goes on beside the one that took over.
    """

    async def work(delivery_id: str) -> None:
        async with open_tools(app.state.settings, app.state.database_url) as tools:
            async with transaction(tools.sessions) as session:
                claim = await take(session, uuid.UUID(delivery_id), tools.clock())
            if claim is not None:
                await bring(tools, claim)

    await asyncio.gather(*(work(each) for each in ids))


def test_two_workers_send_one_probe_between_them(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503, times=2)
    ids = send(ana, client, 4)
    ana.run_jobs()
    change(database, "UPDATE connections SET held_until = now() - interval '1 s' WHERE held_until > now()")
    asyncio.run(work_side_by_side(ana.server.app, ids[1:]))
    assert len(cliniko.calls("GET", PRESIGN)) == 2
    assert sorted(each.failures for each in rows(database, ids)) == [0, 0, 1, 1]
    assert key_of(database, ids[0]).failures == 2


def test_two_workers_with_one_backlog_send_each_file_once(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    ids = send(ana, client, 6)
    asyncio.run(work_side_by_side(ana.server.app, ids * 2))
    ana.run_jobs(hurry=True, rounds=4)
    assert {each.state for each in rows(database, ids)} == {"delivered"}
    assert sorted(file.content[-1:] for file in cliniko.state.files_of(patient)) == [b"A", b"B", b"C", b"D", b"E", b"F"]


def test_a_new_key_brings_back_what_waited_for_the_end_of_an_outage(
    ana: Browser, client: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503)
    ids = send(ana, client, 2)
    ana.run_jobs()
    change(database, "UPDATE connections SET held_until = now() + interval '1 hour' WHERE held_until > now()")
    ana.save_key(clinic.ben.key)
    ana.run_jobs()
    assert rows(database, ids)[1].state == "processing"
