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
    assert chosen_rule(page) == "default" and "At the moment: nobody." in page.text
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
    assert "Choose who you share your clients with." in page.soup.find(id="f-rule-error").get_text()
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
        recorded = connection.execute(query, {"email": email}).scalar_one()
    assert recorded == {"rule": "practice", "access": "edit", "colleague_ids": []}


def chosen_access(page: Page) -> str:
    return str(page.soup.find("input", {"name": "access"}, checked=True)["value"])


def test_a_rule_may_be_for_viewing_only(browser: Browser, database: sa.Engine) -> None:
    browser.sign_up()
    colleague = browser.invite_colleague(name="Lee Okafor")
    client = browser.post("/clients/new", {"id": str(uuid.uuid4()), "first_name": "Olivia", "last_name": "Hart"}).path
    browser.get("/account/sharing")
    page = browser.press("Save changes", **{"Everyone in the practice": True, "View only": True})
    assert (chosen_rule(page), chosen_access(page)) == ("practice", "view")
    assert "View only" in colleague.get(client).text and not colleague.get(client).has_button("New program")
    assert browser.post("/account/sharing", {"rule": "practice", "access": "none"}).status == 422
    browser.post("/account/sharing", {"rule": "practice"})  # as a form of the release before sends it
    assert colleague.get(client).has_button("New program")


def test_a_preview_says_who_will_see_and_who_no_longer_and_saves_nothing(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    lee, mia = browser.invite_colleague(name="Lee Okafor"), browser.invite_colleague(name="Mia Rossi")
    for first in ("Olivia", "Oscar"):
        browser.post("/clients/new", {"id": str(uuid.uuid4()), "first_name": first, "last_name": "Hart"})
    browser.get("/account/sharing")
    browser.press("Save changes", **{"Chosen colleagues": True, "Lee Okafor": True})
    page = browser.press("Preview", **{"Lee Okafor": False, "Mia Rossi": True, "View only": True})
    assert "Lee Okafor will no longer see 2 patients: Olivia Hart, Oscar Hart." in page.text
    assert "Mia Rossi will see, for viewing only, 2 patients: Olivia Hart, Oscar Hart." in page.text
    assert (chosen_access(page), ticked_names(page)) == ("view", ["Mia Rossi"])
    assert stored(database, email) == ("chosen", 1) and "Olivia" in lee.get("/clients").text
    assert "Olivia" not in mia.get("/clients").text
    browser.press("Save changes")
    assert "Olivia" not in lee.get("/clients").text and "View only" in mia.get("/clients").text
    assert "Nobody gains or loses sight of" in browser.press("Preview").text
    olivia = browser.get("/clients").link("Olivia Hart")  # said otherwise for her alone: no rule changes that
    browser.get(f"{olivia}/sharing")
    browser.press(
        "Save changes", Colleague=membership_id_of(database, "Mia Rossi", email), **{"May view and edit": True}
    )
    browser.get("/account/sharing")
    page = browser.press("Preview", Nobody=True)
    assert "Mia Rossi will no longer see 1 patient: Oscar Hart." in page.text


def membership_id_of(database: sa.Engine, name: str, colleague_email: str) -> str:
    query = sa.text(
        "SELECT m.id FROM memberships m JOIN practitioners p ON p.id = m.practitioner_id WHERE p.name = :name "
        "AND m.practice_id = (SELECT active_practice_id FROM practitioners WHERE email = :email)"
    )
    with database.connect() as connection:
        return str(connection.execute(query, {"name": name, "email": colleague_email}).scalar_one())


def test_who_never_chose_follows_the_practice_and_is_told_of_its_rule(browser: Browser, database: sa.Engine) -> None:
    browser.sign_up(name="Pat Nguyen")
    lee, mia = browser.invite_colleague(name="Lee Okafor"), browser.invite_colleague(name="Mia Rossi")
    mia.get("/account/sharing")
    mia.press("Save changes", Nobody=True)  # a choice as good as any
    for who, first in ((lee, "Olivia"), (mia, "Oscar")):
        who.post("/clients/new", {"id": str(uuid.uuid4()), "first_name": first, "last_name": "Hart"})
    assert lee.get("/account/sharing/practice").status == 403
    assert lee.post("/account/sharing/practice", {"rule": "practice"}).status == 403
    browser.get("/account/sharing/practice")
    page = browser.press("Preview", **{"Everyone in the practice": True, "View only": True})
    assert "1 patient of Lee Okafor" in page.text and "Oscar" not in page.text and "of Mia Rossi" not in page.text
    assert "Hart" not in browser.get("/clients").text
    browser.get("/account/sharing/practice")
    browser.press("Save changes", **{"Everyone in the practice": True, "View only": True})
    listed = mia.get("/clients").text
    assert "Olivia Hart" in listed and "View only" in listed and "Oscar" not in browser.get("/clients").text
    assert "At the moment: everyone in the practice, for viewing only." in lee.get("/account/sharing").text
    assert "Pat Nguyen changed how the practice shares patients" in lee.get("/alerts").text
    assert "Pat Nguyen" not in mia.get("/alerts").text
    assert browser.post("/account/sharing/practice", {"rule": "chosen"}).status == 422
    lee.get("/account/sharing")
    lee.press("Save changes", Nobody=True)
    assert "Olivia" not in mia.get("/clients").text
