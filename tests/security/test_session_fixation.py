"""A cookie that was in the browser before somebody signed in signs nobody in afterwards, by whichever way in."""

from collections.abc import Callable

import pytest

from tests.accounts.two_factor import Enrolled
from tests.programs.home.arrange import Now
from tests.support import PASSWORD, Browser

NEW = "a boat that sails at noon"


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def clock(now: Now) -> Now:
    return now


def sign_in(victim: Browser, owner: Browser, email: str) -> None:
    victim.sign_in(email)


def sign_in_in_place(victim: Browser, owner: Browser, email: str) -> None:
    planted = dict(victim.cookies)
    victim.post("/sign-out")
    victim.cookies = planted
    victim.post("/account/settings/title", {"title": "x"})
    victim.press("Sign in", Email=email, Password=PASSWORD)


def sign_up(victim: Browser, owner: Browser, email: str) -> None:
    victim.sign_up()


def sign_up_with_an_account(victim: Browser, owner: Browser, email: str) -> None:
    fields = {"name": "Pat", "email": email, "password": PASSWORD, "practice_name": "B", "country": "AU"}
    assert victim.post("/sign-up", fields).path == "/today"


def join(victim: Browser, owner: Browser, email: str) -> None:
    victim.post(owner.invite(), {"name": "Lee Okafor", "password": PASSWORD})


def change_password(victim: Browser, owner: Browser, email: str) -> None:
    victim.sign_in(email)
    victim.post("/account/security/password", {"current_password": PASSWORD, "new_password": NEW})


WAYS_IN = (sign_in, sign_in_in_place, sign_up, sign_up_with_an_account, join, change_password)


@pytest.mark.parametrize("way_in", WAYS_IN)
@pytest.mark.parametrize("is_real", [True, False], ids=["the attacker's own session", "a made-up one"])
def test_a_planted_cookie_is_never_the_one_after_signing_in(
    way_in: Callable[[Browser, Browser, str], None], is_real: bool, browser: Browser
) -> None:
    email = browser.sign_up(name="Pat Nguyen")
    attacker = browser.another()
    attacker.sign_up(name="Eve")
    victim = browser.another()
    victim.cookies = dict(attacker.cookies) if is_real else {"kinebridge": "made-up"}
    planted = dict(victim.cookies)
    if way_in in (sign_in, change_password) and is_real:
        victim.post("/sign-out")  # the page leads on who is signed in already
        victim.cookies = dict(planted)
    way_in(victim, browser, email)
    assert victim.cookies["kinebridge"] != planted["kinebridge"]
    assert victim.get("/clients").path == "/clients"
    attacker.cookies = planted
    assert attacker.get("/clients").path == "/sign-in", "what was planted is worth nothing afterwards"


def test_the_cookie_comes_with_the_second_step_only_and_is_a_new_one(browser: Browser, now: Now) -> None:
    enrolled = Enrolled(browser, now)
    before = dict(browser.cookies)
    victim = browser.another()
    victim.cookies = dict(before)
    answer = victim.send("POST", "/sign-in", data={"email": enrolled.email, "password": PASSWORD})
    assert "set-cookie" not in answer.headers
    ticket = answer.soup.find("input", {"name": "ticket"})["value"]
    stranger = browser.another()
    stranger.cookies = {"kinebridge": str(ticket)}
    assert stranger.get("/clients").path == "/sign-in", "the proof of a password is no cookie"
    victim.post("/sign-in/code", {"ticket": ticket, "code": enrolled.code()})
    assert victim.cookies != before and victim.get("/clients").path == "/clients"
    assert browser.get("/clients").path == "/sign-in", "the session before ended with it"


@pytest.mark.parametrize("path", ["/sign-in", "/reset-password"])
def test_known_and_unknown_emails_get_the_same_status_headers_and_words(path: str, browser: Browser, now: Now) -> None:
    enrolled = Enrolled(browser, now)
    plain = browser.another().sign_up()
    answers = []
    for email in (enrolled.email, plain, "nobody@practice.example"):
        answer = browser.another().send("POST", path, data={"email": email, "password": "not the right password"})
        told = answer.content.decode().replace(email, "...")
        varying = {"x-request-id", "date", "content-length"}
        headers = {name: value for name, value in answer.headers.items() if name.lower() not in varying}
        answers.append((answer.status, headers, told))
    assert answers[0] == answers[1] == answers[2]
