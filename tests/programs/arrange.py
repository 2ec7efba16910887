"""Clients for tests about programs, put straight into the database, and counting what a page asks it."""

import contextlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Membership, Practice, Practitioner
from app.clients.models import Client, ClientLink
from app.clients.search import index_words, sort_name
from tests.support import Browser, Page

LINKED = "linked"


def add_client(
    database: sa.Engine,
    member_email: str,
    /,
    *,
    first_name: str = "Ana",
    last_name: str = "Silva",
    patient_id: str | None = LINKED,
    **columns: Any,
) -> str:
    """Add a client of the practitioner with this email and return the path of its page.

    Linked to a Cliniko patient of its own unless ``patient_id`` is None.
    """
    names = {"first_name": first_name, "preferred_first_name": columns.pop("preferred_first_name", "")}
    names["last_name"] = last_name
    with Session(database) as session, session.begin():
        owner = session.scalars(
            sa.select(Membership)
            .join(Practitioner, Practitioner.id == Membership.practitioner_id)
            .where(Practitioner.email == member_email)
        ).one()
        client = Client(
            id=uuid.uuid4(),
            practice_id=owner.practice_id,
            owner_id=owner.id,
            refreshed_at=datetime.now(UTC),
            sort_name=sort_name(first_name=first_name, last_name=last_name),
            search=sa.func.array_to_tsvector(sa.cast(index_words(**names), sa.ARRAY(sa.Text))),
            **names,
            **columns,
        )
        session.add(client)
        session.flush()
        if patient_id is not None:
            chosen = str(uuid.uuid4().int)[:18] if patient_id == LINKED else patient_id
            session.add(
                ClientLink(practice_id=owner.practice_id, client_id=client.id, patient_id=chosen, is_current=True)
            )
        return f"/clients/{client.id}"


def set_practice(database: sa.Engine, member_email: str, **columns: Any) -> None:
    """Change columns of the practice of the practitioner with this email."""
    with Session(database) as session, session.begin():
        practice_id = session.scalars(
            sa.select(Membership.practice_id)
            .join(Practitioner, Practitioner.id == Membership.practitioner_id)
            .where(Practitioner.email == member_email)
        ).one()
        table = sa.inspect(Practice).local_table
        session.execute(sa.update(table).where(table.c.id == practice_id).values(**columns))


def open_editor(browser: Browser, client: str) -> Page:
    """Press "New program" on the client's page."""
    browser.get(client)
    return browser.press("New program")


def start_from_template(browser: Browser, client: str, template: str = "knee-osteoarthritis") -> Page:
    """Open the editor and start from a template."""
    open_editor(browser, client)
    return browser.press("Start from template", **{"Start from template": template})


def assign_program(browser: Browser, client: str, template: str = "knee-osteoarthritis") -> Page:
    """Assign a program made of a template as it is."""
    start_from_template(browser, client, template)
    return browser.press("Assign program")


@contextlib.contextmanager
def counted_queries(browser: Browser) -> Iterator[list[str]]:
    """Collect the statements the application sends to the database meanwhile."""
    engine = browser.server.app.state.tools.sessions.kw["bind"].sync_engine
    statements: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", count)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)
