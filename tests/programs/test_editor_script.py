"""The editor's script in a real browser: the same work without page loads, and nothing typed lost by it."""

from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Route, expect

from tests.processes import wait_until
from tests.programs.conftest import OpenPage, sign_up


@pytest.fixture
def editor(open_editor: OpenPage) -> Page:
    """The empty editor of a new program, marked so that a page load shows."""
    page = open_editor()
    page.evaluate("window.sameLoad = true")
    return page


def add(page: Page, name: str) -> None:
    """Find an exercise in the library and press its Add."""
    page.get_by_label("Find an exercise").fill(name)
    page.get_by_role("button", name=f"Add {name}", exact=True).click()


def exercises(page: Page) -> list[str]:
    """The names of the program's exercises, in order."""
    return [name.strip() for name in page.locator("#program .item h3").all_inner_texts()]


def test_adding_moving_and_removing_need_no_page_load_and_keep_what_was_typed(editor: Page) -> None:
    for name in ("Bridge", "Bird dog", "Clamshell"):
        add(editor, name)
    expect(editor.locator("#program .item")).to_have_count(3)
    expect(editor.get_by_role("status")).to_contain_text(["Clamshell added. 3 exercises in the program."])
    editor.get_by_label("Program title").fill("Typed title")
    editor.get_by_label("Sets").first.fill("17")
    editor.get_by_role("button", name="Move down").first.click()
    expect(editor.locator("#program .item h3").first).to_have_text("Bird dog")
    assert exercises(editor) == ["Bird dog", "Bridge", "Clamshell"]
    expect(editor.get_by_label("Sets").nth(1)).to_have_value("17")
    expect(editor.get_by_label("Program title")).to_have_value("Typed title")
    expect(editor.get_by_role("button", name="Move down").nth(1)).to_be_focused()
    editor.get_by_role("button", name="Remove").first.click()
    expect(editor.locator("#program .item")).to_have_count(2)
    assert exercises(editor) == ["Bridge", "Clamshell"]
    editor.get_by_role("button", name="Undo").click()
    expect(editor.locator("#program .item h3").first).to_have_text("Bird dog")
    assert editor.evaluate("window.sameLoad") is True


def test_the_library_is_searched_while_typing_and_enter_adds_the_first(editor: Page) -> None:
    find = editor.get_by_label("Find an exercise")
    found = editor.locator(".library-list > li")
    find.press_sequentially("SLR")
    expect(found.first).to_contain_text("Straight leg raise")
    find.press("Enter")
    expect(editor.locator("#program .item h3")).to_have_text("Straight leg raise")
    find.press_sequentially("clamshel")  # typed over what was found last
    find.press("Enter")  # sooner than the list can be here
    expect(editor.locator("#program .item")).to_have_count(2)
    assert exercises(editor) == ["Straight leg raise", "Clamshell"]
    find.fill("zzzz")
    expect(editor.get_by_text("No exercise fits.")).to_be_visible()
    find.fill("")
    expect(found).to_have_count(30)
    editor.get_by_role("button", name="Show more").click()
    expect(found).to_have_count(60)
    editor.get_by_label("Body region").select_option("neck")
    expect(editor.locator("#library-total")).not_to_contain_text("200")
    assert editor.evaluate("window.sameLoad") is True


def test_exercises_are_put_in_order_by_dragging_and_with_the_keyboard(editor: Page) -> None:
    for name in ("Bridge", "Bird dog", "Clamshell"):
        add(editor, name)
    expect(editor.locator("#program .item")).to_have_count(3)
    editor.set_viewport_size({"width": 1280, "height": 1600})  # all of it in view: nothing scrolls while dragging
    handle, target = editor.locator("[data-handle]").nth(2), editor.locator("#program .item").first
    handle.hover()
    editor.mouse.down()
    box = target.bounding_box()
    assert box
    editor.mouse.move(box["x"] + 20, box["y"] + 30, steps=5)
    editor.mouse.move(box["x"] + 20, box["y"] + 4, steps=5)
    with editor.expect_response("**/edit"):
        editor.mouse.up()
    expect(editor.locator("#program[inert]")).to_have_count(0)
    expect(editor.locator("#program .item h3")).to_have_text(["Clamshell", "Bridge", "Bird dog"])
    editor.get_by_label("Sets").first.focus()
    editor.keyboard.press("Alt+ArrowDown")
    expect(editor.locator("#program .item h3")).to_have_text(["Bridge", "Clamshell", "Bird dog"])
    expect(editor.get_by_label("Sets").nth(1)).to_be_focused()
    editor.reload()
    assert exercises(editor) == ["Bridge", "Clamshell", "Bird dog"]


