"""The main pages in a real browser: usable by everyone (axe, WCAG 2.2 AA), in both colour schemes and on a phone."""

import re
from collections.abc import Callable, Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
# The longest name Cliniko takes, one written from right to left, and one with signs of HTML in it.
AWKWARD_PATIENTS = ("1530277160945582246", "1530277160945582217", "1530277160945582239")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The library's rows are alike: the first few stand for all, which takes a third of the time.
WITHOUT_REPEATS = {"exclude": [[".library-list > li:nth-child(n+6)"], [".exercise-grid > li:nth-child(n+6)"]]}
PATHS = (
    *(
        "/account/sharing",
        "/account/sharing/practice",
        "/account/team",
        "/account/team/ownership",
        "/account/letterhead",
        "/account/alerts",
        "/account/security",
        "/account/security/two-factor",
        "/account/practice/signing-in",
        "/account/practice/settings",
        "/account/practice/discount",
        "/guide",
        "/guide/connect-cliniko",
        "/guide/alerts-and-deliveries",
        "/account/activity",
        "/account/activity/keeping",
        "/account/data",
        "/account/data/unseen",
        "/alerts",
        "/exercises",
        "/exercises/bridge",
        "/clients/nowhere",
        "/clients/new",
    ),
    *("/templates", "/templates/neck-pain", "/templates/neck-pain/use"),
)
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def violations(page: Page) -> list[str]:
    """What axe finds on the page, one line a place: everything in light, then the colours again in dark."""
    page.wait_for_load_state()
    page.emulate_media(color_scheme="light")
    lines = _run_axe(page, LEVELS)
    page.emulate_media(color_scheme="dark")
    return lines + [f"dark: {line}" for line in _run_axe(page, COLOURS)]


def px_too_wide(page: Page) -> int:
    """By how many pixels the page is wider than its window; asked once it is there, not on the way to it."""
    page.wait_for_load_state()
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def _run_axe(page: Page, rules: object) -> list[str]:
    answer = Axe().run(page, WITHOUT_REPEATS, {"resultTypes": ["violations"], "runOnly": rules})
    found = answer.response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def walk(page: Page, address: str, sign_in: Callable[[Page], None]) -> Iterator[str]:
    """Open the main pages one after the other; gives the name of each while it is open."""
    page.goto(f"{address}/sign-in")
    yield "sign-in"
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("[aria-invalid]").first).to_be_visible()
    yield "sign-in with an error"
    page.goto(f"{address}/sign-up")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "sign-up with errors"
    page.goto(f"{address}/reset-password")
    yield "reset password"
    page.goto(f"{address}/account/settings")
    sign_in(page)
    expect(page.get_by_label("App URL")).to_be_visible()
    yield "settings"
    for path in PATHS:
        page.goto(address + path)
        yield path
    page.goto(f"{address}/account/team")
    page.get_by_role("link", name="Manage Ben").click()
    yield "a colleague"
    page.get_by_role("link", name="Remove").click()
    expect(page.get_by_role("button", name="Remove Ben")).to_be_visible()
    yield "removing a colleague"
    for patient in AWKWARD_PATIENTS:
        page.goto(f"{address}/open/cliniko?patient_id={patient}")
        expect(page.get_by_role("button", name="New program")).to_be_visible()
        yield f"client {patient}"
    client = page.url
    page.get_by_role("link", name="Who has seen this patient").click()
    yield "who has seen a client"
    for ending in ("sharing", "same-person", "data"):
        page.goto(f"{client}/{ending}")
        yield f"client: {ending}"
    page.goto(f"{address}/clients")
    yield "clients"
    yield from check_an_import(page, address)
    yield from write_a_program(page, address)


def check_an_import(page: Page, address: str) -> Iterator[str]:
    """Send a file of exercises and look at what would be done, without doing it."""
    page.goto(f"{address}/exercises/import")
    yield "import"
    page.get_by_label("File").set_input_files(
        {"name": "own.csv", "mimeType": "text/csv", "buffer": b"Name,Goal\nHeel dig,Strength\nOdd one,Fame\n"}
    )
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("button", name="Import 1 exercise")).to_be_visible()
    yield "import to be checked"


def write_a_program(page: Page, address: str) -> Iterator[str]:
    """From a client to the assigned program, with the editor empty, refused and filled on the way."""
    page.goto(f"{address}/open/cliniko?patient_id={AWKWARD_PATIENTS[0]}")
    page.get_by_role("button", name="New program").click()
    page.get_by_role("button", name="Assign program").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "empty editor with an error"
    page.get_by_label("Start from template").select_option("knee-osteoarthritis")
    page.get_by_role("button", name="Start from template").click()
    expect(page.get_by_label("Sets").first).to_be_visible()
    yield "editor"
    page.get_by_text(re.compile("^More for")).first.click()
    page.get_by_label("Section").first.select_option("warm-up")
    expect(page.locator(".section-head").first).to_be_visible()
    page.get_by_role("button", name="Remove").last.click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    yield "editor with sections, more of a dose, and something to undo"
    program = page.url.removesuffix("/edit")
    for ending in ("copy", "discard"):
        page.goto(f"{program}/{ending}")
        yield f"program: {ending}"
    page.goto(f"{address}/templates/new?program={program.rpartition('/')[2]}")
    yield "a program as a template"
    page.goto(f"{program}/edit")
    page.get_by_role("button", name="Assign program").click()
    expect(page.locator("main")).to_contain_text("Version 1")
    yield "client with a program"
    page.get_by_role("link", name=re.compile("^Knee")).first.click()
    expect(page.get_by_role("button", name="Edit program")).to_be_visible()
    yield "program"
    page.goto(f"{address}/deliveries")
    yield "deliveries"


def test_nothing_on_the_main_pages_shuts_anybody_out_in_light_or_dark(
    demo: tuple[str, str], chrome: Browser, sign_in: Callable[[Page], None]
) -> None:
    # Without motion, so that axe measures no colour in the middle of a change.
    page = chrome.new_context(viewport=DESK, reduced_motion="reduce").new_page()
    found = {name: violations(page) for name in walk(page, demo[0], sign_in)}
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert len(found) > 10


def test_no_page_is_wider_than_a_phone(demo: tuple[str, str], chrome: Browser, sign_in: Callable[[Page], None]) -> None:
    page = chrome.new_context(viewport=PHONE).new_page()
    too_wide = {}
    for name in walk(page, demo[0], sign_in):
        excess = px_too_wide(page)
        if excess > 0:
            too_wide[name] = excess
    assert too_wide == {}
