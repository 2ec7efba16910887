"""Shared by all tests: a real PostgreSQL, the application on it, a browser without JavaScript, Cliniko over HTTP."""

import gc
import io
import itertools
import os
import secrets
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from playwright.sync_api import Browser as Chrome
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.datastructures import State
from starlette.testclient import TestClient

from app import main
from app.accounts.connecting.paces import Paces
from app.accounts.security import passwords
from app.clock import Clock, utc_now
from app.db import make_engine, sqlalchemy_url
from app.demo.cliniko.state import State as ClinikoState
from app.demo.cliniko.state import new_key
from app.embedded import embedded_server
from app.main import create_app, make_http
from app.prepare import prepare_database
from app.settings import Settings
from tests import chromium, logs
from tests.fakes.cliniko import FakeCliniko
from tests.fakes.smtp import FakeSmtp
from tests.support import Browser, Clinic
from tests.worlds import Arrange, Worlds

SECRET = "tests-only-" + "k" * 40
DATA = "KINEBRIDGE_TEST_DATA"
COMPILED: dict[Any, Any] = {}
# What Cliniko gives out is different in every process, as it is in kept rows.
FIRST_ID = 1_700_000_000_000_000_000 + secrets.randbelow(10**15)
KEYS = (new_key("au1"), new_key("au1"))


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder of the database server once, for all workers of a run."""
    if DATA not in os.environ:
        os.environ[DATA] = folder = tempfile.mkdtemp(prefix="kinebridge-tests-")
        # Hundreds of megabytes a run. By then all workers have ended, and the server with the last of them.
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    # Dozens of processes import the same files: compiled once, they are kept also where Python is told to keep none.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # Pages are read into many small objects that all go at once: looking for cycles among them took a tenth of the run.
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """URL of one embedded server shared by all workers of the run; it stops when the last of them ends."""
    with embedded_server(Path(os.environ[DATA])) as url:
        yield url


@pytest.fixture(scope="session")
def database_url(server_url: str) -> Iterator[str]:
    """URL of a migrated database of this worker's own.

    Tests do not clean up: those of the application empty it first.
    """
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(sqlalchemy_url(server_url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    url = server_url.replace("/postgres?", f"/{name}?")
    prepare_database(url)
    yield url
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[sa.Engine]:
    """A plain connection beside the application, for arranging and for looking."""
    engine = sa.create_engine(sqlalchemy_url(database_url))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def worlds(database: sa.Engine) -> Worlds:
    """What fixtures arranged before in this process."""
    return Worlds(database)


@pytest.fixture
def cliniko() -> Iterator[FakeCliniko]:
    """A Cliniko of this test's own, on a real port; its ids are those of the test before, as kept rows hold some."""
    with FakeCliniko(ClinikoState(_ids=itertools.count(FIRST_ID))) as fake:
        yield fake


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    """A mail server of this test's own; ``smtp.settings`` leads to it."""
    with FakeSmtp() as fake:
        yield fake


@pytest.fixture
def settings(cliniko: FakeCliniko) -> Settings:
    """Settings that lead to this test's Cliniko."""
    return Settings(
        secret_keys=[SECRET],
        public_url="http://testserver",
        cliniko_api_url=cliniko.api_url,
        contact_email="it@practice.example",
    )


@pytest.fixture
def clock() -> Clock:
    """The application's clock; tests with a clock of their own put it in its place."""
    return utc_now


@pytest.fixture(scope="session")
def running(database_url: str) -> Iterator[TestClient]:
    """The application, put together and started once a process: that takes longer than most tests."""
    base = Settings(secret_keys=[SECRET], public_url="http://testserver")
    with TestClient(create_app(base, database_url), base_url="http://testserver") as client:
        yield client


@pytest.fixture
def app(running: TestClient, settings: Settings, database_url: str, clock: Clock) -> Iterator[FastAPI]:
    """The application without a worker; jobs run when a test says so (``Browser.run_jobs``).

    Its state is the test's own: nothing of another test is left in it.
    """
    app, portal = running.app, running.portal
    assert isinstance(app, FastAPI) and portal is not None
    http = make_http()
    paces = Paces(app.state.tools.sessions, clock=clock)
    tools = replace(app.state.tools, settings=settings, clock=clock, http=http, paces=paces)
    own = {"settings": settings, "database_url": database_url, "with_worker": False, "clock": clock, "tools": tools}
    before, app.state = app.state, State(own)
    yield app
    app.state = before
    portal.call(http.aclose)


