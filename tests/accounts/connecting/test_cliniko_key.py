"""My account > Settings: the Cliniko key, checked at Cliniko, bound to the practice, never shown again."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.connecting import keys
from app.crypto import CannotDecryptError, Vault
from app.demo.cliniko.state import new_key
from app.demo.patients import DemoClinics
from tests.conftest import SECRET
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Page

USER, ACCOUNT = "/v1/user", "/v1/settings/public"


def connection_of(database: sa.Engine, email: str) -> Any:
    query = sa.text(
        "SELECT c.*, m.id AS member_id, pr.cliniko_account_id, pr.cliniko_account_name, pr.cliniko_subdomain, "
        "pr.patient_word, pr.time_zone FROM memberships m JOIN practitioners p ON p.id = m.practitioner_id "
        "JOIN practices pr ON pr.id = m.practice_id LEFT JOIN connections c ON c.membership_id = m.id "
        "WHERE p.email = :email"
    )
    with database.connect() as connection:
        return connection.execute(query, {"email": email}).one()


def stored_key(row: Any) -> str:
    return Vault([SECRET]).decrypt(row.encrypted_key, row=f"connection:{row.id}")


def sentence_beside_key(page: Page) -> str:
    assert page.status == 422
    return " ".join(page.soup.find(id="f-api_key-error").get_text().split())


def resumed_members(database: sa.Engine) -> list[str]:
    query = "SELECT args->>'membership_id' FROM procrastinate_jobs WHERE task_name = 'delivery.resume'"
    with database.connect() as connection:
        return list(connection.exec_driver_sql(query).scalars())


# Saving


def test_a_good_key_shows_clinic_person_and_role(browser: Browser, clinics: DemoClinics) -> None:
    browser.sign_up()
    page = browser.save_key(clinics.practitioner_1.key)
    assert page.path == "/account/settings"
    assert "The Cliniko API key is saved." in page.text
    secret = clinics.practitioner_1.key.removesuffix("-au1")
    for words in ("Harbour Street Physiotherapy", "Amara Okafor", "Practitioner", f"ends in {secret[-4:]}", "au1"):
        assert words in page.text
    assert "Connected" in page.text


def test_the_first_key_binds_the_practice_to_its_cliniko_account(
    browser: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    email = browser.sign_up()
    clinics.harbour.patient_word = "client"
    browser.save_key(clinics.practitioner_1.key)
    row = connection_of(database, email)
    assert row.cliniko_account_id == clinics.harbour.id
    assert row.cliniko_account_name == "Harbour Street Physiotherapy"
    assert row.cliniko_subdomain == "harbour-street"
    assert row.patient_word == "client"
    assert row.time_zone == "Australia/Sydney"
    assert (row.cliniko_user_id, row.cliniko_user_name) == (clinics.practitioner_1.id, "Amara Okafor")
    assert (row.cliniko_role, row.state, row.shard) == ("practitioner", "working", "au1")


def test_cliniko_is_asked_twice_and_no_more(browser: Browser, clinics: DemoClinics, cliniko: FakeCliniko) -> None:
    browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    assert [(entry.method, entry.path) for entry in cliniko.log] == [("GET", USER), ("GET", ACCOUNT)]


def test_no_transaction_is_open_while_cliniko_is_asked(
    browser: Browser, clinics: DemoClinics, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    browser.sign_up()
    hold = cliniko.hold("GET", USER, when="before")
    with ThreadPoolExecutor() as pool:
        saving = pool.submit(browser.save_key, clinics.practitioner_1.key)
        assert hold.reached.wait(10)
        with database.connect() as connection:
            query = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
            assert connection.exec_driver_sql(query).scalar_one() == 0
        hold.release()
        assert "is saved" in saving.result().text


def test_white_space_around_a_pasted_key_does_no_harm(
    browser: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    email = browser.sign_up()
    browser.save_key(f" \u200b{clinics.practitioner_1.key}\r\n")
    assert stored_key(connection_of(database, email)) == clinics.practitioner_1.key


def test_saving_a_key_lets_waiting_pdfs_go_out(browser: Browser, clinics: DemoClinics, database: sa.Engine) -> None:
    """Case 20: pasting a key resumes the deliveries that wait for one; the job comes with the key or not at all."""
    email = browser.sign_up()
    browser.save_key("wrong-key-of-some-length-au1")
    assert resumed_members(database) == []
    browser.save_key(clinics.practitioner_1.key)
    assert resumed_members(database) == [str(connection_of(database, email).member_id)]


def test_saving_leads_back_to_the_patient_that_was_clicked(browser: Browser, clinics: DemoClinics) -> None:
    browser.sign_up()
    browser.get("/account/settings?next=/open/cliniko%3Fpatient_id%3D52817")
    browser.press("Save changes", **{"Cliniko API key": "nonsense with spaces"})
    browser.press("Save changes", **{"Cliniko API key": clinics.practitioner_1.key})
    assert browser.hops[1].startswith("http://testserver/open/cliniko?patient_id=52817")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_saving_leads_nowhere_off_this_site(browser: Browser, clinics: DemoClinics, target: str) -> None:
    browser.sign_up()
    data = {"api_key": clinics.practitioner_1.key, "next": target}
    answer = browser.send("POST", "/account/settings", data=data)
    assert answer.headers["location"] == "/account/settings?notice=key-saved"


def test_the_key_is_recorded_by_ids_only(browser: Browser, clinics: DemoClinics, database: sa.Engine) -> None:
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    row = connection_of(database, email)
    with database.connect() as connection:
        query = sa.text("SELECT detail FROM audit_events WHERE practice_id = :id AND action = 'connection.saved'")
        detail = connection.execute(query, {"id": row.practice_id}).scalar_one()
    assert detail == {"connection_id": str(row.id), "cliniko_user_id": clinics.practitioner_1.id}


# Refusals: each its own sentence, and the old key stays


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


def test_a_new_key_takes_the_place_of_the_old_one(browser: Browser, clinics: DemoClinics, database: sa.Engine) -> None:
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    page = browser.save_key(clinics.practitioner_2.key)
    assert "Ben Sorensen" in page.text
    assert "Amara Okafor" not in page.text
    assert stored_key(connection_of(database, email)) == clinics.practitioner_2.key


def test_a_key_can_be_removed_and_is_gone_from_the_database(
    browser: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    page = browser.press("Remove key")
    assert "The Cliniko API key is removed." in page.text
    assert "No key is saved yet." in page.text
    assert not page.has_button("Remove key")
    assert connection_of(database, email).encrypted_key is None
    assert "Nothing was changed." in browser.post("/account/settings/remove-key").text


def test_each_member_has_a_key_of_their_own(browser: Browser, clinics: DemoClinics, database: sa.Engine) -> None:
    email = browser.sign_up()
    colleague = browser.invite_colleague()
    browser.save_key(clinics.practitioner_1.key)
    page = colleague.get("/account/settings")
    assert "No key is saved yet." in page.text
    assert "Amara Okafor" not in page.text
    colleague.save_key(clinics.practitioner_2.key)
    colleague.press("Remove key")
    assert stored_key(connection_of(database, email)) == clinics.practitioner_1.key


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("rejected", "Cliniko no longer accepts your key"),
        ("not_permitted", "Your role in Cliniko may not add files to patients"),
    ],
)
def test_the_page_says_when_cliniko_turned_the_key_away_later(
    browser: Browser, clinics: DemoClinics, database: sa.Engine, state: str, sentence: str
) -> None:
    """Cases 20 and 21: revoked, or the role lowered, after it was saved."""
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    row = connection_of(database, email)
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE connections SET state = :state WHERE id = :id"), {"state": state, "id": row.id}
        )
    assert sentence in browser.get("/account/settings").text
    browser.save_key(clinics.practitioner_1.key)
    assert sentence not in browser.get("/account/settings").text


# Secrecy


def test_the_key_is_in_no_page_no_address_and_no_log(
    browser: Browser,
    clinics: DemoClinics,
    cliniko: FakeCliniko,
    database: sa.Engine,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    email = browser.sign_up()
    good, foreign, unknown = clinics.practitioner_1.key, clinics.podiatrist.key, new_key("au1")
    misshapen = f"{new_key('au1')} with more"
    pages = [browser.save_key(good), browser.save_key(foreign), browser.save_key(unknown), browser.save_key(misshapen)]
    cliniko.garble("GET", USER, "malformed")
    pages += [browser.press("Check again"), browser.press("Check again")]
    for path in ("/clients", "/account/settings", "/account/sharing", "/account/team"):
        pages.append(browser.get(path))
    printed = capfd.readouterr()
    shown = b"".join(page.content + str(page.headers).encode() + page.url.encode() for page in pages).decode()
    shown += caplog.text + repr([record.__dict__ for record in caplog.records]) + printed.out + printed.err
    shown += "".join(entry.path for entry in cliniko.log)
    for key in (good, foreign, unknown, misshapen):
        assert key not in shown
        assert key[:12] not in shown
    assert good.removesuffix("-au1")[-4:] in shown
    assert connection_of(database, email).encrypted_key not in shown


def test_the_key_is_stored_encrypted_and_for_its_own_row_only(
    browser: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    row = connection_of(database, email)
    assert clinics.practitioner_1.key not in str(tuple(row))
    assert stored_key(row) == clinics.practitioner_1.key
    with pytest.raises(CannotDecryptError):
        Vault([SECRET]).decrypt(row.encrypted_key, row=f"connection:{row.member_id}")


def test_a_key_that_can_no_longer_be_read_is_asked_for_again(
    browser: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    lost = Vault(["another-operators-" + "s" * 40]).encrypt("x", row="connection:x")
    with database.begin() as connection:
        query = sa.text("UPDATE connections SET encrypted_key = :lost WHERE id = :id")
        connection.execute(query, {"lost": lost, "id": connection_of(database, email).id})
    assert "Please save the key again." in sentence_beside_key(browser.press("Check again"))
    assert "is saved" in browser.save_key(clinics.practitioner_1.key).text


# What to enter in Cliniko


def test_the_page_shows_the_app_url_and_the_three_steps(browser: Browser) -> None:
    browser.sign_up()
    page = browser.get("/account/settings")
    values = [field.get("value") for field in page.soup.find_all("input", readonly=True)]
    assert values[:2] == ["Kinebridge", "http://testserver/open/cliniko"]
    assert len(page.soup.find("ol", class_="steps").find_all("li")) == 3
    key_field = page.soup.find("input", {"name": "api_key"})
    assert (key_field["type"], key_field["autocomplete"]) == ("password", "off")