def test_what_is_typed_is_kept_by_itself_and_worded_at_once(editor: Page) -> None:
    add(editor, "Bridge")
    expect(editor.locator("#program .item")).to_have_count(1)
    editor.get_by_label("Sets").fill("3")
    editor.get_by_label("Reps").fill("8-10")
    expect(editor.locator("[data-dose]")).to_contain_text("3 sets of 8-10")
    editor.get_by_label("Note for the patient").fill("Slowly, please")
    with editor.expect_request_finished(lambda request: "Slowly" in (request.post_data or "")):
        editor.get_by_label("Note for the patient").blur()
    another = editor.context.browser.new_context(storage_state=editor.context.storage_state()).new_page()
    another.goto(editor.url)  # another device: nothing of this browser's own storage helps
    expect(another.get_by_label("Note for the patient")).to_have_value("Slowly, please")
    expect(another.get_by_label("Reps")).to_have_value("8-10")


def title_kept(database: sa.Engine, program_id: str) -> str:
    """The title in the draft of a program, as the database has it."""
    with database.connect() as connection:
        query = sa.text("SELECT draft->>'title' FROM programs WHERE id = CAST(:id AS uuid)")
        return str(connection.execute(query, {"id": program_id}).scalar_one())


def test_what_was_typed_survives_a_tab_closed_at_once(editor: Page, database: sa.Engine) -> None:
    add(editor, "Bridge")
    expect(editor.locator("#program .item")).to_have_count(1)
    program = editor.url.split("/")[-2]
    editor.get_by_label("Program title").fill("Typed in the last second")
    editor.close(run_before_unload=True)
    wait_until(lambda: title_kept(database, program) == "Typed in the last second", "what was typed arrives")


def test_what_was_typed_survives_the_end_of_the_session(editor: Page) -> None:
    add(editor, "Bridge")
    expect(editor.locator("#program .item")).to_have_count(1)
    session = editor.context.cookies()
    editor.context.clear_cookies()
    editor.get_by_label("Program title").fill("Typed too late")
    expect(editor.get_by_text("You are signed out, so your changes are not saved yet.").first).to_be_visible()
    expect(editor.get_by_role("link", name="Sign in in a new tab")).to_be_visible()
    editor.context.add_cookies(session)  # signed in again in the other tab
    editor.get_by_role("button", name="Try again").click()
    expect(editor.get_by_role("button", name="Try again")).to_be_hidden()
    editor.reload()
    expect(editor.get_by_label("Program title")).to_have_value("Typed too late")


def test_assigning_waits_for_a_change_under_way(editor: Page) -> None:
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    editor.route("**/edit", hold_first)
    editor.get_by_label("Start from template").select_option("knee-osteoarthritis")
    with editor.expect_request("**/edit"):
        editor.get_by_role("button", name="Start from template").click()
    editor.get_by_role("button", name="Assign program").click()
    held[0].continue_()
    expect(editor.get_by_role("heading", level=1)).to_have_text("Ana Silva")
    expect(editor.locator("main")).to_contain_text("Version 1")


def test_the_preview_opens_beside_the_editor_with_what_was_just_typed(editor: Page) -> None:
    add(editor, "Bridge")
    expect(editor.locator("#program .item")).to_have_count(1)
    editor.get_by_label("Program title").fill("Typed a moment ago")
    with editor.context.expect_event("response", lambda answer: answer.url.endswith("preview.pdf")) as answered:
        editor.get_by_role("button", name="Preview PDF").click()
    assert answered.value.status == 200
    assert answered.value.headers["content-type"] == "application/pdf"
    assert editor.evaluate("window.sameLoad") is True


def test_where_no_window_may_be_opened_the_preview_takes_the_editors_place(editor: Page) -> None:
    editor.evaluate("window.open = () => null")
    add(editor, "Bridge")
    expect(editor.locator("#program .item")).to_have_count(1)
    with editor.context.expect_event("response", lambda answer: answer.url.endswith("preview.pdf")) as answered:
        editor.get_by_role("button", name="Preview PDF").click()
    assert answered.value.status == 200


def test_a_lost_connection_is_said_and_loses_nothing(editor: Page) -> None:
    editor.get_by_label("Find an exercise").fill("Bridge")
    button = editor.get_by_role("button", name="Add Bridge", exact=True)
    button.wait_for()
    editor.context.set_offline(True)
    editor.get_by_label("Program title").fill("Typed title")
    button.click()
    expect(editor.get_by_text("there is no connection").first).to_be_visible()
    editor.context.set_offline(False)
    button.click()
    expect(editor.locator("#program .item")).to_have_count(1)
    expect(editor.get_by_label("Program title")).to_have_value("Typed title")
    editor.reload()
    expect(editor.get_by_label("Program title")).to_have_value("Typed title")


