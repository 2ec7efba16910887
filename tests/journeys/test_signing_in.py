"""Signing in, in a real browser: two factors because the practice asks for them, and a form that came too late."""

import re
import time
import uuid
from pathlib import Path

import pyotp
from playwright.sync_api import Browser, Page, expect

PASSWORD = "a boat that sails at noon"
STEP_SECONDS = 30


class Phone:
    """The app for codes; each code is taken once, so the next one is that of the coming half minute."""

    def __init__(self, key: str) -> None:
        self.app = pyotp.TOTP(key.replace(" ", ""))
        self.ahead = 0

    def code(self) -> str:
        """A code that was not shown before."""
        shown = self.app.at(int(time.time()) + self.ahead)
        self.ahead += STEP_SECONDS
        return shown


def sign_up(page: Page, kinebridge: str, name: str) -> str:
    email = f"{uuid.uuid4().hex[:12]}@practice.example"
    page.goto(f"{kinebridge}/sign-up")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Practice name").fill("Bayside Physio")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("Your account is ready.")).to_be_visible()
    return email


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def enrol(page: Page) -> Phone:
    """Set up two-factor sign-in on its page."""
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    expect(page.locator("svg.segno")).to_be_visible()
    phone = Phone(page.locator("strong.reference").inner_text())
    page.get_by_label("Code").fill(phone.code())
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    page.get_by_role("link", name="I have saved them").click()
    return phone


def test_two_factor_is_set_up_because_the_practice_asks_for_it_and_then_leads_to_the_patient(
    demo: tuple[str, str], demo_log: Path, chrome: Browser, page: Page
) -> None:
    kinebridge, cliniko = demo
    key = re.search(r"(\S+)\s+is a scheduler's key", demo_log.read_text())
    assert key
    sign_up(page, kinebridge, "Robin Owner")
    page.goto(f"{kinebridge}/account/security")
    page.get_by_role("link", name="Two-factor sign-in: set up").click()
    enrol(page)
    page.get_by_role("link", name="Change rules").click()
    page.get_by_label("Everybody uses two-factor sign-in").check()
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Your changes are saved.")).to_be_visible()
    email = f"{uuid.uuid4().hex[:12]}@practice.example"
    page.goto(f"{kinebridge}/account/team")
    page.get_by_label("Colleague's email").fill(email)
    page.get_by_role("button", name="Invite").click()
    link = page.locator("input[value*='/join/']").first.input_value()

    sam = chrome.new_context().new_page()
    sam.goto(link)
    sam.get_by_label("Your name").fill("Sam Colleague")
    sam.get_by_label("Password").fill(PASSWORD)
    sam.get_by_role("button", name="Join practice").click()
    expect(sam.get_by_text("Bayside Physio requires two-factor sign-in.")).to_be_visible()
    sam.goto(f"{kinebridge}/clients")
    expect(sam.get_by_role("heading", level=1)).to_have_text("Two-factor sign-in")
    phone = enrol(sam)
    sam.goto(f"{kinebridge}/account/settings")
    sam.get_by_label("Cliniko API key").fill(key[1])
    sam.get_by_role("button", name="Save changes").click()
    expect(sam.get_by_text("The Cliniko API key is saved.")).to_be_visible()
    sam.get_by_role("button", name="Sign out").click()

    sam.goto(cliniko)
    sam.get_by_role("link", name="Olivia Hart").click()
    sam.get_by_text("Open in Kinebridge").click()
    sign_in(sam, email)
    sam.get_by_label("Code").fill("000000")
    sam.get_by_role("button", name="Sign in").click()
    expect(sam.get_by_text("This code does not match")).to_be_visible()
    sam.get_by_label("Code").fill(phone.code())
    sam.get_by_role("button", name="Sign in").click()
    expect(sam.get_by_role("heading", level=1)).to_have_text("Olivia Hart")
    assert sam.url.startswith(f"{kinebridge}/clients/")


def test_a_form_that_came_too_late_is_sent_by_itself_after_signing_in_in_its_place(
    demo: tuple[str, str], chrome: Browser, page: Page
) -> None:
    kinebridge, _ = demo
    email = sign_up(page, kinebridge, "Robin Owner")
    page.get_by_label("Your title").fill("Physiotherapist,  王")
    elsewhere = chrome.new_context().new_page()
    elsewhere.goto(f"{kinebridge}/account/security")
    sign_in(elsewhere, email)
    elsewhere.get_by_role("button", name="Sign out everywhere else").click()
    expect(elsewhere.get_by_text("All your other browsers are signed out.", exact=True)).to_be_visible()

    page.get_by_role("button", name="Save title").click()
    expect(page.get_by_text("What you typed is kept on this page")).to_be_visible()
    sign_in(page, email)
    expect(page.get_by_text("Your title is saved.")).to_be_visible()
    expect(page.get_by_label("Your title")).to_have_value("Physiotherapist, 王")
