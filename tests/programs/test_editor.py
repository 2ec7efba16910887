"""The program editor with JavaScript off: every button sends the whole form, and nothing typed is lost."""

import re

import pytest
import sqlalchemy as sa

from app.exercises.library import GOALS, all_exercises
from app.programs.templates import find_template
from tests.programs.arrange import (
    add_client,
    assign_program,
    counted_queries,
    open_editor,
    start_from_template,
)
from tests.support import Browser, Page


@pytest.fixture
def client(browser: Browser, database: sa.Engine) -> str:
    """The page of a client of the signed-in practitioner."""
    return add_client(database, browser.sign_up())


def exercises(page: Page) -> list[str]:
    """The names of the program's exercises, in order."""
    return [heading.get_text().strip() for heading in page.soup.select("#program .item h3")]


def library(page: Page) -> list[str]:
    """The names of the exercises offered beside the program, in order."""
    return [name.get_text() for name in page.soup.select(".library-list strong")]


def value(page: Page, name: str) -> str:
    """What stands in a field of the editor."""
    field = page.soup.find(attrs={"name": name})
    assert field is not None, f"no field {name}"
    if field.name == "textarea":
        return field.get_text().removeprefix("\n")
    if field.name == "select":
        chosen = field.find("option", selected=True)
        return str(chosen["value"]) if chosen else ""
    return str(field["value"])


def test_a_new_program_starts_empty_with_a_title(browser: Browser, client: str) -> None:
    page = open_editor(browser, client)
    assert page.status == 200
    assert value(page, "title") == "Exercise program"
    assert exercises(page) == []
    assert "No exercises yet" in page.text


def test_a_template_brings_title_note_exercises_and_doses(browser: Browser, client: str) -> None:
    page = start_from_template(browser, client)
    assert value(page, "title") == "Knee: osteoarthritis and strength"
    assert "Stop and call us" in value(page, "stop_when")
    assert exercises(page)[:2] == ["Knee straightening in sitting", "Sit to stand"]
    assert [value(page, f"{part}-0") for part in ("sets", "reps", "hold_seconds", "side")] == ["3", "10", "3", "both"]
    assert value(page, "note-1") == "A higher seat makes it easier."


def test_a_second_template_is_added_after_and_keeps_what_was_typed(browser: Browser, client: str) -> None:
    page = start_from_template(browser, client)
    before = exercises(page)
    assert "added after those already here" in page.text
    page = browser.press(
        "Start from template",
        **{"Start from template": "ankle-sprain", "Program title": "Mine", "Note for the patient": "My own words"},
    )
    assert exercises(page)[: len(before)] == before
    assert len(exercises(page)) > len(before)
    assert value(page, "title") == "Mine"
    assert value(page, "note") == "My own words"


def test_start_from_template_without_a_choice_says_so(browser: Browser, client: str) -> None:
    open_editor(browser, client)
    page = browser.press("Start from template", **{"Program title": "Kept"})
    assert "Choose a template from the list first." in page.text
    assert value(page, "title") == "Kept"


def test_an_exercise_is_added_with_its_usual_dose_and_keeps_what_was_typed(browser: Browser, client: str) -> None:
    open_editor(browser, client)
    browser.press("Search", **{"Find an exercise": "bridge"})
    page = browser.press("Add Bridge", **{"Program title": "Back, week 1", "Note for the patient": "Slowly."})
    assert exercises(page) == ["Bridge"]
    assert value(page, "sets-0") == "3"
    assert value(page, "title") == "Back, week 1"
    assert value(page, "note") == "Slowly."
    fields = {"Find an exercise": "bird dog", "Note for this exercise": "With a pillow"}
    browser.press("Search", Sets="five", **fields)
    page = browser.press("Add Bird dog")
    assert exercises(page) == ["Bridge", "Bird dog"]
    assert value(page, "sets-0") == "five"
    assert value(page, "note-0") == "With a pillow"


