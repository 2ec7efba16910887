"""My account > Security: changing one's password and email, and where one is signed in."""

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts import people
from app.accounts.browsers import word_device
from app.settings import Settings
from tests.accounts.arrange import At
from tests.fakes.smtp import FakeSmtp
from tests.support import PASSWORD, Browser, Page

PAGE = "/account/security"
NEW = "a boat that sails at noon"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def settings(settings: Settings, smtp: FakeSmtp) -> Settings:
    return smtp.settings(settings)


def change_password(browser: Browser, present: str = PASSWORD, wanted: str = NEW) -> Page:
    browser.get(PAGE)
    return browser.press("Change password", **{"Current password": present, "New password": wanted})


def change_email(browser: Browser, email: str, password: str = PASSWORD) -> Page:
    browser.get(PAGE)
    return browser.press("Change email", **{"New email": email, "Your password": password})


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/clients").path == "/clients"


def sign_in_elsewhere(browser: Browser, email: str, **headers: str) -> Browser:
    other = browser.another()
    other.send("POST", "/sign-in", data={"email": email, "password": PASSWORD}, headers=headers)
    assert is_signed_in(other)
    return other


def letters(browser: Browser, smtp: FakeSmtp) -> dict[str, str]:
    """What was mailed, by recipient."""
    browser.run_jobs()
    return {str(message["To"]): str(message.get_content()) for message in smtp.messages}


def test_a_changed_password_signs_in_from_then_on_and_signs_all_other_browsers_out(
    browser: Browser, smtp: FakeSmtp
) -> None:
    email = browser.sign_up()
    other = sign_in_elsewhere(browser, email)
    before = dict(browser.cookies)
    page = change_password(browser)
    assert page.path == PAGE and "Your password is changed. Your other browsers are signed out." in page.text
    assert is_signed_in(browser) and browser.cookies != before
    assert not is_signed_in(other)
    stolen = browser.another()
    stolen.cookies = before
    assert not is_signed_in(stolen)
    assert other.sign_in(email, PASSWORD).status == 422
    assert other.sign_in(email, NEW).status == 200 and is_signed_in(other)
    assert "The password of your account in Kinebridge was changed" in letters(browser, smtp)[email]


@pytest.mark.parametrize(
    ("present", "wanted", "sentence"),
    [
        ("not the right password", NEW, "This does not match your password."),
        ("", NEW, "This does not match your password."),
        (PASSWORD, "", "Choose a password of at least 12 characters."),
        (PASSWORD, "Bayside Nguyen 26", "This is easy to guess"),
    ],
)
def test_a_password_that_cannot_be_changed_has_a_sentence(
    browser: Browser, present: str, wanted: str, sentence: str
) -> None:
    email = browser.sign_up(name="Pat Nguyen", practice="Bayside Physio")
    page = change_password(browser, present, wanted)
    assert page.status == 422 and sentence in page.text
    assert is_signed_in(sign_in_elsewhere(browser, email))


def test_guessing_the_password_in_a_stolen_session_is_slowed_and_leaves_signing_in_alone(browser: Browser) -> None:
    email = browser.sign_up()
    for _ in range(3):
        change_password(browser, "not the right password")
    for _ in range(2):
        change_email(browser, "new@practice.example", "not the right password")
    page = change_password(browser)
    assert page.status == 429 and "Wait 1 minute" in page.text
    assert is_signed_in(sign_in_elsewhere(browser, email))


