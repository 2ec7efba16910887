"""What other rooms ask of a connection: talking with its key, and noting what Cliniko said of it."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.connecting.connections import find_connection, note_answer, open_cliniko
from app.accounts.models import ConnectionState
from app.accounts.tools import Tools
from app.db import transaction
from app.demo.patients import DemoClinics
from app.main import open_tools
from app.settings import Settings
from tests.support import Browser

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def run(settings: Settings, database_url: str, work: Callable[[Tools], Awaitable[Any]]) -> Any:
    async def with_tools() -> Any:
        async with open_tools(settings, database_url) as tools:
            return await work(tools)

    return asyncio.run(with_tools())


def membership_of(database: sa.Engine, email: str) -> uuid.UUID:
    query = sa.text(
        "SELECT m.id FROM memberships m JOIN practitioners p ON p.id = m.practitioner_id WHERE p.email = :email"
    )
    with database.connect() as connection:
        found: uuid.UUID = connection.execute(query, {"email": email}).scalar_one()
        return found


def test_a_client_opened_from_a_connection_uses_its_key(
    browser: Browser, clinics: DemoClinics, settings: Settings, database_url: str, database: sa.Engine
) -> None:
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    member_id = membership_of(database, email)

    async def ask(tools: Tools) -> str:
        async with transaction(tools.sessions) as session:
            connection = await find_connection(session, member_id)
        assert connection is not None
        return (await open_cliniko(tools, connection, priority="background").get_user()).name

    assert run(settings, database_url, ask) == "Amara Okafor"


def test_a_member_without_a_key_has_no_connection(browser: Browser, settings: Settings, database_url: str) -> None:
    async def look(tools: Tools) -> object:
        async with transaction(tools.sessions) as session:
            return await find_connection(session, uuid.uuid4())

    assert run(settings, database_url, look) is None


def test_what_cliniko_said_of_the_used_key_is_noted(
    browser: Browser, clinics: DemoClinics, settings: Settings, database_url: str, database: sa.Engine
) -> None:
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    member_id = membership_of(database, email)

    async def note(tools: Tools) -> tuple[str, datetime]:
        async with transaction(tools.sessions) as session:
            before = await find_connection(session, member_id)
            assert before is not None
            state = ConnectionState.REJECTED
            await note_answer(session, before.id, state, encrypted_key=before.encrypted_key, at=NOW)
            after = await find_connection(session, member_id)
            assert after is not None
            return after.state, after.checked_at

    assert run(settings, database_url, note) == (ConnectionState.REJECTED, NOW)


def test_an_answer_about_the_old_key_does_not_mark_the_new_one(
    browser: Browser, clinics: DemoClinics, settings: Settings, database_url: str, database: sa.Engine
) -> None:
    """Case 20: a 401 that arrives after the new key was saved, even when it is the same key again."""
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    member_id = membership_of(database, email)

    async def note_late(tools: Tools) -> str:
        async with transaction(tools.sessions) as session:
            used = await find_connection(session, member_id)
        assert used is not None
        connection_id, used_key = used.id, used.encrypted_key
        await asyncio.to_thread(browser.save_key, clinics.practitioner_1.key)
        async with transaction(tools.sessions) as session:
            await note_answer(session, connection_id, ConnectionState.REJECTED, encrypted_key=used_key, at=NOW)
            after = await find_connection(session, member_id)
            assert after is not None
            return after.state

    assert run(settings, database_url, note_late) == ConnectionState.WORKING
