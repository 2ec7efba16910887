"""A backup is restored into a new database, as docs/running.md says, and nothing is lost and nothing arrives twice."""

import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.db import libpq_url, sqlalchemy_url
from app.settings import Settings
from tests.conftest import SECRET
from tests.database_server import tool
from tests.fakes.cliniko import FakeCliniko
from tests.processes import running, start, wait_until
from tests.support import Browser, Clinic, send_pdf

RECORD = "/v1/patient_attachments"


@pytest.fixture
def new_url(server_url: str) -> Iterator[str]:
    """URL of an empty database on the same server."""
    name = f"restored_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(sqlalchemy_url(server_url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield server_url.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def let_its_worker_die(database: sa.Engine, delivery_id: str) -> None:
    """The delivery's job was taken up by a worker that was last heard of a minute ago."""
    with database.begin() as connection:
        worker = connection.exec_driver_sql(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
        ).scalar_one()
        query = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker WHERE args->>'delivery_id' = :id"
        connection.execute(sa.text(query), {"worker": worker, "id": delivery_id})


def states(url: str) -> dict[str, str]:
    engine = sa.create_engine(sqlalchemy_url(url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        return {row.id: row.state for row in connection.exec_driver_sql("SELECT id::text, state FROM deliveries")}


def test_after_a_restore_deliveries_go_on_and_those_done_since_the_backup_are_found_not_sent_again(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine, database_url: str, new_url: str,
    settings: Settings, tmp_path: Path,
) -> None:  # fmt: skip
    patient = clinic.add_patient()
    client = ana.open_patient(patient).path
    ana.run_jobs()
    recorded = send_pdf(ana, client, b"%PDF-1.4 recorded")
    ana.run_jobs()
    cliniko.drop("POST", RECORD, when="after")
    asked_without_an_answer = send_pdf(ana, client, b"%PDF-1.4 asked")
    ana.run_jobs()
    under_way = send_pdf(ana, client, b"%PDF-1.4 under way")
    let_its_worker_die(database, under_way)
    waiting = send_pdf(ana, client, b"%PDF-1.4 waiting")
    expected = {asked_without_an_answer: "waiting", recorded: "processing", under_way: "waiting", waiting: "waiting"}
    assert {key: states(database_url)[key] for key in expected} == expected

    backup = tmp_path / "kinebridge.dump"
    subprocess.run([tool("pg_dump"), "-Fc", "-f", backup, libpq_url(database_url)], check=True)
    with database.begin() as connection:  # the worker was only slow, and the service went on for a while
        connection.exec_driver_sql("UPDATE procrastinate_jobs SET status = 'todo' WHERE status = 'doing'")
        connection.exec_driver_sql("UPDATE procrastinate_jobs SET lock = NULL")
    ana.run_jobs(hurry=True, rounds=5)
    done_since = {key for key in expected if states(database_url)[key] == "delivered"}
    assert done_since == set(expected)
    not_yet = cliniko.state.files_of(patient)[-1]
    del cliniko.state.attachments[not_yet.id]  # as if the service had stopped before the last of them

    subprocess.run([tool("pg_restore"), "--no-owner", "-d", libpq_url(new_url), backup], check=True)
    configuration = {
        "database_url": new_url,
        "secret_keys": SECRET,
        "cliniko_api_url": settings.cliniko_api_url,
        "data_dir": str(tmp_path),
    }
    assert start("restored", log=tmp_path / "restored.log", settings=configuration).wait(60) == 0
    with running("worker", log=tmp_path / "worker.log", **configuration):
        wait_until(lambda: {states(new_url)[key] for key in expected} == {"delivered"}, "all is delivered", seconds=60)
    contents = sorted(file.content for file in cliniko.state.files_of(patient))
    assert contents == [b"%PDF-1.4 asked", b"%PDF-1.4 recorded", b"%PDF-1.4 under way", b"%PDF-1.4 waiting"]
