"""What the pictures show: the demo, brought step by step to where each of them is taken."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from app.demo.patients import ARCHIVED, OLIVIA
from app.demo.run import EMAILS, PASSWORD
from app.guide.pictures import SCALE
from tests.processes import wait_until
from tests.screenshots.pictures import keep, keep_for_readme, take

NARROW = {"width": 672, "height": 900}
WIDE = {"width": 1080, "height": 900}
PHONE = {"width": 390, "height": 780}

PEGGY, GIORGOS, MING, SOMCHAI = (
    "1404918245177431055",
    "1404918245177431090",
    "1530277160945582203",
    "1530277160945582224",
)
SIOBHAN = "1404918245177431078"
OF_ANOTHER_CLINIC = "1618820034417750912"
OLIVIAS_BIRTHDAY = "14/3/1988"


@dataclass(frozen=True)
class Stage:
    """The running demo: the browser, the addresses of Kinebridge and the stand-in, and two keys to try."""

    browser: Browser
    kinebridge: str
    cliniko: str
    scheduler_key: str
    other_clinic_key: str
    # What browsers that are signed in have kept, by email: signing in takes as long as a picture.
    signed_in: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def page(self, size: dict[str, int] = NARROW, email: str = "", *, shared: bool = False) -> Iterator[Page]:
        """Open a browser of its own, signed in with an email if one is given."""
        context = self.browser.new_context(
            viewport=size,  # type: ignore[arg-type]  # a plain dict of the two numbers it takes
            device_scale_factor=SCALE,
            color_scheme="light",
            reduced_motion="reduce",
            locale="en-AU",
            timezone_id="Australia/Sydney",
            storage_state=None if shared else self.signed_in.get(email),
        )
        context.set_default_timeout(30_000)
        page = context.new_page()
        if email and (shared or email not in self.signed_in):
            page.goto(f"{self.kinebridge}/sign-in")
            page.get_by_label("Email").fill(email)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_label("This is a shared computer").set_checked(shared)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("button", name="Sign out")).to_be_visible()
            if not shared:
                self.signed_in[email] = context.storage_state()
        yield page
        context.close()

    def open_patient(self, page: Page, patient_id: str) -> None:
        """Press the button in Cliniko."""
        page.goto(f"{self.kinebridge}/open/cliniko?patient_id={patient_id}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def take_all(stage: Stage) -> None:
    """Take every picture; later scenes build on what earlier ones have left in the demo."""
    add_a_key(stage)
    assign_a_program(stage)
    look_around(stage)
    use_the_phone(stage)
    be_refused(stage)
    lose_a_role(stage)


def card(page: Page, title: str) -> Locator:
    """The card of that heading."""
    return page.locator("section.card").filter(has=page.get_by_role("heading", name=title, exact=True))


def add_a_key(stage: Stage) -> None:
    """A practice that has just signed up, and one that is connected."""
    with stage.page() as page:
        page.goto(f"{stage.kinebridge}/sign-up")
        page.get_by_label("Your name").fill("Grace Whitlam")
        page.get_by_label("Email").fill("grace@demo.example")
        page.get_by_label("Password").fill("a walk along the pier")
        page.get_by_label("Practice name").fill("Seaview Physiotherapy")
        page.get_by_label("Country").select_option("AU")
        page.get_by_role("button", name="Create account").click()
        take(page, "settings-key", card(page, "Add your key"))
    with stage.page(email=EMAILS[0]) as page:
        page.goto(f"{stage.kinebridge}/account/settings")
        take(page, "settings-connected", card(page, "Cliniko connection"))
        page.get_by_label("Cliniko API key").fill(stage.other_clinic_key)
        page.get_by_role("button", name="Save changes").click()
        expect(page.locator("#f-api_key-error")).to_be_visible()
        take(page, "key-refused", card(page, "Replace your key"))


def assign_a_program(stage: Stage) -> None:
    """From the button to the file in Cliniko."""
    with stage.page() as page:
        page.goto(f"{stage.cliniko}/patients/{OLIVIA}")
        take(page, "cliniko-button", page.locator("body"), height=420, margin=0)
    with stage.page(WIDE, EMAILS[0]) as page:
        stage.open_patient(page, OLIVIA)
        client = page.url
        page.get_by_role("button", name="New program").click()
        page.get_by_label("Start from template").select_option("knee-osteoarthritis")
        page.get_by_role("button", name="Start from template").click()
        expect(page.get_by_label("Sets").first).to_be_visible()
        expect(page.locator("#library-results img").first).to_be_visible()
        take(page, "editor", page.locator("main .page-title"), height=690)
        page.get_by_role("button", name="Assign program").click()
        expect(page.locator("main")).to_contain_text("In Cliniko")
        page.goto(client)
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # as above
        take(page, "client-page", page.locator("main .page-title"), card(page, "Programs"))
        page.goto(f"{stage.cliniko}/patients/{OLIVIA}/files")
        take(page, "files", page.locator("body"), page.locator("ul.files"), margin=0)


def look_around(stage: Stage) -> None:
    """Lists, settings and notices of a practice at work."""
    with stage.page(email=EMAILS[0]) as page:
        for patient in (PEGGY, GIORGOS, MING):
            stage.open_patient(page, patient)
        page.goto(f"{stage.kinebridge}/clients")
        take(page, "patients", page.locator("main .page-title"), height=560)
        stage.open_patient(page, ARCHIVED)
        take(page, "archived", page.locator("main .page-title"), page.locator(".notice").first)
        stage.open_patient(page, SIOBHAN)
        take(page, "same-person", page.locator(".notice").filter(has_text="Is this the same person"))
        page.goto(f"{stage.kinebridge}/account/sharing")
        take(page, "sharing", card(page, "Who sees my patients"), height=640)
        page.goto(f"{stage.kinebridge}/account/team")
        take(page, "team", page.locator("section.card").first, card(page, "People at Harbour Street Physiotherapy"))
    with stage.page(WIDE, EMAILS[0]) as page:
        page.goto(f"{stage.kinebridge}/exercises")
        expect(page.locator(".exercise-card").nth(7)).to_be_visible()
        take(page, "library", page.locator("main .page-title"), height=640)


def use_the_phone(stage: Stage) -> None:
    """The sheet, and the page its QR code leads to."""
    with stage.page(email=EMAILS[0]) as page:
        stage.open_patient(page, OLIVIA)
        sheet = page.get_by_role("link", name="Download PDF").first.get_attribute("href")
        keep("sheet", first_page(page.request.get(f"{stage.kinebridge}{sheet}").body()))
        page.get_by_role("link", name="Patient's page").first.click()
        address = page.get_by_label("Address").input_value()
    with stage.page(PHONE) as phone:
        phone.goto(address)
        take(phone, "home-door", phone.locator("body"), height=460, margin=0)
        phone.get_by_role("textbox").fill(OLIVIAS_BIRTHDAY)
        phone.get_by_role("button", name="Open my program").click()
        expect(phone.get_by_role("heading", level=1)).to_contain_text("Knee")
        phone.wait_for_load_state("networkidle")
        take(phone, "home-page", phone.locator("body"), height=PHONE["height"], margin=0)
        for when, number in (("Pain before", 4), ("Pain afterwards", 2)):
            phone.get_by_role("group", name=when).locator(f"label:has([value='{number}'])").click()
        for tick in phone.locator(".home-tick").all():
            tick.click()
        phone.get_by_label("How did it go?").fill("Stairs are easier than last week.")
        expect(phone.locator("#state")).to_contain_text("Saved at")
    with stage.page({"width": 1240, "height": 820}, EMAILS[0]) as page:
        stage.open_patient(page, OLIVIA)
        expect(page.get_by_role("region", name="At home")).to_contain_text("Stairs are easier")
        keep_for_readme(page.screenshot(animations="disabled"))


def first_page(pdf: bytes) -> bytes:
    """The upper part of a PDF's first page as PNG, 560 CSS pixels wide."""
    sheet = pypdfium2.PdfDocument(pdf)[0]
    image: Image.Image = sheet.render(scale=560 * SCALE / sheet.get_width()).to_pil()
    image = image.crop((0, 0, image.width, round(image.width * 0.92)))
    png = io.BytesIO()
    image.save(png, "PNG")
    return png.getvalue()


