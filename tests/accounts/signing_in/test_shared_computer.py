"""Computers that several people use."""

import pytest

from tests.programs.home.arrange import Now
from tests.support import PASSWORD, Browser

TICK = "This is a shared computer"


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def clock(now: Now) -> Now:
    return now


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/clients").path == "/clients"


def is_ticked(browser: Browser) -> bool:
    browser.get("/sign-in")
    return bool(browser.page.soup.find("input", {"name": "shared"}).has_attr("checked"))


@pytest.fixture
def shared(browser: Browser) -> Browser:
    """Pat's sign-in on a shared computer; ``Browser.another`` has her own computer."""
    email = browser.sign_up(name="Pat Nguyen")
    other = browser.another()
    other.email = email
    other.get("/sign-in")
    other.press("Sign in", Email=email, Password=PASSWORD, **{TICK: True})
    return other


def test_it_signs_out_after_ten_minutes_without_use(shared: Browser, now: Now) -> None:
    for _ in range(3):
        now.move(minutes=9)
        assert is_signed_in(shared)
    now.move(minutes=10, seconds=1)
    assert not is_signed_in(shared)


def test_the_cookie_goes_with_the_browser_and_the_choice_stays(shared: Browser) -> None:
    shared.post("/sign-out")
    assert list(shared.cookies) == ["kinebridge-shared"]
    data = {"email": shared.email, "password": PASSWORD, "shared": "on"}
    answer = shared.send("POST", "/sign-in", data=data)
    session, choice = answer.headers.get_list("set-cookie")
    assert session.startswith("kinebridge=") and "max-age" not in session.lower() and "expires" not in session.lower()
    assert "max-age=31536000" in choice.lower() and "httponly" in choice.lower()


def test_the_browser_remembers_until_somebody_unticks(shared: Browser, now: Now) -> None:
    shared.post("/sign-out")
    assert is_ticked(shared)
    shared.press("Sign in", Email=shared.email, Password="not the right password")
    assert shared.page.soup.find("input", {"name": "shared"}).has_attr("checked")
    shared.press("Sign in", Email=shared.email, Password=PASSWORD, **{TICK: False})
    now.move(minutes=11)
    assert is_signed_in(shared)
    shared.post("/sign-out")
    assert not is_ticked(shared)


def test_signing_up_and_changing_the_password_there_keep_to_it(shared: Browser, now: Now) -> None:
    shared.post("/account/security/password", {"current_password": PASSWORD, "new_password": "a boat that sails"})
    assert shared.page.path == "/account/security"
    now.move(minutes=10, seconds=1)
    assert not is_signed_in(shared)
    shared.sign_up(name="Lee Okafor")
    now.move(minutes=10, seconds=1)
    assert not is_signed_in(shared)


def test_case_4_the_switch_is_prominent_and_keeps_the_page(shared: Browser) -> None:
    lee_email = shared.another().sign_up(name="Lee Okafor")
    shared.get("/account/team?from=cliniko")
    header = shared.page.soup.find("header")
    assert "Pat Nguyen" in header.get_text()
    switch = shared.page.form("Switch")[1]
    assert "primary" in switch.attrib["class"].split()
    shared.press("Switch")
    shared.press("Sign in", Email=lee_email, Password=PASSWORD)
    assert shared.hops[-1] == "http://testserver/account/team?from=cliniko"
    assert "Lee Okafor" in shared.page.soup.find("header").get_text()


def test_on_ones_own_computer_the_switch_is_quiet(browser: Browser) -> None:
    browser.sign_up()
    browser.get("/account/team")
    assert "quiet" in browser.page.form("Switch")[1].attrib["class"].split()
