"""Taking a delivery up, and writing under that claim: a worker that lost it to another writes nothing more."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import tracing
from app.accounts.connecting.connections import find_connection, lock_connection, outage_of, set_outage
from app.accounts.connecting.outage import Turn, probing, turn
from app.accounts.models import Connection, ConnectionState
from app.clients.models import ClientLink
from app.db import database_now
from app.delivery.attempts import Step, broken_off
from app.delivery.backlog import find_probe, hold, wake_when_due
from app.delivery.due import due_at, is_due
from app.delivery.models import Delivery, DeliveryState
from app.delivery.roles import FIRST_GAP
from app.delivery.service import note_stopped, put_in, send_on
from app.delivery.states import WORKABLE, Actor, move, states_before

# A patient is seldom merged in the minutes between assigning and uploading; then Cliniko's own answer says so.
LATE_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Claim:
    """A delivery in the hands of this worker, with what it takes to go on; plain values, no rows."""

    delivery_id: uuid.UUID
    number: int
    connection: Connection
    client_id: uuid.UUID
    patient_id: str
    # Where the client's files go by now; differs from the patient only once the record was asked for.
    current_patient_id: str
    # False when the patient is not the client's any more.
    is_linked: bool
    # It waited for so long, or failed, that the patient may have been merged since.
    is_late: bool
    description: str
    document_id: uuid.UUID
    attachment_id: str | None
    was_asked_for: bool
    failures: int
    last_reason: str
    polls: int
    started_at: datetime
    recorded_at: datetime | None
    was_stopped: bool
    is_probe: bool

    @property
    def patient_ids(self) -> tuple[str, ...]:
        """The patients in whose Files a file of ours may be."""
        return tuple(dict.fromkeys((self.patient_id, self.current_patient_id)))


@dataclass(frozen=True)
class Link:
    """Where a client's files go, and whether a delivery's patient is (still) one of the client's."""

    current_patient_id: str
    is_linked: bool


class LostClaimError(Exception):
    """Another worker has taken the delivery over; this one must not write anything more."""


async def take(session: AsyncSession, delivery_id: uuid.UUID, now: datetime) -> Claim | None:
    """Take up what the job for a delivery stands for, or leave it: over, held, not due yet, or without a key.

    A job brings its member's oldest delivery that is due, whichever it names; so a backlog drains oldest first, in
    whatever order its jobs come. What it names keeps a job.
    """
    named = await session.get(Delivery, delivery_id)
    connection = await _find_usable(session, named, now) if named is not None else None
    if named is None or connection is None:
        return None
    is_probe = outage_of(connection).is_open
    delivery = await (find_probe if is_probe else _find_oldest)(session, connection)
    delivery = delivery or await _lock_if_due(session, delivery_id, now)
    if delivery is None or delivery.membership_id != connection.membership_id:
        return None  # handed on to a colleague at this moment, with a job of its own
    if delivery.id != delivery_id and named.state in WORKABLE:
        await put_in(session, connection, delivery_id, at=due_at(named))
    link = await _find_link(session, delivery)
    if delivery.record_asked_at is None:
        # Once the record was asked for, the patient stays: the file may be there already, and is looked for first.
        if not link.is_linked:
            move(delivery, DeliveryState.FAILED, by=Actor.WORKER, reason="patient_changed")
            await note_stopped(session, delivery, now)
            if is_probe:
                await wake_when_due(session, connection)  # another one is to be the probe
            return None
        delivery.patient_id = link.current_patient_id
    if is_probe:
        set_outage(connection, probing(outage_of(connection), now))
    return _claim(session, delivery, connection, link, now, is_probe=is_probe)


async def _find_usable(session: AsyncSession, named: Delivery, now: datetime) -> Connection | None:
    """Return the connection a delivery goes with, locked while it has an outage and this job may send the probe.

    None when it is of no use now: then the delivery waits for a key, a role, or the end of the outage.
    """
    connection = await find_connection(session, named.membership_id)
    if connection is not None and outage_of(connection).is_open:
        connection = await lock_connection(session, connection.id)
    if connection is None or connection.state == ConnectionState.REJECTED:
        await _wait_for(session, named.id, DeliveryState.NEEDS_KEY, "key_rejected" if connection else "no_key", now)
        return None
    if connection.state == ConnectionState.NOT_PERMITTED and now - connection.checked_at < FIRST_GAP:
        # Cliniko has just said so: asking for each file would be pointless (case 21).
        await _wait_for(session, named.id, DeliveryState.NOT_PERMITTED, "role", now)
        return None
    outage = outage_of(connection)
    if outage.is_open and turn(outage, await database_now(session)) is Turn.WAIT:
        delivery = await _lock_if_due(session, named.id, now)
        if delivery is not None:
            await hold(session, delivery, connection, now)
        return None
    return connection


