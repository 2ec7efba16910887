"""A browser for tests: reads pages as a person does, fills fields by label and presses buttons by their words."""

import http.cookiejar
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlsplit

import sqlalchemy as sa
from bs4 import BeautifulSoup
from lxml import etree, html
from procrastinate import PsycopgConnector
from procrastinate.periodic import PeriodicRegistry
from starlette.testclient import TestClient

from app.accounts.connecting.paces import Paces
from app.accounts.tools import Tools
from app.clients.models import Client
from app.clients.queries import current_patient_id
from app.crypto import Vault
from app.db import libpq_url, transaction
from app.delivery.service import file_document, start_delivery
from app.demo.cliniko.diary import Booking
from app.demo.cliniko.state import User
from app.jobs.queue import defer, queue
from app.main import make_http
from app.metrics import Metrics
from app.settings import ensure_secret_keys
from tests.fakes.cliniko import FakeCliniko

PASSWORD = "correct horse battery staple"


class Clinic:
    """A clinic in Cliniko with two practitioners, Ana and Ben, each with a key (new ones unless given)."""

    def __init__(self, cliniko: FakeCliniko, keys: tuple[str, str] | None = None) -> None:
        of_ana, of_ben = keys or (None, None)
        self.state = cliniko.state
        self.account = self.state.add_account("Harbour Street Physiotherapy", "harbour-street")
        self.ana = self.state.add_user(self.account, "Ana", "Ruiz", "practitioner", key=of_ana)
        self.ben = self.state.add_user(self.account, "Ben", "Cole", "practitioner", key=of_ben)

    def book(self, patient_id: str, starts_at: datetime, *, whom: User | None = None, **more: Any) -> Booking:
        """Book a patient with a practitioner, Ana unless told otherwise; `more` are fields of Booking."""
        state, user = self.state, whom or self.ana
        practitioner = next((each for each in state.practitioners.values() if each.user_id == user.id), None)
        place = next(iter(state.businesses.values()), None) or state.add_business(self.account, "Harbour Street")
        practitioner = practitioner or state.add_practitioner(user)
        return state.add_booking(practitioner, place, starts_at, patient_ids=[patient_id], **more)

    def add_patient(self, first_name: str = "Olivia", last_name: str = "Hart", **more: Any) -> str:
        """Add a patient and return the id."""
        return self.state.add_patient(self.account, first_name, last_name, **more).id


@dataclass
class Page:
    """An answer as a person sees it."""

    status: int
    url: str
    headers: Any
    content: bytes

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The page's elements; only read, never changed."""
        return BeautifulSoup(self.content, "lxml")

    @cached_property
    def root(self) -> html.HtmlElement:
        """The page's elements too, in a tenth of the time; only read, never changed."""
        parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        return html.document_fromstring(self.content if self.content.strip() else b"<html></html>", parser)

    @property
    def text(self) -> str:
        """The words of the page's main part (all of it where there is none), white space folded."""
        part = self.root.find(".//main")
        return words(self.root if part is None else part)

    @property
    def h1(self) -> str:
        """The page's heading."""
        heading = self.root.find(".//h1")
        return "" if heading is None else " ".join("".join(TEXTS(heading)).split())

    @property
    def path(self) -> str:
        """The path of the page's address, without its query."""
        return urlsplit(self.url).path

    def link(self, name: str) -> str:
        """Address behind the link with these words."""
        for anchor in self.root.iter("a"):
            if name in words(anchor):
                return str(anchor.attrib["href"])
        raise AssertionError(f"no link {name!r} on {self.url}")

    def form(self, button: str) -> tuple[html.HtmlElement, html.HtmlElement]:
        """The form and the button in it with these words."""
        for candidate in self.root.iter("button"):
            if words(candidate) == button or candidate.get("aria-label") == button:
                found = next(candidate.iterancestors("form"), None)
                owner = candidate.get("form")
                if found is None and owner:
                    found = next((form for form in self.root.iter("form") if form.get("id") == owner), None)
                assert found is not None, f"button {button!r} stands outside a form"
                return found, candidate
        raise AssertionError(f"no button {button!r} on {self.url}: {self.text[:500]}")

    def has_button(self, button: str) -> bool:
        """True when the page offers this button."""
        return any(words(each) == button for each in self.root.iter("button"))


# What is read of an element: not its scripts, nor what a script would make pages of.
TEXTS = etree.XPath(".//text()[not(ancestor::script or ancestor::style or ancestor::template)]")


def words(element: html.HtmlElement) -> str:
    """The words of an element, white space folded."""
    return " ".join(" ".join(TEXTS(element)).split())


