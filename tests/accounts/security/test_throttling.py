"""Guessing at passwords is slowed, for accounts and addresses on the network, and locks nobody out."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.accounts import people, tries
from app.accounts.tries import ACCOUNT, NETWORK, SIGN_UPS
from tests.accounts.arrange import At
from tests.programs.home.arrange import Now
from tests.support import PASSWORD, Browser, Page

WRONG_PASSWORD = "not the right password"
WRONG = "The email and password do not match."
WAIT = "Too many tries that did not match. Wait"
CLICK = "/open/cliniko?patient_id=1404918245177431042"


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def clock(now: Now) -> Now:
    return now


def try_in(browser: Browser, email: str, password: str = WRONG_PASSWORD, **more: str) -> Page:
    return browser.send("POST", "/sign-in", data={"email": email, "password": password, **more})


def guess(browser: Browser, email: str, times: int) -> None:
    for _ in range(times):
        page = try_in(browser, email)
        assert page.status == 422 and WRONG in page.text


def test_very_many_sign_ups_of_one_network_have_to_wait_and_others_do_not(
    server: TestClient, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(SIGN_UPS, waits=replace(SIGN_UPS.waits, free=3))
    monkeypatch.setattr(people, "SIGN_UPS", few)
    fields = {"name": "Pat", "email": "late@practice.example", "password": PASSWORD, "practice_name": "Bay"}
    with At(server, "192.0.2.7") as hall:
        for _ in range(3):
            hall.another().sign_up()
        page = hall.send("POST", "/sign-up", data=fields | {"country": "AU"})
        assert page.status == 429 and page.headers["retry-after"] == "60" and hall.cookies == {}
        assert "Many accounts were made from your network just now. Wait 1 minute, then try again." in page.text
        assert page.root.xpath("//input[@name='practice_name']/@value") == ["Bay"], "nothing typed is lost"
        assert try_in(hall, "late@practice.example").status == 422, "signing in is not held up"
    with At(server, "192.0.2.8") as elsewhere:
        elsewhere.sign_up()
    now.move(minutes=1)
    with At(server, "192.0.2.7") as hall:
        assert hall.send("POST", "/sign-up", data=fields | {"country": "AU"}).status == 303
    assert SIGN_UPS.waits.free >= 50


def test_five_wrong_passwords_cost_growing_waits_and_then_the_right_one_signs_in(
    browser: Browser, server: TestClient, now: Now
) -> None:
    email = browser.sign_up()
    with At(server, "192.0.2.7") as stranger:
        guess(stranger, email, 5)
        page = try_in(stranger, email, PASSWORD)
        assert page.status == 429 and f"{WAIT} 1 minute" in page.text
        assert page.headers["retry-after"] == "60"
        assert stranger.cookies == {}
        for minutes in (2, 4):
            now.move(minutes=minutes / 2)
            guess(stranger, email, 1)
            assert f"{WAIT} {minutes} minutes" in try_in(stranger, email).text
        now.move(minutes=4)
        assert try_in(stranger, email.upper(), PASSWORD).status == 303
        guess(stranger, email, 5)  # all wrong ones were forgiven


def test_no_wait_is_longer_than_an_hour_and_a_day_of_guessing_is_bounded(
    browser: Browser, server: TestClient, now: Now
) -> None:
    email = browser.sign_up()
    looked_at = 0
    with At(server, "192.0.2.7") as stranger:
        guess(stranger, email, 5)
        for _ in range(30):
            page = try_in(stranger, email)
            if page.status == 429:
                assert int(page.headers["retry-after"]) <= 3600
                now.move(seconds=int(page.headers["retry-after"]))
            else:
                looked_at += 1
        assert looked_at == 15
        now.move(hours=1)
        assert try_in(stranger, email, PASSWORD).status == 303


def test_a_stranger_who_keeps_guessing_keeps_nobody_out_where_they_were_signed_in_lately(
    browser: Browser, server: TestClient
) -> None:
    email = browser.sign_up()
    with At(server, "192.0.2.7") as stranger:
        guess(stranger, email, 5)
        assert try_in(stranger, email, PASSWORD).status == 429
    assert try_in(browser.another(), email, PASSWORD).status == 303
    guess(browser.another(), email, 5)
    assert try_in(browser.another(), email, PASSWORD).status == 429, "it counts there too"


def test_an_email_nobody_has_waits_in_the_same_words(browser: Browser, server: TestClient) -> None:
    email = browser.sign_up()
    with At(server, "192.0.2.7") as stranger:
        told = []
        for address in (email, "nobody@practice.example"):
            pages = [try_in(stranger, address) for _ in range(7)]
            told.append([(page.status, page.text) for page in pages])
        assert told[0] == told[1]
        assert try_in(stranger, "Nobody@Practice.example").status == 429


def test_one_address_that_tries_many_accounts_has_to_wait_and_others_need_not(
    browser: Browser, server: TestClient, now: Now
) -> None:
    email = browser.sign_up()
    with At(server, "2001:db8:1:2::7") as stranger:
        for number in range(NETWORK.waits.free - 1):
            guess(stranger, f"{number}@practice.example", 1)
        own = stranger.another().sign_up(name="Eve")
        assert try_in(stranger.another(), own, PASSWORD).status == 303, "forgives nothing but itself"
        guess(stranger, "last@practice.example", 1)
    with At(server, "2001:db8:1:2::8") as neighbour:
        page = try_in(neighbour, email, PASSWORD)
        assert page.status == 429 and f"{WAIT} 1 minute" in page.text
    with At(server, "2001:db8:1:3::7") as other:
        assert try_in(other, email, PASSWORD).status == 303
    with At(server, "2001:db8:1:2::7") as stranger:
        now.move(minutes=1)
        assert try_in(stranger, email, PASSWORD).status == 303


def test_right_passwords_add_nothing_up_and_slips_of_a_whole_practice_are_forgotten(browser: Browser, now: Now) -> None:
    email = browser.sign_up()
    for _ in range(NETWORK.waits.free + 1):
        assert try_in(browser.another(), email, PASSWORD).status == 303
    for number in range(NETWORK.waits.free + 10):
        guess(browser.another(), f"{number}@practice.example", 1)
        now.move(minutes=2)


def test_of_many_guesses_at_once_only_five_are_looked_at(browser: Browser, server: TestClient) -> None:
    email = browser.sign_up()
    statuses: list[int] = []
    with At(server, "192.0.2.7") as stranger:
        threads = [threading.Thread(target=lambda: statuses.append(try_in(stranger, email).status)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(statuses) == [422] * 5 + [429] * 7


def test_asking_at_signing_up_who_has_an_account_is_slowed_too(browser: Browser, server: TestClient) -> None:
    email = browser.sign_up()
    fields = {"name": "Eve", "email": email, "password": "a boat at noon", "practice_name": "E", "country": "AU"}
    with At(server, "192.0.2.7") as stranger:
        for _ in range(5):
            assert "No account could be made" in stranger.send("POST", "/sign-up", data=fields).text
        page = stranger.send("POST", "/sign-up", data=fields | {"password": PASSWORD})
        assert page.status == 429 and WAIT in page.text and "Eve" in page.content.decode()
        for number in range(NETWORK.waits.free - 5):
            try_in(stranger, f"{number}@practice.example")
        page = stranger.send("POST", "/sign-up", data=fields | {"email": f"new-{email}"})
        assert page.status == 429, "one network asks for many"


def test_joining_with_a_login_is_counted_as_signing_in_is(browser: Browser, server: TestClient) -> None:
    pat = browser.another()
    email = pat.sign_up()
    browser.sign_up()
    link = browser.invite(email)
    with At(server, "192.0.2.7") as stranger:
        for _ in range(5):
            assert "This does not match" in stranger.post(link, {"password": WRONG_PASSWORD}).text
        page = stranger.post(link, {"password": PASSWORD})
        assert page.status == 429 and f"{WAIT} 1 minute" in page.text
        assert try_in(stranger, email, PASSWORD).status == 429


def test_case_3_the_target_survives_a_wait(browser: Browser, server: TestClient, now: Now) -> None:
    email = browser.sign_up()
    with At(server, "192.0.2.7") as stranger:
        stranger.get(CLICK)
        for _ in range(6):
            page = stranger.press("Sign in", Email=email, Password=WRONG_PASSWORD)
        assert WAIT in page.text and "Sign in to open the patient from Cliniko." in page.text
        now.move(minutes=1)
        stranger.press("Sign in", Email=email, Password=PASSWORD)
        assert stranger.hops[1] == f"http://testserver{CLICK}"


def test_counts_are_forgotten_when_they_cost_no_wait_any_more(
    browser: Browser, database: sa.Engine, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.trimming.ROWS_AT_A_TIME", 3)
    for number in range(8):
        guess(browser, f"{number}@practice.example", 1)
    count = sa.text("SELECT count(*) FROM wrong_tries")
    for hours, left in ((23, 9), (2, 0)):
        now.move(hours=hours)
        browser.run_job("accounts.forget_tries", timestamp=0)
        with database.connect() as connection:
            assert connection.execute(count).scalar_one() == left
    day = timedelta(days=1)
    for rule in (ACCOUNT, NETWORK):
        assert rule.level_after(rule.waits.free + 19, day) == 0


def test_who_is_counted_is_not_written_down(browser: Browser, database: sa.Engine) -> None:
    guess(browser, "featherweight@practice.example", 1)
    with database.connect() as connection:
        rows = connection.execute(sa.text("SELECT wrong_tries::text FROM wrong_tries")).scalars().all()
    assert len(rows) == 2 and not any("featherweight" in row or "testclient" in row for row in rows)
    assert tries.Try(ACCOUNT, "x").about != tries.Try(NETWORK, "x").about
