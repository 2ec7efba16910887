"""Keys that are refused when they are saved, and roles that may not add files."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.connecting import keys
from app.demo.cliniko.state import new_key
from app.demo.patients import DemoClinics
from tests.accounts.connecting.keys import (
    ACCOUNT,
    USER,
    connection_of,
    resumed_members,
    sentence_beside_key,
    stored_key,
)
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Paste your Cliniko API key."),
        (" \n ", "Paste your Cliniko API key."),
        ("two words-au1", "A Cliniko API key has no spaces or line breaks in it."),
        ("user:key-au1", "A Cliniko API key has no colon in it."),
        ("kéy-au1", "A Cliniko API key has only plain letters, digits and signs."),
        ("x" * 301, "This is too long to be a Cliniko API key."),
    ],
)
def test_a_misshapen_key_is_refused_without_asking_cliniko(
    browser: Browser, cliniko: FakeCliniko, text: str, sentence: str
) -> None:
    browser.sign_up()
    assert sentence_beside_key(browser.save_key(text)).startswith(sentence)
    assert cliniko.log == []


def break_nothing(cliniko: FakeCliniko) -> None:
    """The key itself is wrong."""


FAULTS: list[tuple[Callable[[FakeCliniko], None], str]] = [
    (break_nothing, "Cliniko does not accept this key."),
    (lambda fake: fake.answer("GET", USER, 401), "Cliniko does not accept this key."),
    (lambda fake: fake.answer("GET", USER, 403), "Cliniko knows this key but does not let its user connect"),
    (lambda fake: fake.answer("GET", ACCOUNT, 403), "Cliniko knows this key but does not let its user connect"),
    (lambda fake: fake.limit_rate("GET", USER, 30), "Cliniko is busy with this user's other requests"),
    (lambda fake: fake.answer_html("GET", USER, 502), "Cliniko is having trouble"),
    (lambda fake: fake.answer("GET", ACCOUNT, 503), "Cliniko is having trouble"),
    (lambda fake: fake.drop("GET", USER, when="before"), "Cliniko did not answer"),
    (lambda fake: fake.drop("GET", ACCOUNT, when="midway"), "Cliniko did not answer"),
    (lambda fake: fake.garble("GET", USER, "truncated"), "Cliniko's answer could not be read"),
    (lambda fake: fake.garble("GET", ACCOUNT, "unexpected"), "Cliniko's answer could not be read"),
    (lambda fake: fake.answer_html("GET", USER, 200), "Cliniko's answer could not be read"),
    (lambda fake: fake.answer("GET", USER, 302, headers={"location": "/v1/x"}), "Cliniko's answer could not be read"),
    (lambda fake: fake.answer("GET", USER, 404), "Cliniko did not say whose key this is"),
    (lambda fake: fake.answer("GET", USER, 422), "Cliniko did not say whose key this is"),
]


@pytest.mark.parametrize(("break_it", "sentence"), FAULTS)
def test_a_key_that_cliniko_does_not_vouch_for_is_refused_and_the_old_one_stays(
    browser: Browser,
    clinics: DemoClinics,
    cliniko: FakeCliniko,
    database: sa.Engine,
    break_it: Callable[[FakeCliniko], None],
    sentence: str,
) -> None:
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    before = connection_of(database, email)
    break_it(cliniko)
    page = browser.save_key(new_key("au1") if break_it is break_nothing else clinics.practitioner_2.key)
    assert sentence_beside_key(page).startswith(sentence)
    assert "Amara Okafor" in page.text
    assert connection_of(database, email) == before


def test_a_revoked_key_is_refused(browser: Browser, clinics: DemoClinics) -> None:
    browser.sign_up()
    clinics.practitioner_1.key_archived = True
    assert "It may be incomplete or archived." in sentence_beside_key(browser.save_key(clinics.practitioner_1.key))


def test_a_cliniko_that_hangs_is_given_up_on_within_ten_seconds(
    browser: Browser, clinics: DemoClinics, cliniko: FakeCliniko, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys.CHECK_SECONDS < 10
    monkeypatch.setattr(keys, "CHECK_SECONDS", 0.3)
    browser.sign_up()
    cliniko.hold("GET", ACCOUNT, when="before")
    assert sentence_beside_key(browser.save_key(clinics.practitioner_1.key)).startswith("Cliniko did not answer")


def test_both_questions_together_take_no_longer_than_that(
    browser: Browser, clinics: DemoClinics, cliniko: FakeCliniko, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "CHECK_SECONDS", 0.8)
    browser.sign_up()
    cliniko.slow("GET", USER, 0.5)
    cliniko.slow("GET", ACCOUNT, 0.5)
    assert sentence_beside_key(browser.save_key(clinics.practitioner_1.key)).startswith("Cliniko did not answer")


def test_a_key_of_another_clinic_is_refused_naming_both(
    browser: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    """Case 8: the pasted key belongs to another clinic's Cliniko account; the old key stays."""
    email = browser.sign_up(practice="Bayside Physio")
    browser.save_key(clinics.practitioner_1.key)
    before = connection_of(database, email)
    sentence = sentence_beside_key(browser.save_key(clinics.podiatrist.key))
    assert sentence.startswith(
        'This key belongs to "Riverside Podiatry", but Bayside Physio is connected to "Harbour Street Physiotherapy"'
    )
    assert connection_of(database, email) == before