async def _wait_for(
    session: AsyncSession, delivery_id: uuid.UUID, state: DeliveryState, reason: str, now: datetime
) -> None:
    """Let the delivery a job names wait for a key or a role."""
    delivery = await _lock(session, delivery_id)
    if delivery is not None:
        move(delivery, state, by=Actor.WORKER, reason=reason)
        await note_stopped(session, delivery, now)


async def _lock(session: AsyncSession, delivery_id: uuid.UUID) -> Delivery | None:
    """Return a delivery, locked, as the database has it now, if a worker may do anything with it."""
    delivery = await session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    return delivery if delivery is not None and delivery.state in WORKABLE else None


async def _lock_if_due(session: AsyncSession, delivery_id: uuid.UUID, now: datetime) -> Delivery | None:
    """Return the delivery a job names, locked, if it may be taken up, also from a worker that has gone.

    One that comes too early leaves a job for the right time; that adds nothing while such a job waits.
    """
    delivery = await _lock(session, delivery_id)
    if delivery is None:
        return None
    at = due_at(delivery)
    if at is not None and at > await database_now(session):
        await send_on(session, delivery, now, by=Actor.WORKER, at=at)
        return None
    return delivery


async def _find_oldest(session: AsyncSession, connection: Connection) -> Delivery | None:
    return await session.scalar(
        select(Delivery)
        .where(is_due(connection.membership_id))
        .order_by(Delivery.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _claim(
    session: AsyncSession, delivery: Delivery, connection: Connection, link: Link, now: datetime, *, is_probe: bool
) -> Claim:
    if delivery.state is DeliveryState.UPLOADING:
        step: Step = "record" if delivery.record_asked_at else "permission"
        session.add(broken_off(delivery.id, step=step, now=now))
    delivery.claim += 1
    tracing.follow(delivery.trace_id, delivery.id)
    if delivery.state is not DeliveryState.PROCESSING:
        move(delivery, DeliveryState.UPLOADING, by=Actor.WORKER, reason=delivery.reason)
    return Claim(
        delivery_id=delivery.id,
        number=delivery.claim,
        connection=connection,
        client_id=delivery.client_id,
        patient_id=delivery.patient_id,
        current_patient_id=link.current_patient_id,
        is_linked=link.is_linked,
        is_late=delivery.failures > 0 or now - delivery.created_at > LATE_AFTER,
        description=delivery.description,
        document_id=delivery.document_id,
        attachment_id=delivery.attachment_id,
        was_asked_for=delivery.record_asked_at is not None,
        failures=delivery.failures,
        last_reason=delivery.reason,
        polls=delivery.polls,
        started_at=delivery.started_at,
        recorded_at=delivery.recorded_at,
        was_stopped=delivery.stopped_at is not None,
        is_probe=is_probe,
    )


async def _find_link(session: AsyncSession, delivery: Delivery) -> Link:
    """Return how a delivery's patient and its client belong together; not asked for once the file is in Cliniko."""
    if delivery.attachment_id is not None:
        return Link(delivery.patient_id, True)
    links = (await session.scalars(select(ClientLink).where(ClientLink.client_id == delivery.client_id))).all()
    if delivery.patient_id not in {link.patient_id for link in links}:
        return Link(delivery.patient_id, False)
    return Link(next((link.patient_id for link in links if link.is_current), delivery.patient_id), True)


async def write(session: AsyncSession, claim: Claim, **values: Any) -> None:
    """Change the delivery under this claim, if a worker may bring it from its state to the new one.

    Raises LostClaimError when another worker holds it by now.
    """
    before = states_before(values["state"], by=Actor.WORKER) if "state" in values else WORKABLE
    changed = await session.execute(
        update(Delivery)
        .where(Delivery.id == claim.delivery_id, Delivery.claim == claim.number, Delivery.state.in_(before))
        .values(**values)
        .returning(Delivery.id)
    )
    if changed.scalar_one_or_none() is None:
        raise LostClaimError
