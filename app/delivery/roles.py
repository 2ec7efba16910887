"""Noticing by itself that a Cliniko role was restored (case 21): one cheap question now and then for what waits."""

import uuid
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.connecting.connections import find_connection, may_ask, note_answer, open_cliniko
from app.accounts.models import Connection, ConnectionState
from app.accounts.tools import Tools
from app.cliniko.errors import KeyRejected
from app.db import transaction
from app.delivery.models import Delivery, DeliveryState
from app.delivery.service import resume_waiting
from app.delivery.states import Actor
from app.jobs.queue import connection_lock, defer

log = structlog.get_logger()

FIRST_GAP = timedelta(minutes=5)
LONGEST_GAP = timedelta(hours=1)


def is_time_to_ask(*, waiting_since: datetime, asked_at: datetime, now: datetime) -> bool:
    """Decide whether a key that was not permitted is asked about again. Pure; times in UTC.

    The gap is as long as it had waited when last asked, so that it doubles: from 5 minutes to 1 hour.
    """
    gap = min(max(asked_at - waiting_since, FIRST_GAP), LONGEST_GAP)
    return now - asked_at >= gap


async def send_to_ask(session: AsyncSession, now: datetime) -> None:
    """Put in a job for each key whose role keeps deliveries waiting and is to be asked about."""
    rows = await session.execute(
        select(Connection.id, Connection.membership_id, Connection.checked_at, func.min(Delivery.stopped_at))
        .join(Delivery, Delivery.membership_id == Connection.membership_id)
        .where(Connection.state == ConnectionState.NOT_PERMITTED, Delivery.state == DeliveryState.NOT_PERMITTED)
        .group_by(Connection.id)
    )
    for connection_id, membership_id, checked_at, waiting_since in rows.all():
        if is_time_to_ask(waiting_since=waiting_since or checked_at, asked_at=checked_at, now=now):
            await defer(
                session,
                "delivery.ask_role",
                lock=connection_lock(connection_id),
                once=f"delivery.ask_role:{connection_id}",
                membership_id=str(membership_id),
            )


async def ask_role(tools: Tools, membership_id: uuid.UUID) -> None:
    """Ask Cliniko for the role of a key's user, and send on what waits when it may add files by now.

    GET /user is open to every role (docs.api.cliniko.com, OpenAPI reference, tag User). Trouble is let be: the next
    time comes.
    """
    async with transaction(tools.sessions) as session:
        connection = await find_connection(session, membership_id)
    if (
        connection is None
        or connection.state != ConnectionState.NOT_PERMITTED
        or not may_ask(connection, tools.clock())
    ):
        return
    state = ConnectionState.NOT_PERMITTED
    role = connection.cliniko_role
    try:
        user = await open_cliniko(tools, connection, priority="background").get_user()
        role = user.role
        if user.may_handle_files:
            state = ConnectionState.WORKING
    except KeyRejected:
        state = ConnectionState.REJECTED
    except Exception as error:
        # Whatever it is, it says nothing of the role.
        log.info("role_not_asked", connection_id=str(connection.id), error=error)
        return
    now = tools.clock()
    async with transaction(tools.sessions) as session:
        is_current = await note_answer(
            session, connection.id, state, encrypted_key=connection.encrypted_key, at=now, role=role
        )
        if is_current and state is not ConnectionState.NOT_PERMITTED:  # rejected, what waits is told to need a new key
            await resume_waiting(session, membership_id, now, by=Actor.KEY)