def test_two_clinics_of_one_name_are_told_apart_in_the_refusal(browser: Browser, clinics: DemoClinics) -> None:
    """Case 8, where the names alone would not help."""
    browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    clinics.riverside.name = clinics.harbour.name
    sentence = sentence_beside_key(browser.save_key(clinics.podiatrist.key))
    assert "(riverside-podiatry)" in sentence
    assert "(harbour-street)" in sentence


def test_the_practice_stays_bound_when_its_only_key_is_removed(browser: Browser, clinics: DemoClinics) -> None:
    """Case 8, with a colleague's clients already there."""
    browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    browser.press("Remove key")
    assert "Riverside Podiatry" in sentence_beside_key(browser.save_key(clinics.podiatrist.key))


def test_of_two_racing_first_keys_the_second_is_judged_against_the_first(
    browser: Browser, clinics: DemoClinics, database: sa.Engine, wait_for_blocked: Callable[[int], None]
) -> None:
    """Case 8, when nothing is bound yet while both keys are checked."""
    email = browser.sign_up()
    colleague = browser.invite_colleague()
    practice_id = _practice_id(database, email)
    with ThreadPoolExecutor() as pool, database.connect() as other:
        other.execute(sa.text("SELECT 1 FROM practices WHERE id = :id FOR UPDATE"), {"id": practice_id})
        saving = [
            pool.submit(browser.save_key, clinics.practitioner_1.key),
            pool.submit(colleague.save_key, clinics.podiatrist.key),
        ]
        wait_for_blocked(2)
        other.rollback()
        pages = [future.result() for future in saving]
    assert sorted(page.status for page in pages) == [200, 422]
    [refused] = [page for page in pages if page.status == 422]
    assert "This key belongs to" in refused.text


def _practice_id(database: sa.Engine, email: str) -> Any:
    query = sa.text(
        "SELECT m.practice_id FROM memberships m JOIN practitioners p ON p.id = m.practitioner_id "
        "WHERE p.email = :email"
    )
    with database.connect() as connection:
        return connection.execute(query, {"email": email}).scalar_one()


def test_two_practices_may_be_connected_to_one_cliniko_account(browser: Browser, clinics: DemoClinics) -> None:
    browser.sign_up()
    assert "is saved" in browser.save_key(clinics.practitioner_1.key).text
    other = browser.another()
    other.sign_up(practice="Hillside Rehab")
    assert "is saved" in other.save_key(clinics.practitioner_1.key).text


# Roles


