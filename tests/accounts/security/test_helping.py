"""What whoever runs the service does for people who cannot sign in, by command."""

import pyotp
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from typer.testing import CliRunner

from app.cli import cli
from tests.conftest import SECRET
from tests.support import PASSWORD, Browser

NEW = "a boat that sails at noon"


@pytest.fixture
def environment(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of a command as the application has them."""
    monkeypatch.setenv("KINEBRIDGE_DATABASE_URL", app.state.database_url)
    monkeypatch.setenv("KINEBRIDGE_SECRET_KEYS", SECRET)
    monkeypatch.setenv("KINEBRIDGE_PUBLIC_URL", "http://testserver")


def command(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["admin", *arguments])
    return result.exit_code, result.output + str(result.exception or "")


@pytest.mark.usefixtures("environment")
def test_a_link_made_by_command_sets_a_new_password_once(browser: Browser) -> None:
    email = browser.sign_up()
    code, link = command("reset-link", email.upper())
    assert code == 0 and link.startswith("http://testserver/reset-password/")
    path = link.strip().removeprefix("http://testserver")
    assert browser.post(path, {"new_password": NEW}).path == "/sign-in"
    assert browser.post(path, {"new_password": NEW}).status == 410
    assert browser.sign_in(email, NEW).path == "/today"


@pytest.mark.usefixtures("environment")
def test_two_factor_is_turned_off_by_command_and_the_person_is_told(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    page = browser.post("/account/security/two-factor", {"password": PASSWORD, "action": "begin"})
    secret = str(page.soup.select_one("strong.reference").get_text()).replace(" ", "")
    browser.post("/account/security/two-factor/confirm", {"code": pyotp.TOTP(secret).now()})
    assert browser.another().sign_in(email).h1 == "Enter your code"
    assert command("two-factor-off", email)[0] == 0
    assert browser.another().sign_in(email).path == "/today"
    with database.connect() as connection:
        query = sa.text("SELECT subject FROM outgoing_mails WHERE recipient = :to ORDER BY created_at DESC LIMIT 1")
        assert "turned off" in connection.execute(query, {"to": email}).scalar_one()


@pytest.mark.usefixtures("environment")
def test_an_unknown_email_is_told_in_words() -> None:
    for name in ("reset-link", "two-factor-off"):
        code, told = command(name, "nobody@practice.example")
        assert code != 0 and "Nobody signs in with this email." in told
