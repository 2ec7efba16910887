"""Nothing typed is lost when a session expires: signing in goes on in the place of the form, then it is sent."""

import re

import pytest
import sqlalchemy as sa

from app.accounts.signing_in.kept_forms import LARGEST_KEPT_BYTES
from tests.accounts.arrange import email_of
from tests.accounts.letterheads import picture
from tests.accounts.two_factor import Enrolled
from tests.programs.home.arrange import Now
from tests.support import PASSWORD, Browser, Clinic, Page

SEND = "Send what you typed"
TYPED = "Physio <b>\"&' Ω 王"


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def clock(now: Now) -> Now:
    return now


def title_of(browser: Browser) -> str:
    return str(browser.get("/account/settings").soup.find("input", {"name": "title"})["value"])


def send_too_late(browser: Browser, now: Now, typed: str = TYPED) -> Page:
    """Type a title, and press the button once the session is over."""
    browser.get("/account/settings")
    now.move(days=15)
    return browser.press("Save title", **{"Your title": typed})


def test_a_form_sent_too_late_is_sent_after_signing_in_in_its_place(browser: Browser, now: Now) -> None:
    email = browser.sign_up()
    page = send_too_late(browser, now)
    assert (page.status, page.h1) == (401, "Sign in to continue")
    assert "What you typed is kept on this page" in page.text
    page = browser.press("Sign in", Email=email, Password=PASSWORD)
    assert page.h1 == "You are signed in" and page.soup.find("form", {"data-send": True})
    assert "Pat Nguyen" in page.soup.find("header").get_text()
    page = browser.press(SEND)
    assert page.path == "/account/settings" and "Your title is saved" in page.text
    assert title_of(browser) == TYPED


def test_a_wrong_password_and_a_second_step_in_between_lose_nothing(browser: Browser, now: Now) -> None:
    enrolled = Enrolled(browser, now)
    send_too_late(browser, now)
    assert browser.press("Sign in", Email=enrolled.email, Password="not the right password").status == 422
    assert "What you typed is kept" in browser.page.text
    assert browser.press("Sign in", Email=enrolled.email, Password=PASSWORD).h1 == "Enter your code"
    browser.press("Sign in", Code="000000")
    sealed = browser.page.soup.find("input", {"name": "kept"})["value"]
    page = browser.post("/sign-in/code", {"ticket": "too old", "code": enrolled.code(), "kept": sealed})
    assert "The code was not entered within ten minutes." in page.text and "What you typed is kept" in page.text
    browser.press("Sign in", Email=enrolled.email, Password=PASSWORD)
    browser.press("Sign in", Code=enrolled.code())
    browser.press(SEND)
    assert title_of(browser) == TYPED


def test_every_field_and_the_pressed_button_are_sent_as_they_were(
    ana: Browser, clinic: Clinic, now: Now, database: sa.Engine
) -> None:
    email = email_of(ana)
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    ana.get(client)
    ana.press("New program")
    ana.press("Start from template", **{"Start from template": "knee-osteoarthritis"})
    editor = ana.page.path
    now.move(days=15)
    page = ana.press("Assign program", **{"Program title": "Stronger knees"})
    assert page.status == 401 and "Olivia" not in page.soup.decode() and "Stronger" not in page.soup.decode()
    ana.press("Sign in", Email=email, Password=PASSWORD)
    page = ana.press(SEND)
    assert page.path == client and "Stronger knees" in page.text
    assert ana.get(editor).path != editor, "it was assigned, not only saved"


def test_nothing_typed_is_in_the_page_before_signing_in_nor_in_any_address(browser: Browser, now: Now) -> None:
    email = browser.sign_up()
    page = send_too_late(browser, now, "Wilhelmina")
    assert "Wilhelmina" not in page.content.decode()
    browser.press("Sign in", Email=email, Password=PASSWORD)
    browser.press(SEND)
    assert not any("Wilhelmina" in hop for hop in browser.hops)


@pytest.mark.parametrize("is_colleague", [True, False], ids=["a colleague", "a stranger"])
def test_somebody_else_does_not_send_it_and_does_not_see_it(is_colleague: bool, browser: Browser, now: Now) -> None:
    email = browser.sign_up()
    lee = browser.invite_colleague() if is_colleague else browser.another()
    lee_email = email_of(lee) if is_colleague else lee.sign_up(name="Lee Okafor")
    late = send_too_late(browser, now, "Wilhelmina")
    page = browser.press("Sign in", Email=lee_email, Password=PASSWORD)
    assert page.h1 == "Nothing was sent" and not page.has_button(SEND)
    assert "Wilhelmina" not in page.content.decode()
    assert title_of(browser) == ""
    browser.page = late
    browser.press("Sign in", Email=email, Password=PASSWORD)
    browser.press(SEND)
    assert title_of(browser) == "Wilhelmina", "who typed it has it still"


