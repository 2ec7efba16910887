"""A program after it was assigned: paused, ended, gone on with, assigned again from an old version, compared."""

import pytest
import sqlalchemy as sa

from tests.programs.arrange import add_client, assign_program, open_editor, start_from_template
from tests.support import Browser, Page


@pytest.fixture
def client(browser: Browser, database: sa.Engine) -> str:
    """A client of the signed-in practitioner."""
    return add_client(database, browser.sign_up())


def open_program(browser: Browser, client: str) -> Page:
    """Open the page of the client's first program."""
    page = browser.get(client)
    link = page.soup.select_one(".rows strong a")
    assert link is not None, page.text
    return browser.get(str(link["href"]))


def assign_two_versions(browser: Browser, client: str) -> None:
    """Assign a program, take its first exercise out, and assign it again."""
    assign_program(browser, client)
    open_program(browser, client)
    browser.press("Edit program")
    browser.press("Remove")
    browser.press("Assign program")


def names(page: Page) -> list[str]:
    return [heading.get_text() for heading in page.soup.select(".item h3")]


def test_a_program_is_paused_and_gone_on_with(browser: Browser, client: str) -> None:
    assign_program(browser, client)
    open_program(browser, client)
    assert "This program has been paused" in browser.press("Pause").text
    assert "Paused" in browser.get(client).text
    open_program(browser, client)
    browser.press("Resume")
    assert "Paused" not in browser.get(client).text


def test_an_ended_program_stands_below_the_others_and_keeps_its_pdf(browser: Browser, client: str) -> None:
    assign_program(browser, client)
    open_program(browser, client)
    browser.press("End program")
    page = browser.get(client)
    assert "Ended programs" in page.text
    assert browser.get(page.link("Download PDF")).content.startswith(b"%PDF")


def test_assigning_an_ended_program_anew_makes_it_active(browser: Browser, client: str) -> None:
    assign_program(browser, client)
    open_program(browser, client)
    browser.press("End program")
    browser.press("Edit program")
    browser.press("Assign program")
    assert "Ended programs" not in browser.get(client).text


def test_pausing_and_ending_is_on_record(browser: Browser, client: str, database: sa.Engine) -> None:
    assign_program(browser, client)
    open_program(browser, client)
    for button in ("Pause", "End program", "Resume"):
        browser.press(button)
    with database.connect() as connection:
        actions = connection.execute(
            sa.text("SELECT action FROM audit_events WHERE client_id = :id AND action NOT LIKE '%.viewed' ORDER BY id"),
            {"id": client.rpartition("/")[2]},
        ).scalars()
        assert list(actions)[-3:] == ["program.paused", "program.ended", "program.active"]


def test_a_state_that_is_none_is_refused(browser: Browser, client: str) -> None:
    assign_program(browser, client)
    program = open_program(browser, client).path
    assert browser.post(f"{program}/state", {"state": "dancing"}).status == 400


def test_what_changed_is_told_on_the_program_and_in_short_on_the_client(browser: Browser, client: str) -> None:
    start_from_template(browser, client)
    assert browser.page is not None
    first = names(browser.page)[0]
    browser.press("Assign program")
    open_program(browser, client)
    browser.press("Edit program")
    browser.press("Remove")
    page = browser.press("Assign program")
    assert f"Removed: {first}" in page.text
    page = open_program(browser, client)
    assert "What changed since version 1" in page.text
    assert f"Removed: {first}" in page.text


def test_an_old_version_is_assigned_again_as_the_next(browser: Browser, client: str) -> None:
    first = names(start_from_template(browser, client))
    browser.press("Assign program")
    open_program(browser, client)
    browser.press("Edit program")
    browser.press("Remove")
    browser.press("Assign program")
    open_program(browser, client)
    page = browser.press("Assign again")
    assert names(page) == first
    browser.press("Assign program")
    page = open_program(browser, client)
    assert "Version 3" in page.text
    assert f"Added: {first[0]}" in page.text


def test_a_draft_is_not_replaced_by_an_old_version_unasked(browser: Browser, client: str) -> None:
    assign_two_versions(browser, client)
    program = open_program(browser, client).path
    browser.press("Edit program")
    browser.press("Save draft", **{"Program title": "Half written"})
    assert browser.post(f"{program}/versions/1/again").status == 409
    assert "Half written" in browser.get(f"{program}/edit").soup.decode()
    browser.get(program)
    page = browser.press("Replace them")
    assert "Half written" not in page.soup.decode()


def test_only_versions_that_exist_are_assigned_again(browser: Browser, client: str) -> None:
    assign_program(browser, client)
    program = open_program(browser, client).path
    assert browser.post(f"{program}/versions/7/again").status == 404


def test_discarding_asks_first(browser: Browser, client: str) -> None:
    open_editor(browser, client)
    browser.press("Save draft", **{"Program title": "Half written"})
    page = browser.get(browser.get(client).link("Discard"))
    assert page.h1 == "Discard this draft?"
    assert "Half written" in page.text
    assert "Half written" in browser.get(client).text
    browser.get(page.path)
    browser.press("Discard draft")
    assert "Half written" not in browser.get(client).text
