"""A practice is made by command; its owner chooses the password by the link that is printed."""

import re
import uuid

import pytest
import sqlalchemy as sa

from app.accounts.signing_in.arriving import START_PAGE
from tests.accounts.security.test_helping import NEW, command, environment  # noqa: F401 - a fixture
from tests.support import Browser

OF_HARBOUR = ["--practice", "Harbour Physio", "--owner", "Ana Ruiz", "--country", "nz"]


@pytest.mark.usefixtures("environment")
def test_an_owner_chooses_the_password_by_the_link_and_runs_the_practice(browser: Browser, database: sa.Engine) -> None:
    email = f"{uuid.uuid4().hex[:12]}@practice.example"
    code, link = command("create-practice", *OF_HARBOUR, "--email", email)
    assert code == 0 and re.fullmatch(r"http://testserver/reset-password/\S+\n", link), link
    path = link.strip().removeprefix("http://testserver")
    assert browser.post(path, {"new_password": NEW}).path == "/sign-in"
    assert browser.post(path, {"new_password": NEW}).status == 410
    assert browser.sign_in(email, NEW).path == START_PAGE
    assert "Harbour Physio" in browser.get("/account/team").text
    recorded = browser.get("/account/activity").text
    assert "Whoever runs Kinebridge created the practice for Ana Ruiz." in recorded
    with database.connect() as connection:
        query = sa.text("SELECT country FROM practices JOIN practitioners p ON p.active_practice_id = practices.id "
                        "WHERE p.email = :email")  # fmt: skip
        assert connection.execute(query, {"email": email}).scalar_one() == "NZ"
    newest = command("list-practices")[1].splitlines()[0]
    assert re.fullmatch(r"[0-9a-f-]{36}  20\d\d-\d\d-\d\d  NZ  people: 1  Harbour Physio", newest)


@pytest.mark.usefixtures("environment")
def test_what_cannot_be_taken_is_told_all_at_once_and_makes_nothing(browser: Browser, database: sa.Engine) -> None:
    taken = browser.sign_up()
    with database.connect() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM practices").scalar_one()
    code, told = command("create-practice", "--practice", " ", "--owner", "Ana", "--email", "ana", "--country", "XX")
    assert code != 0 and "name of your practice" in told and "email" in told and "ountry" in told
    code, told = command("create-practice", *OF_HARBOUR, "--email", taken.upper())
    assert code != 0 and "already an account" in told
    with database.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM practices").scalar_one() == before
