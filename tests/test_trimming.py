"""What has had its time is forgotten, a bounded number of rows at once; what somebody may still ask for stays."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app import trimming
from app.delivery.outcome import judge_poll
from app.delivery.trimming import LAST_ATTEMPTS_KEPT, MOST_ATTEMPTS
from app.jobs.retry import GIVE_UP_AFTER, next_attempt
from tests.support import Browser, Clinic, send_pdf

DAY = 24 * 60


@pytest.fixture
def delivery(ana: Browser, clinic: Clinic) -> str:
    """A delivery of Ana's."""
    return send_pdf(ana, ana.open_patient(clinic.add_patient("Olivia", "Hart")).path)


class Rows:
    """Rows of this test's, arranged and counted."""

    def __init__(self, database: sa.Engine) -> None:
        self.database = database

    def run(self, sql: str, **values: object) -> int:
        with self.database.begin() as connection:
            result = connection.execute(sa.text(sql), values)
            return int(result.scalar_one()) if result.returns_rows else result.rowcount

    def add_attempts(self, delivery: str, number: int, *, days: float) -> None:
        """So many attempts at a delivery, a minute apart, the last of them so many days ago."""
        self.run(
            "INSERT INTO delivery_attempts (delivery_id, started_at, took_ms, step, result) "
            "SELECT :delivery, now() - make_interval(mins => :minutes + :number - n), 5, 'poll', 'done' "
            "FROM generate_series(1, :number) n",
            delivery=delivery,
            number=number,
            minutes=int(days * DAY),
        )

    def attempts(self, delivery: str) -> int:
        return self.run("SELECT count(*) FROM delivery_attempts WHERE delivery_id = :id", id=delivery)


@pytest.fixture
def rows(database: sa.Engine) -> Rows:
    return Rows(database)


@pytest.fixture
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(trimming, "ROWS_AT_A_TIME", 7)
    yield


@pytest.mark.usefixtures("few_at_a_time")
def test_attempts_are_forgotten_ninety_days_after_the_file_arrived(ana: Browser, delivery: str, rows: Rows) -> None:
    rows.add_attempts(delivery, 20, days=91)
    arrived = (
        "UPDATE deliveries SET state = 'delivered', delivered_at = now() - make_interval(days => :days) WHERE id = :id"
    )
    rows.run(arrived, id=delivery, days=89)
    ana.run_job("delivery.forget_attempts", timestamp=0)
    assert rows.attempts(delivery) == 20
    rows.run(arrived, id=delivery, days=90)
    ana.run_job("delivery.forget_attempts", timestamp=0)
    assert rows.attempts(delivery) == 0
    assert rows.run("SELECT count(*) FROM deliveries WHERE id = :id", id=delivery) == 1


def test_the_last_attempts_of_a_delivery_that_stopped_stay(ana: Browser, delivery: str, rows: Rows) -> None:
    rows.add_attempts(delivery, 30, days=200)
    rows.run("UPDATE deliveries SET state = 'failed' WHERE id = :id", id=delivery)
    ana.run_job("delivery.forget_attempts", timestamp=0)
    assert rows.attempts(delivery) == LAST_ATTEMPTS_KEPT
    oldest = rows.run(
        "SELECT round(extract(epoch FROM now() - min(started_at)) / 60) FROM delivery_attempts WHERE delivery_id = :id",
        id=delivery,
    )
    assert oldest - 200 * DAY in (LAST_ATTEMPTS_KEPT - 1, LAST_ATTEMPTS_KEPT)


def test_no_delivery_has_more_attempts_than_anybody_reads(ana: Browser, delivery: str, rows: Rows) -> None:
    rows.add_attempts(delivery, MOST_ATTEMPTS + 50, days=0)
    rows.run("UPDATE deliveries SET state = 'failed' WHERE id = :id", id=delivery)
    ana.run_job("delivery.forget_attempts", timestamp=0)
    assert rows.attempts(delivery) == MOST_ATTEMPTS


def test_a_day_of_polls_after_three_days_of_failures_stays_below_the_bound() -> None:
    now = started = datetime(2026, 11, 25, tzinfo=UTC)
    attempts = 0
    while now - started < GIVE_UP_AFTER:
        attempts += 1
        now = next_attempt(now, failures=attempts)
    recorded = now
    polls = 0
    while (outcome := judge_poll(False, polls=polls, recorded_at=recorded, now=now)).at is not None:
        now, polls = outcome.at, polls + 1
    assert now - recorded >= timedelta(days=1)
    assert 100 < attempts + polls < MOST_ATTEMPTS


@pytest.mark.usefixtures("few_at_a_time")
def test_jobs_that_ended_over_three_days_ago_go_with_their_events_others_stay(ana: Browser, rows: Rows) -> None:
    def add(status: str, days: float) -> None:
        name = f"tests.{status}"
        rows.run(
            "INSERT INTO procrastinate_jobs (queue_name, task_name) "
            "SELECT 'default', CAST(:name AS varchar) FROM generate_series(1, 10)",
            name=name,
        )
        rows.run(
            "UPDATE procrastinate_jobs SET status = CAST(:status AS procrastinate_job_status) WHERE task_name = :name",
            name=name,
            status=status,
        )
        rows.run(
            "UPDATE procrastinate_events SET at = now() - make_interval(hours => :hours) "
            "WHERE job_id IN (SELECT id FROM procrastinate_jobs WHERE task_name = :name)",
            name=name,
            hours=int(days * 24),
        )

    ended = ("succeeded", "failed", "cancelled", "aborted")
    for status in ended:
        add(status, days=3.1)
    add("todo", days=30)
    rows.run("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 day' WHERE task_name = 'tests.todo'")
    ana.run_job("jobs.forget_finished", timestamp=0)
    left = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name"
    assert [rows.run(left, name=f"tests.{status}") for status in (*ended, "todo")] == [0, 0, 0, 0, 10]
    add("succeeded", days=2.9)
    ana.run_job("jobs.forget_finished", timestamp=0)
    assert rows.run(left, name="tests.succeeded") == 10
    orphans = "SELECT count(*) FROM procrastinate_events WHERE job_id NOT IN (SELECT id FROM procrastinate_jobs)"
    assert rows.run(orphans) == 0


@pytest.mark.usefixtures("few_at_a_time")
def test_sign_ins_are_forgotten_thirty_days_after_they_expired(ana: Browser, rows: Rows) -> None:
    marks = {days: uuid.uuid4().hex[:8] for days in (29, 31)}
    for days, mark in marks.items():
        rows.run(
            "INSERT INTO sessions (id, token_digest, practitioner_id, created_at, last_seen_at, expires_at) "
            "SELECT gen_random_uuid(), :mark || n, (SELECT id FROM practitioners LIMIT 1), now(), now(), "
            "now() - make_interval(days => :days) FROM generate_series(1, 10) n",
            mark=mark,
            days=days,
        )
    ana.run_job("accounts.forget_sessions", timestamp=0)
    left = {
        days: rows.run("SELECT count(*) FROM sessions WHERE token_digest LIKE :like", like=f"{mark}%")
        for days, mark in marks.items()
    }
    assert left == {29: 10, 31: 0}
    assert ana.get("/clients").path == "/clients"
