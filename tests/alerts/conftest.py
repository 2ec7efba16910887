"""Shared by the tests of alerts: a clock to turn, the post box, and nothing in trouble but what the test makes."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.alerts.jobs import digest as digest_job
from app.alerts.jobs import forget_old as forget_job
from app.alerts.jobs import tell as tell_job
from app.delivery.watch import watch as watch_job
from app.main import open_tools


class Hands:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        # 10 in the morning in Sydney, where the tests' clinic is.
        self.now = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        """Move on, for example by ``minutes=5``."""
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Hands:
    """The application's clock."""
    return Hands()


@pytest.fixture(autouse=True)
def nothing_in_trouble(request: pytest.FixtureRequest) -> None:
    """End what other tests left in trouble: the jobs of alerts look at every practice."""
    if "server" in request.fixturenames:
        engine: sa.Engine = request.getfixturevalue("database")
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE deliveries SET state = 'delivered' WHERE state <> 'delivered'")
            for table in ("alert_digests", "alerts", "bell_marks", "bell_notes", "outgoing_mails"):
                connection.exec_driver_sql(f"DELETE FROM {table}")


class Watch:
    """Does what the jobs of alerts do as their minute comes, and opens the post box.

    The jobs are called themselves, not run by a worker: it would put more of them in by the clock on the wall.
    """

    def __init__(self, app: FastAPI, database: sa.Engine, clock: Hands) -> None:
        self.app = app
        self.database = database
        self.clock = clock

    def look(self) -> None:
        """Bring the alerts in step with the deliveries."""
        self._do(watch_job)

    def tell(self, **after: float) -> dict[str, str]:
        """Let time pass, look again, post what is due, and return the new letters by recipient."""
        self.clock.turn(**after)
        self._do(watch_job, tell_job)
        return self._open_post()

    def digest(self) -> dict[str, str]:
        """Post the digests that are due and return them by recipient."""
        self._do(digest_job)
        return self._open_post()

    def forget(self) -> None:
        """Forget what is old."""
        self._do(forget_job)

    def _do(self, *jobs: Any) -> None:
        async def run() -> None:
            state = self.app.state
            async with open_tools(state.settings, state.database_url, self.clock) as tools:
                context = SimpleNamespace(additional_context={"tools": tools})
                for job in jobs:
                    await job(context, timestamp=0)

        asyncio.run(run())

    def _open_post(self) -> dict[str, str]:
        with self.database.begin() as connection:
            all_of_them = connection.exec_driver_sql("DELETE FROM outgoing_mails RETURNING recipient, subject, text")
            came = [letter for letter in all_of_them if "invited" not in letter.subject]
        letters = {letter.recipient: f"{letter.subject}\n\n{letter.text}" for letter in came}
        assert len(letters) == len(came), "somebody got two letters at once"
        return letters


@pytest.fixture
def watch(app: FastAPI, database: sa.Engine, clock: Hands) -> Watch:
    """The jobs of alerts on this test's clock."""
    return Watch(app, database, clock)
