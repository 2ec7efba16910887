"""Several machines on one database: people move between webs, and a killed worker's work is somebody else's soon."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
import sqlalchemy as sa

from app.settings import Settings
from tests.conftest import SECRET
from tests.fakes.cliniko import FakeCliniko
from tests.processes import Process, free_port, running, wait_until
from tests.programs.arrange import assign_program
from tests.support import Browser, Clinic

REPLACED_WITHIN = 60  # seconds, from the kill to the file


@pytest.fixture
def configuration(database_url: str, settings: Settings, tmp_path: Path) -> dict[str, str]:
    return {
        "database_url": database_url,
        "secret_keys": SECRET,
        "cliniko_api_url": settings.cliniko_api_url,
        "data_dir": str(tmp_path),
    }


@contextmanager
def web(name: str, folder: Path, configuration: dict[str, str]) -> Iterator[httpx.Client]:
    """A web server without a worker, ended in good order with the block."""
    url = f"http://127.0.0.1:{free_port()}"
    arguments = ("serve", "--no-worker", "--port", url.rpartition(":")[2])
    with running(*arguments, log=folder / f"{name}.log", public_url=url, **configuration) as process:
        with httpx.Client(base_url=url, timeout=30) as client:
            wait_until(lambda: is_ready(client), f"{name} is ready")
            yield client
        process.terminate()
        assert process.wait(30) == 0, (folder / f"{name}.log").read_text()


def is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.HTTPError:
        return False


def browse(client: httpx.Client, *, like: Browser | None = None) -> Browser:
    """A browser on this web, signed in as another one is: with the same cookies."""
    browser = Browser(client)  # type: ignore[arg-type]  # httpx's client in place of Starlette's, of the same shape
    if like is not None:
        browser.cookies = like.cookies
    return browser


def test_people_move_between_webs_and_a_killed_workers_delivery_is_brought_to_its_end_by_another(
    clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine, tmp_path: Path, configuration: dict[str, str]
) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM procrastinate_jobs")  # of ended tests, which lead to an ended Cliniko
    hold = cliniko.hold("POST", "/v1/patient_attachments", when="after")
    patient = clinic.add_patient("Olivia", "Hart")
    with web("first", tmp_path, configuration) as first_web, web("second", tmp_path, configuration) as second_web:
        here = browse(first_web)
        here.sign_up()
        there = browse(second_web, like=here)
        there.save_key(clinic.ana.key)
        client = here.open_patient(patient).path
        assert assign_program(there, client).path == client
        with (
            running("worker", log=tmp_path / "one.log", **configuration) as one,
            running("worker", log=tmp_path / "another.log", **configuration) as another,
        ):
            assert hold.reached.wait(40)
            victim, survivor = (one, another) if talks_to(cliniko, one) else (another, one)
            victim.kill()
            began = time.monotonic()
            wait_until(lambda: "In Cliniko" in here.get(client).text, "another worker goes on", seconds=REPLACED_WITHIN)
            assert time.monotonic() - began < REPLACED_WITHIN
            here.post("/sign-out")
            assert there.get(client).path == "/sign-in"
            survivor.terminate()
            assert survivor.wait(30) == 0
    assert len(cliniko.state.files_of(patient)) == 1


def talks_to(cliniko: FakeCliniko, process: Process) -> bool:
    """True when the process has a connection to Cliniko: the one whose request is held."""
    port = int(cliniko.url.rpartition(":")[2])
    return any(each.raddr and each.raddr.port == port for each in psutil.Process(process.pid).net_connections())