def test_exercises_move_and_go_with_all_that_was_typed_into_them(browser: Browser, client: str) -> None:
    open_editor(browser, client)
    for name in ("Bridge", "Bird dog", "Clamshell"):
        browser.press("Search", **{"Find an exercise": name})
        page = browser.press(f"Add {name}")
    form = {"action": "down:0", "revision": value(page, "revision"), "title": "T"}
    for place, slug in enumerate(("bridge", "bird-dog", "clamshell")):
        form |= {f"slug-{place}": slug, f"sets-{place}": str(place + 1), f"note-{place}": f"note {slug}"}
    page = browser.post(page.url, form)
    assert exercises(page) == ["Bird dog", "Bridge", "Clamshell"]
    assert [value(page, f"sets-{place}") for place in range(3)] == ["2", "1", "3"]
    assert value(page, "note-1") == "note bridge"
    page = browser.press("Remove")
    assert exercises(page) == ["Bridge", "Clamshell"]
    assert value(page, "note-0") == "note bridge"
    form |= {"action": "up:1", "revision": value(page, "revision")}
    for place, slug in enumerate(("bridge", "clamshell")):
        form |= {f"slug-{place}": slug, f"sets-{place}": str(place)}
    del form["slug-2"]
    assert exercises(browser.post(page.url, form)) == ["Clamshell", "Bridge"]


def test_after_a_change_the_browser_is_sent_to_the_changed_exercise(browser: Browser, client: str) -> None:
    page = open_editor(browser, client)
    answer = browser.send("POST", page.path, data={"action": "add:bridge", "title": "T", "revision": "0"})
    assert answer.status == 303
    assert answer.headers["location"].endswith("/edit#item-0")


@pytest.mark.parametrize(
    "action", ["remove:7", "up:0", "down:0", "up:-1", "up:x", "remove:", "add:nothing", "remove:٣", "x" * 5000, ""]
)
def test_a_button_of_an_old_page_changes_nothing(browser: Browser, client: str, action: str) -> None:
    page = open_editor(browser, client)
    page = browser.post(page.path, {"action": action, "title": "T", "revision": "0", "slug-0": "bridge"})
    assert page.status == 200
    assert exercises(page) == ["Bridge"]


def test_search_narrows_the_library_and_is_kept_while_adding(browser: Browser, client: str) -> None:
    open_editor(browser, client)
    page = browser.press("Search", **{"Find an exercise": "calf stre", "Program title": "Calves"})
    assert "Calf stretch at the wall" in library(page)
    assert "Bridge" not in library(page)
    assert value(page, "title") == "Calves"
    page = browser.press("Add Calf stretch at the wall")
    assert value(page, "find") == "calf stre"
    page = browser.press("Search", **{"Find an exercise": "qqqq"})
    assert "No exercise fits" in page.text


def test_the_library_shows_thirty_and_more_on_request(browser: Browser, client: str) -> None:
    first = open_editor(browser, client)
    assert len(library(first)) == 30
    second = browser.press("Show more", **{"Program title": "Kept"})
    assert len(library(second)) == 30
    assert not set(library(first)) & set(library(second))
    assert value(second, "title") == "Kept"
    name = library(second)[3]
    third = browser.press(f"Add {name}")
    assert exercises(third) == [name]
    assert library(third) == library(second)
    assert library(browser.press("Search")) == library(first)


def test_filters_combine_and_count_what_they_leave(browser: Browser, client: str) -> None:
    page = open_editor(browser, client)
    choices = [option.get_text() for option in page.soup.select("#f-region option")]
    assert choices[0] == "All regions"
    assert any(re.fullmatch(r"Knee \(\d+\)", words) for words in choices)
    knees = [e for e in all_exercises() if "knee" in e.regions and "chair" in e.equipment]
    goal = knees[0].goal
    page = browser.press("Search", **{"Body region": "knee", "Goal": goal, "Equipment": "chair"})
    found = {exercise.name for exercise in knees if exercise.goal == goal}
    assert set(library(page)) == found
    assert [value(page, name) for name in ("region", "goal", "equipment")] == ["knee", goal, "chair"]
    assert f"{GOALS[goal]} ({len(found)})" in page.soup.select_one("#f-goal").get_text()  # type: ignore[union-attr]


