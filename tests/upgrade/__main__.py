"""A rolling upgrade as one command: ``python -m tests.upgrade [REV]``, where REV is the release before this one.

The earlier release is taken from git (so a shallow clone may not have it), and runs with the packages installed here.
It starts on its own schema; then this release migrates under it, its web and worker come beside, and the earlier ones
end. At every step people go on with the session they have, on either web, and what they assign is delivered by
whichever workers there are. Ends with 1 unless every program is exactly one file in Cliniko.
"""

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import sqlalchemy as sa

from app.db import sqlalchemy_url
from tests.database_server import database_server
from tests.fakes.cliniko import FakeCliniko
from tests.processes import COMMAND, end, free_port, start_command, wait_until
from tests.programs.arrange import assign_program
from tests.support import Browser, Clinic

PREVIOUS = "30ad788"
SECRET = "upgrade-only-" + "k" * 40
ROOT = Path(__file__).parents[2]


class Release:
    """One release's commands on the shared database."""

    def __init__(self, name: str, code: Path | None, folder: Path, settings: Mapping[str, str]) -> None:
        self.name = name
        self._code = code
        self._folder = folder
        self._settings = settings

    @contextmanager
    def run(self, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command of this release; it is ended with the block."""
        log = self._folder / f"{self.name}-{arguments[0]}.log"
        process = self._start(log, *arguments, **settings)
        try:
            yield process
        finally:
            code = end(process)
            if code:
                print(log.read_text()[-3000:])
            assert code == 0, f"{self.name} {arguments[0]} ended with {code}"

    @contextmanager
    def web(self) -> Iterator[httpx.Client]:
        """Run this release's web and yield a client for it."""
        url = f"http://127.0.0.1:{free_port()}"
        with self.run("serve", "--no-worker", "--port", url.rpartition(":")[2], public_url=url):
            wait_until(lambda: _answers(f"{url}/healthz"), f"the web of {self.name} answers", seconds=60)
            with httpx.Client(base_url=url, timeout=60) as client:
                yield client

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Run this release's worker."""
        with self.run("worker"):
            yield

    def migrate(self) -> None:
        """Bring the database to this release's schema."""
        process = self._start(self._folder / f"{self.name}-migrate.log", "migrate")
        assert process.wait(120) == 0, (self._folder / f"{self.name}-migrate.log").read_text()
        engine = sa.create_engine(sqlalchemy_url(self._settings["database_url"]), poolclass=sa.NullPool)
        with engine.connect() as connection:
            revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        print(f"  the schema is at {revision}", flush=True)

    def _start(self, log: Path, *arguments: str, **settings: str) -> subprocess.Popen[bytes]:
        environment = {f"KINEBRIDGE_{name.upper()}": value for name, value in {**self._settings, **settings}.items()}
        if self._code is None:
            return start_command([COMMAND, *arguments], log=log, environment=environment)
        python = str(Path(COMMAND).with_name("python"))
        environment["PYTHONPATH"] = str(self._code)
        return start_command([python, "-m", "app.cli", *arguments], log=log, environment=environment, cwd=self._code)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=3).status_code == 200
    except httpx.HTTPError:
        return False


