"""A saved key is replaced or removed with the password, unless its owner has just signed in; both are told by mail."""

import pytest

from app.settings import Settings
from tests.accounts.arrange import email_of
from tests.fakes.smtp import FakeSmtp
from tests.programs.home.arrange import Now
from tests.support import PASSWORD, Browser, Clinic, Page

SAVED, REMOVED = "The Cliniko API key is saved.", "The Cliniko API key is removed."


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def clock(now: Now) -> Now:
    return now


@pytest.fixture
def settings(settings: Settings, smtp: FakeSmtp) -> Settings:
    return smtp.settings(settings)


def asks_password(browser: Browser) -> bool:
    return browser.get("/account/settings").soup.find("input", {"name": "password"}) is not None


def last_four(page: Page) -> str:
    return page.text.partition("ends in ")[2][:4]


def test_the_first_key_needs_no_password_however_late(browser: Browser, clinic: Clinic, now: Now) -> None:
    browser.sign_up()
    now.move(hours=5)
    assert not asks_password(browser)
    assert SAVED in browser.save_key(clinic.ana.key).text


def test_a_moment_after_signing_in_a_key_is_changed_without_the_password(
    ana: Browser, clinic: Clinic, now: Now
) -> None:
    now.move(minutes=14)
    assert not asks_password(ana)
    assert SAVED in ana.save_key(clinic.ben.key).text
    assert REMOVED in ana.press("Remove key").text


def test_later_a_key_is_replaced_with_the_password_only(ana: Browser, clinic: Clinic, now: Now) -> None:
    now.move(minutes=15)
    assert asks_password(ana)
    before = last_four(ana.page)
    for password in ("", "not the right password"):
        page = ana.press("Save changes", **{"Cliniko API key": clinic.ben.key, "Your password": password})
        assert page.status == 422 and "This does not match your password." in page.text
        assert last_four(page) == before
    assert SAVED in ana.press("Save changes", **{"Cliniko API key": clinic.ben.key, "Your password": PASSWORD}).text
    assert last_four(ana.get("/account/settings")) != before


def test_later_a_key_is_removed_with_the_password_only(ana: Browser, now: Now) -> None:
    now.move(minutes=15)
    assert ana.post("/account/settings/remove-key").status == 422
    page = ana.press("Remove key", **{"Your password": "not the right password"})
    assert page.status == 422 and "This does not match your password." in page.text
    assert page.soup.find("details", open=True)
    assert REMOVED in ana.press("Remove key", **{"Your password": PASSWORD}).text


def test_asking_cliniko_again_needs_no_password(ana: Browser, now: Now) -> None:
    now.move(hours=1)
    ana.get("/account/settings")
    assert "Cliniko was asked again and accepts your key." in ana.press("Check again").text


def test_guessing_at_the_password_is_slowed_with_the_right_one_too(ana: Browser, now: Now, clinic: Clinic) -> None:
    now.move(minutes=15)
    for _ in range(5):
        assert ana.post("/account/settings/remove-key", {"password": "wrong"}).status == 422
    page = ana.post("/account/settings", {"api_key": clinic.ben.key, "password": PASSWORD})
    assert page.status == 429 and page.headers["retry-after"] == "60"


def test_each_change_is_told_by_mail_without_the_key(ana: Browser, clinic: Clinic, smtp: FakeSmtp) -> None:
    ana.get("/account/settings")
    ana.press("Check again")
    ana.save_key(clinic.ben.key)
    ana.press("Remove key")
    ana.run_jobs()
    letters = [(message["Subject"], str(message.get_content())) for message in smtp.messages]
    assert [subject for subject, _ in letters] == [
        "Kinebridge: a Cliniko key was saved",
        "Kinebridge: a Cliniko key was saved",
        "Kinebridge: a Cliniko key was removed",
    ]
    assert all("Harbour Physio" in text and clinic.ben.key[:8] not in text for _, text in letters)


def test_joining_another_practice_does_not_stand_in_for_the_password(ana: Browser, now: Now) -> None:
    email = email_of(ana)
    stranger = ana.another()
    stranger.sign_up(practice="Hillside Rehab")
    now.move(minutes=15)
    ana.get(stranger.invite(email))
    assert "You have joined the practice." in ana.press("Join practice").text
    ana.press("Harbour Physio")
    assert asks_password(ana)