def test_what_was_assigned_is_found_under_recently_used(browser: Browser, client: str) -> None:
    open_editor(browser, client)
    assert library(browser.press("Search", **{"Which exercises": "recent"})) == []
    assign_program(browser, client, "ankle-sprain")
    open_editor(browser, client)
    page = browser.press("Search", **{"Which exercises": "recent"})
    template = find_template("ankle-sprain")
    assert template is not None
    assert len(library(page)) == len({item.slug for item in template.items})


def test_enter_in_a_text_field_only_keeps_what_was_typed(browser: Browser, client: str) -> None:
    page = start_from_template(browser, client)
    first = page.soup.select_one("form#editor button")
    assert first is not None and first["value"] == "save"


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(browser: Browser, client: str) -> None:
    start_from_template(browser, client)
    typed = {
        "Sets": "many",
        "Reps": "-3",
        "Load": "x" * 41,
        "Program title": "T" * 201,
        "Note for the patient": "n" * 4001,
    }
    page = browser.press("Assign program", **typed)
    assert page.path.endswith("/edit")
    for name, sentence in {
        "sets-0": "Sets must be a whole number from 1 to 20.",
        "reps-0": "Reps must be a whole number from 1 to 100, or a range such as 8-10.",
        "load-0": "Load must be at most 40 characters.",
        "title": "The title must be at most 200 characters.",
        "note": "The note must be at most 4,000 characters; it has 4,001.",
    }.items():
        field = page.soup.find(attrs={"name": name})
        assert field is not None and field["aria-invalid"] == "true", name
        beside = page.soup.find(id=f"f-{name}-error")
        assert beside is not None and beside.get_text() == sentence
    assert [value(page, name) for name in ("sets-0", "reps-0", "load-0", "title", "note")] == list(typed.values())
    assert "Exercise 1: Sets must be" in page.text


def test_an_empty_program_cannot_be_assigned(browser: Browser, client: str) -> None:
    open_editor(browser, client)
    page = browser.press("Assign program", **{"Program title": " "})
    assert "Add at least one exercise" in page.text
    assert "Give the program a title." in page.text


def test_a_faulty_dose_does_not_stop_saving_or_adding(browser: Browser, client: str) -> None:
    start_from_template(browser, client)
    page = browser.press("Save draft", Sets="many")
    assert "The draft is saved." in page.text
    assert value(page, "sets-0") == "many"
    assert not page.soup.select(".error-summary, [aria-invalid]")


def test_a_program_holds_at_most_40_exercises(browser: Browser, client: str) -> None:
    page = open_editor(browser, client)
    full = {"title": "T", "revision": "0", "action": "save", "find": "bird dog"} | {
        f"slug-{n}": "bridge" for n in range(40)
    }
    page = browser.post(page.path, full)
    assert len(exercises(page)) == 40
    for button, fields in (
        ("Add Bird dog", {"Find an exercise": "bird dog"}),
        ("Start from template", {"Start from template": "ankle-sprain"}),
    ):
        page = browser.press(button, **fields)
        assert "at most 40 exercises" in page.text
        assert len(exercises(page)) == 40
    page = browser.post(page.path, full | {"revision": "1", "slug-40": "bird-dog"})
    assert len(exercises(page)) == 40