class Upgrade:
    """The people and programs of an upgrade."""

    def __init__(self, cliniko: FakeCliniko, database: sa.Engine) -> None:
        self.cliniko = cliniko
        self.clinic = Clinic(cliniko)
        self.database = database
        self.patients: list[str] = []

    def assign(self, browser: Browser, what: str) -> None:
        """Open a new patient, assign a program, and wait until Cliniko has it."""
        patient = self.clinic.add_patient("Olivia", f"Hart {len(self.patients)}")
        self.patients.append(patient)
        page = assign_program(browser, browser.open_patient(patient).path)
        assert page.status == 200, page.text
        wait_until(lambda: self._is_delivered(patient), what, seconds=60)
        print(f"  ok: {what}", flush=True)

    def send_test_page(self, browser: Browser, what: str) -> None:
        """Send a test page to a new patient, and wait until Cliniko has it."""
        patient = self.clinic.add_patient("Olivia", f"Hart {len(self.patients)}")
        self.patients.append(patient)
        page = browser.post("/today/test-page", {"patient_id": patient})
        assert page.status == 200, page.text
        wait_until(lambda: self._is_delivered(patient), what, seconds=60)
        print(f"  ok: {what}", flush=True)

    def _is_delivered(self, patient: str) -> bool:
        with self.database.connect() as connection:
            query = sa.text("SELECT bool_and(state = 'delivered') FROM deliveries WHERE patient_id = :patient")
            return bool(connection.execute(query, {"patient": patient}).scalar())

    def check(self) -> None:
        """Every program is exactly one file."""
        counts = [len(self.cliniko.state.files_of(patient)) for patient in self.patients]
        assert counts == [1] * len(self.patients), counts
        print(f"{len(counts)} programs, {sum(counts)} files", flush=True)


def roll(old: Release, new: Release, upgrade: Upgrade) -> None:
    """The steps of a rolling upgrade."""
    old.migrate()
    with ExitStack() as ending_last, old.web() as old_web:
        old_worker = ExitStack()
        ending_last.push(old_worker)
        old_worker.enter_context(old.worker())
        ana = Browser(old_web)  # type: ignore[arg-type]  # httpx's client in place of Starlette's, of the same shape
        ana.sign_up()
        ana.save_key(upgrade.clinic.ana.key)
        upgrade.assign(ana, "before the upgrade")
        new.migrate()
        upgrade.assign(ana, "old web and old worker on the new schema")
        with new.web() as new_web:
            also_ana = Browser(new_web)  # type: ignore[arg-type]  # as above
            also_ana.cookies = ana.cookies
            upgrade.assign(also_ana, "the session of the old web goes on in the new one; the old worker delivers")
            upgrade.send_test_page(also_ana, "a test page from the new web; the old worker delivers")
            with new.worker():
                for number in range(3):
                    upgrade.assign(ana, f"old web, both workers ({number + 1})")
                    upgrade.assign(also_ana, f"new web, both workers ({number + 1})")
                old_worker.close()
                upgrade.assign(ana, "old web, new worker")
                ben = also_ana.invite_colleague(name="Ben Cole")
                ben.save_key(upgrade.clinic.ben.key)
                also_ben = Browser(old_web)  # type: ignore[arg-type]  # as above
                also_ben.cookies = ben.cookies
                upgrade.assign(also_ben, "somebody who joined on the new web goes on in the old one")
                upgrade.assign(ben, "new web and new worker")
    upgrade.check()


def unpack(revision: str, folder: Path) -> Path:
    """Put the code of a revision into a folder; SystemExit in words when git does not have it."""
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True)
    if archive.returncode:
        sys.exit(f"git has no {revision} here (a shallow clone?): {archive.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def main() -> None:
    """Roll from the given revision to what is checked out."""
    arguments = argparse.ArgumentParser(prog="python -m tests.upgrade", description="A rolling upgrade")
    arguments.add_argument("revision", nargs="?", default=PREVIOUS)
    revision = arguments.parse_args().revision
    with (
        tempfile.TemporaryDirectory(prefix="kinebridge-upgrade-") as name,
        FakeCliniko() as cliniko,
        database_server(Path(name) / "database") as server,
    ):
        folder = Path(name)
        settings = {
            "database_url": server.url,
            "secret_keys": SECRET,
            "cliniko_api_url": cliniko.api_url,
            "contact_email": "upgrade@kinebridge.example",
            "data_dir": name,
        }
        old = Release("old", unpack(revision, folder / "old"), folder, settings)
        new = Release("new", None, folder, settings)
        engine = sa.create_engine(sqlalchemy_url(server.url), poolclass=sa.NullPool)
        print(f"From {revision} to what is checked out:", flush=True)
        roll(old, new, Upgrade(cliniko, engine))


if __name__ == "__main__":
    main()
