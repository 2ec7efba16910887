"""Keeping clients up to date in the background."""

import uuid
from datetime import datetime

import structlog
from procrastinate import JobContext
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.connecting.connections import find_connection, may_ask, note_answer, note_reached, open_cliniko
from app.accounts.models import Connection, ConnectionState
from app.accounts.tools import Tools, tools_of
from app.clients.models import Client
from app.clients.queries import current_patient_id
from app.clients.requests import list_due, pass_on_if_due
from app.clients.service import mark_not_visible, refresh_client
from app.cliniko.errors import ClinikoError, KeyRejected, PatientNotFound
from app.cliniko.merges import MergeTrail
from app.crypto import CannotDecryptError
from app.db import database_now, transaction
from app.jobs.queue import connection_lock, defer, queue

log = structlog.get_logger()


async def defer_refresh(session: AsyncSession, client_id: uuid.UUID, membership_id: uuid.UUID) -> None:
    """Ask for a refresh of a client with the key of a member; while one waits, no second is added.

    While Cliniko is down for the key, it is for when Cliniko is asked again.
    """
    connection = await find_connection(session, membership_id)
    if connection is None or connection.state == ConnectionState.REJECTED:
        return
    await defer(
        session,
        "clients.refresh",
        lock=connection_lock(connection.id),
        at=connection.held_until,
        once=f"clients.refresh:{client_id}",
        client_id=str(client_id),
        membership_id=str(membership_id),
    )


@queue.task(name="clients.refresh", pass_context=True)
async def refresh(context: JobContext, client_id: str, membership_id: str) -> None:
    """Ask Cliniko for the client's patient and take over what changed.

    Trouble on the way is let be: the next click or night asks again.
    """
    tools = tools_of(context)
    async with transaction(tools.sessions) as session:
        connection = await find_connection(session, uuid.UUID(membership_id))
        patient_id = await current_patient_id(session, uuid.UUID(client_id))
        is_early = connection is not None and not may_ask(connection, await database_now(session))
        if is_early:
            await defer_refresh(session, uuid.UUID(client_id), uuid.UUID(membership_id))
    if connection is None or patient_id is None or is_early:
        return
    asked_at = tools.clock()
    try:
        trail = await open_cliniko(tools, connection, priority="background").find_survivor(patient_id)
    except PatientNotFound:
        async with transaction(tools.sessions) as session:
            await mark_not_visible(session, uuid.UUID(client_id), asked_at)
    except CannotDecryptError as error:
        log.info("client_not_refreshed", client_id=client_id, error=error)
    except KeyRejected:
        async with transaction(tools.sessions) as session:
            await note_answer(
                session,
                connection.id,
                ConnectionState.REJECTED,
                encrypted_key=connection.encrypted_key,
                at=tools.clock(),
            )
    except ClinikoError as error:
        log.info("client_not_refreshed", client_id=client_id, error=error)
    else:
        async with transaction(tools.sessions) as session:
            await note_reached(session, connection)
        await take_over(tools, uuid.UUID(client_id), connection, trail, asked_at)


async def take_over(
    tools: Tools, client_id: uuid.UUID, connection: Connection, trail: MergeTrail, asked_at: datetime
) -> uuid.UUID | None:
    """Write what was learnt; once more where another transaction linked the surviving patient at that moment.

    Returns the client the surviving patient leads to, None when that could not be settled.
    """
    for _ in range(2):
        async with transaction(tools.sessions) as session:
            before = await current_patient_id(session, client_id)
            found = await refresh_client(session, client_id, trail.survivor, trail.passed_ids, asked_at)
            if found == client_id and before != trail.survivor.id:
                client = await session.get_one(Client, client_id)
                audit.record(
                    session,
                    "client.merge_followed",
                    at=tools.clock(),
                    practice_id=client.practice_id,
                    client_id=client_id,
                    from_patient=before,
                    to_patient=trail.survivor.id,
                    connection_id=str(connection.id),
                )
        if found is not None:
            return found
    log.warning("client_not_refreshed", client_id=str(client_id), reason="linked_elsewhere")
    return None


@queue.periodic(cron="11 * * * *")
@queue.task(name="clients.pass_on_requests", queueing_lock="clients.pass_on_requests", pass_context=True)
async def pass_on_requests(context: JobContext, timestamp: int) -> None:
    """Tell those who run a practice of requests that a client's owner has not answered for a week, each once.

    One transaction each, which holds its row: done twice, or by two at once, the second finds nothing to do.
    """
    tools = tools_of(context)
    async with transaction(tools.sessions) as session:
        ids = await list_due(session, tools.clock())
    for request_id in ids:
        async with transaction(tools.sessions) as session:
            await pass_on_if_due(session, tools, request_id)
