"""kill -9 at any moment of a delivery loses nothing and makes no second file."""

import signal
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.settings import Settings
from tests.conftest import SECRET
from tests.fakes.cliniko import FakeCliniko
from tests.processes import running, wait_until
from tests.support import Browser, Clinic, send_pdf

CONTENT = b"%PDF-1.4 survives"

MOMENTS = [
    (method, path, when)
    for method, path in [
        ("GET", "/v1/patients/*/attachment_presigned_post"),
        ("POST", "/bucket/"),
        ("POST", "/v1/patient_attachments"),
        ("GET", "/v1/patient_attachments/*"),
    ]
    for when in ("before", "after")
]


@pytest.mark.parametrize(("method", "path", "when"), MOMENTS, ids=[f"{m}-{p}-{w}" for m, p, w in MOMENTS])
def test_a_worker_killed_at_any_step_ends_with_exactly_one_file(
    method: str, path: str, when: str, ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine,
    database_url: str, settings: Settings, tmp_path: Path,
) -> None:  # fmt: skip
    patient = clinic.add_patient("Olivia", "Hart")
    client = ana.open_patient(patient).path
    hold = cliniko.hold(method, path, when=when)  # type: ignore[arg-type]  # one of its two words
    delivery_id = send_pdf(ana, client, CONTENT)
    configuration = {
        "database_url": database_url,
        "secret_keys": SECRET,
        "cliniko_api_url": settings.cliniko_api_url,
        "data_dir": str(tmp_path),
    }
    with running("worker", log=tmp_path / "first.log", **configuration) as first:
        assert hold.reached.wait(40), (tmp_path / "first.log").read_text()
        first.send_signal(signal.SIGKILL)
        first.wait(10)
    hold.drop()
    with database.begin() as connection:  # instead of waiting: for the killed worker's heartbeat to grow old ...
        connection.exec_driver_sql("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
        # ... and for what it last asked of Cliniko to have settled there
        connection.exec_driver_sql("UPDATE deliveries SET record_asked_at = record_asked_at - interval '1 minute'")

    def delivered() -> bool:
        with database.connect() as connection:
            state = connection.execute(
                sa.text("SELECT state FROM deliveries WHERE id = :id"), {"id": delivery_id}
            ).scalar_one()
        return bool(state == "delivered")

    with running("worker", log=tmp_path / "second.log", **configuration):
        wait_until(delivered, "the second worker brings it to the end")
    assert [file.content for file in cliniko.state.files_of(patient)] == [CONTENT]
