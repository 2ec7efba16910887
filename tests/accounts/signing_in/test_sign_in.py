"""The pages /sign-in and /sign-out, and the session between them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.accounts.security import passwords
from app.main import create_app
from app.settings import Settings
from tests.support import PASSWORD, Browser

WRONG = "The email and password do not match. Check both and try again."
CLICK = "/open/cliniko?patient_id=1404918245177431042"


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account/settings").path == "/account/settings"


def with_cookies(browser: Browser, cookies: dict[str, str]) -> Browser:
    other = browser.another()
    other.cookies = dict(cookies)
    return other


def hidden_next(browser: Browser) -> str:
    assert browser.page is not None
    return str(browser.page.soup.find("input", {"name": "next"})["value"])


def test_signing_in_leads_to_the_day(browser: Browser) -> None:
    email = browser.sign_up()
    other = browser.another()
    other.sign_in(email)
    assert other.hops[-1] == "http://testserver/today"
    assert is_signed_in(other)


def test_upper_and_lower_case_of_the_email_are_alike(browser: Browser) -> None:
    email = browser.sign_up()
    other = browser.another()
    other.sign_in(f"  {email.upper()} ")
    assert is_signed_in(other)


def test_a_wrong_password_and_an_unknown_email_get_one_same_page(browser: Browser) -> None:
    email = browser.sign_up()
    other = browser.another()
    wrong_password = other.sign_in(email, "not the right password")
    unknown_email = other.sign_in("nobody@practice.example", PASSWORD)
    assert wrong_password.status == unknown_email.status == 422
    assert wrong_password.text == unknown_email.text
    assert WRONG in wrong_password.text
    assert other.cookies == {}
    assert other.page.soup.find("input", {"name": "email"})["value"] == "nobody@practice.example"


def test_an_unknown_email_costs_one_password_check_as_a_known_one_does(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = browser.sign_up()
    checked: list[str] = []
    verify = passwords.hasher.verify_and_update

    def count(password: str, stored_hash: str) -> Any:
        checked.append(stored_hash)
        return verify(password, stored_hash)

    monkeypatch.setattr(passwords.hasher, "verify_and_update", count)
    for address in (email, "nobody@practice.example"):
        checked.clear()
        browser.another().sign_in(address, "not the right password")
        assert len(checked) == 1
        assert checked[0].startswith("$argon2id$")


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("", PASSWORD, "Enter your email address."),
        ("pat@practice.example", "", "Enter your password."),
        ("p" * 5000, PASSWORD, WRONG),
        ("\0", PASSWORD, "Enter your email address."),
        ("pat@practice.example", "\0", "Enter your password."),
        ("pat@practice.example", "x" * 500_000, WRONG),
    ],
)
def test_what_cannot_be_right_has_a_sentence(browser: Browser, email: str, password: str, sentence: str) -> None:
    page = browser.sign_in(email, password)
    assert page.status == 422
    assert sentence in page.text


def test_the_right_password_with_more_after_it_is_wrong(browser: Browser) -> None:
    long_password = ("a boat that sails at noon " * 40)[:1000]
    browser.get("/sign-up")
    email = "long@practice.example"
    fields = {"Your name": "Pat", "Email": email, "Password": long_password, "Practice name": "B", "Country": "AU"}
    browser.press("Create account", **fields)
    other = browser.another()
    assert other.sign_in(email, long_password + "y").status == 422
    other.sign_in(email, long_password)
    assert is_signed_in(other)


def test_letters_composed_differently_are_the_same_password(browser: Browser) -> None:
    browser.get("/sign-up")
    email = "composed@practice.example"
    fields = {"Your name": "Pat", "Email": email, "Password": "caf\u00e9 r\u00f4ti \u00e0 midi", "Practice name": "B"}
    browser.press("Create account", **fields)
    other = browser.another()
    other.sign_in(email, "cafe\u0301 ro\u0302ti a\u0300 midi")
    assert is_signed_in(other)


def test_a_hash_made_with_less_work_is_renewed_when_the_password_is_known(
    browser: Browser, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = browser.sign_up()
    stronger = passwords.PasswordHash((passwords.Argon2Hasher(time_cost=2, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "hasher", stronger)
    other = browser.another()
    other.sign_in(email)
    assert is_signed_in(other)
    with database.connect() as connection:
        query = sa.text("SELECT password_hash FROM practitioners WHERE email = :email")
        assert "t=2" in connection.execute(query, {"email": email}).scalar_one()
    again = browser.another()
    again.sign_in(email)
    assert is_signed_in(again)


# The cookie and the session


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser) -> None:
    email = browser.sign_up()
    other = browser.another()
    other.get("/sign-in")
    answer = other.send("POST", "/sign-in", data={"email": email, "password": PASSWORD})
    [cookie] = answer.headers.get_list("set-cookie")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", f"max-age={30 * 24 * 3600}"} <= parts
    assert not any(part.startswith("domain") for part in parts)


def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(settings: Settings, database_url: str) -> None:
    app = create_app(settings.model_copy(update={"public_url": "https://kine.example"}), database_url)
    with TestClient(app, base_url="https://kine.example") as server:
        browser = Browser(server)
        browser.sign_up()
        assert list(browser.cookies) == ["__Host-kinebridge"]
        answer = browser.send("POST", "/sign-out")
        [cookie] = answer.headers.get_list("set-cookie")
        assert "secure" in cookie.lower()
        assert "path=/" in cookie.lower()


def test_the_session_is_a_new_one_at_every_sign_in_and_the_old_one_ends(browser: Browser) -> None:
    email = browser.sign_up()
    before = dict(browser.cookies)
    browser.post("/sign-in", {"email": email, "password": PASSWORD})
    assert browser.cookies != before
    assert is_signed_in(browser)
    assert not is_signed_in(with_cookies(browser, before))


def test_signing_out_ends_the_session_on_the_server(browser: Browser) -> None:
    browser.sign_up()
    before = dict(browser.cookies)
    page = browser.press("Sign out")
    assert page.path == "/sign-in"
    assert "You are signed out." in page.text
    assert browser.cookies == {}
    assert not is_signed_in(with_cookies(browser, before))


def test_signing_out_in_one_browser_leaves_the_other_one_signed_in(browser: Browser) -> None:
    email = browser.sign_up()
    other = browser.another()
    other.sign_in(email)
    browser.get("/account/settings")
    browser.press("Sign out")
    assert is_signed_in(other)


def test_signing_out_twice_does_no_harm(browser: Browser) -> None:
    browser.sign_up()
    browser.press("Sign out")
    assert browser.post("/sign-out").path == "/sign-in"


def test_a_forged_or_changed_cookie_signs_nobody_in(browser: Browser) -> None:
    browser.sign_up()
    [(name, value)] = browser.cookies.items()
    token = value.partition(".")[0]
    # Not the last letter: some of its bits say nothing.
    changed = value[:-3] + ("A" if value[-3] != "A" else "B") + value[-2:]
    for forged in (token, changed, "x" + value, "", "a" * 4000):
        assert not is_signed_in(with_cookies(browser, {name: forged}))


def test_a_session_ends_after_fourteen_days(settings: Settings, database_url: str) -> None:
    now = [datetime.now(UTC)]
    app: FastAPI = create_app(settings, database_url, clock=lambda: now[0])
    with TestClient(app, base_url="http://testserver") as server:
        browser = Browser(server)
        browser.sign_up()
        now[0] += timedelta(days=13, hours=23)
        assert is_signed_in(browser)
        now[0] += timedelta(hours=2)
        assert not is_signed_in(browser)


def test_a_form_sent_from_another_site_is_refused(browser: Browser) -> None:
    browser.sign_up()
    page = browser.send("POST", "/sign-out", headers={"sec-fetch-site": "cross-site"})
    assert page.status == 403
    assert is_signed_in(browser)


def test_someone_whose_memberships_have_all_ended_is_told_so(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    with database.begin() as connection:
        query = sa.text(
            "UPDATE memberships SET ended_at = now() FROM practitioners p "
            "WHERE p.id = memberships.practitioner_id AND p.email = :email"
        )
        connection.execute(query, {"email": email})
    assert not is_signed_in(browser)
    page = browser.sign_in(email)
    assert page.status == 422
    assert "You no longer belong to a practice in Kinebridge." in page.text


# Where it leads


def test_a_signed_out_click_leads_to_the_patient_after_signing_in_at_the_second_try(browser: Browser) -> None:
    """Case 3: sign-in page, then straight on; the target survives a wrong password."""
    email = browser.sign_up()
    other = browser.another()
    page = other.get(CLICK)
    assert page.path == "/sign-in"
    assert "Sign in to open the patient from Cliniko." in page.text
    page = other.press("Sign in", Email=email, Password="not the right password")
    assert "Sign in to open the patient from Cliniko." in page.text
    other.press("Sign in", Email=email, Password=PASSWORD)
    assert other.hops[1] == f"http://testserver{CLICK}"


def test_the_target_survives_going_to_sign_up_and_back(browser: Browser) -> None:
    """Case 3."""
    browser.get(CLICK)
    browser.get(browser.page.link("Create an account"))
    assert hidden_next(browser) == CLICK
    browser.get(browser.page.link("Sign in"))
    assert hidden_next(browser) == CLICK


def test_the_page_says_nothing_of_cliniko_when_the_target_is_another(browser: Browser) -> None:
    assert "from Cliniko" not in browser.get("/account/team").text
    assert "from Cliniko" not in browser.get("/sign-in?next=/open/cliniko-like").text


def test_who_is_signed_in_already_is_led_on_at_once(browser: Browser) -> None:
    browser.sign_up()
    assert browser.send("GET", "/sign-in?next=/account/team").headers["location"] == "/account/team"
    assert browser.send("GET", "/sign-in").headers["location"] == "/today"


OFF_SITE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/%09/evil.example\n",
    "javascript:alert(1)",
    "http:evil.example",
    "evil.example",
    "/" + "a" * 3000,
    "",
]


@pytest.mark.parametrize("target", OFF_SITE)
def test_no_target_leads_off_this_site(browser: Browser, target: str) -> None:
    """Case 3: never redirects off-site; not by sign-in, sign-up, sign-out, nor when signed in already."""
    email = browser.sign_up()
    data = {"email": email, "password": PASSWORD, "next": target}
    assert browser.send("POST", "/sign-in", data=data).headers["location"] == "/today"
    answer = browser.send("GET", str(browser.server.build_request("GET", "/sign-in", params={"next": target}).url))
    assert answer.headers["location"] == "/today"
    fresh = {"name": "P", "email": f"n{email}", "password": PASSWORD, "practice_name": "B", "country": "AU"}
    answer = browser.send("POST", "/sign-up", data={**fresh, "next": target})
    assert answer.headers["location"] == "/account/settings?notice=welcome"
    answer = browser.send("POST", "/sign-out", data={"next": target})
    assert answer.headers["location"] == "/sign-in?notice=signed-out"


def test_an_off_site_target_is_not_carried_along_by_the_forms(browser: Browser) -> None:
    for path in ("/sign-in", "/sign-up"):
        browser.get(f"{path}?next=https://evil.example/")
        assert hidden_next(browser) == ""
        assert b"evil.example" not in browser.page.content.replace(b"next=https", b"")


def test_one_click_switches_the_person_and_comes_back_to_the_page(browser: Browser) -> None:
    """Case 4: every page shows who is signed in, for which practice, with a switch that keeps the target."""
    browser.sign_up(name="Pat Nguyen", practice="Bayside Physio")
    before = dict(browser.cookies)
    lee = browser.another()
    lee_email = lee.sign_up(name="Lee Okafor", practice="Hillside Rehab")
    header = browser.get("/account/team?from=cliniko").soup.find("header").get_text()
    assert "Pat Nguyen" in header
    assert "Bayside Physio" in header
    browser.press("Switch")
    assert browser.page.path == "/sign-in"
    assert not is_signed_in(with_cookies(browser, before))
    browser.press("Sign in", Email=lee_email, Password=PASSWORD)
    assert browser.hops[-1] == "http://testserver/account/team?from=cliniko"
    header = browser.page.soup.find("header").get_text()
    assert "Lee Okafor" in header
    assert "Hillside Rehab" in header


def test_the_start_page_leads_to_signing_in_or_to_the_day(browser: Browser) -> None:
    assert browser.send("GET", "/").headers["location"] == "/sign-in"
    browser.sign_up()
    assert browser.send("GET", "/").headers["location"] == "/today"


def test_my_account_leads_to_settings_once_signed_in(browser: Browser) -> None:
    assert browser.get("/account").path == "/sign-in"
    email = browser.sign_up()
    assert browser.send("GET", "/account").headers["location"] == "/account/settings"
    assert browser.another().sign_in(email, target="/account").path == "/account/settings"


@pytest.mark.parametrize(
    "path", ["/account/settings", "/account/sharing", "/account/team", "/account/letterhead", "/account/security"]
)
def test_a_stranger_is_sent_to_sign_in_and_back(browser: Browser, path: str) -> None:
    email = browser.sign_up()
    other = browser.another()
    assert other.get(path).path == "/sign-in"
    assert other.press("Sign in", Email=email, Password=PASSWORD).path == path


@pytest.mark.parametrize(
    "path",
    [
        "/account/settings",
        "/account/settings/remove-key",
        "/account/sharing",
        "/account/team",
        "/account/team/withdraw",
        "/account/letterhead",
        "/account/settings/title",
        "/account/practice",
        "/account/security/password",
        "/account/security/email",
        "/account/security/sign-out",
        "/account/security/sign-out-elsewhere",
        "/account/security/two-factor",
        "/account/security/two-factor/confirm",
    ],
)
def test_a_strangers_form_changes_nothing_and_leads_to_sign_in(browser: Browser, path: str) -> None:
    answer = browser.send("POST", path, data={"api_key": "k" * 20})
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?next=%2F")
