"""A program built in a real browser: by keyboard alone, on a phone, and without JavaScript."""

from playwright.sync_api import Page, expect

from tests.programs.conftest import OpenPage

NAMES = ["Clamshell", "Bridge", "Bird dog"]


def expect_exercises(page: Page, names: list[str]) -> None:
    """Wait until the program holds these exercises, in this order."""
    expect(page.locator("#program .item h3")).to_have_text(names)


def test_a_program_is_built_and_assigned_by_keyboard_alone(open_editor: OpenPage) -> None:
    page = open_editor()
    keys = page.keyboard
    expect(page.get_by_label("Find an exercise")).to_be_focused()  # ready to type
    for count, name in enumerate(NAMES, 1):
        keys.type(name.lower())
        keys.press("Enter")
        expect(page.locator("#program .item")).to_have_count(count)
    expect_exercises(page, NAMES)
    keys.press("Tab")
    expect(page.get_by_role("link", name="Go to Assign")).to_be_focused()
    page.get_by_label("Sets").first.focus()
    keys.press("Control+a")
    keys.type("4")
    keys.press("Alt+ArrowDown")
    expect(page.locator("#program .item h3")).to_have_text(["Bridge", "Clamshell", "Bird dog"])
    expect(page.get_by_label("Sets").nth(1)).to_be_focused()
    expect(page.get_by_label("Sets").nth(1)).to_have_value("4")
    page.get_by_role("link", name="Go to Assign").focus()
    keys.press("Enter")
    keys.press("Tab")
    expect(page.get_by_role("button", name="Assign program")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ana Silva")
    expect(page.locator("main")).to_contain_text("Version 1")


def test_a_program_is_built_without_javascript(open_editor: OpenPage) -> None:
    page = open_editor(java_script_enabled=False)
    for name in NAMES:
        page.get_by_label("Find an exercise").fill(name)
        page.get_by_role("button", name="Search", exact=True).click()
        page.get_by_role("button", name=f"Add {name}", exact=True).click()
    page.get_by_role("button", name="Move up").nth(2).click()
    expect_exercises(page, ["Clamshell", "Bird dog", "Bridge"])
    page.get_by_label("Reps").first.fill("8-10")
    page.get_by_text("More for Clamshell").click()
    page.get_by_role("button", name="Duplicate for left and right").first.click()
    expect_exercises(page, ["Clamshell", "Clamshell", "Bird dog", "Bridge"])
    expect(page.locator("[data-dose]").first).to_contain_text("8-10")
    page.get_by_role("button", name="Remove").nth(1).click()
    page.get_by_role("button", name="Undo").click()
    expect_exercises(page, ["Clamshell", "Clamshell", "Bird dog", "Bridge"])
    page.get_by_role("button", name="Assign program").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ana Silva")


def test_a_program_is_built_on_a_phone(open_editor: OpenPage) -> None:
    page = open_editor(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.get_by_role("link", name="Add exercises").tap()
    page.get_by_label("Find an exercise").fill("bridge")
    page.get_by_role("button", name="Add Bridge", exact=True).tap()
    expect(page.locator("#program .item")).to_have_count(1)
    page.get_by_label("Sets").fill("2")
    expect(page.locator("[data-dose]")).to_contain_text("2 sets")
    page.get_by_text("More for Bridge").tap()
    page.get_by_role("checkbox", name="Monday").tap()
    expect(page.locator("[data-dose]")).to_contain_text("Monday")
    page.get_by_role("button", name="Assign program").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ana Silva")


def test_sections_and_turns_are_made_in_the_editor_and_shown_there(open_editor: OpenPage) -> None:
    page = open_editor()
    for count, name in enumerate(NAMES, 1):
        page.get_by_label("Find an exercise").fill(name)
        page.get_by_label("Find an exercise").press("Enter")
        expect(page.locator("#program .item")).to_have_count(count)
    page.get_by_text("More for Bird dog").click()
    page.get_by_label("In turn with the exercise above").last.check()
    expect(page.locator("#program .item.in-turn")).to_have_count(2)
    page.get_by_text("More for Clamshell").click()
    page.get_by_label("Section").first.select_option("warm-up")
    expect(page.locator(".section-head")).to_have_text(["Warm-up", "Main part"])
    expect_exercises(page, NAMES)
    page.get_by_text("More for Clamshell").wait_for()
    page.get_by_label("Section").first.select_option("cool-down")
    expect(page.locator(".section-head")).to_have_text(["Main part", "Cool-down"])
    expect_exercises(page, ["Bridge", "Bird dog", "Clamshell"])