def test_markup_and_odd_characters_in_what_was_typed_are_shown_as_text(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    client = add_client(database, email, first_name="<b>Ana</b>", last_name='"><script>x</script>')
    start_from_template(browser, client)
    page = browser.press(
        "Save draft",
        **{
            "Program title": "<i>T</i>\x00\x07",
            "Note for the patient": "</textarea><script>y</script>",
            "Note for this exercise": "\n first 日本 👩‍👩‍👧 line\r\nsecond",
        },
    )
    assert page.h1 == 'Exercise program for <b>Ana</b> "><script>x</script>'
    assert value(page, "title") == "<i>T</i>"
    assert value(page, "note") == "</textarea><script>y</script>"
    assert value(page, "note-0") == "first 日本 👩‍👩‍👧 line\nsecond"
    assert not [script for script in page.soup.find_all("script") if not script.has_attr("src")]


def test_another_tab_does_not_overwrite_newer_work(browser: Browser, client: str) -> None:
    page = start_from_template(browser, client)
    old = page
    browser.press("Save draft", **{"Program title": "Newer"})
    browser.page = old
    page = browser.press("Save draft", **{"Program title": "From the old tab", "Sets": "17"})
    assert page.status == 409
    assert "changed somewhere else" in page.text
    assert value(page, "title") == "Newer"
    assert "From the old tab" in page.text
    assert "Sets: 17" in page.text
    page = browser.press("Save draft", **{"Program title": "Newest"})
    assert page.status == 200
    assert value(page, "title") == "Newest"


def test_pressing_a_button_twice_does_its_work_once(browser: Browser, client: str) -> None:
    page = open_editor(browser, client)
    sent = {"action": "add:bridge", "title": "T", "revision": "0"}
    browser.post(page.path, sent)
    page = browser.post(page.path, sent)
    assert page.status == 200
    assert exercises(page) == ["Bridge"]


def test_new_program_twice_opens_the_same_untouched_draft(browser: Browser, client: str) -> None:
    first = open_editor(browser, client)
    second = open_editor(browser, client)
    assert first.path == second.path
    browser.press("Save draft", **{"Program title": "Touched"})
    assert open_editor(browser, client).path != first.path


def test_case_13_an_archived_client_is_assigned_to_only_after_a_tick(browser: Browser, database: sa.Engine) -> None:
    client = add_client(database, browser.sign_up(), archived_at=sa.func.now())
    page = start_from_template(browser, client)
    assert "archived in Cliniko" in page.text
    page = browser.press("Assign program", Sets="4")
    assert page.path.endswith("/edit")
    assert "Tick this to assign" in page.text
    assert value(page, "sets-0") == "4"
    page = browser.press("Assign program", **{"Assign although archived": True})
    assert page.path == client
    assert "The program is assigned." in page.text


def test_case_14_a_client_no_longer_visible_in_cliniko_is_marked(browser: Browser, database: sa.Engine) -> None:
    client = add_client(database, browser.sign_up(), not_visible_since=sa.func.now())
    assert "no longer visible in Cliniko" in browser.get(client).text
    page = open_editor(browser, client)
    assert "no longer visible in Cliniko" in page.text
    assert "deleted there" in page.text and "API key" in page.text


@pytest.mark.parametrize(("accepted", "is_said"), [(False, True), (True, False), (None, False)])
def test_case_30_a_refused_privacy_policy_is_said_before_anything_is_assigned(
    browser: Browser, database: sa.Engine, accepted: bool | None, is_said: bool
) -> None:
    client = add_client(database, browser.sign_up(), accepted_privacy_policy=accepted)
    assert ("not accepted your privacy policy" in browser.get(client).text) == is_said
    assert ("not accepted your privacy policy" in open_editor(browser, client).text) == is_said


def test_the_editor_asks_the_database_little_however_long_the_program(browser: Browser, client: str) -> None:
    page = open_editor(browser, client)
    browser.post(page.path, {"title": "T", "revision": "0"} | {f"slug-{n}": "bridge" for n in range(40)})
    with counted_queries(browser) as queries:
        browser.get(page.path)
    assert len(queries) <= 8, queries


def test_the_next_version_is_announced_in_the_editor(browser: Browser, client: str) -> None:
    assign_program(browser, client)
    browser.get(browser.page.link("Knee: osteoarthritis"))  # type: ignore[union-attr]  # the client page is open
    page = browser.press("Edit program")
    assert "This becomes version 2. The patient keeps version 1 until you assign it." in page.text
    assert re.search(r"Sit to stand", page.text)
