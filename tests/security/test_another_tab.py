"""A form made while one practice was active changes nothing in another one, chosen meanwhile in another tab."""

import pytest
import sqlalchemy as sa

from app.accounts.models import Connection, Invitation, Membership, SharingRule
from tests.support import Browser, Clinic


@pytest.fixture
def person(browser: Browser) -> Browser:
    """Someone who owns Hillside Rehab, is an admin of Bayside Physio, and works in the latter."""
    browser.sign_up(practice="Bayside Physio")
    person = browser.another()
    email = person.sign_up(name="Lee Okafor", practice="Hillside Rehab")
    browser.get("/account/team")
    browser.press("Invite", **{"Colleague's email": email, "Role": "admin"})
    path = str(browser.page.soup.find("input", value=lambda v: bool(v) and "/join/" in v)["value"])
    person.get(path[path.index("/join/") :])
    person.press("Join practice")
    return person


def change_practice_in_another_tab(person: Browser) -> None:
    first_tab = person.page
    person.press("Hillside Rehab")
    person.page = first_tab


def count(database: sa.Engine, statement: sa.Select[tuple[int]]) -> int:
    with database.connect() as connection:
        return connection.execute(statement).scalar_one()


def test_sharing_is_changed_in_the_practice_of_the_page_only(person: Browser, database: sa.Engine) -> None:
    shared = sa.select(sa.func.count()).where(Membership.sharing_rule == SharingRule.PRACTICE)
    before = count(database, shared)
    person.get("/account/sharing")
    change_practice_in_another_tab(person)
    page = person.press("Save changes", **{"Everyone in the practice": True})
    assert page.status == 409
    assert "another practice" in page.text
    assert count(database, shared) == before


def test_a_colleague_is_invited_into_the_practice_of_the_page_only(person: Browser, database: sa.Engine) -> None:
    before = count(database, sa.select(sa.func.count(Invitation.id)))
    person.get("/account/team")
    change_practice_in_another_tab(person)
    page = person.press("Invite", **{"Colleague's email": "new@practice.example"})
    assert page.status == 409
    assert count(database, sa.select(sa.func.count(Invitation.id))) == before


def test_a_key_is_saved_for_the_practice_of_the_page_only(person: Browser, clinic: Clinic, database: sa.Engine) -> None:
    before = count(database, sa.select(sa.func.count(Connection.id)))
    person.get("/account/settings")
    change_practice_in_another_tab(person)
    page = person.press("Save changes", **{"Cliniko API key": clinic.ana.key})
    assert page.status == 409
    assert count(database, sa.select(sa.func.count(Connection.id))) == before


def test_a_key_is_removed_from_the_practice_of_the_page_only(
    person: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    person.get("/account/settings")
    person.press("Hillside Rehab")
    person.save_key(clinic.ana.key)
    person.press("Bayside Physio")
    person.save_key(clinic.ana.key)
    before = count(database, sa.select(sa.func.count(Connection.id)))
    person.get("/account/settings")
    change_practice_in_another_tab(person)
    assert person.press("Remove key").status == 409
    assert count(database, sa.select(sa.func.count(Connection.id))) == before