def test_case_9_it_is_not_sent_into_another_practice(browser: Browser, now: Now) -> None:
    person = browser.another()
    email = person.sign_up(name="Lee Okafor", practice="Hillside Rehab")
    browser.sign_up(practice="Bayside Physio")
    elsewhere = person.another()
    elsewhere.sign_in(email)
    person.get(browser.invite(email))
    person.press("Join practice")
    send_too_late(person, now)
    elsewhere.sign_in(email)
    elsewhere.press("Hillside Rehab")
    page = person.press("Sign in", Email=email, Password=PASSWORD)
    assert "while you worked at Bayside Physio . Nothing has been sent yet." in page.text
    assert not page.soup.find("form", {"data-send": True})
    assert person.press(SEND).status == 409
    person.page = page
    person.press("Work at Bayside Physio again, in a new tab")
    person.page = page
    person.press(SEND)
    assert title_of(person) == TYPED


def test_case_9_of_two_practices_the_one_the_form_was_opened_in_counts(browser: Browser, now: Now) -> None:
    email = browser.sign_up(practice="Bayside Physio")
    owner = browser.another()
    owner.sign_up(practice="Hillside Rehab")
    elsewhere = browser.another()
    elsewhere.sign_in(email)
    elsewhere.get(owner.invite(email))
    browser.get("/account/settings")
    elsewhere.press("Join practice")
    now.move(days=15)
    browser.press("Save title", **{"Your title": TYPED})
    page = browser.press("Sign in", Email=email, Password=PASSWORD)
    assert "while you worked at Bayside Physio . Nothing has been sent yet." in page.text


def test_after_their_practice_was_erased_it_is_sent_in_the_one_they_went_on_in(
    browser: Browser, now: Now, database: sa.Engine
) -> None:
    email = browser.sign_up()
    with database.begin() as connection:
        query = "UPDATE practitioners SET active_practice_id = NULL WHERE email = :email"
        connection.execute(sa.text(query), {"email": email})
    send_too_late(browser, now)
    assert browser.press("Sign in", Email=email, Password=PASSWORD).h1 == "You are signed in"


def test_it_is_not_sent_into_a_practice_left_meanwhile(browser: Browser, now: Now, database: sa.Engine) -> None:
    person = browser.another()
    email = person.sign_up(practice="Hillside Rehab")
    browser.sign_up(practice="Bayside Physio")
    person.get(browser.invite(email))
    person.press("Join practice")
    send_too_late(person, now)
    with database.begin() as connection:
        ending = (
            "UPDATE memberships SET ended_at = now() FROM practitioners p, practices c WHERE p.id = practitioner_id "
            "AND c.id = memberships.practice_id AND p.email = :email AND c.name = 'Bayside Physio'"
        )
        connection.execute(sa.text(ending), {"email": email})
    page = person.press("Sign in", Email=email, Password=PASSWORD)
    assert page.h1 == "Nothing was sent" and not page.has_button(SEND)


def test_without_the_cookie_what_was_typed_is_for_whom_its_page_was_made_alone(browser: Browser) -> None:
    other = browser.another().sign_up(name="Kim Adler")
    email = browser.sign_up()
    browser.get("/account/settings")
    browser.cookies.clear()
    asked = browser.press("Save title", **{"Your title": TYPED})
    page = browser.press("Sign in", Email=other, Password=PASSWORD)
    assert page.h1 == "Nothing was sent" and TYPED not in page.content.decode()
    browser.cookies.clear()
    browser.page = asked
    assert browser.press("Sign in", Email=email, Password=PASSWORD).soup.find("form", {"data-send": True})


def test_with_neither_cookie_nor_the_pages_word_the_person_decides(browser: Browser) -> None:
    email = browser.sign_up()
    browser.cookies.clear()
    browser.post("/account/settings/title", {"title": TYPED})
    page = browser.press("Sign in", Email=email, Password=PASSWORD)
    assert "Send it only if it was you, Pat Nguyen" in page.text
    assert not page.soup.find("form", {"data-send": True})
    browser.press(SEND)
    assert title_of(browser) == TYPED


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/account/settings", {"api_key": "bogus-secret-key-0001-au1", "next": "/clients"}),
        ("/account/security/password", {"current_password": PASSWORD, "new_password": "a boat that sails"}),
        ("/account/security/two-factor/confirm", {"code": "123456"}),
    ],
)
def test_passwords_keys_and_codes_are_never_kept(browser: Browser, path: str, data: dict[str, str]) -> None:
    browser.sign_up()
    browser.cookies.clear()
    answer = browser.send("POST", path, data=data, headers={"referer": "http://testserver/account/security?a=b"})
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?next=%2Faccount%2Fsecurity%3Fa%3Db")


