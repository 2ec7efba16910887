"""The main pages on a phone: usable by everyone (axe, WCAG 2.2 AA), no wider; all: ``python -m tests.looks``."""

import re
from collections.abc import Callable, Iterator

from playwright.sync_api import Browser, Page, expect

from tests.looks.judge import px_too_wide, run_axe

PHONE = {"width": 390, "height": 844}
# The longest name Cliniko takes, one written from right to left, and one with signs of HTML in it.
AWKWARD_PATIENTS = ("1530277160945582246", "1530277160945582217", "1530277160945582239")
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
    page.goto(f"{address}/today")
    expect(page.get_by_role("region", name="Appointments").get_by_role("link", name="Open").last).to_be_visible()
    yield "today, with appointments"
    page.goto(f"{address}/today/test-page?patient=none")
    yield "test page, for nobody"
    page.get_by_role("region", name="Or from today's appointments").get_by_role("link").first.click()
    yield "test page, to be confirmed"
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


def test_the_main_pages_shut_nobody_out_and_are_no_wider_than_a_phone(
    demo: tuple[str, str], chrome: Browser, sign_in: Callable[[Page], None]
) -> None:
    # Without motion, so that axe measures no colour in the middle of a change.
    page = chrome.new_context(viewport=PHONE, reduced_motion="reduce").new_page()
    found = {}
    for name in walk(page, demo[0], sign_in):
        excess = px_too_wide(page)
        found[name] = [*run_axe(page), *([f"{excess} px too wide"] if excess > 0 else [])]
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert len(found) > 10


def test_a_list_prints_black_on_white_by_a_dark_screen_without_what_is_only_for_the_screen(
    demo: tuple[str, str], chrome: Browser, sign_in: Callable[[Page], None]
) -> None:
    page = chrome.new_context(color_scheme="dark").new_page()
    page.goto(f"{demo[0]}/deliveries")
    sign_in(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Deliveries")).to_be_visible()
    for hidden in (page.get_by_label("Age"), page.get_by_text("Export CSV"), page.get_by_text("Guide", exact=True)):
        expect(hidden).to_be_hidden()
    expect(page.locator("body")).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator(".tabs a[aria-current]")).to_have_css("color", "rgb(11, 101, 82)")  # light's accent