class Browser:
    """One browser with its own cookies and JavaScript off; follows redirects within our site."""

    def __init__(self, server: TestClient) -> None:
        self.server = server
        # The shared client must keep no cookies itself: each browser sends and keeps its own.
        server.cookies.jar.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self.cookies: dict[str, str] = {}
        self.hops: list[str] = []
        self.page: Page | None = None

    def another(self) -> Self:
        """Another browser on the same server, with nobody signed in."""
        return type(self)(self.server)

    def send(
        self, method: str, url: str, *, data: Any = None, headers: dict[str, str] | None = None, files: Any = None
    ) -> Page:
        """Send one request and follow no redirect; files are (field, (file name, content)) pairs."""
        sent = {"cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        answer = self.server.request(
            method, url, data=data, files=files, headers={**sent, **(headers or {})}, follow_redirects=False
        )
        for header in answer.headers.get_list("set-cookie"):
            name, _, rest = header.partition("=")
            value = rest.partition(";")[0]
            if not value or value == '""' or "max-age=0" in header.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return Page(answer.status_code, str(answer.url), answer.headers, answer.content)

    def get(self, url: str) -> Page:
        """Open an address and follow redirects; the addresses passed are kept in ``hops``."""
        return self._follow(self.send("GET", url))

    def post(self, url: str, data: Any = None, files: Any = None) -> Page:
        """Send a form to an address and follow redirects."""
        return self._follow(self.send("POST", url, data=data, files=files))

    def _follow(self, page: Page) -> Page:
        self.hops = [page.url]
        while page.status in (301, 302, 303, 307):
            target = page.headers["location"]
            assert target.startswith("/"), f"redirected off-site to {target}"
            page = self.send("GET", target)
            self.hops.append(page.url)
            assert len(self.hops) < 12, f"redirected in circles: {self.hops}"
        self.page = page
        return page

    def press(self, button: str, *, files: Any = None, **fields: Any) -> Page:
        """Press a button of the current page; fields are given by label: ``press("Sign in", **{"Email": "a@b"})``."""
        assert self.page is not None
        form, pressed = self.page.form(button)
        data = _form_values(form)
        for label, value in fields.items():
            _fill(self.page.root, form, data, label, value)
        if pressed.get("name"):
            data.setdefault(pressed.attrib["name"], []).append(pressed.get("value", ""))
        action = str(pressed.get("formaction") or form.get("action") or self.page.url)
        if str(form.get("method", "get")).lower() == "post":
            return self.post(action, data, files)
        query = [(name, value) for name, values in data.items() for value in values]
        return self._follow(self.send("GET", str(self.server.build_request("GET", action, params=query).url)))

    def sign_up(self, *, name: str = "Pat Nguyen", practice: str = "Bayside Physio", country: str = "AU") -> str:
        """Make a practice and its owner, and return the email address; the password is ``PASSWORD``.

        Sends the form without reading its page with all the countries first; the page has tests of its own.
        """
        email = f"{uuid.uuid4().hex[:12]}@practice.example"
        fields = {"name": name, "email": email, "password": PASSWORD, "practice_name": practice, "country": country}
        page = self.post("/sign-up", fields)
        assert page.path == "/account/settings", page.text
        return email

    def sign_in(self, email: str, password: str = PASSWORD, *, target: str | None = None) -> Page:
        """Sign in, from the page that asks for it or from the sign-in page."""
        if target or self.page is None or self.page.path != "/sign-in":
            self.get(target or "/sign-in")
        return self.press("Sign in", Email=email, Password=password)

    def save_key(self, key: str) -> Page:
        """Paste a Cliniko key into the account settings."""
        if self.page is None or self.page.path != "/account/settings":
            self.get("/account/settings")
        return self.press("Save changes", **{"Cliniko API key": key})

    def invite(self, email: str | None = None) -> str:
        """Invite a colleague and return the path of the link to pass on."""
        self.get("/account/team")
        page = self.press("Invite", **{"Colleague's email": email or f"{uuid.uuid4().hex[:12]}@practice.example"})
        links = [value for field in page.root.iter("input") if "/join/" in (value := field.get("value", ""))]
        assert links, page.text
        return urlsplit(links[0]).path

    def invite_colleague(self, *, name: str = "Lee Okafor", browser: "Browser | None" = None) -> "Browser":
        """Invite a colleague who joins in a browser of their own (a new one unless given), returned signed in."""
        colleague = browser or self.another()
        colleague.get(self.invite())
        colleague.press("Join practice", **{"Your name": name, "Password": PASSWORD})
        return colleague

    def open_patient(self, patient_id: str) -> Page:
        """Click "Open in Kinebridge" on a patient in Cliniko."""
        return self.get(f"/open/cliniko?patient_id={patient_id}")

    def share_with_everyone(self) -> None:
        """Share my clients with everyone in the practice."""
        self.get("/account/sharing")
        self.press("Save changes", **{"Everyone in the practice": True})

    def run_job(self, task_name: str, **arguments: Any) -> None:
        """Put one job into the queue and run what is due."""
        in_app(self.server, _defer, task_name, arguments)
        self.run_jobs()

    def run_jobs(self, *, hurry: bool = False, rounds: int = 1) -> None:
        """Run the jobs that are due, as a worker would; ``hurry`` makes waiting ones due first, ``rounds`` times."""
        in_app(self.server, _run_jobs, hurry, rounds)