def test_a_sign_in_that_was_checked_before_the_password_changed_does_not_come_after_it(
    browser: Browser, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = browser.sign_up()
    late = browser.another()
    verify = people.verify_password

    async def verify_while_it_changes(password: str, stored_hash: str | None) -> Any:
        verdict = await verify(password, stored_hash)
        with database.begin() as connection:
            query = sa.text("UPDATE practitioners SET password_hash = 'another' WHERE email = :email")
            connection.execute(query, {"email": email})
        return verdict

    monkeypatch.setattr(people, "verify_password", verify_while_it_changes)
    assert late.sign_in(email, PASSWORD).status == 422
    assert late.cookies == {}


def test_a_changed_email_signs_in_from_then_on_and_both_addresses_are_told(browser: Browser, smtp: FakeSmtp) -> None:
    email, wanted = browser.sign_up(), f"{uuid.uuid4().hex[:12]}@Elsewhere.Example"
    wanted_there = wanted.replace("Elsewhere.Example", "elsewhere.example")
    page = change_email(browser, wanted)
    assert page.path == PAGE and wanted_there in page.text
    assert browser.another().sign_in(email).status == 422
    assert browser.another().sign_in(wanted).path == "/today"
    told = letters(browser, smtp)
    assert "This address no longer signs in." in told[email] and wanted_there not in told[email]
    assert "this address signs in" in told[wanted_there] and email not in told[wanted_there]


def test_an_email_that_cannot_be_taken_changes_nothing(browser: Browser, smtp: FakeSmtp) -> None:
    email = browser.sign_up()
    taken = browser.another().sign_up()
    for wanted, password, sentence in (
        (taken.upper(), PASSWORD, "There is already an account with this email."),
        ("pat", PASSWORD, "This does not look like an email address"),
        ("new@practice.example", "not the right password", "This does not match your password."),
    ):
        page = change_email(browser, wanted, password)
        assert page.status == 422 and sentence in page.text
        assert page.soup.find("input", {"name": "new_email"})["value"] == wanted
    assert "Nothing was changed." in change_email(browser, email).text
    assert letters(browser, smtp) == {}
    assert is_signed_in(sign_in_elsewhere(browser, email))


@pytest.mark.parametrize("change", ["password", "email"])
def test_a_change_ends_the_link_for_a_new_password(browser: Browser, smtp: FakeSmtp, change: str) -> None:
    email = browser.sign_up()
    browser.another().post("/reset-password", {"email": email})
    link = letters(browser, smtp)[email].split("http://testserver")[1].split()[0]
    assert browser.get(link).status == 200
    if change == "password":
        change_password(browser)
    else:
        change_email(browser, f"new{email}")
    assert browser.get(link).status == 410


def test_the_page_shows_where_one_is_signed_in_and_signs_out_there(browser: Browser) -> None:
    email = browser.sign_up()
    with At(browser.server, "2001:db8:1:2::7"):
        other = sign_in_elsewhere(browser, email, **{"user-agent": FIREFOX})
    page = browser.get(PAGE)
    rows = [" ".join(row.get_text(" ").split()) for row in page.soup.select("#sign-ins li")]
    assert len(rows) == 2
    (here,) = [row for row in rows if "This browser" in row]
    (there,) = [row for row in rows if row != here]
    assert there.startswith("Firefox on Windows From 2001:db8:1:2::/64, since")
    page = browser.post(f"{PAGE}/sign-out", {"session_id": session_ids(page)[0]})
    assert "That browser is signed out." in page.text
    assert not is_signed_in(other) and is_signed_in(browser)
    assert not browser.get(PAGE).has_button("Sign out everywhere else")


def test_signing_out_everywhere_else_leaves_this_browser_alone(browser: Browser) -> None:
    email = browser.sign_up()
    others = [sign_in_elsewhere(browser, email) for _ in range(3)]
    browser.get(PAGE)
    page = browser.press("Sign out everywhere else")
    assert "All your other browsers are signed out." in page.text
    assert is_signed_in(browser) and not any(is_signed_in(other) for other in others)


def test_nobody_signs_a_stranger_out(browser: Browser) -> None:
    email = browser.sign_up()
    other = sign_in_elsewhere(browser, email)
    id_ = session_ids(browser.get(PAGE))[0]
    stranger = browser.another()
    stranger.sign_up()
    for wanted in (id_, str(uuid.uuid4()), "x", ""):
        assert stranger.post(f"{PAGE}/sign-out", {"session_id": wanted}).status == 404
    stranger.post(f"{PAGE}/sign-out-elsewhere")
    assert is_signed_in(browser) and is_signed_in(other)


def session_ids(page: Page) -> list[str]:
    return [str(field["value"]) for field in page.soup.find_all("input", {"name": "session_id"})]


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
            "Safari on Mac",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/140.0 Mobile Safari/604.1", "Chrome on iPhone"),
        (
            "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            "Chrome on a Chromebook",
        ),
        ("curl/8.5.0", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_a_browser_is_told_in_plain_words(user_agent: str, words: str) -> None:
    assert word_device(user_agent) == words