@pytest.mark.parametrize(
    "referer",
    ["", "https://evil.example/x", "http://testserver.evil.example/", "x", "http://[x", "http://testserver/sign-in"],
)
def test_only_a_page_of_ours_is_come_back_to(browser: Browser, referer: str) -> None:
    answer = browser.send("POST", "/account/security/sign-out-elsewhere", headers={"referer": referer})
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?next=%2F")


def test_a_button_pressed_too_late_is_not_pressed_by_signing_in(ana: Browser, now: Now) -> None:
    """Nothing was typed: whoever was at a page left open is not to have somebody remove their own key."""
    email = email_of(ana)
    ana.get("/account/settings")
    now.move(days=15)
    page = ana.press("Remove key")
    assert page.path == "/sign-in" and not page.soup.find("input", {"name": "kept"})
    ana.press("Sign in", Email=email, Password=PASSWORD)
    assert ana.get("/account/settings").has_button("Remove key")


def test_what_is_too_large_or_only_a_file_is_said_not_to_be_kept(browser: Browser) -> None:
    fits, too_large = "x" * (LARGEST_KEPT_BYTES - 100), "x" * LARGEST_KEPT_BYTES
    email = browser.sign_up()
    browser.cookies.clear()
    assert browser.post("/account/settings/title", {"title": fits}).status == 401
    assert browser.press("Sign in", Email=email, Password=PASSWORD).has_button(SEND)
    assert browser.press(SEND).status == 422, "it arrives as it was"
    browser.cookies.clear()
    page = browser.post("/account/settings/title", {"title": too_large})
    assert page.path == "/sign-in" and "what you sent was not saved" in page.text
    page = browser.post("/account/letterhead", {"made_by": "x"}, [("logo", ("logo.png", picture(), "image/png"))])
    assert page.path == "/sign-in" and "what you sent was not saved" in page.text, "nothing but a file"


def test_of_a_form_with_files_the_text_is_kept(browser: Browser, now: Now) -> None:
    email = browser.sign_up()
    browser.get("/account/letterhead")
    now.move(days=15)
    logo = [("logo", ("logo.png", picture(), "image/png"))]
    page = browser.press("Save changes", files=logo, Phone="02 5550 1234")
    assert page.status == 401
    page = browser.press("Sign in", Email=email, Password=PASSWORD)
    assert "The files you chose could not be kept." in page.text
    assert not page.soup.find("form", {"data-send": True})
    data = {field["name"]: (None, field["value"]) for field in page.soup.select("main input[type=hidden]")}
    answer = browser.send("POST", "/account/letterhead", files=data)
    assert answer.status == 303
    assert "02 5550 1234" in browser.get("/account/letterhead").soup.decode()


def test_a_script_is_told_by_a_redirect_and_keeps_what_it_has(browser: Browser) -> None:
    answer = browser.send(
        "POST", "/account/settings/title", data={"title": "x"}, headers={"accept": "application/json"}
    )
    assert answer.status == 303


def test_a_forged_or_changed_form_is_none(browser: Browser, now: Now) -> None:
    email = browser.sign_up()
    page = send_too_late(browser, now)
    sealed = str(page.soup.find("input", {"name": "kept"})["value"])
    other_letter = "B" if sealed[-9] == "A" else "A"
    for wrong in (sealed[:-9] + other_letter + sealed[-8:], "x", "Ω", sealed[::-1]):
        other = browser.another()
        assert other.post("/sign-in", {"email": email, "password": PASSWORD, "kept": wrong}).path == "/today"


def test_the_form_goes_to_no_address_but_the_one_it_was_sent_to(browser: Browser, now: Now) -> None:
    email = browser.sign_up()
    now.move(days=15)
    browser.post("//evil.example/x", {"a": "b"})
    assert browser.page.status == 404
    browser.post("/account/settings/title?next=//evil.example", {"title": "x", "next": "//evil.example"})
    page = browser.press("Sign in", Email=email, Password=PASSWORD)
    assert re.fullmatch(r"/account/settings/title\?next=//evil.example", page.form(SEND)[0].attrib["action"])
    assert browser.press(SEND).path == "/account/settings"


def test_a_kept_form_in_letters_that_no_page_can_hold_is_none(browser: Browser) -> None:
    content = b'--x\r\nContent-Disposition: form-data; name="kept"\r\n\r\n\\ud800\r\n--x--\r\n'
    headers = {"content-type": "multipart/form-data; boundary=x; charset=unicode_escape"}
    assert browser.server.post("/sign-in", content=content, headers=headers).status_code == 422
