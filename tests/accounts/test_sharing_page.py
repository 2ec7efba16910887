"""My account > Sharing: the rule, the chosen colleagues, and whose ids are taken."""

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support import Browser, Page

LABELS = {"nobody": "Nobody", "practice": "Everyone in the practice", "chosen": "Chosen colleagues"}


def chosen_rule(page: Page) -> str:
    return str(page.soup.find("input", {"name": "rule"}, checked=True)["value"])


def ticked_names(page: Page) -> list[str]:
    boxes = page.soup.find_all("input", {"name": "colleague"}, checked=True)
    return [page.soup.find("label", {"for": box["id"]}).get_text().strip() for box in boxes]


def stored(database: sa.Engine, email: str) -> tuple[str, int]:
    query = sa.text(
        "SELECT m.sharing_rule, (SELECT count(*) FROM shared_colleagues s WHERE s.owner_id = m.id) "
        "FROM memberships m JOIN practitioners p ON p.id = m.practitioner_id WHERE p.email = :email"
    )
    with database.connect() as connection:
        rule, count = connection.execute(query, {"email": email}).one()
        return rule, count


def membership_of(database: sa.Engine, email: str) -> str:
    query = sa.text(
        "SELECT m.id FROM memberships m JOIN practitioners p ON p.id = m.practitioner_id WHERE p.email = :email"
    )
    with database.connect() as connection:
        return str(connection.execute(query, {"email": email}).scalar_one())


def test_nothing_is_shared_at_first(browser: Browser) -> None:
    browser.sign_up()
    page = browser.get("/account/sharing")
    assert chosen_rule(page) == "nobody"
    assert "You have no colleagues in this practice yet." in page.text


@pytest.mark.parametrize("rule", ["practice", "nobody"])
def test_a_rule_is_saved_and_shown(browser: Browser, database: sa.Engine, rule: str) -> None:
    email = browser.sign_up()
    browser.post("/account/sharing", {"rule": "practice" if rule == "nobody" else "nobody"})
    page = browser.press("Save changes", **{LABELS[rule]: True})
    assert page.path == "/account/sharing"
    assert "Your sharing choice is saved." in page.text
    assert chosen_rule(page) == rule
    assert stored(database, email) == (rule, 0)


def test_chosen_colleagues_are_saved_and_shown(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    browser.invite_colleague(name="Lee Okafor")
    browser.invite_colleague(name="Mia Rossi")
    browser.get("/account/sharing")
    page = browser.press("Save changes", **{"Chosen colleagues": True, "Mia Rossi": True})
    assert chosen_rule(page) == "chosen"
    assert ticked_names(page) == ["Mia Rossi"]
    assert stored(database, email) == ("chosen", 1)
    page = browser.press("Save changes", **{"Lee Okafor": True, "Mia Rossi": False})
    assert ticked_names(page) == ["Lee Okafor"]
    assert stored(database, email) == ("chosen", 1)


def test_the_ticks_are_kept_while_another_rule_holds(browser: Browser) -> None:
    browser.sign_up()
    browser.invite_colleague(name="Lee Okafor")
    browser.get("/account/sharing")
    browser.press("Save changes", **{"Chosen colleagues": True, "Lee Okafor": True})
    page = browser.press("Save changes", Nobody=True)
    assert chosen_rule(page) == "nobody"
    assert ticked_names(page) == ["Lee Okafor"]


def test_choosing_colleagues_without_any_is_told(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    browser.invite_colleague()
    browser.get("/account/sharing")
    page = browser.press("Save changes", **{"Chosen colleagues": True})
    assert page.status == 422
    assert "Tick at least one colleague" in page.soup.find(id="f-colleague-error").get_text()
    assert chosen_rule(page) == "chosen"
    assert stored(database, email) == ("nobody", 0)


@pytest.mark.parametrize("rule", ["", "everyone", "\0"])
def test_a_rule_nobody_knows_is_told(browser: Browser, database: sa.Engine, rule: str) -> None:
    email = browser.sign_up()
    page = browser.post("/account/sharing", {"rule": rule})
    assert page.status == 422
    assert "Choose with whom you share your clients." in page.soup.find(id="f-rule-error").get_text()
    assert stored(database, email) == ("nobody", 0)


def test_only_active_colleagues_of_the_practice_are_offered(browser: Browser, database: sa.Engine) -> None:
    browser.sign_up(name="Pat Nguyen")
    browser.invite_colleague(name="Lee Okafor")
    browser.invite_colleague(name="Gone Already")
    stranger = browser.another()
    stranger.sign_up(name="Stranger")
    end_membership(database, "Gone Already")
    page = browser.get("/account/sharing")
    labels = [
        page.soup.find("label", {"for": box["id"]}).get_text().strip()
        for box in page.soup.find_all("input", {"name": "colleague"})
    ]
    assert labels == ["Lee Okafor"]


def end_membership(database: sa.Engine, name: str) -> None:
    with database.begin() as connection:
        query = sa.text(
            "UPDATE memberships SET ended_at = now() FROM practitioners p "
            "WHERE p.id = memberships.practitioner_id AND p.name = :name"
        )
        connection.execute(query, {"name": name})


def test_ids_that_are_no_colleagues_are_not_found_and_change_nothing(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    stranger = browser.another()
    stranger_email = stranger.sign_up()
    ids: list[Any] = [membership_of(database, stranger_email), membership_of(database, email), uuid.uuid4(), "1", "\0"]
    for id_ in ids:
        assert browser.post("/account/sharing", {"rule": "chosen", "colleague": [str(id_)]}).status == 404
        assert stored(database, email) == ("nobody", 0)


def test_a_choice_is_one_members_only(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    colleague = browser.invite_colleague()
    colleague.get("/account/sharing")
    page = colleague.press("Save changes", **{"Everyone in the practice": True})
    assert chosen_rule(page) == "practice"
    assert stored(database, email) == ("nobody", 0)


def test_a_changed_choice_is_recorded(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    browser.post("/account/sharing", {"rule": "practice"})
    query = sa.text(
        "SELECT a.detail FROM audit_events a JOIN practitioners p ON p.id = a.practitioner_id "
        "WHERE p.email = :email AND a.action = 'sharing.changed'"
    )
    with database.connect() as connection:
        assert connection.execute(query, {"email": email}).scalar_one() == {"rule": "practice", "colleague_ids": []}
