"""Where the looks are taken: one server like the demo's, one browser, and people who are signed in in it."""

import asyncio
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pyotp
from playwright.sync_api import Browser, BrowserContext, Page, expect
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.accounts.practices.discounts import add_discount
from app.accounts.security.helping import make_reset_link
from app.accounts.tools import Tools
from app.demo.cliniko.state import State
from app.demo.colleagues import seed_colleagues
from app.demo.diary import fill_diary, seed_program
from app.demo.patients import DemoClinics
from app.demo.run import DISCOUNT, EMAILS, PASSWORD, seed_client_added_by_hand
from app.main import open_tools
from tests.bench.world import World, running_world
from tests.chromium import started
from tests.fakes.cliniko import FakeCliniko

AMARA, BEN = EMAILS
NOBODY = ""
NEW_PASSWORD = "a boat that sails at noon"


async def seed_demo(tools: Tools, state: State, clinics: DemoClinics) -> None:
    """All that the demo has beyond its practice."""
    fill_diary(state, clinics)
    await seed_client_added_by_hand(tools)
    await seed_colleagues(tools)
    await seed_program(tools)
    await add_discount(tools, DISCOUNT)


async def _break(request: Request) -> Response:
    """Fail as the address says: with a status, or unforeseen."""
    status = int(request.path_params["status"])
    if status == 500:
        raise RuntimeError("broken on purpose")
    raise HTTPException(status)


@contextmanager
def running_stage(path: str) -> Iterator["Stage"]:
    """Start the server, with a worker, and the browser at this path, and hand out the stage."""
    with (
        running_world(with_worker=True, faulty=True, seed_more=seed_demo, monthly_fee="39 AUD") as world,
        started(path) as chromium,  # after the database, which is filled by a loop of its own
        chromium.in_use() as browser,
    ):
        world.app.router.routes.insert(0, Route("/broken/{status}", _break))
        yield Stage(browser, world)


@dataclass
class Stage:
    """The running server and who is in it; `open` and `send` are what the rows are made of."""

    browser: Browser
    world: World
    people: dict[str, BrowserContext] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def cliniko(self) -> FakeCliniko:
        """The stand-in, which fails as it is told to."""
        assert self.world.cliniko is not None
        return self.world.cliniko

    def url(self, path: str) -> str:
        """The address of a path; of a whole address its path is what counts."""
        parts = urlsplit(path)
        return f"{self.world.url}{parts.path}{'?' + parts.query if parts.query else ''}"

    def new_context(self) -> BrowserContext:
        """A browser of somebody's own, without motion, so that axe measures no colour in the middle of a change."""
        context = self.browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(20_000)
        context.on("dialog", lambda dialog: dialog.accept())  # leaving what is not saved
        return context

    def person(self, email: str) -> BrowserContext:
        """The browser of a person, signed in unless it is nobody."""
        if email not in self.people:
            context = self.people[email] = self.new_context()
            context.new_page()
            if email:
                answer = context.request.post(self.url("/sign-in"), form={"email": email, "password": PASSWORD})
                assert answer.ok, answer.status
        return self.people[email]

    def page(self, email: str = AMARA) -> Page:
        """The page a person looks at."""
        return self.person(email).pages[0]

    def open(self, path: str, email: str = AMARA) -> Page:
        """Let a person open an address."""
        page = self.page(email)
        page.goto(self.url(path))
        return page

    def send(self, path: str, who: str = AMARA, **fields: str) -> str:
        """Send a form as a person, without a page; returns the path it led to."""
        answer = self.person(who).request.post(self.url(path), form=fields)
        return urlsplit(answer.url).path

    def sign_up(self, name: str, practice: str, *, key: str = "") -> str:
        """Make a practice and its owner, with a key if one is given, and return what to call them by here."""
        email = f"{name.split()[0].lower()}@looks.example"
        self.person(NOBODY)
        context = self.people[email] = self.new_context()
        context.new_page()
        fields = {"name": name, "email": email, "practice_name": practice, "country": "AU"}
        answer = context.request.post(self.url("/sign-up"), form={**fields, "password": NEW_PASSWORD})
        assert answer.ok and "/account/settings" in answer.url, (answer.url, answer.status)
        if key:
            self.send("/account/settings", email, api_key=key, password=NEW_PASSWORD)
        return email

    def patient(self, patient_id: str, email: str = AMARA) -> Page:
        """Press the button in Cliniko."""
        return self.open(f"/open/cliniko?patient_id={patient_id}", email)

    def client(self, patient_id: str, email: str = AMARA) -> str:
        """The path of a patient's page here."""
        path = urlsplit(self.patient(patient_id, email).url).path
        assert path.startswith("/clients/"), path
        return path

    def start_program(self, client: str, template: str = "", email: str = AMARA) -> str:
        """Start a program, from a template if one is named, and return its path."""
        page = self.open(client, email)
        page.get_by_role("button", name="New program").click()
        expect(page.locator("#editor[data-kept]")).to_be_attached()
        if template:
            page.get_by_label("Start from template").select_option(template)
            page.get_by_role("button", name="Start from template").click()
            expect(page.get_by_label("Sets").first).to_be_visible()
        return urlsplit(page.url).path.removesuffix("/edit")

    def assign_program(self, client: str, template: str = "knee-osteoarthritis", email: str = AMARA) -> str:
        """Assign a program made of a template and return its path; the client's page is open then."""
        program = self.start_program(client, template, email)
        page = self.page(email)
        page.get_by_role("button", name="Assign program").click()
        expect(page.locator("main")).to_contain_text("Version 1")
        return program

    def set_up_two_factor(self, email: str) -> Page:
        """Go on from the secret of two-factor sign-in to the recovery codes."""
        page = self.page(email)
        secret = page.locator("strong.reference").inner_text().replace(" ", "")
        page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
        page.get_by_role("button", name="Turn on").click()
        return page

    def reset_path(self, email: str) -> str:
        """Make a link for choosing a new password, as the operator does."""

        async def make() -> str:
            async with open_tools(self.world.settings, self.world.database_url) as tools:
                return await make_reset_link(tools, email)

        with ThreadPoolExecutor(1) as thread:  # in this one playwright's own loop runs
            return thread.submit(asyncio.run, make()).result()

    def wait_for(self, path: str, words: str, email: str = AMARA) -> Page:
        """Open an address again and again until these words are on its page."""
        end = time.monotonic() + 30
        while True:
            page = self.open(path, email)
            if re.search(words, page.locator("main").inner_text()):
                return page
            assert time.monotonic() < end, f"{words!r} never on {path}"
            time.sleep(0.3)
