"""A practice may ask everybody for two-factor sign-in."""

import re
import uuid

import pytest

from tests.accounts.arrange import email_of
from tests.accounts.two_factor import PAGE, Enrolled
from tests.programs.home.arrange import Now
from tests.support import PASSWORD, Browser, Clinic, Page
from tests.test_access import OF_MEMBERS

RULES = "/account/practice/signing-in"
ASKS = "requires two-factor sign-in"
# Open to who has yet to set it up: that page, and changing to another practice.
OPEN = {PAGE, f"{PAGE}/confirm", "/account/practice"}


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def clock(now: Now) -> Now:
    return now


def require(owner: Browser) -> Page:
    owner.get(RULES)
    return owner.press("Save changes", **{"Everybody uses two-factor sign-in": True})


@pytest.fixture
def owner(browser: Browser, now: Now) -> Enrolled:
    """An owner with two factors, whose practice has a colleague without."""
    return Enrolled(browser, now)


@pytest.fixture
def colleague(owner: Enrolled) -> Browser:
    return owner.browser.invite_colleague(name="Lee Okafor")


def test_whoever_asks_it_of_everybody_has_it_themselves_first(browser: Browser, now: Now) -> None:
    email = browser.sign_up()
    page = require(browser)
    assert page.status == 422 and "Set up two-factor sign-in for yourself first." in page.text
    assert page.soup.find("input", {"name": "two_factor"}).has_attr("checked"), "what was chosen is not lost"
    browser.get(page.link("Set it up for yourself"))
    Enrolled(browser, now, email)
    assert "Your changes are saved." in require(browser).text


def test_the_page_names_who_has_yet_to_set_it_up(owner: Enrolled, colleague: Browser) -> None:
    assert "Without it now: Lee Okafor." in owner.browser.get(RULES).text


def test_case_3_a_member_without_it_sets_it_up_after_signing_in_and_is_led_on_to_the_patient(
    ana: Browser, ben: Browser, clinic: Clinic, now: Now
) -> None:
    email, other = email_of(ben), ben.another()
    Enrolled(ana, now, email_of(ana))
    require(ana)
    other.get(f"/open/cliniko?patient_id={clinic.add_patient('Olivia', 'Hart')}")
    page = other.press("Sign in", Email=email, Password=PASSWORD)
    assert page.path == PAGE and ASKS in page.text
    assert other.press("Set up", **{"Your password": "not the right password"}).status == 422
    page = Enrolled(other, now, email).page
    assert other.get(page.link("I have saved them")).h1 == "Olivia Hart"


def test_until_then_nothing_else_of_the_practice_is_open(owner: Enrolled, colleague: Browser) -> None:
    assert colleague.get("/clients").path == "/clients"
    require(owner.browser)
    for method, path in OF_MEMBERS:
        if path in OPEN:
            continue
        address = re.sub(r"\{[^}]+\}", str(uuid.uuid4()), path)
        answer = colleague.send(method, address, data={} if method == "POST" else None)
        assert answer.status == 303, f"{method} {path}"
        assert answer.headers["location"].startswith(PAGE), f"{method} {path}"
    header = colleague.get("/clients").soup.find("header")
    assert header.find("nav") is None and header.find("a", href="/alerts") is None
    assert colleague.page.has_button("Sign out")


def test_it_cannot_be_turned_off_while_the_practice_asks_for_it(owner: Enrolled) -> None:
    require(owner.browser)
    owner.browser.get(PAGE)
    page = owner.browser.press("Turn off", **{"Your password": PASSWORD})
    assert page.status == 422 and "so it stays on" in page.text
    owner.browser.get(RULES)
    owner.browser.press("Save changes", **{"Everybody uses two-factor sign-in": False})
    owner.browser.get(PAGE)
    assert "is off" in owner.browser.press("Turn off", **{"Your password": PASSWORD}).text


def test_case_9_of_two_practices_the_one_worked_in_asks(owner: Enrolled) -> None:
    person = owner.browser.another()
    email = person.sign_up(practice="Hillside Rehab")
    person.get(owner.browser.invite(email))
    person.press("Join practice")
    require(owner.browser)
    assert person.get("/clients").path == PAGE
    person.press("Hillside Rehab")
    assert person.get("/clients").path == "/clients"
    person.press("Bayside Physio")
    assert person.get("/clients").path == PAGE


def test_what_was_typed_when_the_rule_came_is_not_lost(owner: Enrolled, colleague: Browser, now: Now) -> None:
    email = email_of(colleague)
    colleague.get("/account/settings")
    require(owner.browser)
    page = colleague.press("Save title", **{"Your title": "Physiotherapist, APA"})
    assert page.status == 403 and "Set it up in a new tab" in page.text
    colleague.get(page.link("Set it up in a new tab"))
    Enrolled(colleague, now, email)
    colleague.page = page
    page = colleague.press("Send what you typed")
    assert page.soup.find("input", {"name": "title"})["value"] == "Physiotherapist, APA"
