"""The work done with the keyboard alone: no pointer touches these pages."""

import pytest
from playwright.sync_api import Browser, Page, expect

from app.demo.run import EMAILS, PASSWORD

MING = "1530277160945582203"  # opened in this journey alone
FOCUSED = """() => {
    const at = document.activeElement;
    const words = at.labels?.[0]?.innerText || at.getAttribute("aria-label") || at.innerText || at.id;
    return `${at.localName}: ${words.trim().split("\\n")[0]}`;
}"""


@pytest.fixture
def page(chrome: Browser) -> Page:
    page = chrome.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce").new_page()
    page.set_default_timeout(20_000)
    return page


def focused(page: Page) -> str:
    """What has the focus: its element and its words."""
    words: str = page.evaluate(FOCUSED)
    return words


def tab_to(page: Page, wanted: str, most: int = 60) -> None:
    """Press Tab until what begins so has the focus."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        passed.append(focused(page))
        if passed[-1].startswith(wanted):
            return
    raise AssertionError(f"Tab never came to {wanted!r}, but to {passed}")


def test_from_signing_in_to_an_assigned_program_with_the_keyboard_alone(demo: tuple[str, str], page: Page) -> None:
    page.goto(f"{demo[0]}/open/cliniko?patient_id={MING}")
    page.keyboard.press("Tab")
    assert focused(page) == "a: Skip to content"
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    tab_to(page, "input: Email", 1)  # past the header
    page.keyboard.type(EMAILS[0])
    tab_to(page, "input: Password", 1)
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("[aria-invalid]").first).to_be_focused()  # where to go on
    tab_to(page, "input: Password", 2)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("王")

    order = []
    for _ in range(14):
        page.keyboard.press("Tab")
        order.append(focused(page))
    wanted = ["a: Skip to content", "a: Kinebridge", "a: Today", "a: Deliveries", "button: Sign out"]
    places = [order.index(each) for each in wanted]
    assert places == sorted(places), order
    page.get_by_label("Template for a new program").focus()
    page.keyboard.type("Neck")  # as in every list of choices
    tab_to(page, "button: New program", 1)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Sets").first).to_be_visible()

    move_and_remove(page)
    tab_to(page, "button: Assign program", 200)
    page.keyboard.press("Space")
    status = page.get_by_role("status").first
    expect(status).to_contain_text("assigned")
    expect(page.locator("[aria-live=polite]").last).to_contain_text("In Cliniko", timeout=30_000)  # is told


def move_and_remove(page: Page) -> None:
    """Reorder, remove and take back; the focus stays with what it was about, and each is told."""
    names = page.locator(".item h3")
    first, second = names.nth(0).inner_text(), names.nth(1).inner_text()
    tab_to(page, "button: Move down")
    page.keyboard.press("Enter")
    expect(names.nth(1)).to_have_text(first)
    assert focused(page) == "button: Move down"
    page.keyboard.press("Alt+ArrowUp")  # the same from any of its fields
    expect(names.nth(0)).to_have_text(first)
    expect(names.nth(1)).to_have_text(second)
    count = names.count()
    tab_to(page, "button: Remove", 3)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.locator("#editor-status")).to_contain_text(f"{count - 1} exercises in the program")
    assert focused(page) != "body: "
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(names).to_have_count(count)


def test_menus_and_questions_open_and_close_by_keys_and_give_the_focus_back(demo: tuple[str, str], page: Page) -> None:
    page.goto(f"{demo[0]}/sign-in")
    page.get_by_label("Email").fill(EMAILS[0])
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today*")
    search = page.get_by_label("Find a patient by name")
    search.focus()
    page.keyboard.type("Hu")
    expect(page.locator("#results a").first).to_be_visible()
    assert page.locator("#results").get_attribute("aria-live") == "polite"
    tab_to(page, "a: Hương", 3)
    page.keyboard.press("Enter")
    page.wait_for_url("**/clients/*")

    tab_to(page, "a: Patient's page")
    page.keyboard.press("Enter")
    page.wait_for_url("**/home")
    tab_to(page, "summary: Make a new address")
    page.keyboard.press("Space")
    question = page.get_by_role("button", name="Replace the address")
    expect(question).to_be_visible()
    tab_to(page, "button: Replace the address", 1)
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    assert focused(page) == "summary: Make a new address"

    # As for who works in two practices: it lies above the page, so it closes as the focus goes on.
    page.locator(".who-name").evaluate(
        """(at) => at.insertAdjacentHTML("beforeend",
            `<details class="menu"><summary>Two practices</summary><form><button>Another</button></form></details>`)"""
    )
    tab_to(page, "summary: Two practices")
    page.keyboard.press("Enter")
    tab_to(page, "button: Another", 1)
    tab_to(page, "button: Switch", 1)
    expect(page.locator(".menu")).not_to_have_attribute("open", "")