def test_what_could_not_be_saved_is_put_back_and_not_lost_on_the_way(editor: Page) -> None:
    add(editor, "Bridge")
    expect(editor.locator("#program .item")).to_have_count(1)
    editor.route("**/edit", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    editor.get_by_label("Program title").fill("Typed without a connection")
    expect(editor.get_by_text("there is no connection").first).to_be_visible()
    editor.reload()
    expect(editor.get_by_label("Program title")).to_have_value("Exercise program")
    url = editor.url
    editor.get_by_role("button", name="Put it back").click()  # still no connection: the browser's own error page
    editor.wait_for_url("chrome-error://**")
    editor.unroute("**/edit")
    editor.goto(url)
    editor.get_by_role("button", name="Put it back").click()
    expect(editor.get_by_label("Program title")).to_have_value("Typed without a connection")
    expect(editor.get_by_text("The draft is saved.").first).to_be_visible()
    editor.reload()
    expect(editor.get_by_label("Program title")).to_have_value("Typed without a connection")
    expect(editor.get_by_role("button", name="Put it back")).to_be_hidden()


def test_case_4_what_is_typed_after_somebody_else_signed_in_here_is_kept_and_it_says_who(
    editor: Page, address: str
) -> None:
    add(editor, "Bridge")
    expect(editor.locator("#program .item")).to_have_count(1)
    own: Any = editor.context.cookies()
    sign_up(editor, address, name="Ben Cole")
    editor.get_by_label("Program title").fill("Typed under another's sign-in")
    said = editor.get_by_role("alert")
    expect(said).to_contain_text("this browser is now signed in as Ben Cole at Bayside Physio")
    expect(said).to_contain_text("kept here for Pat Nguyen at Bayside Physio")
    expect(said.get_by_text("changed somewhere else")).to_be_hidden()
    editor.get_by_role("button", name="Remove").first.click()
    expect(editor.get_by_label("Program title")).to_have_value("Typed under another's sign-in")
    expect(editor.locator("#program .item")).to_have_count(1)  # no page of Ben's in its place
    assert editor.evaluate("window.sameLoad") is True
    editor.context.clear_cookies()
    editor.context.add_cookies(own)
    editor.reload()
    editor.get_by_role("button", name="Put it back").click()
    expect(editor.get_by_label("Program title")).to_have_value("Typed under another's sign-in")
    expect(editor.get_by_text("The draft is saved.").first).to_be_visible()


CUT_OFF = """(status) => {
  const cut = { pull: (to) => to.error(new TypeError("cut")) };
  window.fetch = async () => new Response(new ReadableStream(cut), { status });
}"""


@pytest.mark.parametrize("status", [200, 502])
def test_an_answer_to_a_save_that_is_cut_off_loses_nothing_typed(status: int, editor: Page) -> None:
    add(editor, "Bridge")
    expect(editor.locator("#program .item")).to_have_count(1)
    editor.evaluate(CUT_OFF, status)
    editor.get_by_label("Program title").fill("Typed into the gap")
    expect(editor.get_by_role("alert")).to_contain_text("What you typed is kept in this browser.")
    expect(editor.get_by_text("Not saved yet", exact=True)).to_be_visible()
    assert "Typed into the gap" in editor.evaluate("Object.values(localStorage).join()")


def test_a_button_pressed_while_the_server_is_being_replaced_loses_nothing_typed(editor: Page) -> None:
    add(editor, "Bridge")
    expect(editor.locator("#program .item")).to_have_count(1)
    editor.route("**/edit", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    editor.get_by_label("Program title").fill("Typed just before")
    editor.get_by_role("button", name="Remove").first.click()
    expect(editor.get_by_role("alert")).to_contain_text("What you typed is kept in this browser.")
    expect(editor.get_by_label("Program title")).to_have_value("Typed just before")
    assert editor.evaluate("window.sameLoad") is True
    editor.unroute("**/edit")
    editor.get_by_role("button", name="Try again").click()
    expect(editor.get_by_role("alert")).to_be_hidden()
    editor.get_by_role("button", name="Remove").first.click()
    expect(editor.locator("#program .item")).to_have_count(0)
    expect(editor.get_by_label("Program title")).to_have_value("Typed just before")


def test_work_of_another_tab_is_shown_instead_of_overwritten(editor: Page) -> None:
    other = editor.context.new_page()
    other.goto(editor.url)
    add(other, "Clamshell")
    expect(other.locator("#program .item")).to_have_count(1)
    add(editor, "Bridge")
    expect(editor.get_by_role("heading", name="This program was changed somewhere else")).to_be_visible()
    assert exercises(editor) == ["Clamshell"]