@pytest.mark.parametrize("role", ["scheduler", "bookkeeper"])
def test_a_role_without_files_is_saved_with_a_warning_that_stays(
    browser: Browser, clinics: DemoClinics, database: sa.Engine, role: str
) -> None:
    """Case 21: says which role is needed."""
    email = browser.sign_up()
    clinics.scheduler.role = role
    page = browser.save_key(clinics.scheduler.key)
    assert "The Cliniko API key is saved." in page.text
    assert connection_of(database, email).state == "not_permitted"
    page = browser.get("/account/settings")
    assert "so PDFs wait here" in page.text
    assert "another role, such as practitioner" in page.text
    assert role.capitalize() in page.text


def test_a_role_without_files_is_told_on_another_page_too(browser: Browser, clinics: DemoClinics) -> None:
    """Case 21, when saving leads on."""
    browser.sign_up()
    data = {"api_key": clinics.scheduler.key, "next": "/account/team"}
    page = browser.post("/account/settings", data)
    assert page.path == "/account/team"
    assert "The key is saved, but its role in Cliniko cannot add files" in page.text


def test_a_role_that_was_raised_is_seen_by_checking_again(
    browser: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    """Case 21: resumes when the role changes, without the key, which Cliniko shows only once."""
    email = browser.sign_up()
    browser.save_key(clinics.scheduler.key)
    clinics.scheduler.role = "practitioner"
    page = browser.press("Check again")
    assert "so PDFs wait here" not in page.text
    row = connection_of(database, email)
    assert (row.state, row.cliniko_role) == ("working", "practitioner")
    assert stored_key(row) == clinics.scheduler.key
    assert resumed_members(database) == [str(row.member_id)] * 2


def test_checking_again_says_when_the_key_was_revoked(
    browser: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    """Case 20, before anything was sent with it: the page that asks shows what it was told."""
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    clinics.practitioner_1.key_archived = True
    page = browser.press("Check again")
    assert sentence_beside_key(page).startswith("Cliniko no longer accepts your key. Make a new one")
    assert "Needs a new key" in page.text
    assert connection_of(database, email).state == "rejected"


def test_checking_again_while_cliniko_is_away_says_that_the_saved_key_stays(
    browser: Browser, clinics: DemoClinics, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    """Case 26: nobody makes a new key for nothing."""
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    before = connection_of(database, email)
    cliniko.answer("GET", USER, 503)
    page = browser.press("Check again")
    assert sentence_beside_key(page) == (
        "Your saved key could not be checked and stays as it is. Cliniko is having trouble. Try again in a few minutes."
    )
    assert page.link("What to do: Cliniko does not answer") == "/guide/cliniko-away"
    assert connection_of(database, email) == before


def test_the_record_names_a_key_as_not_accepted_only_where_one_was_entered_and_judged(
    browser: Browser, clinics: DemoClinics, cliniko: FakeCliniko
) -> None:
    browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    for _ in range(2):
        cliniko.answer("GET", USER, 503)
    browser.press("Check again")
    assert browser.save_key(clinics.practitioner_2.key).status == 422
    assert "not accepted" not in browser.get("/account/activity").text
    browser.save_key(new_key("au1"))
    assert "entered a Cliniko key that was not accepted" in browser.get("/account/activity").text


def test_a_role_that_a_refused_file_contradicts_is_not_shown_as_todays(
    browser: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    """Case 21: "your role cannot add files" beside "Practitioner" would send people to ask for what they have."""
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    with database.begin() as connection:
        row = {"id": connection_of(database, email).id}
        connection.execute(sa.text("UPDATE connections SET state = 'not_permitted' WHERE id = :id"), row)
    assert "Practitioner, when Cliniko was last asked" in browser.get("/account/settings").text


def test_checking_again_without_a_key_finds_nothing(browser: Browser) -> None:
    browser.sign_up()
    assert browser.post("/account/settings", {"action": "check"}).status == 404


def test_a_receptionist_may_add_files(browser: Browser, clinics: DemoClinics, database: sa.Engine) -> None:
    email = browser.sign_up()
    clinics.scheduler.role = "power receptionist"
    page = browser.save_key(clinics.scheduler.key)
    assert "Power receptionist" in page.text
    assert connection_of(database, email).state == "working"


# Replacing and removing
