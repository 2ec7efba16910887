"""/readyz: a queue in which nothing moves for ten minutes is told, a restart or a quiet night is not."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.support import Browser


class Queue:
    """The queue's own tables, arranged as of so many minutes ago."""

    def __init__(self, database: sa.Engine) -> None:
        self.database = database

    def run(self, sql: str, **values: object) -> int | None:
        with self.database.begin() as connection:
            result = connection.execute(sa.text(sql), values)
            return result.scalar_one() if result.returns_rows else None

    def add_job(self, minutes: float, *, lock: str | None = None, wait: float | None = None) -> int:
        """A job put in so many minutes ago, to wait for its time for some of them."""
        job = self.run(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, scheduled_at) VALUES "
            "('default', 'tests.nothing', :lock, now() - make_interval(secs => 60 * (:minutes - :wait))) RETURNING id",
            lock=lock,
            minutes=minutes,
            wait=wait,
        )
        assert job is not None
        self.run(
            "UPDATE procrastinate_events SET at = now() - make_interval(secs => 60 * :minutes) "
            "WHERE job_id = :job AND type = 'deferred'",
            job=job,
            minutes=minutes,
        )
        return job

    def add_worker(self, minutes: float = 0) -> int:
        """A worker whose last sign of life is so many minutes old."""
        worker = self.run(
            "INSERT INTO procrastinate_workers (last_heartbeat) "
            "VALUES (now() - make_interval(secs => 60 * :minutes)) RETURNING id",
            minutes=minutes,
        )
        assert worker is not None
        return worker

    def finish(self, job: int, minutes: float = 0) -> None:
        """A job was done so many minutes ago."""
        self.take(job)
        self.run("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = :job", job=job)
        self.run(
            "UPDATE procrastinate_events SET at = now() - make_interval(secs => 60 * :minutes) "
            "WHERE job_id = :job AND type = 'succeeded'",
            job=job,
            minutes=minutes,
        )

    def take(self, job: int, worker: int | None = None) -> None:
        """A worker has taken a job up."""
        self.run(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker WHERE id = :job",
            job=job,
            worker=worker,
        )


@pytest.fixture
def jobs(browser: Browser, database: sa.Engine) -> Iterator[Queue]:
    def clear() -> None:
        with database.begin() as connection:
            connection.exec_driver_sql("DELETE FROM procrastinate_jobs")
            connection.exec_driver_sql("DELETE FROM procrastinate_workers")

    clear()
    yield Queue(database)
    clear()


def readiness(browser: Browser) -> tuple[int, str]:
    answer = browser.send("GET", "/readyz")
    return answer.status, answer.content.decode()


def test_without_jobs_it_is_ready_with_and_without_workers(browser: Browser, jobs: Queue) -> None:
    assert readiness(browser)[0] == 200
    jobs.finish(jobs.add_job(500), minutes=400)
    assert readiness(browser)[0] == 200


def test_jobs_that_nobody_takes_up_are_told_after_ten_minutes(browser: Browser, jobs: Queue) -> None:
    jobs.add_job(9)
    jobs.add_worker(minutes=30)
    assert readiness(browser)[0] == 200
    jobs.add_job(11)
    status, words = readiness(browser)
    assert status == 503
    assert "start kinebridge worker" in words
    jobs.add_worker()
    jobs.finish(jobs.add_job(1))
    assert readiness(browser)[0] == 200


def test_a_worker_that_lives_but_ends_nothing_is_told(browser: Browser, jobs: Queue) -> None:
    jobs.add_worker()
    jobs.finish(jobs.add_job(60), minutes=11)
    jobs.add_job(12)
    assert readiness(browser)[0] == 503


def test_a_long_backlog_that_moves_is_no_standstill(browser: Browser, jobs: Queue) -> None:
    jobs.add_worker()
    for _ in range(3):
        jobs.add_job(90)
    jobs.finish(jobs.add_job(90), minutes=2)
    assert readiness(browser)[0] == 200


def test_a_job_that_waits_for_its_time_or_has_just_come_due_is_no_standstill(browser: Browser, jobs: Queue) -> None:
    jobs.add_job(300, wait=360)
    jobs.add_job(300, wait=295)
    assert readiness(browser)[0] == 200
    jobs.add_job(300, wait=285)
    assert readiness(browser)[0] == 503


def test_a_job_behind_one_that_a_living_worker_runs_is_no_standstill(browser: Browser, jobs: Queue) -> None:
    worker = jobs.add_worker()
    jobs.take(jobs.add_job(40, lock="cliniko:1"), worker)
    jobs.add_job(30, lock="cliniko:1")
    assert readiness(browser)[0] == 200
    jobs.run("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'")
    assert readiness(browser)[0] == 503
