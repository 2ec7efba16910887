"""A saved Cliniko key: replaced, removed, turned away later, and in no page, address or log."""

import logging

import pytest
import sqlalchemy as sa

from app.crypto import CannotDecryptError, Vault
from app.demo.cliniko.state import new_key
from app.demo.patients import DemoClinics
from tests.accounts.connecting.keys import (
    USER,
    connection_of,
    sentence_beside_key,
    stored_key,
)
from tests.conftest import SECRET
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser


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
        ("not_permitted", "Your role in Cliniko cannot add files to patients"),
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
    assert "Save the key again." in sentence_beside_key(browser.press("Check again"))
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
