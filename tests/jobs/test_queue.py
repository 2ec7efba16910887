"""Jobs are part of a transaction, run one at a time for a key, and those that wait hold nobody up."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from croniter import croniter
from procrastinate import PsycopgConnector
from procrastinate.jobs import Status
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import utc_now
from app.db import driver_connection, libpq_url, make_engine, make_sessions, transaction
from app.jobs.queue import defer, queue
from app.jobs.worker import requeue_stalled_jobs
from app.tasks import import_all_tasks
from tests.support import without_the_clocks_own_jobs

import_all_tasks()
ran: list[str] = []


@queue.task(name="tests.note")
async def note(word: str) -> None:
    ran.append(word)


@pytest.fixture(autouse=True)
def empty_queue(database: sa.Engine) -> None:
    ran.clear()
    import_all_tasks()
    with database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM procrastinate_jobs")


def in_transaction(database_url: str, work: Callable[[AsyncSession], Awaitable[Any]]) -> None:
    async def run() -> None:
        engine = make_engine(database_url)
        try:
            async with transaction(make_sessions(engine)) as session:
                await work(session)
        finally:
            await engine.dispose()

    asyncio.run(run())


def run_due(database_url: str) -> None:
    async def run() -> None:
        with queue.replace_connector(PsycopgConnector(conninfo=libpq_url(database_url), min_size=1, max_size=2)):
            async with queue.open_async():
                with without_the_clocks_own_jobs():
                    await queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    asyncio.run(run())


def test_a_job_exists_only_if_its_transaction_commits(database_url: str) -> None:
    async def fail(session: AsyncSession) -> None:
        await defer(session, "tests.note", word="lost")
        raise RuntimeError("after putting the job in")

    with pytest.raises(RuntimeError):
        in_transaction(database_url, fail)
    in_transaction(database_url, lambda session: defer(session, "tests.note", word="kept"))
    run_due(database_url)
    assert ran == ["kept"]


def test_a_job_that_waits_for_its_time_does_not_hold_up_others_of_its_lock(database_url: str) -> None:
    later = utc_now() + timedelta(hours=1)
    in_transaction(database_url, lambda s: defer(s, "tests.note", lock="cliniko:1", at=later, word="later"))
    in_transaction(database_url, lambda s: defer(s, "tests.note", lock="cliniko:1", word="now"))
    run_due(database_url)
    assert ran == ["now"]


def test_a_job_whose_time_has_come_runs_under_its_lock(database_url: str, database: sa.Engine) -> None:
    due = utc_now() - timedelta(seconds=1)
    in_transaction(database_url, lambda s: defer(s, "tests.note", lock="cliniko:1", at=due, once="n", word="due"))
    run_due(database_url)
    assert ran == ["due"]
    with database.connect() as connection:
        locks = connection.exec_driver_sql(
            "SELECT lock FROM procrastinate_jobs WHERE task_name = 'tests.note'"
        ).scalars()
        assert list(locks) == ["cliniko:1"]


def test_while_one_waits_no_second_is_added_and_the_transaction_stays_whole(
    database_url: str, database: sa.Engine
) -> None:
    async def twice(session: AsyncSession) -> None:
        for _ in range(2):
            await defer(session, "tests.note", once="note:1", word="one")
        await defer(session, "tests.note", word="another")

    in_transaction(database_url, twice)
    run_due(database_url)
    assert sorted(ran) == ["another", "one"]


def test_a_database_that_is_gone_without_a_word_holds_a_job_up_for_a_minute_at_most(database_url: str) -> None:
    async def look(session: AsyncSession) -> None:
        asked = (await driver_connection(session)).info.get_parameters()
        assert int(asked["keepalives_idle"]) + int(asked["keepalives_interval"]) * int(asked["keepalives_count"]) <= 60
        assert int(asked["tcp_user_timeout"]) <= 60_000

    in_transaction(database_url, look)


def test_of_two_times_for_one_job_the_earlier_counts(database_url: str, database: sa.Engine) -> None:
    now = utc_now()
    for minutes in (60, 5, 30):
        at = now + timedelta(minutes=minutes)
        in_transaction(
            database_url, lambda s, at=at: defer(s, "tests.note", lock="cliniko:1", at=at, once="n", word="once")
        )
    with database.connect() as connection:
        times = connection.exec_driver_sql("SELECT scheduled_at FROM procrastinate_jobs").scalars()
        assert list(times) == [now + timedelta(minutes=5)]


def let_a_worker_die(database: sa.Engine) -> None:
    """All jobs that wait were taken up by a worker that sent its last heartbeat a minute ago."""
    with database.begin() as connection:
        worker = connection.exec_driver_sql(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
        ).scalar_one()
        connection.execute(
            sa.text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :id WHERE status = 'todo'"),
            {"id": worker},
        )


def sweep(database_url: str) -> None:
    async def run() -> None:
        with queue.replace_connector(PsycopgConnector(conninfo=libpq_url(database_url), min_size=1, max_size=2)):
            async with queue.open_async():
                await requeue_stalled_jobs()

    asyncio.run(run())


def finish_next(database_url: str) -> None:
    """Take up the next job and end it, as a worker does."""

    async def run() -> None:
        with queue.replace_connector(PsycopgConnector(conninfo=libpq_url(database_url), min_size=1, max_size=2)):
            async with queue.open_async():
                worker_id = await queue.job_manager.register_worker()
                job = await queue.job_manager.fetch_job(queues=None, worker_id=worker_id)
                assert job is not None
                await queue.job_manager.finish_job(job, status=Status.SUCCEEDED, delete_job=False)

    asyncio.run(run())


def test_the_next_job_of_a_lock_is_announced_when_the_lock_is_free(database_url: str) -> None:
    for word in ("first", "second"):
        in_transaction(database_url, lambda s, word=word: defer(s, "tests.note", lock="cliniko:1", word=word))
    with psycopg.connect(libpq_url(database_url), autocommit=True) as listener:
        listener.execute("LISTEN procrastinate_any_queue_v1")  # what every worker listens to
        finish_next(database_url)
        (news,) = listener.notifies(timeout=20, stop_after=1)
        assert json.loads(news.payload)["type"] == "job_inserted"
        finish_next(database_url)
        assert list(listener.notifies(timeout=0)) == []  # nobody waited for it any more


def runs_of(task_name: str, count: int) -> list[float]:
    """When a periodic task runs next, in seconds."""
    (periodic,) = (each for (name, _), each in queue.periodic_registry.periodic_tasks.items() if name == task_name)
    moments = croniter(periodic.cron, start_time=utc_now())
    return [moments.get_next(float) for _ in range(count)]


def gaps(moments: list[float]) -> list[float]:
    return [round(later - earlier) for earlier, later in pairwise(moments)]


def test_the_sweep_for_killed_workers_runs_every_ten_seconds() -> None:
    assert set(gaps(runs_of("jobs.take_over_stalled", 400))) == {10}


@pytest.mark.parametrize("task_name", sorted({name for name, _ in queue.periodic_registry.periodic_tasks}))
def test_no_periodic_task_runs_in_bursts(task_name: str) -> None:
    # A field in the wrong place reads well and means "every second of every tenth minute".
    found = gaps(runs_of(task_name, 400))
    assert min(found) >= 5 and max(found) <= 4 * min(found)


def test_the_sweep_goes_before_all_that_waits(database_url: str) -> None:
    async def put_in(session: AsyncSession) -> None:
        await defer(session, "tests.note", word="waited")
        await defer(session, "jobs.take_over_stalled", timestamp=0)

    in_transaction(database_url, put_in)

    async def first() -> str:
        with queue.replace_connector(PsycopgConnector(conninfo=libpq_url(database_url), min_size=1, max_size=2)):
            async with queue.open_async():
                worker_id = await queue.job_manager.register_worker()
                job = await queue.job_manager.fetch_job(queues=None, worker_id=worker_id)
                assert job is not None
                return job.task_name

    assert asyncio.run(first()) == "jobs.take_over_stalled"


def test_the_job_of_a_killed_worker_is_taken_over(database_url: str, database: sa.Engine) -> None:
    in_transaction(database_url, lambda s: defer(s, "tests.note", word="taken over"))
    let_a_worker_die(database)
    sweep(database_url)
    run_due(database_url)
    assert ran == ["taken over"]


def test_a_dead_workers_job_gives_its_lock_to_one_like_it_that_was_put_in_meanwhile(
    database_url: str, database: sa.Engine
) -> None:
    def put_in(word: str, once: str | None = None) -> None:
        in_transaction(database_url, lambda s: defer(s, "tests.note", lock="cliniko:1", once=once, word=word))

    put_in("of the dead worker", once="same")
    let_a_worker_die(database)
    put_in("put in meanwhile", once="same")
    put_in("another of the key")
    sweep(database_url)
    run_due(database_url)
    assert ran == ["put in meanwhile", "another of the key"]


def test_a_job_that_cannot_be_put_back_holds_up_no_other_dead_workers_job(
    database_url: str, database: sa.Engine
) -> None:
    in_transaction(database_url, lambda s: defer(s, "tests.note", once="same", word="of the dead worker"))
    in_transaction(database_url, lambda s: defer(s, "tests.note", word="without a like"))
    let_a_worker_die(database)
    in_transaction(database_url, lambda s: defer(s, "tests.note", once="same", word="put in meanwhile"))
    sweep(database_url)
    run_due(database_url)
    assert sorted(ran) == ["put in meanwhile", "without a like"]