@pytest.fixture
def server(running: TestClient, app: FastAPI) -> TestClient:
    """The running application; browsers are made from it."""
    return running


@pytest.fixture
def browser(server: TestClient) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(server)


@pytest.fixture(scope="session")
def real_browser() -> Iterator[chromium.Chromium]:
    """A real browser, started once a process; its tests are skipped on a machine without one."""
    path = chromium.find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium-headless-shell)")
    with chromium.started(path) as started:
        yield started


@pytest.fixture
def chrome(real_browser: chromium.Chromium) -> Iterator[Chrome]:
    """The real browser, with contexts of this test's own only."""
    with real_browser.in_use() as browser:
        yield browser


@pytest.fixture(autouse=True)
def nothing_of_other_tests(request: pytest.FixtureRequest) -> None:
    """Start with an empty database where a test uses the application.

    Jobs of an ended test lead to an ended Cliniko, all tests come from one address, and kept rows are put in again.
    """
    if "server" in request.fixturenames:
        worlds: Worlds = request.getfixturevalue("worlds")
        worlds.empty()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with argon2 as the product does, with less work."""
    monkeypatch.setattr(passwords, "hasher", PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)))


@pytest.fixture(autouse=True)
def shared_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile each SQL statement once a process, not once a test."""

    def make(url: str) -> AsyncEngine:
        return make_engine(url).execution_options(compiled_cache=COMPILED)

    monkeypatch.setattr(main, "make_engine", make)


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """All that a process of ours writes to standard error."""
    with logs.kept() as written:
        yield written


@pytest.fixture
def clinic(cliniko: FakeCliniko) -> Clinic:
    """A clinic in Cliniko with two practitioners; their keys are the same in all tests of a process."""
    return Clinic(cliniko, keys=KEYS)


@pytest.fixture
def arrange(worlds: Worlds, settings: Settings, clock: Clock, cliniko: FakeCliniko, server: TestClient) -> Arrange:
    """Do what is to be done by walking pages, or put back what that did before: ``arrange(name, make, browsers)``."""
    return Arrange(worlds, settings, clock, cliniko)


@pytest.fixture
def ana(browser: Browser, clinic: Clinic, arrange: Arrange) -> Browser:
    """A practitioner who owns a practice here and has saved her Cliniko key."""

    def make() -> None:
        browser.sign_up(name="Ana Ruiz", practice="Harbour Physio")
        browser.save_key(clinic.ana.key)

    arrange("ana", make, browser)
    return browser


@pytest.fixture
def ben(ana: Browser, clinic: Clinic, arrange: Arrange) -> Browser:
    """Ana's colleague, in a browser of his own, with a key of his own."""
    colleague = ana.another()

    def make() -> None:
        ana.invite_colleague(name="Ben Cole", browser=colleague)
        colleague.save_key(clinic.ben.key)

    arrange("ben", make, ana, colleague)
    return colleague


def pytest_collection_finish() -> None:
    """What is here when the tests begin stays to the end: it need not be looked through for what can go."""
    gc.freeze()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two workers a core: some tests mostly wait, for processes of their own or for a browser."""
    return (os.cpu_count() or 1) * 2


# Tests that mostly wait, by what they share: each of these has one worker begin with it. The journeys share the demo,
# which takes longer to start than one of them.
WAITING = (
    ("tests/journeys/",),
    (
        "tests/campaign/",
        "tests/delivery/test_crash.py",
        "tests/jobs/test_worker_process.py",
        "tests/test_backup.py",
        "tests/test_machines.py",
    ),
    (
        "tests/programs/test_client_live.py",
        "tests/programs/test_editor_journeys.py",
        "tests/programs/test_editor_script.py",
        "tests/test_cli.py",
    ),
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the tests that wait, and let another worker keep the processors busy meanwhile.

    Each worker begins with its own stretch of the list, and later takes over from the ends of others'.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    begun: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for number, names in enumerate(WAITING):
        begun[number % workers] += [item for item in items if item.nodeid.startswith(names)]
    others = [item for item in items if not item.nodeid.startswith(sum(WAITING, ()))]
    ordered: list[pytest.Item] = []
    for number, first in enumerate(begun):
        length = (len(items) - len(ordered)) // (workers - number)  # as xdist cuts the list into stretches
        rest = max(0, length - len(first))
        ordered += first + others[:rest]
        del others[:rest]
    items[:] = ordered + others
