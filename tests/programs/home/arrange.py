"""A program given to a patient, its page, and the phone that opens it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.programs.models import DiaryDay, Program, ProgramVersion
from tests.programs.arrange import add_client, set_practice, start_from_template
from tests.support import Browser, Page

BORN = date(1961, 3, 27)
# Noon on a Wednesday in UTC, the evening of that day in Sydney.
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)


class Now:
    """The time the application goes by; moved by tests."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **span: float) -> None:
        """Let time pass: ``move(days=1)``."""
        self.moment += timedelta(**span)


@dataclass
class Given:
    """A program that was given: its practitioner, the client's and the program's page, and the patient's page."""

    member: Browser
    email: str
    client: str
    program: str
    path: str

    def link_page(self) -> Page:
        """The practitioner's page of the link."""
        return self.member.get(f"{self.program}/home")

    @property
    def code(self) -> str:
        """The code of the sheet, as the page of the link shows it."""
        found = re.search(r"code (\d{3} \d{3})", self.link_page().text)
        assert found
        return found[1]

    def revise(self, **fields: str) -> Page:
        """Assign the next version, with fields of the editor changed."""
        self.member.get(self.program)
        self.member.press("Edit program")
        return self.member.press("Assign program", **fields)

    def remove_first_exercise(self) -> None:
        """Assign the next version without its first exercise."""
        self.member.get(self.program)
        self.member.press("Edit program")
        self.member.press("Remove")
        self.member.press("Assign program")

    def rows(self, database: sa.Engine) -> list[DiaryDay]:
        """What is stored of the diary, the oldest day first."""
        with Session(database) as session:
            query = sa.select(DiaryDay).where(DiaryDay.program_id == self.program.rpartition("/")[2])
            return list(session.scalars(query.order_by(DiaryDay.day)))

    def set_state(self, database: sa.Engine, **columns: datetime | None) -> None:
        """Pause or end the program at a moment."""
        with Session(database) as session, session.begin():
            session.execute(sa.update(Program).where(Program.id == self.program.rpartition("/")[2]).values(**columns))


def give_program(
    browser: Browser,
    database: sa.Engine,
    *,
    born: date | None = BORN,
    country: str = "AU",
    zone: str = "UTC",
    **more: str,
) -> Given:
    """Sign up, and give a client a program of seven exercises."""
    email = browser.sign_up(country=country)
    set_practice(database, email, time_zone=zone)
    client = add_client(database, email, date_of_birth=born, **more)
    return give_another(browser, email, client)


def give_another(browser: Browser, email: str, client: str) -> Given:
    """Give a client of the signed-in practitioner (one more) program."""
    program = start_from_template(browser, client).path.removesuffix("/edit")
    browser.press("Assign program")
    address = browser.get(f"{program}/home").soup.find("input", id="copy-address")
    assert address is not None
    return Given(browser, email, client, program, urlsplit(str(address["value"])).path)


def open_home(given: Given, answer: str = "27/3/1961", phone: Browser | None = None) -> Browser:
    """A phone (a new one unless given) that was let in, with the page open."""
    phone = phone or given.member.another()
    phone.get(given.path)
    page = phone.press("Open my program", **{field_of(phone): answer})
    assert page.path == given.path and page.status == 200, page.text
    return phone


def field_of(phone: Browser) -> str:
    """The label of the door's only field."""
    assert phone.page is not None
    label = phone.page.soup.find("label")
    assert label is not None
    return label.get_text()


def set_content(database: sa.Engine, given: Given, **changes: object) -> None:
    """Store the newest version's exercises with these changes, as if an own exercise had been assigned."""
    with Session(database) as session, session.begin():
        # The trigger keeps versions as they are; a test may.
        session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        version = session.scalars(
            sa.select(ProgramVersion)
            .where(ProgramVersion.program_id == given.program.rpartition("/")[2])
            .order_by(ProgramVersion.number.desc())
        ).first()
        assert version is not None
        exercises = [{**exercise, **changes} for exercise in version.content["exercises"]]
        content = {**version.content, "exercises": exercises}
        session.execute(sa.update(ProgramVersion).where(ProgramVersion.id == version.id).values(content=content))
