"""How long a sign-in lasts: by the practice's rules, and shorter on a shared computer."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.accounts.time_outs import IDLE_MINUTES, SHARED_IDLE, SIGN_IN_HOURS, USUAL, TimeOuts, time_outs, word_minutes
from tests.programs.arrange import counted_queries
from tests.programs.home.arrange import Now
from tests.support import PASSWORD, Browser, Page

PAGE = "/account/practice/signing-in"
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def clock(now: Now) -> Now:
    return now


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/clients").path == "/clients"


def set_rules(browser: Browser, *, idle: str | None = None, longest: str | None = None) -> Page:
    browser.get(PAGE)
    fields = {"Sign out a browser not used for": idle, "Ask to sign in again after": longest}
    return browser.press("Save changes", **{label: value for label, value in fields.items() if value})


def seen_writes(queries: list[str]) -> int:
    return len([query for query in queries if query.startswith("UPDATE sessions")])


@pytest.mark.parametrize("minutes", IDLE_MINUTES)
def test_idle_time_is_kept_to_a_twentieth_and_written_rarely(minutes: int) -> None:
    rules = time_outs(minutes, 720)
    assert rules.seen_step <= rules.idle / 20 or rules.seen_step == timedelta(minutes=5)
    assert timedelta(seconds=45) <= rules.seen_step <= timedelta(minutes=5)
    assert not rules.are_over(NOON, NOON, NOON + rules.idle - timedelta(seconds=1))
    assert rules.are_over(NOON, NOON, NOON + rules.idle)


@pytest.mark.parametrize("hours", SIGN_IN_HOURS)
def test_a_sign_in_ends_however_much_it_is_used(hours: int) -> None:
    rules, end = time_outs(60, hours), NOON + timedelta(hours=hours)
    assert not rules.are_over(NOON, end, end - timedelta(seconds=1))
    assert rules.are_over(NOON, end, end)


def test_a_shared_computer_has_the_shorter_of_both_idle_times() -> None:
    assert USUAL.on(is_shared=True) == TimeOuts(SHARED_IDLE, USUAL.longest)
    assert USUAL.on(is_shared=False) == USUAL
    assert [word_minutes(each) for each in (15, 60, 480, 24 * 60, 14 * 24 * 60)] == [
        "15 minutes",
        "1 hour",
        "8 hours",
        "1 day",
        "14 days",
    ]


def test_a_browser_that_is_used_stays_signed_in_and_an_idle_one_does_not(browser: Browser, now: Now) -> None:
    browser.sign_up()
    assert "Your changes are saved." in set_rules(browser, idle="15").text
    for _ in range(6):
        now.move(minutes=14)
        assert is_signed_in(browser)
    now.move(minutes=15, seconds=1)
    assert not is_signed_in(browser)


def test_most_pages_write_nothing_and_a_page_that_updates_itself_keeps_nobody_signed_in(
    browser: Browser, now: Now
) -> None:
    browser.sign_up()
    set_rules(browser, idle="15")
    now.move(minutes=1)
    with counted_queries(browser) as queries:
        for _ in range(3):
            browser.get("/clients")
    assert seen_writes(queries) == 1
    for _ in range(5):
        now.move(minutes=3)
        answer = browser.send("GET", "/clients", headers={"x-unattended": "yes"})
    assert answer.status == 303
    assert not is_signed_in(browser)


def test_finding_the_member_is_one_query(browser: Browser) -> None:
    browser.sign_up()
    with counted_queries(browser) as queries:
        browser.send("GET", "/")
    assert len(queries) == 1


def test_a_sign_in_ends_after_the_practices_longest_time(browser: Browser, now: Now) -> None:
    email = browser.sign_up()
    set_rules(browser, longest="8")
    for _ in range(7):
        now.move(minutes=60)
        assert is_signed_in(browser)
    now.move(minutes=60)
    assert not is_signed_in(browser)
    browser.sign_in(email)
    assert is_signed_in(browser)


def test_without_rules_a_sign_in_lasts_fourteen_days_and_with_them_up_to_thirty(browser: Browser, now: Now) -> None:
    browser.sign_up()
    now.move(days=13, hours=23)
    assert is_signed_in(browser)
    set_rules(browser, longest="720")
    now.move(days=13)
    assert is_signed_in(browser)
    now.move(days=4)
    assert not is_signed_in(browser)


def test_what_timed_out_does_not_come_back_by_longer_times(browser: Browser, now: Now) -> None:
    email = browser.sign_up()
    set_rules(browser, idle="15")
    other = browser.another()
    other.sign_in(email)
    now.move(minutes=14)
    assert is_signed_in(browser)
    now.move(minutes=2)
    assert not is_signed_in(other)
    set_rules(browser, idle="20160")
    assert not is_signed_in(other)


def test_what_nobody_asked_for_since_it_timed_out_does_not_come_back_either(browser: Browser, now: Now) -> None:
    """By longer times, nor by working in a practice that has them."""
    email = browser.sign_up(practice="Bayside Physio")
    set_rules(browser, idle="15")
    stranger = browser.another()
    stranger.sign_up(practice="Hillside Rehab")
    browser.get(stranger.invite(email))
    browser.press("Join practice")
    browser.press("Bayside Physio")
    others = [browser.another(), browser.another()]
    others[0].sign_in(email)
    now.move(minutes=14)
    assert is_signed_in(browser)
    others[1].sign_in(email)
    now.move(minutes=2)
    browser.press("Hillside Rehab")
    assert not is_signed_in(others[0])
    browser.press("Bayside Physio")
    now.move(minutes=14)
    assert is_signed_in(browser)
    now.move(minutes=2)
    set_rules(browser, idle="20160")
    assert not is_signed_in(others[1])
    assert is_signed_in(browser)


def test_a_form_opened_before_another_owner_saved_takes_nothing_back(browser: Browser) -> None:
    browser.sign_up()
    browser.get(PAGE)
    other_tab = browser.another()
    other_tab.cookies = dict(browser.cookies)
    set_rules(other_tab, idle="15")
    page = browser.press("Save changes", **{"Ask to sign in again after": "8"})
    assert page.status == 409 and "Somebody changed these settings" in page.text
    assert "Your changes are saved." in browser.press("Save changes", **{"Ask to sign in again after": "8"}).text
    chosen = [str(each["value"]) for each in browser.get(PAGE).soup.select("option[selected]")]
    assert chosen == ["15", "8"]


def test_the_list_of_sign_ins_shows_what_is_good_by_the_rules(browser: Browser, now: Now) -> None:
    email = browser.sign_up()
    other, shared = browser.another(), browser.another()
    other.sign_in(email)
    shared.get("/sign-in")
    shared.press("Sign in", Email=email, Password=PASSWORD, **{"This is a shared computer": True})
    assert len(browser.get("/account/security").soup.select("#sign-ins li")) == 3
    assert browser.page.text.count("(shared computer)") == 1
    now.move(minutes=10)
    assert len(browser.get("/account/security").soup.select("#sign-ins li")) == 2
    set_rules(browser, idle="15")
    now.move(minutes=14)
    assert is_signed_in(browser)
    now.move(minutes=2)
    assert len(browser.get("/account/security").soup.select("#sign-ins li")) == 1


def test_the_rules_of_the_practice_one_works_in_count(browser: Browser, now: Now) -> None:
    """Case 9: a person in two practices."""
    browser.sign_up(practice="Bayside Physio")
    set_rules(browser, idle="15")
    person = browser.another()
    email = person.sign_up(practice="Hillside Rehab")
    path = browser.invite(email)
    person.get(path)
    person.press("Join practice")
    now.move(minutes=16)
    assert not is_signed_in(person)
    person.sign_in(email)
    person.press("Hillside Rehab")
    now.move(minutes=16)
    assert is_signed_in(person)


@pytest.mark.parametrize(
    "fields",
    [
        {"idle_minutes": "5", "sign_in_hours": "24"},
        {"idle_minutes": "15", "sign_in_hours": "9999999999999"},
        {"idle_minutes": "", "sign_in_hours": "x"},
        {"idle_minutes": "١٥", "sign_in_hours": "24"},
    ],
)
def test_only_what_is_offered_can_be_chosen(browser: Browser, database: sa.Engine, fields: dict[str, str]) -> None:
    browser.sign_up()
    page = browser.post(PAGE, fields)
    assert page.status == 422 and "Choose from the list." in page.text
    assert "Nothing was changed." in set_rules(browser, idle="20160", longest="336").text


def test_only_owners_and_admins_have_the_page(browser: Browser) -> None:
    browser.sign_up()
    colleague = browser.invite_colleague()
    assert colleague.get(PAGE).status == 403
    assert colleague.post(PAGE, {"idle_minutes": "15", "sign_in_hours": "8"}).status == 403
    assert "Rules for signing in" not in colleague.get("/account/security").text
    browser.get("/account/security")
    assert browser.page.link("Change rules") == PAGE
