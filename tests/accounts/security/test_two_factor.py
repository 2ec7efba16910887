"""Two-factor sign-in: a code of an app on the phone, or a recovery code, after the password."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
import sqlalchemy as sa

from app.accounts.security.two_factor import find_step
from app.settings import Settings
from tests.accounts.two_factor import Enrolled
from tests.fakes.smtp import FakeSmtp
from tests.programs.home.arrange import Now
from tests.support import PASSWORD, Browser, Page

PAGE = "/account/security/two-factor"
CLICK = "/open/cliniko?patient_id=1404918245177431042"
NOT_RIGHT = "This code does not match"
NEW = "a boat that sails at noon"


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def clock(now: Now) -> Now:
    return now


@pytest.fixture
def settings(settings: Settings, smtp: FakeSmtp) -> Settings:
    return smtp.settings(settings)


@pytest.fixture
def enrolled(browser: Browser, now: Now) -> Enrolled:
    return Enrolled(browser, now)


def is_on(browser: Browser) -> bool:
    return "Two-factor sign-in is on" in browser.get(PAGE).text


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/clients").path == "/clients"


def test_turning_it_on_shows_ten_recovery_codes_once_and_tells_by_mail(
    enrolled: Enrolled, smtp: FakeSmtp, database: sa.Engine
) -> None:
    assert len(set(enrolled.recovery_codes)) == 10
    enrolled.browser.run_jobs()
    assert "was turned on" in str(smtp.messages[-1].get_content())
    assert is_signed_in(enrolled.browser)
    page = enrolled.browser.get(PAGE)
    assert "Two-factor sign-in is on" in page.text and enrolled.app.secret not in page.content.decode()
    with database.connect() as connection:
        stored = connection.execute(sa.text("SELECT practitioners::text FROM practitioners")).scalars().all()
        kept = connection.execute(sa.text("SELECT code_digest FROM recovery_codes")).scalars().all()
    assert not any(enrolled.app.secret in row for row in stored)
    assert not any(code.replace("-", "") in row for code in enrolled.recovery_codes for row in kept)


def test_it_is_not_on_before_a_code_was_shown_and_needs_the_password(browser: Browser) -> None:
    email = browser.sign_up()
    browser.get(PAGE)
    assert browser.press("Set up", **{"Your password": "not the right password"}).status == 422
    page = browser.press("Set up", **{"Your password": PASSWORD})
    assert page.soup.find("svg", class_="segno") and page.status == 200
    assert NOT_RIGHT in browser.press("Turn on", Code="000000").text
    assert browser.another().sign_in(email).path == "/today"


def test_case_3_signing_in_asks_for_a_code_and_then_leads_to_the_patient(enrolled: Enrolled) -> None:
    other = enrolled.first_step(CLICK)
    assert not is_signed_in(other.another())
    page = other.press("Sign in", Code="000 000")
    assert page.status == 422 and NOT_RIGHT in page.text
    code = enrolled.code()
    other.press("Sign in", Code=f"{code[:3]} {code[3:]}")
    assert other.hops[1] == f"http://testserver{CLICK}"
    assert is_signed_in(other)


def test_each_code_is_taken_once(enrolled: Enrolled) -> None:
    code = enrolled.code()
    enrolled.first_step().press("Sign in", Code=code)
    other = enrolled.first_step()
    assert NOT_RIGHT in other.press("Sign in", Code=code).text
    for recovery in enrolled.recovery_codes[:2]:
        other = enrolled.first_step()
        other.press("Sign in", Code=recovery.upper().replace("-", " "))
        assert is_signed_in(other)
        again = enrolled.first_step()
        assert NOT_RIGHT in again.press("Sign in", Code=recovery).text


def test_guessing_at_codes_is_slowed(enrolled: Enrolled) -> None:
    other = enrolled.first_step()
    for _ in range(5):
        assert NOT_RIGHT in other.press("Sign in", Code="000000").text
    page = other.press("Sign in", Code=enrolled.app.at(enrolled.now()))
    assert page.status == 429 and "Wait 1 minute" in page.text
    enrolled.now.move(minutes=1)
    other.press("Sign in", Code=enrolled.code())
    assert is_signed_in(other)


def test_a_wrong_code_is_on_record_as_a_refusal_and_a_right_one_as_signing_in(enrolled: Enrolled) -> None:
    other = enrolled.first_step()
    assert NOT_RIGHT in other.press("Sign in", Code="000000").text
    other.press("Sign in", Code=enrolled.code())
    told = other.get("/account/activity?kind=session").soup.select(".row-main > span:first-child")
    assert [" ".join(each.get_text().split()) for each in told[:2]] == [
        "Pat Nguyen signed in.",
        "A sign-in as Pat Nguyen was refused.",
    ]


def test_without_the_proof_of_a_right_password_no_code_helps(enrolled: Enrolled) -> None:
    stranger = enrolled.browser.another()
    for ticket in ("", "x", next(iter(enrolled.browser.cookies.values()))):
        page = stranger.post("/sign-in/code", {"ticket": ticket, "code": enrolled.code(), "next": "/account/team"})
        assert page.path == "/sign-in" and "The code was not entered within ten minutes." in page.text
    assert not is_signed_in(stranger) and stranger.get("/sign-in/code").path == "/sign-in"


def test_a_changed_password_ends_a_second_step_under_way(enrolled: Enrolled) -> None:
    other = enrolled.first_step()
    fields = {"current_password": PASSWORD, "new_password": NEW}
    assert enrolled.browser.post("/account/security/password", fields).path == "/account/security"
    assert other.press("Sign in", Code=enrolled.code()).path == "/sign-in"
    assert not is_signed_in(other)


def reset_password(enrolled: Enrolled, other: Browser, smtp: FakeSmtp) -> Page:
    other.post("/reset-password", {"email": enrolled.email})
    enrolled.browser.run_jobs()
    link = str(smtp.messages[-1].get_content()).split("http://testserver")[1].split()[0]
    other.post(link, {"new_password": NEW})
    return other.sign_in(enrolled.email, NEW)


def join_with_password(enrolled: Enrolled, other: Browser, smtp: FakeSmtp) -> Page:
    owner = other.another()
    owner.sign_up()
    return other.post(owner.invite(enrolled.email), {"password": PASSWORD})


@pytest.mark.parametrize(
    ("way", "words"),
    [(reset_password, "Enter your code"), (join_with_password, "Your account uses two-factor sign-in. Sign in first")],
)
def test_no_other_way_in_goes_round_the_second_step(
    enrolled: Enrolled, smtp: FakeSmtp, way: Callable[[Enrolled, Browser, FakeSmtp], Page], words: str
) -> None:
    other = enrolled.browser.another()
    page = way(enrolled, other, smtp)
    assert words in page.h1 + page.text
    assert not is_signed_in(other)


def test_turning_it_off_needs_the_password_and_forgets_all_codes(
    enrolled: Enrolled, smtp: FakeSmtp, database: sa.Engine
) -> None:
    enrolled.browser.get(PAGE)
    assert enrolled.browser.press("Turn off", **{"Your password": "not the right password"}).status == 422
    assert "is off" in enrolled.browser.press("Turn off", **{"Your password": PASSWORD}).text
    assert enrolled.browser.another().sign_in(enrolled.email).path == "/today"
    enrolled.browser.run_jobs()
    assert "was turned off" in str(smtp.messages[-1].get_content())
    with database.connect() as connection:
        query = "SELECT count(*) FROM recovery_codes JOIN practitioners p ON p.id = practitioner_id WHERE email = :e"
        assert connection.execute(sa.text(query), {"e": enrolled.email}).scalar_one() == 0


def test_new_recovery_codes_end_the_former_ones(enrolled: Enrolled) -> None:
    enrolled.browser.get(PAGE)
    page = enrolled.browser.press("Show new codes", **{"Your password": PASSWORD})
    renewed = re.findall(r"\b(?:\w{4}-){3}\w{4}\b", page.text)
    assert len(renewed) == 10 and not set(renewed) & set(enrolled.recovery_codes)
    other = enrolled.first_step()
    assert NOT_RIGHT in other.press("Sign in", Code=enrolled.recovery_codes[0]).text
    other.press("Sign in", Code=renewed[0])
    assert is_signed_in(other)


def test_new_recovery_codes_are_told_by_mail_without_the_codes(enrolled: Enrolled, smtp: FakeSmtp) -> None:
    enrolled.browser.get(PAGE)
    page = enrolled.browser.press("Show new codes", **{"Your password": PASSWORD})
    enrolled.browser.run_jobs()
    text = str(smtp.messages[-1].get_content())
    assert "New recovery codes" in text and "change your password" in text
    codes = re.findall(r"\b(?:\w{4}-){3}\w{4}\b", page.text)
    assert len(codes) == 10 and not any(code in text for code in codes)


def test_a_code_may_be_half_a_minute_off_and_written_in_any_digits(now: Now) -> None:
    secret = pyotp.random_base32()
    step = int(now().timestamp()) // 30
    for off, found in ((-2, None), (-1, step - 1), (0, step), (1, step + 1), (2, None)):
        assert find_step(secret, pyotp.TOTP(secret).generate_otp(step + off), now()) == found
    arabic = pyotp.TOTP(secret).at(now()).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert find_step(secret, arabic, now()) == step
    for wrong in ("", "12345", "1234567", "²²²²²²", "x" * 5000):
        assert find_step(secret, wrong, now()) is None


def test_a_set_up_begun_in_one_browser_is_not_finished_in_another_without_the_password(
    browser: Browser, now: Now
) -> None:
    email = browser.sign_up()
    other = browser.another()
    other.sign_in(email)
    browser.get(PAGE)
    page = browser.press("Set up", **{"Your password": PASSWORD})
    key = str(page.soup.select_one("strong.reference").get_text())
    page = other.get(PAGE)
    assert key not in page.text and page.has_button("Set up")
    code = pyotp.TOTP(key.replace(" ", "")).at(now())
    assert "recovery" not in other.post(f"{PAGE}/confirm", {"code": code}).text
    assert not is_on(other)
    browser.press("Turn on", Code=code)
    assert is_on(browser)


def test_a_set_up_that_was_left_is_not_shown_again_without_the_password(browser: Browser, now: Now) -> None:
    browser.sign_up()
    browser.get(PAGE)
    browser.press("Set up", **{"Your password": PASSWORD})
    now.move(minutes=29)
    page = browser.get(PAGE)
    key = str(page.soup.select_one("strong.reference").get_text())
    now.move(minutes=1)
    late = browser.post(f"{PAGE}/confirm", {"code": pyotp.TOTP(key.replace(" ", "")).at(now())})
    assert late.path == PAGE and late.has_button("Set up") and key not in late.text


def test_turned_on_while_a_password_is_checked_it_is_asked_for(
    browser: Browser, database: sa.Engine, wait_for_blocked: Callable[[int], None]
) -> None:
    email = browser.sign_up()
    with ThreadPoolExecutor() as pool, database.connect() as elsewhere:
        turning_on = "UPDATE practitioners SET totp_since = now(), totp_secret = 'sealed' WHERE email = :email"
        elsewhere.execute(sa.text(turning_on), {"email": email})
        signing_in = pool.submit(browser.another().sign_in, email)
        wait_for_blocked(1)
        elsewhere.commit()
        assert signing_in.result().h1 == "Enter your code"


def test_begun_anew_in_another_tab_while_it_is_turned_on_the_secret_that_was_shown_stays(
    browser: Browser, database: sa.Engine, wait_for_blocked: Callable[[int], None]
) -> None:
    email = {"email": browser.sign_up()}
    browser.get(PAGE)
    with ThreadPoolExecutor() as pool, database.connect() as elsewhere:
        turning_on = "UPDATE practitioners SET totp_since = now(), totp_secret = 'sealed' WHERE email = :email"
        elsewhere.execute(sa.text(turning_on), email)
        beginning = pool.submit(browser.press, "Set up", **{"Your password": PASSWORD})
        wait_for_blocked(1)
        elsewhere.commit()
        assert "Two-factor sign-in is on" in beginning.result().text
        stored = elsewhere.scalar(sa.text("SELECT totp_secret FROM practitioners WHERE email = :email"), email)
    assert stored == "sealed"
