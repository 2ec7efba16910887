"""A form changes nothing for another person, or in another practice, than those its page was made for."""

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.accounts.models import Connection, Invitation, Membership, SharingRule
from app.web.rendering import TEMPLATE_FOLDER
from tests.programs.arrange import start_from_template
from tests.support import Browser, Clinic, Page


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


POST_FORM = re.compile(
    r"<form\b(?:[^>{]|\{\{.*?\}\}|\{%.*?%\})*?method=\"post\"(?:[^>{]|\{\{.*?\}\}|\{%.*?%\})*?>\s*(.{13})", re.S
)
# Those of pages for who is not signed in, of patients, and the way out: nobody presses them as somebody else.
FOR_ANYBODY = {"sign_in", "sign_up", "join", "reset", "reset_ask", "second_step", "kept_form", "base", "macros"}


def test_every_form_of_a_signed_in_person_says_for_whom_its_page_was_made() -> None:
    templates = [path for path in TEMPLATE_FOLDER.rglob("*.html") if path.parent.name != "home"]
    forms = {path: POST_FORM.findall(path.read_text()) for path in templates if path.stem not in FOR_ANYBODY}
    assert sum(map(len, forms.values())) > 60
    silent = [path.name for path, beginnings in forms.items() if any(b != "{{ made_by }}" for b in beginnings)]
    assert silent == []


@pytest.mark.parametrize("button", ["Assign program", "Save draft"])
def test_case_4_what_lies_open_from_somebody_else_is_not_done_by_who_signed_in_meanwhile(
    button: str, ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    """A shared computer: Ana's editor lies open while Ben signs in beside it."""
    ana.share_with_everyone()
    client = ana.open_patient(clinic.add_patient()).path
    page = start_from_template(ana, client)
    beside = ben.get(client)
    assert beside.status == 200, "Ben may edit the client himself"
    ben.page = page
    refused = ben.press(button)
    assert refused.status == 409
    assert refused.h1 == "This page was not opened by you" and "You are signed in as Ben Cole" in refused.text
    made = sa.text("SELECT count(*) FROM program_versions v JOIN programs p ON p.id = program_id WHERE client_id = :id")
    with database.connect() as connection:
        assert connection.execute(made, {"id": client.rpartition("/")[2]}).scalar_one() == 0
    ana.page = page
    assert ana.press(button).status == 200, "it is still hers to do"


def test_a_form_of_a_page_of_the_release_before_says_not_for_whom_and_does_what_it_did(
    ana: Browser, clinic: Clinic
) -> None:
    """Open while the new release came, a page has no such field: it is of who sends it, and nothing typed is lost."""

    def without_the_field(page: Page) -> Page:
        old = re.sub(rb'<input type="hidden" name="made_by"[^>]*>', b"", page.content)
        assert old != page.content
        return replace(page, content=old)

    client = ana.open_patient(clinic.add_patient()).path
    ana.page = without_the_field(start_from_template(ana, client))
    kept = ana.press("Save draft", **{"Program title": "Typed in the release before"})
    assert kept.status == 200 and "The draft is saved." in kept.text
    ana.page = without_the_field(kept)
    assert "Typed in the release before" in ana.press("Assign program").text
    for path, button, typed in (
        ("/account/sharing", "Save changes", {"Everyone in the practice": True}),
        (f"{client}/edit", "Save changes", {"Email": "olivia@example.com"}),
        ("/account/letterhead", "Save changes", {"Footer": "Since 1998"}),
    ):
        ana.page = without_the_field(ana.get(path))
        assert ana.press(button, **typed).status == 200, path
    assert "Since 1998" in ana.get("/account/letterhead").content.decode()


def test_a_page_that_was_made_for_somebody_else_is_given_nothing_by_its_scripts(person: Browser) -> None:
    """A page left open on a shared computer would show the next person's patients below the first one's name."""
    made_by = str(person.get("/today").root.find(".//body").get("data-made-by"))
    asking = {"X-Made-By": made_by, "X-Unattended": "yes"}
    assert person.send("GET", "/today/appointments", headers=asking).status == 200
    person.press("Hillside Rehab")
    answer = person.send("GET", "/today/appointments", headers=asking)
    assert answer.status == 409 and "not opened by you" in answer.content.decode()
