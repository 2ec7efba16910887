"""Four journeys of a practitioner in a real browser, beside the stand-in: what they take in clicks, keys and seconds.

Seconds are the machine's: nobody reads, thinks or moves a hand between two presses. A choice from a list counts as two
clicks (open it, choose), a field as one, and each letter typed as one key; what is pasted is one key.
"""

import time
import uuid
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Locator, Page, expect

from app.demo.diary import NOAH, fill_diary
from app.demo.patients import OLIVIA
from app.demo.run import EMAILS, PASSWORD
from tests.bench.world import World, running_world
from tests.chromium import find_chromium, started

WAIT_MS = 30_000


@dataclass
class Hand:
    """A person at a page; ``begin`` starts counting anew."""

    page: Page
    clicks: int = 0
    keys: int = 0
    began: float = field(default_factory=time.monotonic)

    def begin(self) -> None:
        """Count from here."""
        self.clicks, self.keys, self.began = 0, 0, time.monotonic()

    def click(self, what: Locator) -> None:
        """Click once."""
        what.click()
        self.clicks += 1

    def type(self, where: Locator, text: str) -> None:
        """Click into a field and type."""
        self.click(where)
        self.page.keyboard.type(text)
        self.keys += len(text)

    def paste(self, where: Locator, text: str) -> None:
        """Click into a field and paste."""
        self.click(where)
        self.page.keyboard.insert_text(text)
        self.keys += 1

    def choose(self, where: Locator, value: str) -> None:
        """Open a list of choices and choose."""
        where.select_option(value)
        self.clicks += 2

    def button(self, name: str) -> None:
        """Click the button of that name."""
        self.click(self.page.get_by_role("button", name=name).first)

    @property
    def seconds(self) -> float:
        """Since counting began."""
        return time.monotonic() - self.began


def sign_in(hand: Hand, address: str, email: str = EMAILS[0]) -> None:
    """Sign in."""
    hand.page.goto(f"{address}/sign-in")
    hand.page.get_by_label("Email").fill(email)
    hand.page.get_by_label("Password").fill(PASSWORD)
    hand.button("Sign in")
    expect(hand.page.get_by_role("button", name="Sign out")).to_be_visible()


def new_account_to_first_pdf(hand: Hand, address: str, key: str) -> None:
    """From the page for signing up to the test page that has arrived in Cliniko."""
    page = hand.page
    page.goto(f"{address}/sign-up")
    hand.begin()
    hand.type(page.get_by_label("Your name"), "Rosa Lind")
    hand.type(page.get_by_label("Email"), f"{uuid.uuid4().hex[:8]}@riverside.example")
    hand.type(page.get_by_label("Password"), "correct horse battery staple")
    hand.type(page.get_by_label("Practice name"), "Riverside Podiatry")
    hand.button("Create account")
    hand.paste(page.get_by_label("Cliniko API key"), key)
    hand.button("Save changes")
    hand.click(page.get_by_role("link", name="Today"))
    expect(page.get_by_role("region", name="Appointments")).to_contain_text("Noah")  # read by itself
    hand.click(page.get_by_role("link", name="Send a test page"))
    hand.click(page.locator(f"a[href$='patient={NOAH}']"))
    hand.button("Send the test page")
    expect(page.locator("main")).to_contain_text("It works. Programs you assign arrive the same way", timeout=WAIT_MS)


def click_in_cliniko_to_assigned_program(hand: Hand, address: str, patient_id: str = OLIVIA) -> None:
    """From the client's page, opened by a click in Cliniko, to a template's program whose PDF is in Cliniko."""
    page = hand.page
    page.goto(f"{address}/open/cliniko?patient_id={patient_id}")
    expect(page.get_by_role("button", name="New program")).to_be_visible()
    hand.begin()
    hand.choose(page.get_by_label("Template for a new program"), "knee-osteoarthritis")
    hand.button("New program")
    hand.button("Assign program")
    expect(page.locator("main")).to_contain_text("In Cliniko", timeout=WAIT_MS)


def paste_a_new_key(hand: Hand, address: str, key: str, answer: Literal["status", "alert"] = "status") -> None:
    """From any page to a new key that is saved and works, or (alert) is refused."""
    page = hand.page
    page.goto(f"{address}/today")
    hand.begin()
    hand.click(page.get_by_role("link", name="My account"))
    hand.paste(page.get_by_label("Cliniko API key"), key)
    hand.button("Save changes")
    expect(page.get_by_role(answer).first).to_be_visible()


def find_an_exercise(hand: Hand, address: str) -> None:
    """From any page to an exercise of which one knows a word."""
    page = hand.page
    page.goto(f"{address}/today")
    hand.begin()
    hand.click(page.get_by_role("navigation", name="Main").get_by_role("link", name="Exercises"))
    hand.type(page.get_by_role("searchbox").first, "hamstring")
    found = page.locator(".exercise-card a").filter(has_text="amstring").first
    hand.click(found)
    expect(page.get_by_role("heading", level=1)).to_contain_text("amstring")


def main() -> dict[str, float]:
    """Take the journeys one after the other and print what each took."""
    path = find_chromium()
    if path is None:
        print("no Chromium on this machine (Debian: apt install chromium)")
        return {}
    with running_world(with_worker=True) as world, started(path) as chromium, chromium.in_use() as browser:
        fill_diary(world.state, world.clinics)
        hand = Hand(browser.new_context(viewport={"width": 1280, "height": 900}).new_page())
        new = Hand(browser.new_context(viewport={"width": 1280, "height": 900}).new_page())
        sign_in(hand, world.url)
        return _take_all(world, hand, new)


def _take_all(world: World, hand: Hand, new: Hand) -> dict[str, float]:
    click_in_cliniko_to_assigned_program(hand, world.url, "52817")  # so that figures are drawn and styles kept
    taken = {}
    for words, who, go in (
        (
            "new account to first PDF",
            new,
            lambda: new_account_to_first_pdf(new, world.url, world.clinics.podiatrist.key),
        ),
        ("assigned program", hand, lambda: click_in_cliniko_to_assigned_program(hand, world.url)),
        ("paste a new key", hand, lambda: paste_a_new_key(hand, world.url, world.clinics.practitioner_1.key)),
        ("find an exercise", hand, lambda: find_an_exercise(hand, world.url)),
    ):
        go()
        taken[words] = who.seconds
        print(f"{words:<26} {who.clicks:3} clicks {who.keys:4} keys {who.seconds:6.1f} s of the machine's")
    return taken


if __name__ == "__main__":
    main()
