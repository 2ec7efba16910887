"""A practice with a person of whom something is kept in every table, and looking at what is left."""

import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.db import Base
from app.migrations import import_all_models
from app.privacy.jobs import erase_all_due
from tests.exercises.exchange.sending import send
from tests.programs.arrange import start_from_template
from tests.support import Browser, Clinic, Page
from tests.test_images import picture

BORN = {"date_of_birth": "1961-03-27"}


@dataclass
class Person:
    """A client of Ana's and where things of theirs are."""

    client: str
    program: str
    home: str
    name: str

    @property
    def id(self) -> uuid.UUID:
        return uuid.UUID(self.client.rpartition("/")[2])


def treat(ana: Browser, clinic: Clinic, first_name: str = "", last_name: str = "Hart") -> Person:
    """A client with a program that was given, brought to Cliniko, changed, and noted about at home.

    Without a first name they have one that nobody else has.
    """
    first_name = first_name or f"Wilhelmina{uuid.uuid4().hex[:8]}"
    client = ana.open_patient(clinic.add_patient(first_name, last_name, **BORN)).path
    ana.get(f"{client}/edit")
    ana.press("Save changes", Email=f"{first_name.lower()}@patients.example")
    program = start_from_template(ana, client).path.removesuffix("/edit")
    ana.press("Assign program")
    ana.run_jobs(hurry=True, rounds=3)
    field = ana.get(f"{program}/home").soup.find("input", id="copy-address")
    assert field is not None
    home = str(field["value"]).removeprefix("http://testserver")
    phone = ana.another()
    phone.post(f"{home}/open", {"answer": "27/3/1961"})
    phone.press("Save", **{"How did it go?": f"=Stairs are hard, says {first_name}"})
    ana.post(f"{program}/revise")
    return Person(client, program, home, first_name)


def run_practice(ana: Browser) -> None:
    """What a practice has beside its clients."""
    ana.post("/account/letterhead", {"footer": "Harbour Physio, since 1998"})
    exercise = ana.post("/exercises/new", {"name": "=Plank of ours"}).path
    ana.post(f"{exercise}/photos", {}, [("photos", ("photo.png", picture("PNG")))])
    ana.post(f"{exercise}/favourite", {"favourite": "yes"})
    ana.invite()
    ana.get("/account/sharing")
    ana.post("/today/read")
    send(ana, "Name\nBridge\n")


def unpack(page: Page) -> dict[str, bytes]:
    """The files of an export."""
    assert page.status == 200, page.text
    with zipfile.ZipFile(io.BytesIO(page.content)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def rows_of(files: dict[str, bytes], table: str) -> list[dict[str, Any]]:
    """The rows of a table in an export."""
    rows: list[dict[str, Any]] = json.loads(files[f"tables/{table}.json"])
    return rows


def all_tables() -> list[sa.Table]:
    """Every table of ours."""
    import_all_models()
    return Base.metadata.sorted_tables


def mentions(database: sa.Engine, id_: uuid.UUID | str) -> set[str]:
    """The tables in whose rows an id stands, in whatever column."""
    found = set()
    with database.connect() as connection:
        for table in all_tables():
            query = sa.text(f"SELECT count(*) FROM {table.name} t WHERE t::text LIKE :id")
            if connection.execute(query, {"id": f"%{id_}%"}).scalar_one():
                found.add(table.name)
    return found


def let_time_pass(database: sa.Engine, table: str, id_: uuid.UUID) -> None:
    """The waiting time of a client or practice is over."""
    with database.begin() as connection:
        query = sa.text(f"UPDATE {table} SET erase_at = now() - interval '1 minute' WHERE id = :id")
        assert connection.execute(query, {"id": id_}).rowcount == 1


def practice_of(database: sa.Engine, client_id: uuid.UUID) -> uuid.UUID:
    with database.connect() as connection:
        query = sa.text("SELECT practice_id FROM clients WHERE id = :id")
        found: uuid.UUID = connection.execute(query, {"id": client_id}).scalar_one()
        return found


def erase_due(browser: Browser) -> None:
    """What the hourly job does, without the jobs that it puts in, such as those for mails."""
    assert browser.server.portal is not None
    browser.server.portal.call(erase_all_due, browser.server.app.state.tools)


def last_letter(database: sa.Engine, about: str) -> str:
    with database.connect() as connection:
        query = "SELECT text FROM outgoing_mails WHERE position(:about IN subject) > 0 ORDER BY created_at DESC LIMIT 1"
        return str(connection.execute(sa.text(query), {"about": about}).scalar_one())