def be_refused(stage: Stage) -> None:
    """A colleague who is not let in, on a computer that several use."""
    with stage.page(email=EMAILS[0]) as page:
        page.goto(f"{stage.kinebridge}/account/sharing")
        page.get_by_label("Nobody").check()
        page.get_by_role("button", name="Save changes").click()
        expect(page.get_by_role("status")).to_be_visible()
    with stage.page(email=EMAILS[1], shared=True) as page:
        stage.open_patient(page, OLIVIA)
        take(page, "not-shared", page.locator("main .page-title"), page.get_by_role("button", name="Request access"))
        stage.open_patient(page, OF_ANOTHER_CLINIC)
        take(page, "not-visible", page.locator("main .page-title"), page.locator("main .cluster"))
        take(page, "switch", page.locator("header.site"), margin=0)


def lose_a_role(stage: Stage) -> None:
    """A key whose role may not add files, and what then waits."""
    with stage.page(email=EMAILS[1]) as page:
        page.goto(f"{stage.kinebridge}/account/settings")
        page.get_by_label("Cliniko API key").fill(stage.scheduler_key)
        page.get_by_role("button", name="Save changes").click()
        expect(page.get_by_text("Role not permitted")).to_be_visible()
        page.goto(f"{stage.kinebridge}/account/settings")  # without the word that it is saved
        take(page, "role-not-permitted", page.locator(".notice.warning"), card(page, "Cliniko connection"))
        stage.open_patient(page, SOMCHAI)
        page.get_by_role("button", name="New program").click()
        page.get_by_label("Start from template").select_option("neck-pain")
        page.get_by_role("button", name="Start from template").click()
        expect(page.get_by_label("Sets").first).to_be_visible()
        page.get_by_role("button", name="Assign program").click()
        expect(page.locator("main")).to_contain_text("Not permitted")

        def is_told() -> bool:
            page.goto(f"{stage.kinebridge}/alerts")
            return page.get_by_text(re.compile("may not add files")).count() > 0

        wait_until(is_told, "the bell tells of the role", seconds=30)
        take(page, "alerts", page.locator("section.card").filter(has_text="may not add files"))
    with stage.page(email=EMAILS[0]) as page:
        page.goto(f"{stage.kinebridge}/deliveries")
        take(page, "deliveries", page.locator("form.card"))
