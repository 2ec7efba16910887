"""Choosing a new password by a link that comes by mail."""

import re

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.accounts.arrange import At
from tests.fakes.smtp import FakeSmtp
from tests.programs.home.arrange import Now
from tests.support import PASSWORD, Browser, Page

NEW = "a boat that sails at noon"
GONE = "This link can no longer be used"


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def clock(now: Now) -> Now:
    return now


@pytest.fixture
def settings(settings: Settings, smtp: FakeSmtp) -> Settings:
    return smtp.settings(settings)


def ask(browser: Browser, email: str) -> Page:
    browser.get("/reset-password")
    return browser.press("Email me a link", Email=email)


def links(smtp: FakeSmtp) -> list[str]:
    """The paths of all links that were mailed, in order."""
    found = [re.search(r"^http://testserver(/reset-password/\S+)$", str(m.get_content()), re.M) for m in smtp.messages]
    return [match[1] for match in found if match]


def mailed_link(browser: Browser, smtp: FakeSmtp, email: str) -> str:
    ask(browser, email)
    browser.run_jobs()
    return links(smtp)[-1]


def choose(browser: Browser, link: str, password: str = NEW) -> Page:
    return browser.post(link, {"new_password": password})


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/clients").path == "/clients"


def test_a_forgotten_password_is_replaced_by_a_mailed_link(browser: Browser, smtp: FakeSmtp) -> None:
    email = browser.sign_up(name="Pat Nguyen")
    stranger = browser.another()
    stranger.get("/sign-in")
    stranger.get(stranger.page.link("Forgot your password?"))
    page = stranger.press("Email me a link", Email=f" {email.upper()}")
    assert page.path == "/sign-in" and "a link is on its way" in page.text
    browser.run_jobs()
    (letter,) = smtp.messages
    assert letter["To"] == email and "Hello Pat Nguyen" in letter.get_content()
    page = stranger.get(links(smtp)[0])
    assert email in page.text
    page = stranger.press("Change password", **{"New password": NEW})
    assert page.path == "/sign-in" and "Your password is changed. Sign in with it." in page.text
    assert not is_signed_in(browser), "all browsers are signed out"
    assert stranger.sign_in(email, PASSWORD).status == 422
    stranger.sign_in(email, NEW)
    assert is_signed_in(stranger)
    browser.run_jobs()
    told = smtp.messages[-1]
    assert told["To"] == email and "The password of your account in Kinebridge was changed" in told.get_content()


CLICK = "/open/cliniko?patient_id=1404918245177431042"


def test_case_3_a_click_leads_to_the_patient_after_a_reset_and_no_mail_names_them(
    browser: Browser, smtp: FakeSmtp
) -> None:
    email, person = browser.sign_up(), browser.another()
    person.get(CLICK)
    person.get(person.page.link("Forgot your password?"))
    assert "This does not look like an email" in person.press("Email me a link", Email="pat").text
    person.press("Email me a link", Email=email)
    person.run_jobs()
    assert not any("1404918245177431042" in str(message) for message in smtp.messages)
    choose(person, links(smtp)[-1])
    assert "kinebridge-next" not in person.cookies
    person.press("Sign in", Email=email, Password=NEW)
    assert person.hops[1] == f"http://testserver{CLICK}"


def test_the_kept_target_is_our_own_newest_and_leads_nowhere_else(browser: Browser, smtp: FakeSmtp) -> None:
    email, person = browser.sign_up(), browser.another()
    person.post("/reset-password", {"email": email, "next": CLICK})
    kept = person.cookies["kinebridge-next"]
    person.post("/reset-password", {"email": email, "next": "//evil.example"})
    assert "kinebridge-next" not in person.cookies
    person.run_jobs()
    for changed in (f"x{kept}", next(iter(browser.cookies.values())), "//evil.example"):
        person.cookies["kinebridge-next"] = changed
        answer = person.send("POST", links(smtp)[-1], data={"new_password": NEW})
        assert answer.status == 410 or answer.headers["location"] == "/sign-in?notice=password-reset"


def test_an_unknown_email_gets_the_same_answer_and_no_mail(browser: Browser, smtp: FakeSmtp) -> None:
    email = browser.sign_up()
    stranger = browser.another()
    known, unknown = ask(stranger, email), ask(stranger, "nobody@practice.example")
    assert (known.status, known.url, known.text) == (unknown.status, unknown.url, unknown.text)
    browser.run_jobs()
    assert [message["To"] for message in smtp.messages] == [email]
    assert "This does not look like an email address" in ask(stranger, "pat").text