def in_app(server: TestClient, work: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
    """Do work with the running application, in its event loop and with its connections to the database."""
    assert server.portal is not None
    return server.portal.call(work, server.app, *arguments)


async def _defer(app: Any, task_name: str, arguments: dict[str, Any]) -> None:
    async with transaction(app.state.tools.sessions) as session:
        await defer(session, task_name, **arguments)


@contextmanager
def without_the_clocks_own_jobs() -> Iterator[None]:
    """Let a worker put in no periodic jobs: which of them are due depends on the minute a test happens to run in."""
    registry, queue.periodic_registry = queue.periodic_registry, PeriodicRegistry()
    try:
        yield
    finally:
        queue.periodic_registry = registry


HURRY = (
    "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'",
    "UPDATE deliveries SET next_attempt_at = now() - interval '1 s', "
    "record_asked_at = record_asked_at - interval '1 minute'",
    "UPDATE connection_paces SET held_until = NULL",
    "UPDATE connections SET held_until = now() - interval '1 s' WHERE held_until > now()",
)


@asynccontextmanager
async def tools_of_a_worker(app: Any) -> AsyncIterator[Tools]:
    """What a worker works with: all its own but the connections to the database, which take long to open."""
    state = app.state
    sessions = state.tools.sessions
    async with make_http() as http:
        yield Tools(
            settings=state.settings,
            sessions=sessions,
            vault=Vault(ensure_secret_keys(state.settings)),
            http=http,
            paces=Paces(sessions, clock=state.clock),
            clock=state.clock,
            metrics=Metrics(),
        )


async def _run_jobs(app: Any, hurry: bool, rounds: int) -> None:
    connector = PsycopgConnector(conninfo=libpq_url(app.state.database_url), min_size=1, max_size=4)
    async with tools_of_a_worker(app) as tools:
        with queue.replace_connector(connector), without_the_clocks_own_jobs():
            async with queue.open_async():
                for _ in range(rounds):
                    if hurry:
                        async with transaction(tools.sessions) as session:
                            for statement in HURRY:
                                await session.execute(sa.text(statement))
                    await queue.run_worker_async(
                        wait=False,
                        concurrency=1,
                        install_signal_handlers=False,
                        listen_notify=False,
                        additional_context={"tools": tools},
                    )


def _form_values(form: html.HtmlElement) -> dict[str, list[str]]:
    """What the form would send untouched."""
    values: dict[str, list[str]] = {}
    for field in form.iter("input", "textarea", "select"):
        name = field.get("name")
        if not name or "disabled" in field.attrib:
            continue
        if field.tag == "textarea":
            values.setdefault(name, []).append(field.text_content().removeprefix("\n"))
        elif field.tag == "select":
            options = list(field.iter("option"))
            chosen = [option for option in options if "selected" in option.attrib] or options[:1]
            values.setdefault(name, []).extend(option.get("value", option.text_content()) for option in chosen)
        elif field.get("type") in ("checkbox", "radio"):
            if "checked" in field.attrib:
                values.setdefault(name, []).append(field.get("value", "on"))
        elif field.get("type") not in ("submit", "button"):
            values.setdefault(name, []).append(field.get("value", ""))
    return values


def _fill(root: html.HtmlElement, form: html.HtmlElement, data: dict[str, list[str]], label: str, value: Any) -> None:
    """Put a value into the field with this label, as a person would."""
    for candidate in form.iter("label"):
        if not words(candidate).startswith(label):
            continue
        owned = candidate.get("for")
        found = root.xpath("//*[@id = $id]", id=owned) if owned is not None else candidate.xpath(".//*[@name]")
        assert found, f"label {label!r} belongs to no field"
        field = found[0]
        name = field.attrib["name"]
        if field.get("type") == "radio":
            data[name] = [field.attrib["value"]]
        elif field.get("type") == "checkbox":
            ticked = [each for each in data.get(name, []) if each != field.get("value", "on")]
            data[name] = [*ticked, field.get("value", "on")] if value else ticked
        else:
            data[name] = [str(value)]
        return
    raise AssertionError(f"no field labelled {label!r}")


def send_pdf(browser: Browser, client_path: str, content: bytes = b"%PDF-1.4 for a test", title: str = "Knees") -> str:
    """Start a delivery to a client with the key of the client's owner, as assigning does; returns its id."""
    sent: str = in_app(browser.server, _send_pdf, uuid.UUID(client_path.rpartition("/")[2]), content, title)
    return sent


async def _send_pdf(app: Any, client_id: uuid.UUID, content: bytes, title: str) -> str:
    async with transaction(app.state.tools.sessions) as session:
        client = await session.get_one(Client, client_id)
        document = await file_document(
            session, practice_id=client.practice_id, client_id=client_id, file_name="knees-v1.pdf", content=content
        )
        patient_id = await current_patient_id(session, client_id)
        assert patient_id is not None
        delivery = await start_delivery(
            session,
            document=document,
            membership_id=client.owner_id,
            patient_id=patient_id,
            title=title,
            now=app.state.clock(),
        )
        return str(delivery.id)
