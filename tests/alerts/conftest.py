"""Shared by the tests of alerts: a clock to turn, a mail server, and nothing in trouble but what the test makes."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.settings import Settings
from tests.fakes.smtp import FakeSmtp
from tests.support import Browser


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
def settings(settings: Settings, smtp: FakeSmtp) -> Settings:
    """Settings that lead to this test's mail server."""
    return smtp.settings(settings)


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
            for table in ("alert_digests", "alerts", "bell_marks", "outgoing_mails"):
                connection.exec_driver_sql(f"DELETE FROM {table}")


class Watch:
    """Runs the jobs of alerts as their minute comes, and collects what arrived by mail."""

    def __init__(self, browser: Browser, clock: Hands, smtp: FakeSmtp) -> None:
        self.browser = browser
        self.clock = clock
        self.smtp = smtp

    def look(self) -> None:
        """Bring the alerts in step with the deliveries."""
        self.browser.run_job("delivery.watch", timestamp=0)

    def tell(self, **after: float) -> dict[str, str]:
        """Let time pass, look again, send what is due, and return the new mails' texts by recipient."""
        self.clock.turn(**after)
        self.look()
        return self._new_mails("alerts.tell")

    def digest(self) -> dict[str, str]:
        """Run the job of the digests and return the new mails' texts by recipient."""
        return self._new_mails("alerts.digest")

    def _new_mails(self, job: str) -> dict[str, str]:
        self.smtp.messages.clear()
        self.browser.run_job(job, timestamp=0)
        self.browser.run_jobs()
        mails = {
            str(message["To"]): f"{message['Subject']}\n\n{message.get_content()}" for message in self.smtp.messages
        }
        assert len(mails) == len(self.smtp.messages), "somebody got two mails at once"
        return mails


@pytest.fixture
def watch(browser: Browser, clock: Hands, smtp: FakeSmtp) -> Watch:
    """The jobs of alerts on this test's clock."""
    return Watch(browser, clock, smtp)
