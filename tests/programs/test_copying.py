"""Copying exercises from a program of another client."""

import pytest
import sqlalchemy as sa

from tests.programs.arrange import add_client, assign_program, open_editor, start_from_template
from tests.support import Browser, Page


@pytest.fixture
def email(browser: Browser) -> str:
    """Who is signed in."""
    return browser.sign_up()


@pytest.fixture
def source(browser: Browser, email: str, database: sa.Engine) -> str:
    """A client with an assigned program."""
    client = add_client(database, email, first_name="Zoe", last_name="Park")
    assign_program(browser, client)
    return client


def names(page: Page) -> list[str]:
    return [heading.get_text() for heading in page.soup.select(".item h3")]


def copy_page(browser: Browser, client: str, query: str = "") -> Page:
    """Open the page that copies into a new program of the client."""
    editor = open_editor(browser, client)
    return browser.get(editor.path.removesuffix("edit") + "copy" + query)


def test_exercises_and_doses_come_along_and_notes_only_if_asked(
    browser: Browser, email: str, source: str, database: sa.Engine
) -> None:
    here = add_client(database, email)
    editor = start_from_template(browser, add_client(database, email, first_name="Yan"), "neck-pain")
    expected = names(editor)
    browser.press("Save draft", **{"Note for this exercise": "As Yan likes it"})
    browser.press("Assign program")
    for ticked in (False, True):
        copy_page(browser, here, "?q=yan")
        page = browser.press("Copy", **{"Also copy the notes": ticked})
        assert names(page)[-len(expected) :] == expected
        assert ("As Yan likes it" in page.soup.decode()) is ticked


def test_two_presses_copy_once(browser: Browser, email: str, source: str, database: sa.Engine) -> None:
    form = copy_page(browser, add_client(database, email))
    once = names(browser.press("Copy"))
    browser.page = form
    assert names(browser.press("Copy")) == once
    browser.get(form.path)
    assert names(browser.press("Copy")) == once + once


def test_what_was_assigned_meanwhile_takes_no_exercises_and_says_so(
    browser: Browser, email: str, source: str, database: sa.Engine
) -> None:
    editor = start_from_template(browser, add_client(database, email))
    form = browser.get(editor.path.removesuffix("edit") + "copy")
    browser.page = editor
    browser.press("Assign program")
    browser.page = form
    page = browser.press("Copy")
    assert page.status == 409 and "since been assigned" in page.text
    assert browser.get(form.path).path == editor.path.removesuffix("/edit")


def test_programs_are_found_by_client_and_by_title(
    browser: Browser, email: str, source: str, database: sa.Engine
) -> None:
    here = add_client(database, email)
    for query in ("", "?q=zoe", "?q=PAR", "?q=osteo"):
        assert "Zoe Park" in copy_page(browser, here, query).text, query
    for query in ("?q=nobody", "?q=%25", "?q=_"):
        assert "Zoe Park" not in copy_page(browser, here, query).text, query


def test_the_clients_own_programs_are_not_offered(browser: Browser, source: str) -> None:
    assert "No program found" in copy_page(browser, source).text


def test_programs_of_a_colleagues_clients_are_offered_only_when_shared(
    browser: Browser, email: str, source: str, database: sa.Engine
) -> None:
    colleague = browser.invite_colleague(name="Lee Okafor")
    lees = (
        database.connect()
        .execute(sa.text("SELECT email FROM practitioners WHERE name = 'Lee Okafor' ORDER BY created_at DESC LIMIT 1"))
        .scalar_one()
    )
    here = add_client(database, lees)
    assert "Zoe Park" not in copy_page(colleague, here).text
    program = browser.get(source).soup.select_one(".rows strong a")
    assert program is not None
    source_id = str(program["href"]).rpartition("/")[2]
    target = copy_page(colleague, here).path
    assert colleague.post(target, {"source": source_id}).status == 404
    browser.share_with_everyone()
    assert "Zoe Park" in copy_page(colleague, here).text
    assert colleague.post(target, {"source": source_id}).path.endswith("/edit")


def test_a_program_never_holds_more_than_forty(browser: Browser, email: str, source: str, database: sa.Engine) -> None:
    here = add_client(database, email)
    page = copy_page(browser, here)
    statuses = []
    for _ in range(8):
        browser.get(page.path)
        statuses.append(browser.press("Copy").status)
    assert statuses[0] == 200 and statuses[-1] == 409
    assert 30 < len(names(browser.get(page.path.removesuffix("copy") + "edit"))) <= 40