def test_both_kinds_of_asking_do_the_same_work_and_write_no_address_down(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    for address in (email, "featherweight@practice.example"):
        ask(browser.another(), address)
    with database.connect() as connection:
        query = sa.text("SELECT args::text FROM procrastinate_jobs WHERE task_name = 'accounts.mail_reset'")
        jobs = connection.execute(query).scalars().all()
        mails = connection.execute(sa.text("SELECT count(*) FROM outgoing_mails WHERE recipient = :to"), {"to": email})
        assert len(jobs) == 2 and mails.scalar_one() == 0
    assert not any(email in job or "featherweight" in job for job in jobs)


def test_a_link_works_once_and_only_the_newest(browser: Browser, smtp: FakeSmtp) -> None:
    email = browser.sign_up()
    first = mailed_link(browser, smtp, email)
    second = mailed_link(browser, smtp, email)
    assert first != second
    page = choose(browser, first)
    assert (page.status, page.h1) == (410, GONE)
    assert browser.page.link("Ask for another link") == "/reset-password"
    assert browser.get(second).status == browser.get(second).status == 200, "looking at it uses nothing up"
    assert choose(browser, second).path == "/sign-in"
    assert choose(browser, second, "another boat that sails").status == 410
    assert browser.get(second).status == 410
    browser.sign_in(email, NEW)
    assert is_signed_in(browser)


def test_a_link_ends_after_an_hour(browser: Browser, smtp: FakeSmtp, now: Now) -> None:
    link = mailed_link(browser, smtp, browser.sign_up())
    now.move(minutes=59)
    assert browser.get(link).status == 200
    now.move(minutes=1)
    assert browser.get(link).status == choose(browser, link).status == 410


def test_a_forged_or_changed_link_is_none(browser: Browser, smtp: FakeSmtp) -> None:
    link = mailed_link(browser, smtp, browser.sign_up())
    browser.sign_up()
    for wrong in (link[:-3] + ("A" if link[-3] != "A" else "B") + link[-2:], "/reset-password/x", link + "x"):
        assert browser.get(wrong).status == choose(browser, wrong).status == 404
    invitation = browser.invite()
    assert browser.get(invitation.replace("/join/", "/reset-password/")).status == 404


def test_a_weak_password_is_refused_and_the_link_stays_good(browser: Browser, smtp: FakeSmtp) -> None:
    link = mailed_link(browser, smtp, browser.sign_up(name="Pat Nguyen", practice="Bayside Physio"))
    for password in ("short", "password1234", "bayside-nguyen-1"):
        assert choose(browser, link, password).status == 422
    assert choose(browser, link).path == "/sign-in"


def test_a_person_gets_three_mails_in_an_hour_at_most_and_the_third_link_goes_on_working(
    browser: Browser, smtp: FakeSmtp, now: Now
) -> None:
    email = browser.sign_up()
    for _ in range(5):
        page = ask(browser.another(), email)
        assert "a link is on its way" in page.text
        browser.run_jobs()
    assert len(links(smtp)) == 3
    assert browser.get(links(smtp)[-1]).status == 200
    now.move(minutes=59)
    mailed_link(browser, smtp, email)
    assert len(links(smtp)) == 4


def test_one_address_that_asks_a_lot_has_to_wait(browser: Browser) -> None:
    for number in range(30):
        assert ask(browser, f"{number}@practice.example").status == 200
    page = ask(browser, "one.more@practice.example")
    assert page.status == 429 and "Wait 1 minute" in page.text


def test_who_was_kept_waiting_for_wrong_passwords_signs_in_after_a_reset(browser: Browser, smtp: FakeSmtp) -> None:
    email = browser.sign_up()
    with At(browser.server, "192.0.2.7") as pat:
        for _ in range(6):
            page = pat.sign_in(email, "not the right password")
        assert page.status == 429
        choose(pat, mailed_link(pat, smtp, email))
        assert pat.sign_in(email, NEW).path == "/today"


def test_the_link_leads_to_the_public_address_whatever_host_was_asked(browser: Browser, smtp: FakeSmtp) -> None:
    email = browser.sign_up()
    data = {"email": email}
    browser.send("POST", "/reset-password", data=data, headers={"host": "evil.example", "x-forwarded-host": "evil"})
    browser.run_jobs()
    assert len(links(smtp)) == 1 and "evil" not in smtp.messages[0].get_content()


def test_without_a_mail_server_the_page_says_whom_to_ask(settings: Settings, database_url: str) -> None:
    for url, words in (
        ("http://testserver", "Ask whoever runs it"),
        ("http://127.0.0.1:8000", "The email is printed where Kinebridge was started"),
    ):
        bare = settings.model_copy(update={"smtp_host": None, "public_url": url})
        with TestClient(create_app(bare, database_url), base_url=url) as server:
            assert words in Browser(server).get("/reset-password").text


def test_the_record_tells_of_both(browser: Browser, smtp: FakeSmtp, database: sa.Engine) -> None:
    email = browser.sign_up()
    choose(browser, mailed_link(browser, smtp, email))
    with database.connect() as connection:
        query = sa.text(
            "SELECT action FROM audit_events JOIN practitioners p ON p.id = practitioner_id "
            "WHERE p.email = :email ORDER BY audit_events.id"
        )
        actions = connection.execute(query, {"email": email}).scalars().all()
    assert actions[-2:] == ["account.reset_mailed", "account.password_changed"]
