"""Taking a delivery up, and writing under that claim: a worker that lost it to another writes nothing more."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.connections import find_connection
from app.accounts.models import Connection, ConnectionState
from app.clients.models import ClientLink
from app.delivery.attempts import Step, broken_off
from app.delivery.models import Delivery, DeliveryState
from app.delivery.outcome import SETTLING_TIME
from app.delivery.service import note_stopped, send_on
from app.delivery.states import WORKABLE, Actor, move, states_before


@dataclass(frozen=True)
class Claim:
    """A delivery in the hands of this worker, with what it takes to go on; plain values, no rows."""

    delivery_id: uuid.UUID
    number: int
    connection: Connection
    patient_id: str
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


class LostClaimError(Exception):
    """Another worker has taken the delivery over; this one must not write anything more."""


async def take(session: AsyncSession, delivery_id: uuid.UUID, now: datetime) -> Claim | None:
    """Take the delivery up, or leave it: over, waiting for a person, not due yet, or without a key."""
    delivery = await session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state not in WORKABLE:
        return None
    due_at = _due_at(delivery)
    # By the database's clock, by which the queue decides too: by ours the job of that very time could come too early.
    if due_at is not None and due_at > (await session.scalars(select(func.clock_timestamp()))).one():
        # Adds nothing while the job for that time waits.
        await send_on(session, delivery, now, by=Actor.WORKER, at=due_at)
        return None
    connection = await find_connection(session, delivery.membership_id)
    if connection is None or connection.state == ConnectionState.REJECTED:
        reason = "no_key" if connection is None else "key_rejected"
        move(delivery, DeliveryState.NEEDS_KEY, by=Actor.WORKER, reason=reason)
        await note_stopped(session, delivery, now)
        return None
    if not await _follow_link(session, delivery):
        move(delivery, DeliveryState.FAILED, by=Actor.WORKER, reason="patient_changed")
        await note_stopped(session, delivery, now)
        return None
    return _claim(session, delivery, connection, now)


def _claim(session: AsyncSession, delivery: Delivery, connection: Connection, now: datetime) -> Claim:
    if delivery.state is DeliveryState.UPLOADING:
        step: Step = "record" if delivery.record_asked_at else "permission"
        session.add(broken_off(delivery.id, step=step, now=now))
    delivery.claim += 1
    if delivery.state is not DeliveryState.PROCESSING:
        move(delivery, DeliveryState.UPLOADING, by=Actor.WORKER, reason=delivery.reason)
    return Claim(
        delivery_id=delivery.id,
        number=delivery.claim,
        connection=connection,
        patient_id=delivery.patient_id,
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
    )


def _due_at(delivery: Delivery) -> datetime | None:
    """Return when the delivery may be taken up (UTC), or None for at once.

    Whoever asked for the record may have been stopped before the answer came; nobody looks for its result too early.
    """
    times = [delivery.next_attempt_at]
    if delivery.record_asked_at is not None and delivery.attachment_id is None:
        times.append(delivery.record_asked_at + SETTLING_TIME)
    return max((time for time in times if time is not None), default=None)


async def _follow_link(session: AsyncSession, delivery: Delivery) -> bool:
    """Let the file go to the client's surviving patient (case 27); False when the link leads to someone else now.

    Once the record was asked for, the patient stays: the file may be there already.
    """
    if delivery.record_asked_at is not None:
        return True
    links = (await session.scalars(select(ClientLink).where(ClientLink.client_id == delivery.client_id))).all()
    if delivery.patient_id not in {link.patient_id for link in links}:
        return False
    delivery.patient_id = next((link.patient_id for link in links if link.is_current), delivery.patient_id)
    return True


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
