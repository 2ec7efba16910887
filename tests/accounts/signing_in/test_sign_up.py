"""The page /sign-up: a practice and its first practitioner."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.security import passwords
from app.countries import COUNTRIES
from tests.support import PASSWORD, Browser, Page

NOT_MADE = "No account could be made with this email and password. If you have one,"


def form(**changes: Any) -> dict[str, Any]:
    """The fields of a form filled in well, with a new email."""
    return {
        "Your name": "Pat Nguyen",
        "Email": f"{uuid.uuid4().hex[:12]}@practice.example",
        "Password": PASSWORD,
        "Practice name": "Bayside Physio",
        "Country": "AU",
        **changes,
    }


def sign_up(browser: Browser, **changes: Any) -> Page:
    browser.get("/sign-up")
    return browser.press("Create account", **form(**changes))


def sentence_beside(page: Page, name: str) -> str:
    """The sentence that stands beside a field, which must be told of it for screen readers."""
    field = page.soup.find(attrs={"name": name})
    assert field is not None and field["aria-invalid"] == "true"
    return " ".join(page.soup.find(id=f"f-{name}-error").get_text(" ").split())


def practitioners_with(database: sa.Engine, email: str) -> list[Any]:
    query = sa.text(
        "SELECT p.name, m.role, c.name AS practice, c.country FROM practitioners p "
        "JOIN memberships m ON m.practitioner_id = p.id JOIN practices c ON c.id = m.practice_id "
        "WHERE lower(p.email) = lower(:email)"
    )
    with database.connect() as connection:
        return list(connection.execute(query, {"email": email}))


def test_signing_up_makes_a_practice_and_its_owner_who_is_signed_in(browser: Browser, database: sa.Engine) -> None:
    email = f"{uuid.uuid4().hex}@practice.example"
    page = sign_up(browser, Email=email)
    assert (page.status, page.path) == (200, "/account/settings")
    assert "Your account is ready." in page.text
    assert "Pat Nguyen" in page.soup.find("header").get_text()
    assert [tuple(row) for row in practitioners_with(database, email)] == [
        ("Pat Nguyen", "owner", "Bayside Physio", "AU")
    ]


def test_the_password_is_stored_as_an_argon2id_hash_only(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    with database.connect() as connection:
        query = sa.text("SELECT practitioners::text FROM practitioners WHERE email = :email")
        row = connection.execute(query, {"email": email}).scalar_one()
    assert "$argon2id$" in row
    assert PASSWORD not in row


@pytest.mark.parametrize(
    ("label", "name", "value", "sentence"),
    [
        ("Your name", "name", "", "Enter your name."),
        ("Your name", "name", " \u200b ", "Enter your name."),
        ("Your name", "name", "a" * 201, "This is too long: use at most 200 characters."),
        ("Email", "email", "", "Enter an email address."),
        ("Email", "email", "pat", "This does not look like an email address"),
        ("Email", "email", "pat@practice.example, lee@practice.example", "This does not look like an email address"),
        ("Email", "email", "a" * 250 + "@practice.example", "This is too long"),
        ("Password", "password", "", "Choose a password of at least 12 characters."),
        ("Password", "password", "eleven char", "This is too short: use at least 12 characters"),
        ("Password", "password", "x" * 1001, "This is too long: use at most 1000 characters."),
        ("Password", "password", "Sunshine 2026!", "This is easy to guess"),
        ("Password", "password", "bayside physio nguyen", "This is easy to guess"),
        ("Practice name", "practice_name", "--", "Enter the name of your practice."),
        ("Practice name", "practice_name", "b" * 201, "This is too long"),
        ("Country", "country", "XX", "Choose a country from the list."),
        ("Country", "country", "", "Choose a country from the list."),
    ],
)
def test_a_field_that_cannot_be_taken_has_a_sentence_beside_it(
    browser: Browser, database: sa.Engine, label: str, name: str, value: str, sentence: str
) -> None:
    fields = form(**{label: value})
    browser.get("/sign-up")
    page = browser.press("Create account", **fields)
    assert page.status == 422
    assert sentence_beside(page, name).startswith(sentence)
    assert practitioners_with(database, fields["Email"]) == []


def test_every_mistake_is_told_at_once(browser: Browser) -> None:
    page = browser.post("/sign-up", {})
    assert page.status == 422
    assert len(page.soup.find(class_="error-summary").find_all("li")) == 5


def test_nothing_typed_is_lost_on_an_error_except_the_password(browser: Browser) -> None:
    page = sign_up(browser, **{"Email": "no address", "Practice name": '<b>"Bay"</b>', "Country": "NZ"})
    values = {field["name"]: field.get("value") for field in page.soup.find_all("input", {"name": True})}
    assert values["name"] == "Pat Nguyen"
    assert values["email"] == "no address"
    assert values["practice_name"] == '<b>"Bay"</b>'
    assert values["password"] is None
    assert page.soup.find("option", selected=True)["value"] == "NZ"
    assert PASSWORD.encode() not in page.content


def test_an_email_with_an_account_and_another_password_is_told_nothing_of_it_but_by_mail(
    browser: Browser, database: sa.Engine
) -> None:
    email = browser.sign_up()
    for _ in range(4):
        page = sign_up(browser.another(), Email=email.upper(), Password="a boat that sails at noon")
        assert page.status == 422 and sentence_beside(page, "email").startswith(NOT_MADE)
        links = [each["href"] for each in page.soup.find(id="f-email-error").find_all("a")]
        assert links == ["/sign-in", "/reset-password"]
    assert len(practitioners_with(database, email)) == 1
    with database.connect() as connection:
        query = sa.text("SELECT subject FROM outgoing_mails WHERE recipient = :email")
        told = connection.execute(query, {"email": email}).scalars().all()
    assert told == ["Kinebridge: you have an account already"] * 3, "not every time, that would be a way to pester"


def test_who_signs_up_again_with_their_own_password_is_signed_in(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    other = browser.another()
    page = sign_up(other, Email=f" {email.upper()}")
    assert page.path == "/today" and "You already have an account with this email" in page.text
    assert len(practitioners_with(database, email)) == 1
    other.post("/sign-out")
    other.get("/sign-up?next=/account/team")
    assert other.press("Create account", **form(Email=email)).path == "/account/team"


def test_both_kinds_of_email_cost_one_hash(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    email, work = browser.sign_up(), []
    verify, make = passwords.hasher.verify_and_update, passwords.hasher.hash
    monkeypatch.setattr(passwords.hasher, "verify_and_update", lambda *given: (work.append(1), verify(*given))[1])
    monkeypatch.setattr(passwords.hasher, "hash", lambda *given: (work.append(1), make(*given))[1])
    for address in (email, f"new-{email}"):
        work.clear()
        sign_up(browser.another(), Email=address, Password="a boat that sails at noon")
        assert len(work) == 1


def test_of_two_racing_sign_ups_with_one_email_one_makes_nothing(
    browser: Browser, database: sa.Engine, wait_for_blocked: Callable[[int], None]
) -> None:
    email = f"{uuid.uuid4().hex}@practice.example"
    with ThreadPoolExecutor() as pool, database.connect() as other:
        other.execute(
            sa.text("INSERT INTO practitioners (id, name, email, password_hash) VALUES (:id, 'First', :email, 'x')"),
            {"id": uuid.uuid4(), "email": email},
        )
        second = pool.submit(sign_up, browser, Email=email.title())
        wait_for_blocked(1)
        other.commit()
        page = second.result()
    assert page.status == 422
    assert sentence_beside(page, "email").startswith(NOT_MADE)
    assert browser.cookies == {}
    with database.connect() as connection:
        query = sa.text("SELECT count(*) FROM practitioners WHERE lower(email) = :email")
        assert connection.execute(query, {"email": email}).scalar_one() == 1


def test_signing_up_leads_on_to_where_the_person_was_going(browser: Browser) -> None:
    """Case 3: the target survives signing up, with an error on the way too."""
    browser.get("/sign-in?next=/open/cliniko%3Fpatient_id%3D77")
    browser.get(browser.page.link("Create an account"))
    browser.press("Create account", **form(Email="wrong"))
    browser.press("Create account", **form())
    assert "http://testserver/open/cliniko?patient_id=77" in browser.hops


def test_signing_up_as_someone_else_ends_the_session_before(browser: Browser) -> None:
    browser.sign_up()
    before = dict(browser.cookies)
    browser.sign_up(name="Lee Okafor")
    old = browser.another()
    old.cookies = before
    assert old.get("/account/settings").path == "/sign-in"


def test_names_in_any_script_stay_as_they_are(browser: Browser) -> None:
    page = sign_up(browser, **{"Your name": "Nguyễn Thị <i>Hương</i>", "Practice name": "Φυσιο & 王 🦘"})
    header = page.soup.find("header").get_text()
    assert "Nguyễn Thị <i>Hương</i>" in header
    assert "Φυσιο & 王 🦘" in header


def test_characters_that_no_database_can_hold_do_no_harm(browser: Browser, database: sa.Engine) -> None:
    email = f"{uuid.uuid4().hex}@practice.example"
    page = sign_up(browser, **{"Your name": "Pat\0 \x07Nguyen\n", "Email": f"\0{email}", "Practice name": "Bay\tside"})
    assert page.status == 200
    [row] = practitioners_with(database, email)
    assert (row.name, row.practice) == ("Pat Nguyen", "Bay side")


def test_every_country_is_offered_once_and_australia_is_chosen(browser: Browser) -> None:
    page = browser.get("/sign-up")
    codes = [option["value"] for option in page.soup.find("select").find_all("option")]
    assert len(codes) == len(set(codes)) == len(COUNTRIES) == 249
    assert {"AU", "NZ", "GB", "IE", "US", "CA", "ZA", "SG", "HK"} <= set(codes)
    assert page.soup.find("option", selected=True)["value"] == "AU"
