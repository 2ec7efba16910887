"""What tests about clients that change share."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa

from tests.processes import wait_until
from tests.support import Browser, Clinic


def merged_pair(ana: Browser, clinic: Clinic, other: Browser | None = None, **more: Any) -> tuple[str, str, str, str]:
    """Open two patients, the second by ``other`` if given, and merge the first into the second in Cliniko.

    Returns patient id and client path of the one merged away, then of the survivor.
    """
    away, survivor = clinic.add_patient("Liv", "Hart", **more), clinic.add_patient("Olivia", "Hart", **more)
    paths = ana.open_patient(away).path, (other or ana).open_patient(survivor).path
    clinic.state.merge_patients(away, into=survivor)
    return away, paths[0], survivor, paths[1]


def look_again(browser: Browser, patient_id: str) -> None:
    """Click on a known patient and let the refresh that follows run."""
    browser.open_patient(patient_id)
    browser.run_jobs()


def id_of(path: str) -> str:
    """The id at the end of a client's path."""
    return path.rpartition("/")[2]


def count_waiting(database: sa.Engine) -> int:
    """How many connections wait for a lock."""
    with database.connect() as connection:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(connection.exec_driver_sql(waiting).scalar_one())


def run_beside(database: sa.Engine, *calls: Callable[[], Any]) -> Callable[[], list[Any]]:
    """Start the calls in threads, each once the one before waits for a lock, and return when all of them wait.

    What is returned waits for them and gives their results in order; it raises what one of them raised.
    """
    pool = ThreadPoolExecutor(len(calls))
    running = []
    for number, call in enumerate(calls, 1):
        running.append(pool.submit(call))
        wait_until(lambda number=number: count_waiting(database) >= number, "it waits for its turn")
    return lambda: [each.result(30) for each in running]
