"""The editor's script in a real browser: the same work without page loads, and nothing typed lost by it."""

import shutil
import socket
import threading
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import uvicorn
from playwright.sync_api import Page, Route, expect, sync_playwright

from app.main import create_app
from app.settings import Settings
from tests.programs.arrange import add_client
from tests.support import PASSWORD

CHROMIUM = shutil.which("chromium")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)")


@pytest.fixture
def address(settings: Settings, database_url: str) -> Iterator[str]:
    """The application on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # from here on a browser waits for the answer
        server = uvicorn.Server(uvicorn.Config(create_app(settings, database_url), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture
def page() -> Iterator[Page]:
    """A page in a browser of its own; errors of scripts fail the test."""
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context()
        context.set_default_timeout(20_000)
        opened = context.new_page()
        errors: list[str] = []
        opened.on("pageerror", lambda error: errors.append(str(error)))
        yield opened
        browser.close()
        assert errors == []


@pytest.fixture
def editor(page: Page, address: str, database: sa.Engine) -> Page:
    """The empty editor of a new program, marked so that a page load shows."""
    email = f"{uuid.uuid4().hex[:12]}@practice.example"
    page.goto(f"{address}/sign-up")
    for label, text in {
        "Your name": "Pat Nguyen",
        "Email": email,
        "Password": PASSWORD,
        "Practice name": "Bayside Physio",
    }.items():
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("Your account is ready")).to_be_visible()
    page.goto(address + add_client(database, email))
    page.get_by_role("button", name="New program").click()
    page.get_by_label("Find an exercise").wait_for()
    page.evaluate("window.sameLoad = true")
    return page


def exercises(page: Page) -> list[str]:
    """The names of the program's exercises, in order."""
    return [name.strip() for name in page.locator("#program .item h3").all_inner_texts()]


def test_adding_moving_and_removing_need_no_page_load_and_keep_what_was_typed(editor: Page) -> None:
    for name in ("Bridge", "Bird dog", "Clamshell"):
        editor.get_by_role("button", name=f"Add {name}", exact=True).click()
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
    assert editor.evaluate("window.sameLoad") is True


def test_the_library_is_filtered_while_typing_and_enter_sends_nothing(editor: Page) -> None:
    find = editor.get_by_label("Find an exercise")
    find.press_sequentially("CALF stré")
    shown = editor.locator(".library-list > li:visible")
    expect(shown).to_have_count(3)
    find.press("Enter")
    find.fill("zzz")
    expect(editor.get_by_text("No exercise fits.")).to_be_visible()
    find.fill("")
    assert shown.count() > 40
    assert editor.evaluate("window.sameLoad") is True


def test_the_script_finds_what_the_server_finds(editor: Page) -> None:
    url = editor.url
    for typed in ("knee", "low back", "stretch wall", "child's", "heel-to-toe", "SLR"):
        editor.get_by_label("Find an exercise").fill(typed)
        by_script = set(editor.locator(".library-list > li:visible strong").all_inner_texts())
        answer = editor.request.get(url, params={"find": typed})
        by_server = editor.evaluate(
            """html => [...new DOMParser().parseFromString(html, "text/html")
                .querySelectorAll(".library-list > li:not([hidden]) strong")].map(name => name.textContent)""",
            answer.text(),
        )
        assert by_script == set(by_server) != set(), typed


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


def test_a_lost_connection_is_said_and_loses_nothing(editor: Page) -> None:
    editor.get_by_label("Program title").fill("Typed title")
    editor.context.set_offline(True)
    editor.get_by_role("button", name="Add Bridge", exact=True).click()
    expect(editor.get_by_role("status")).to_contain_text(["there is no connection"])
    editor.context.set_offline(False)
    editor.get_by_role("button", name="Add Bridge", exact=True).click()
    expect(editor.locator("#program .item")).to_have_count(1)
    expect(editor.get_by_label("Program title")).to_have_value("Typed title")


def test_work_of_another_tab_is_shown_instead_of_overwritten(editor: Page) -> None:
    other = editor.context.new_page()
    other.goto(editor.url)
    other.get_by_role("button", name="Add Clamshell", exact=True).click()
    expect(other.locator("#program .item")).to_have_count(1)
    editor.get_by_role("button", name="Add Bridge", exact=True).click()
    expect(editor.get_by_text("This program was changed somewhere else")).to_be_visible()
    assert exercises(editor) == ["Clamshell"]
