"""The practitioners of a campaign: each with a browser on the running web, a Cliniko key, and patients."""

import asyncio
import hashlib
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.tools import Tools
from app.clients.models import Client
from app.db import transaction
from app.delivery.models import Document
from app.delivery.service import file_document, start_delivery
from app.demo.cliniko.state import Account, State, User
from tests.processes import wait_until
from tests.programs.arrange import add_client, assign_program
from tests.support import Browser, Page


@dataclass
class Person:
    """A practitioner: the browser they are signed in with, their user in Cliniko, their email here."""

    browser: Browser
    user: User
    email: str


@dataclass
class Ledger:
    """What was promised: for each client here the one patient, and which of them were told "assigned"."""

    patients: dict[str, str] = field(default_factory=dict)  # client id -> patient id
    assigned: list[str] = field(default_factory=list)  # client id of each program somebody was told is assigned


def hire(web: httpx.Client, state: State, database: sa.Engine, count: int) -> tuple[Account, list[Person]]:
    """Make a practice of so many practitioners through its pages, each with a key of their own."""
    account = state.add_account("Harbour Street Physiotherapy", "harbour-street")
    people: list[Person] = []
    for number in range(count):
        user = state.add_user(account, "Person", f"No {number}", "practitioner")
        if not people:
            browser = Browser(web)  # type: ignore[arg-type]  # httpx's client in place of Starlette's, of the same shape
            email = browser.sign_up(name=user.last_name, practice="Harbour Physio")
        else:
            browser = people[0].browser.invite_colleague(name=user.last_name)
            with database.connect() as connection:
                query = sa.text("SELECT email FROM practitioners ORDER BY created_at DESC LIMIT 1")
                email = connection.execute(query).scalar_one()
        browser.save_key(user.key)
        people.append(Person(browser, user, email))
    return account, people


def insist(what: str, act: Callable[[], Page], seconds: float = 60) -> Page:
    """Do something on a page until it works, as a person does who is told to try again."""
    done: list[Page] = []

    def try_once() -> bool:
        try:
            page = act()
        except (httpx.HTTPError, AssertionError):  # no answer, or a page that says so instead of the form
            return False
        if page.status == 200:
            done.append(page)
        return bool(done)

    wait_until(try_once, what, seconds)
    return done[0]


def assign_through_web(person: Person, account: Account, state: State, ledger: Ledger) -> None:
    """Click on a new patient in Cliniko and assign a program made of a template."""
    patient = state.add_patient(account, "Pat", f"Through web {len(ledger.assigned)}")
    client = insist("a click opens the patient", lambda: person.browser.open_patient(patient.id)).path
    client_id = client.rpartition("/")[2]
    ledger.patients[client_id] = patient.id

    def assign() -> Page:
        # Whoever got no answer looks first whether it went through.
        page = person.browser.get(client)
        return page if "Version 1" in page.text else assign_program(person.browser, client)

    insist("a program is assigned", assign)
    ledger.assigned.append(client_id)


def save_new_key(person: Person) -> Page:
    """Paste the key their user has in Cliniko now."""
    page = person.browser.save_key(person.user.key)
    assert "key-saved" in page.url, page.text
    return page


def check_key_again(person: Person) -> Page:
    """Press "Check again" in the settings, as one does whose role was put right."""
    person.browser.get("/account/settings")
    return person.browser.press("Check again")


def add_clients(people: list[Person], account: Account, state: State, database: sa.Engine) -> dict[int, list[str]]:
    """Give every practitioner three clients with patients of their own; returns their ids by practitioner."""
    clients: dict[int, list[str]] = {}
    for who, person in enumerate(people):
        for number in range(3):
            patient = state.add_patient(account, "Pat", f"Of {who} {number}")
            path = add_client(database, person.email, patient_id=patient.id)
            clients.setdefault(who, []).append(path.rpartition("/")[2])
    return clients


async def assign_by_service(tools: Tools, ledger: Ledger, client_id: str, content: bytes) -> None:
    """Commit what assigning commits: a document, its delivery and its job; done again when the database went away."""
    sha256 = hashlib.sha256(content).hexdigest()
    for _ in range(100):
        try:
            async with transaction(tools.sessions) as session:
                # Whoever does not know whether the commit went through looks first.
                found = await session.scalar(sa.select(Document.id).where(Document.sha256 == sha256))
                if found is None:
                    client = await session.get_one(Client, uuid.UUID(client_id))
                    document = await file_document(
                        session,
                        practice_id=client.practice_id,
                        client_id=client.id,
                        file_name="campaign.pdf",
                        content=content,
                    )
                    await start_delivery(
                        session,
                        document=document,
                        membership_id=client.owner_id,
                        patient_id=ledger.patients[client_id],
                        title="Campaign",
                        now=tools.clock(),
                    )
        except (SQLAlchemyError, psycopg.Error, OSError):
            await asyncio.sleep(0.1)
            continue
        ledger.assigned.append(client_id)
        return
    raise AssertionError("the database did not come back")


def made_up_pdf(seed: int, number: int) -> bytes:
    """Return bytes that no other program of the campaign has."""
    chance = random.Random(f"{seed}:{number}")
    return b"%%PDF-1.4 campaign %d program %d\n" % (seed, number) + chance.randbytes(chance.randrange(2_000, 20_000))
