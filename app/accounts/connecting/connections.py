"""A member's connection to Cliniko: finding it, talking to Cliniko with its key, noting what Cliniko said of the key.

How a key is checked and saved is in ``accounts.keys``.
"""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.connecting.outage import Outage, Turn, turn
from app.accounts.models import Connection, ConnectionState, Membership
from app.accounts.tools import Tools
from app.cliniko.client import Cliniko
from app.cliniko.key import ApiKey, parse_key
from app.cliniko.pacing import Priority
from app.crypto import Vault
from app.jobs.queue import connection_lock, defer


async def find_connection(session: AsyncSession, membership_id: uuid.UUID) -> Connection | None:
    """Return the member's connection as the database has it now, or None when no key is saved.

    None too for who has no access any more: their key may be kept for their coming back, but nobody uses it.
    """
    return (await find_connections(session, {membership_id})).get(membership_id)


async def find_connections(
    session: AsyncSession, membership_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Connection]:
    """Return members' connections as ``find_connection`` does, by membership, in one query."""
    found = await session.scalars(
        select(Connection)
        .join(Membership, Membership.id == Connection.membership_id)
        .where(Connection.membership_id.in_(membership_ids), Membership.ended_at.is_(None))
        # A row read before a network call would otherwise be handed out again as it was then.
        .execution_options(populate_existing=True)
    )
    return {each.membership_id: each for each in found}


def open_cliniko(tools: Tools, connection: Connection, *, priority: Priority) -> Cliniko:
    """Return a client with the connection's key and pace; nothing is sent yet.

    Raises CannotDecryptError when the operator's secret that encrypted the key is gone: a key must be saved again.
    """
    return Cliniko(
        tools.http,
        decrypt_key(tools.vault, connection),
        api_url=tools.settings.cliniko_api_url,
        contact_email=tools.settings.contact,
        pace=tools.paces.for_connection(connection.id),
        priority=priority,
        clock=tools.clock,
        observer=tools.metrics,
    )


async def still_holds_key(session: AsyncSession, connection: Connection) -> bool:
    """Return True while the key read earlier is the one saved, and keep it so until the transaction ends.

    What is written in that transaction comes before whatever the saving of a newer key sets off.
    """
    query = select(Connection.id).where(
        Connection.id == connection.id, Connection.encrypted_key == connection.encrypted_key
    )
    return await session.scalar(query.with_for_update()) is not None


async def note_answer(
    session: AsyncSession,
    connection_id: uuid.UUID,
    state: ConnectionState,
    *,
    encrypted_key: str,
    at: datetime,
    role: str | None = None,
) -> bool:
    """Set what Cliniko said of the key that was used, at ``at`` (UTC), and its user's role if it was asked.

    ``encrypted_key`` is the stored text the call was made with: a key saved meanwhile is left alone, and the answer is
    False.
    """
    more = {} if role is None else {"cliniko_role": role}
    noted = await session.execute(
        update(Connection)
        .where(Connection.id == connection_id, Connection.encrypted_key == encrypted_key)
        .values(state=state, checked_at=at, **more)
        .returning(Connection.practice_id, Connection.membership_id)
    )
    row = noted.one_or_none()
    if row is not None and state is ConnectionState.REJECTED:
        audit.record(
            session,
            "connection.rejected",
            at=at,
            practice_id=row.practice_id,
            connection_id=str(connection_id),
            membership_id=str(row.membership_id),
        )
    return row is not None


def outage_of(connection: Connection) -> Outage:
    """Return the trouble this key has with Cliniko at the moment, as the row says."""
    return Outage(connection.failures, connection.failing_since, connection.held_until)


def set_outage(connection: Connection, outage: Outage) -> None:
    """Write the trouble a key has with Cliniko to its (locked) row."""
    connection.failures = outage.failures
    connection.failing_since = outage.failing_since
    connection.held_until = outage.held_until


def may_ask(connection: Connection, now: datetime) -> bool:
    """Return True unless Cliniko is down for this key and only one probe of a delivery may ask; for background work."""
    return turn(outage_of(connection), now) is not Turn.WAIT


async def lock_connection(session: AsyncSession, connection_id: uuid.UUID) -> Connection | None:
    """Return the connection as the database has it now, locked until the transaction ends; None when it is gone.

    Whoever locks deliveries of its member too does so afterwards.
    """
    return await session.get(Connection, connection_id, with_for_update=True, populate_existing=True)


async def note_reached(session: AsyncSession, connection: Connection) -> None:
    """Let what waits for the end of an outage be tried at once, since Cliniko has just answered this key.

    For answers to people and to refreshes; costs nothing unless the row, as it was read before the call, says that
    there is an outage.
    """
    if not outage_of(connection).is_open:
        return
    await probe_now(session, connection.id)
    await defer(
        session,
        "delivery.wake",
        lock=connection_lock(connection.id),
        once=f"delivery.wake:{connection.id}",
        connection_id=str(connection.id),
        answered=True,
    )


async def probe_now(session: AsyncSession, connection_id: uuid.UUID) -> None:
    """Let the next request of this key go, in an outage too."""
    await session.execute(
        update(Connection)
        .where(Connection.id == connection_id, Connection.held_until > func.clock_timestamp())
        .values(held_until=func.clock_timestamp())
    )


def encrypt_key(vault: Vault, connection_id: uuid.UUID, key: ApiKey) -> str:
    """Return the key encrypted so that it can be read back for this connection only."""
    return vault.encrypt(key.secret_text, row=_row_name(connection_id))


def decrypt_key(vault: Vault, connection: Connection) -> ApiKey:
    """Return the connection's key; raises CannotDecryptError when the secret that encrypted it is gone."""
    return parse_key(vault.decrypt(connection.encrypted_key, row=_row_name(connection.id)))


def _row_name(connection_id: uuid.UUID) -> str:
    return f"connection:{connection_id}"
