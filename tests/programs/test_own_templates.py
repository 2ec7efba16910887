"""Templates of a practice: kept from a program, used, shared, archived, and nobody else's business."""

import pytest
import sqlalchemy as sa

from tests.programs.arrange import add_client, assign_program, counted_queries, open_editor, start_from_template
from tests.support import Browser, Page


@pytest.fixture
def email(browser: Browser) -> str:
    """Who is signed in."""
    return browser.sign_up()


@pytest.fixture
def client(email: str, database: sa.Engine) -> str:
    """A client of the signed-in practitioner."""
    return add_client(database, email)


def save_as_template(browser: Browser, client: str, **fields: object) -> Page:
    """Keep a program made of a starter template under a name of one's own; returns the template's page."""
    editor = start_from_template(browser, client)
    browser.get(f"/templates/new?program={editor.path.split('/')[4]}")
    return browser.press("Save template", **{"Template name": "Knees my way", **fields})


def exercises(page: Page) -> list[str]:
    return [link.get_text() for link in page.soup.select("ol.rows strong a")]


def test_a_program_is_kept_as_a_template_with_exercises_and_doses(browser: Browser, client: str) -> None:
    page = save_as_template(browser, client, **{"Who it is for": "Stiff knees"})
    assert page.h1 == "Knees my way"
    assert "Stiff knees" in page.text
    starter = browser.get("/templates/knee-osteoarthritis")
    assert exercises(page) == exercises(starter)
    assert "Knees my way" in browser.get("/templates").text


def test_notes_stay_out_of_a_template_unless_asked(browser: Browser, client: str) -> None:
    editor = start_from_template(browser, client)
    program = editor.path.split("/")[4]
    browser.press(
        "Save draft", **{"Note for the patient": "Mrs Hart's left knee", "Note for this exercise": "As she likes"}
    )
    for ticked, is_kept in ((False, False), (True, True)):
        browser.get(f"/templates/new?program={program}")
        page = browser.press("Save template", **{"Also keep the notes": ticked})
        assert ("Mrs Hart" in page.text) is is_kept
        assert ("As she likes" in page.text) is is_kept


def test_a_clients_name_in_the_title_does_not_get_into_a_template(
    browser: Browser, client: str, email: str, database: sa.Engine
) -> None:
    start_from_template(browser, client)
    browser.press("Save draft", **{"Program title": "Mrs Hart's knees"})
    browser.press("Save as template")
    key = browser.press("Save template", **{"Template name": "Knees my way"}).path.rpartition("/")[2]
    open_editor(browser, add_client(database, email, first_name="Other"))
    page = browser.press("Start from template", **{"Start from template": key})
    title = page.soup.find(id="f-title")
    assert title is not None and title["value"] == "Knees my way"
    with database.connect() as connection:
        stored = "SELECT draft::text FROM program_templates WHERE id = :id"
        assert "Hart" not in connection.execute(sa.text(stored), {"id": key.removeprefix("own-")}).scalar_one()


def test_an_own_template_starts_a_program(browser: Browser, client: str, email: str, database: sa.Engine) -> None:
    key = save_as_template(browser, client).path.rpartition("/")[2]
    open_editor(browser, add_client(database, email, first_name="Other"))
    page = browser.press("Start from template", **{"Start from template": key})
    assert [h3.get_text() for h3 in page.soup.select(".item h3")] == exercises(browser.get(f"/templates/{key}"))


def test_a_template_is_used_for_a_client_from_its_own_page(browser: Browser, client: str) -> None:
    browser.get("/templates/neck-pain")
    assert browser.page is not None
    browser.get(browser.page.link("Use for a patient"))
    page = browser.press("Start program")
    assert page.path.endswith("/edit") and page.path.startswith(client)
    assert len(page.soup.select(".item")) == len(exercises(browser.get("/templates/neck-pain")))


def test_a_program_started_from_a_template_prints_and_warns_as_the_practice_set(browser: Browser, client: str) -> None:
    browser.post("/account/letterhead", {"stop_when": "Stop if it swells.", "layout": "compact", "is_large": "yes"})
    browser.get("/templates/neck-pain/use")
    page = browser.press("Start program")
    layout = page.soup.select_one("#f-layout option[selected]")
    assert layout is not None and layout["value"] == "compact"
    assert page.soup.select_one("#f-is_large[checked]") is not None
    in_editor = start_from_template(browser, client, "neck-pain")
    for field in ("#f-stop_when", "#f-title", "#f-note"):
        assert page.soup.select_one(field) == in_editor.soup.select_one(field)


def test_two_presses_start_one_program(browser: Browser, client: str) -> None:
    form = browser.get("/templates/neck-pain/use")
    first = browser.press("Start program")
    browser.page = form
    assert browser.press("Start program").path == first.path
    browser.press("Save draft", **{"Program title": "Another week"})
    browser.page = form
    assert browser.press("Start program").path != first.path


