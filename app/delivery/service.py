"""Starting, resuming and retrying deliveries; each change and its job are one transaction."""

import hashlib
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.connecting.connections import find_connection, find_connections
from app.accounts.models import Connection, ConnectionState
from app.delivery import events
from app.delivery.models import Delivery, DeliveryState, Document
from app.delivery.states import WAITS_FOR_KEY, Actor, move
from app.jobs.queue import connection_lock, defer, defer_all
from app.pdf.document import cut
from app.tracing import trace_for

log = structlog.get_logger()

LONGEST_DESCRIPTION = 255


async def file_document(
    session: AsyncSession, *, practice_id: uuid.UUID, client_id: uuid.UUID, file_name: str, content: bytes
) -> Document:
    """Store finished bytes under an ASCII file name; they are never changed afterwards."""
    document = Document(
        id=uuid.uuid4(),
        practice_id=practice_id,
        client_id=client_id,
        file_name=file_name,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    session.add(document)
    await session.flush()
    return document


async def start_delivery(
    session: AsyncSession,
    *,
    document: Document,
    membership_id: uuid.UUID,
    patient_id: str,
    title: str,
    now: datetime,
) -> Delivery:
    """Decide that a document must reach a patient's Files with a member's key, and put the job for it in.

    Without a working key the delivery waits for one instead.
    """
    delivery_id = uuid.uuid4()
    delivery = Delivery(
        id=delivery_id,
        practice_id=document.practice_id,
        client_id=document.client_id,
        document_id=document.id,
        membership_id=membership_id,
        patient_id=patient_id,
        description=describe_file(title, delivery_id),
        state=DeliveryState.WAITING,
        started_at=now,
        trace_id=trace_for(document.client_id),
        created_at=now,
    )
    session.add(delivery)
    await session.flush()
    await send_on(session, delivery, now, by=Actor.PRACTITIONER)
    log.info("delivery_started", delivery_id=delivery_id, client_id=document.client_id)
    return delivery


async def send_on(
    session: AsyncSession, delivery: Delivery, now: datetime, *, by: Actor, at: datetime | None = None
) -> None:
    """Let a worker take the delivery up, now or at a time (UTC); without a usable key it waits for one."""
    connection = await find_connection(session, delivery.membership_id)
    if connection is None or connection.state == ConnectionState.REJECTED:
        await _wait_for_key(session, delivery, connection, now, by=by)
        return
    delivery.next_attempt_at = at
    await put_in(session, connection, delivery.id, at=at)


async def send_all_on(session: AsyncSession, deliveries: Sequence[Delivery], now: datetime, *, by: Actor) -> None:
    """Let workers take up many deliveries now, in their order; as ``send_on``, in a few statements for all of them."""
    connections = await find_connections(session, {each.membership_id for each in deliveries})
    going: dict[uuid.UUID, list[dict[str, str]]] = {}
    for delivery in deliveries:
        connection = connections.get(delivery.membership_id)
        if connection is None or connection.state == ConnectionState.REJECTED:
            await _wait_for_key(session, delivery, connection, now, by=by)
            continue
        delivery.next_attempt_at = None
        going.setdefault(connection.id, []).append({"delivery_id": str(delivery.id)})
    await session.flush()
    for connection_id, arguments in going.items():
        # A second job of one that has a job already finds nothing to do.
        await defer_all(session, "delivery.deliver", lock=connection_lock(connection_id), arguments=arguments)


async def _wait_for_key(
    session: AsyncSession, delivery: Delivery, connection: Connection | None, now: datetime, *, by: Actor
) -> None:
    move(delivery, DeliveryState.NEEDS_KEY, by=by, reason="no_key" if connection is None else "key_rejected")
    delivery.next_attempt_at = None
    await note_stopped(session, delivery, now)


async def put_in(
    session: AsyncSession, connection: Connection, delivery_id: uuid.UUID, *, at: datetime | None = None
) -> None:
    """Put the job for a delivery into the queue, for now or a time (UTC); while one waits, no second is added."""
    await defer(
        session,
        "delivery.deliver",
        lock=connection_lock(connection.id),
        at=at,
        once=f"delivery.deliver:{delivery_id}",
        delivery_id=str(delivery_id),
    )


async def note_stopped(session: AsyncSession, delivery: Delivery, now: datetime) -> None:
    """Note that a delivery, whose row has been changed, cannot go on without a person."""
    delivery.stopped_at = delivery.stopped_at or now
    await events.delivery_stopped(session, delivery, now)


async def resume_waiting(session: AsyncSession, membership_id: uuid.UUID, now: datetime, *, by: Actor) -> int:
    """Send on everything of a member that waited for a key or a role (cases 20 and 21); return how many."""
    return await _restart(session, Delivery.membership_id == membership_id, WAITS_FOR_KEY, now, by=by)


async def give_up(session: AsyncSession, delivery: Delivery, now: datetime, *, by: Actor) -> None:
    """Stop trying a (locked) delivery by itself: a person must look."""
    move(delivery, DeliveryState.FAILED, by=by, reason="gave_up")
    delivery.next_attempt_at = None
    await note_stopped(session, delivery, now)


async def _restart(
    session: AsyncSession, which: ColumnElement[bool], states: Collection[DeliveryState], now: datetime, *, by: Actor
) -> int:
    statement = select(Delivery).where(which, Delivery.state.in_(states)).order_by(Delivery.created_at)
    deliveries = (await session.scalars(statement.with_for_update())).all()
    for delivery in deliveries:
        begin_again(delivery, now, by=by)
    await send_all_on(session, deliveries, now, by=by)
    return len(deliveries)


def begin_again(delivery: Delivery, now: datetime, *, by: Actor) -> None:
    """Make a stopped delivery (locked) as if it were new: with its three days, and no failure held against it.

    It is still to be sent on.
    """
    # With its record in Cliniko already, only its processing remains to be watched.
    move(delivery, DeliveryState.PROCESSING if delivery.attachment_id else DeliveryState.WAITING, by=by)
    delivery.failures = 0
    delivery.polls = 0
    delivery.started_at = now


def describe_file(title: str, delivery_id: uuid.UUID) -> str:
    """Return the description of the file in Cliniko: the title, cut where needed, and the delivery's own mark.

    By the mark a retry recognises a file it has made before (case 23). At most 255 characters, the limit of
    "description" on docs.api.cliniko.com, page Patient Attachments; cut between graphemes (case 19).
    """
    mark = f" ({mark_of(delivery_id)})"
    return cut(" ".join(title.split()) or "Exercise program", LONGEST_DESCRIPTION - len(mark)) + mark


def title_of(delivery: Delivery) -> str:
    """Return the title in a delivery's description, without the mark."""
    return delivery.description.removesuffix(f" ({mark_of(delivery.id)})")


def mark_of(delivery_id: uuid.UUID) -> str:
    """Return the mark in a file's description: plain letters and digits that no tidying of texts changes."""
    return f"Kinebridge {delivery_id.hex[:16]}"
