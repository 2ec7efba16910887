"""A real worker process through what happens to processes: stood still, cut off from the database, told to end."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.settings import Settings
from tests.conftest import SECRET
from tests.fakes.cliniko import FakeCliniko
from tests.processes import free_port, running, wait_until
from tests.support import Browser, Clinic, send_pdf

CONTENT = b"%PDF-1.4 survives"


@pytest.fixture
def configuration(database_url: str, settings: Settings, tmp_path: Path) -> dict[str, str]:
    return {
        "database_url": database_url,
        "secret_keys": SECRET,
        "cliniko_api_url": settings.cliniko_api_url,
        "data_dir": str(tmp_path),
    }


@pytest.fixture
def patient(clinic: Clinic) -> str:
    return clinic.add_patient("Olivia", "Hart")


@pytest.fixture
def client(ana: Browser, patient: str) -> str:
    """Path of the client of this test's patient, whom Ana treats."""
    return ana.open_patient(patient).path


def is_delivered(database: sa.Engine, delivery_id: str) -> Callable[[], bool]:
    def look() -> bool:
        with database.connect() as connection:
            state = connection.execute(sa.text("SELECT state FROM deliveries WHERE id = :id"), {"id": delivery_id})
            return bool(state.scalar_one() == "delivered")

    return look


def test_a_worker_that_stood_still_while_another_took_over_makes_no_second_file_and_works_on(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine, tmp_path: Path,
    configuration: dict[str, str],
) -> None:  # fmt: skip
    hold = cliniko.hold("POST", "/bucket/", when="after")
    delivery_id = send_pdf(ana, client, CONTENT)
    with running("worker", log=tmp_path / "first.log", **configuration) as first:
        assert hold.reached.wait(40)
        first.send_signal(signal.SIGSTOP)
        try:
            with database.begin() as connection:  # instead of waiting until its heartbeat has grown old
                connection.exec_driver_sql(
                    "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"
                )
            with running("worker", log=tmp_path / "second.log", **configuration):
                # Longer than a transaction is kept open for the first, which may have been amid one.
                wait_until(is_delivered(database, delivery_id), "the second worker brings it to the end", seconds=90)
        finally:
            first.send_signal(signal.SIGCONT)
        hold.release()
        next_id = send_pdf(ana, client, b"%PDF-1.4 the next one")
        wait_until(is_delivered(database, next_id), "the first worker works on")
    assert [file.content for file in cliniko.state.files_of(patient)] == [CONTENT, b"%PDF-1.4 the next one"]


def test_a_worker_whose_database_connections_were_cut_recovers_by_itself(
    ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine, tmp_path: Path,
    configuration: dict[str, str],
) -> None:  # fmt: skip
    hold = cliniko.hold("POST", "/bucket/", when="after")
    during = send_pdf(ana, client, CONTENT)
    with running("worker", log=tmp_path / "worker.log", **configuration) as worker:
        assert hold.reached.wait(40)
        database.dispose()  # so that the test's own are not cut
        with database.begin() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        hold.release()
        wait_until(is_delivered(database, during), "the delivery under way is brought to the end")
        assert ana.get(client).status == 200  # the web's connections were cut as well
        after = send_pdf(ana, client, b"%PDF-1.4 after the cut")
        wait_until(is_delivered(database, after), "the worker takes up new jobs")
        assert worker.poll() is None
    assert [file.content for file in cliniko.state.files_of(patient)] == [CONTENT, b"%PDF-1.4 after the cut"]


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_told_to_end_amid_a_delivery_a_process_ends_in_time_and_the_next_one_goes_on_at_once(
    command: str, ana: Browser, client: str, patient: str, cliniko: FakeCliniko, database: sa.Engine,
    tmp_path: Path, configuration: dict[str, str],
) -> None:  # fmt: skip
    hold = cliniko.hold("POST", "/bucket/", when="before")
    delivery_id = send_pdf(ana, client, CONTENT)
    arguments = [command, "--port", str(free_port())] if command == "serve" else [command]
    with running(*arguments, log=tmp_path / "first.log", **configuration) as first:
        assert hold.reached.wait(40), (tmp_path / "first.log").read_text()
        began = time.monotonic()
        first.send_signal(signal.SIGTERM)
        assert first.wait(29) == 0, (tmp_path / "first.log").read_text()
        assert time.monotonic() - began < 29
    hold.drop()
    with running("worker", log=tmp_path / "second.log", **configuration):
        wait_until(is_delivered(database, delivery_id), "the next worker brings it to the end")
    assert [file.content for file in cliniko.state.files_of(patient)] == [CONTENT]


def test_told_to_end_a_worker_finishes_the_step_under_way_and_takes_up_nothing_new(
    ana: Browser, ben: Browser, client: str, patient: str, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine,
    tmp_path: Path, configuration: dict[str, str],
) -> None:  # fmt: skip
    hold = cliniko.hold("POST", "/bucket/", when="before")
    under_way = send_pdf(ana, client, CONTENT)
    with running("worker", log=tmp_path / "first.log", **configuration) as first:
        assert hold.reached.wait(40), (tmp_path / "first.log").read_text()
        first.send_signal(signal.SIGTERM)
        wait_until(lambda: not listens(database), "the worker has heard it")
        of_ben = ben.open_patient(clinic.add_patient("Noah", "Lee")).path
        new = send_pdf(ben, of_ben, b"%PDF-1.4 new")  # of another key: nothing but the end keeps the worker from it
        hold.release()
        assert first.wait(29) == 0, (tmp_path / "first.log").read_text()
    with database.connect() as connection:
        states = dict(connection.exec_driver_sql("SELECT id::text, state FROM deliveries").all())
    assert (states[under_way], states[new]) == ("processing", "waiting")
    assert [file.content for file in cliniko.state.files_of(patient)] == [CONTENT]


def listens(database: sa.Engine) -> bool:
    """True while a worker waits for news of jobs."""
    with database.connect() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
        return bool(connection.exec_driver_sql(query).scalar_one())