def test_a_program_leaves_one_line_in_the_record_whichever_way_it_is_begun(
    browser: Browser, client: str, database: sa.Engine
) -> None:
    begun = sa.text("SELECT detail FROM audit_events WHERE action = 'program.begun' AND client_id = :id")

    def recorded() -> set[str]:
        with database.connect() as connection:
            lines = connection.scalars(begun, {"id": client.rpartition("/")[2]}).all()
        assert len(lines) == len({line["program_id"] for line in lines})
        return {line["program_id"] for line in lines}

    programs = set()
    for way in ("client's page", "client's page again", "template's page", "template's page again"):
        if way.startswith("client"):
            programs.add(start_from_template(browser, client, "neck-pain").path.split("/")[4])
        else:
            browser.get("/templates/sciatica/use")
            programs.add(browser.press("Start program").path.split("/")[4])
        assert recorded() == programs, way


def test_two_presses_keep_one_template(browser: Browser, client: str) -> None:
    editor = start_from_template(browser, client)
    form = browser.get(f"/templates/new?program={editor.path.split('/')[4]}")
    first = browser.press("Save template")
    browser.page = form
    assert browser.press("Save template").path == first.path
    browser.page = form
    assert browser.press("Save template", **{"Template name": "Another"}).path != first.path


def test_from_the_form_of_a_new_template_a_link_leads_back_to_the_program(browser: Browser, client: str) -> None:
    editor = start_from_template(browser, client)
    browser.press("Save as template")
    assert browser.page is not None and browser.page.h1 == "Save as template"
    assert browser.page.link("Program") == editor.path


def test_only_its_author_says_whether_a_template_is_shared(browser: Browser, client: str) -> None:
    colleague = browser.invite_colleague()
    browser.share_with_everyone()
    key = save_as_template(colleague, client, **{"Share with the practice": True}).path.rpartition("/")[2]
    form = browser.get(f"/templates/{key}/edit")
    assert "Share with the practice" not in form.text
    assert browser.press("Save template", **{"Template name": "Tidied"}).h1 == "Tidied"
    assert "Tidied" in browser.get("/templates").text


def test_a_template_is_renamed_archived_and_brought_back(browser: Browser, client: str) -> None:
    key = save_as_template(browser, client).path.rpartition("/")[2]
    browser.get(f"/templates/{key}/edit")
    assert browser.press("Save template", **{"Template name": "Knees anew"}).h1 == "Knees anew"
    browser.press("Archive")
    assert key not in [option["value"] for option in open_editor(browser, client).soup.select("#f-template option")]
    browser.get(f"/templates/{key}")
    browser.press("Bring back")
    assert key in [option["value"] for option in open_editor(browser, client).soup.select("#f-template option")]


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_template_needs_a_name_that_fits(browser: Browser, client: str, name: str) -> None:
    page = save_as_template(browser, client, **{"Template name": name, "Who it is for": "Stiff knees"})
    assert page.status == 422
    assert "name" in page.text
    field = page.soup.find(id="f-for_whom")
    assert field is not None and field["value"] == "Stiff knees"


def test_a_colleague_sees_a_template_once_it_is_shared_and_cannot_change_it(browser: Browser, client: str) -> None:
    colleague = browser.invite_colleague()
    key = save_as_template(browser, client).path.rpartition("/")[2]
    assert colleague.get(f"/templates/{key}").status == 404
    assert "Knees my way" not in colleague.get("/templates").text
    browser.get(f"/templates/{key}/edit")
    browser.press("Save template", **{"Share with the practice": True})
    assert colleague.get(f"/templates/{key}").h1 == "Knees my way"
    assert "Shared in the practice" in colleague.get("/templates").text
    assert colleague.get(f"/templates/{key}/edit").status == 403
    assert colleague.post(f"/templates/{key}/archive").status == 403


def test_another_practice_never_sees_a_template_even_a_shared_one(browser: Browser, client: str) -> None:
    key = save_as_template(browser, client, **{"Share with the practice": True}).path.rpartition("/")[2]
    stranger = browser.another()
    stranger.sign_up()
    for path in (f"/templates/{key}", f"/templates/{key}/use", f"/templates/{key}/edit"):
        assert stranger.get(path).status == 404
    for path in (f"/templates/{key}/archive", f"/templates/{key}/edit"):
        assert stranger.post(path, {"name": "Mine"}).status == 404


def test_a_program_of_another_practices_client_cannot_be_made_a_template(browser: Browser, client: str) -> None:
    program = start_from_template(browser, client).path.split("/")[4]
    stranger = browser.another()
    stranger.sign_up()
    assert stranger.get(f"/templates/new?program={program}").status == 404
    assert stranger.post("/templates", {"program": program, "name": "Mine"}).status == 404


@pytest.mark.parametrize("key", ["no-such", "own-", "own-1", "own-00000000-0000-0000-0000-000000000000"])
def test_unknown_templates_are_404(browser: Browser, client: str, key: str) -> None:
    assert browser.get(f"/templates/{key}").status == 404


def test_an_assigned_program_is_kept_as_a_template_too(browser: Browser, client: str) -> None:
    assign_program(browser, client)
    browser.get(browser.page.link("Knee") if browser.page else "")
    assert browser.page is not None
    browser.get(browser.page.link("Save as template"))
    assert browser.press("Save template").h1 == "Knee: osteoarthritis and strength"


def test_the_list_asks_the_database_little(browser: Browser, client: str) -> None:
    save_as_template(browser, client)
    with counted_queries(browser) as statements:
        browser.get("/templates")
    assert len(statements) <= 2, statements
