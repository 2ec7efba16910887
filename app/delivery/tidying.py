"""Looking once more, after a delivery on whose way something was uncertain, whether its file is there twice.

A second file can come to be when Cliniko does what it was asked long after we stopped waiting, or when a worker stands
still between announcing that it asks and asking. The row then says when to look (``look_again_at``); a sweep sees to
it once the delivery is done. The oldest file stays; others that are surely ours are archived in Cliniko.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.connecting.connections import find_connection, may_ask, open_cliniko
from app.accounts.models import Connection, ConnectionState
from app.accounts.tools import Tools
from app.cliniko.client import Cliniko
from app.cliniko.errors import NotFound
from app.cliniko.types import Attachment
from app.db import transaction
from app.delivery.attempts import Attempt
from app.delivery.models import Delivery, DeliveryState, Document
from app.delivery.own_files import OwnFiles, SentFile, is_surely_ours, sort_out
from app.delivery.service import mark_of
from app.jobs.queue import connection_lock, defer

log = structlog.get_logger()

DONE = (DeliveryState.DELIVERED, DeliveryState.FAILED)
# Long enough for what Cliniko may still be doing.
LOOK_AFTER = timedelta(minutes=1)
TRY_AGAIN_AFTER = timedelta(hours=1)
# A second file that is not processed by then never will be.
LOOK_FOR_AT_MOST = timedelta(days=3)


async def look_again_later(session: AsyncSession, delivery_id: uuid.UUID, now: datetime) -> None:
    """Note that a second file may have come to be; also by a worker that has lost its claim."""
    await session.execute(update(Delivery).where(Delivery.id == delivery_id).values(look_again_at=now + LOOK_AFTER))


async def send_to_tidy(session: AsyncSession, now: datetime) -> None:
    """Put in a job for each delivery that is done and whose time to look again has come."""
    rows = await session.execute(
        select(Delivery.id, Connection.id)
        .join(Connection, Connection.membership_id == Delivery.membership_id)
        .where(
            Delivery.look_again_at <= now,
            Delivery.state.in_(DONE),
            Connection.state == ConnectionState.WORKING,
        )
        .order_by(Delivery.look_again_at)
        .limit(200)
    )
    for delivery_id, connection_id in rows.all():
        await defer(
            session,
            "delivery.tidy",
            lock=connection_lock(connection_id),
            once=f"delivery.tidy:{delivery_id}",
            delivery_id=str(delivery_id),
        )


@dataclass(frozen=True)
class Task:
    """What it takes to look; plain values."""

    delivery_id: uuid.UUID
    connection: Connection
    patient_id: str
    attachment_id: str | None
    sent: SentFile


async def tidy(tools: Tools, delivery_id: uuid.UUID) -> None:
    """Look for a delivery's files and archive those that are one too many; tried again later after trouble."""
    async with transaction(tools.sessions) as session:
        task = await _find_task(session, delivery_id, tools.clock())
    if task is None:
        return
    attempt = Attempt(tools.clock())
    attempt.step = "tidy"
    archived: list[str] = []
    own = OwnFiles(None, (), was_removed=False)
    trouble: Exception | None = None
    try:
        cliniko = open_cliniko(tools, task.connection, priority="background")
        patient_id = await _find_patient(cliniko, task)
        own = sort_out(await cliniko.find_attachments(patient_id, mark_of(delivery_id)))
        for extra in _one_too_many(own, task, patient_id):
            await cliniko.archive_attachment(extra.id)
            archived.append(extra.id)
    except Exception as error:
        # Whatever it is, the delivery itself is done; this is tried again.
        log.info("delivery_not_tidied", delivery_id=str(delivery_id), error=error)
        trouble = error
    async with transaction(tools.sessions) as session:
        # None where it was erased with its client meanwhile.
        delivery = await session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
        if delivery is not None:
            session.add(attempt.row(delivery_id, reason="duplicate" if archived else "", error=trouble))
            _record(session, delivery, own, archived, tools.clock(), had_trouble=trouble is not None)


def _one_too_many(own: OwnFiles, task: Task, patient_id: str) -> list[Attachment]:
    """Return the files to take away; none where the one that stays is in doubt itself: another may be the whole one."""
    mark = mark_of(task.delivery_id)
    ours = [
        each
        for each in (own.kept, *own.extras)
        if each and is_surely_ours(each, task.sent, mark=mark, patient_id=patient_id)
    ]
    return ours[1:] if ours and ours[0] is own.kept else []


async def _find_task(session: AsyncSession, delivery_id: uuid.UUID, now: datetime) -> Task | None:
    delivery = await session.get(Delivery, delivery_id)
    if delivery is None or delivery.look_again_at is None or delivery.state not in DONE:
        return None
    connection = await find_connection(session, delivery.membership_id)
    if connection is None or not may_ask(connection, now):
        return None
    sent = await find_sent(session, delivery.document_id)
    return Task(delivery_id, connection, delivery.patient_id, delivery.attachment_id, sent)


async def find_sent(session: AsyncSession, document_id: uuid.UUID) -> SentFile:
    """Return the name and size of a document, without reading it."""
    query = select(Document.file_name, func.octet_length(Document.content)).where(Document.id == document_id)
    return SentFile(*(await session.execute(query)).one())


async def _find_patient(cliniko: Cliniko, task: Task) -> str:
    """Return whose file it is by now; the patient may have been merged since."""
    if task.attachment_id is None:
        return task.patient_id
    try:
        return (await cliniko.get_attachment(task.attachment_id)).patient_id or task.patient_id
    except NotFound:
        return task.patient_id


def _record(
    session: AsyncSession,
    delivery: Delivery,
    own: OwnFiles,
    archived: list[str],
    now: datetime,
    *,
    had_trouble: bool,
) -> None:
    left = [extra for extra in own.extras if extra.id not in archived]
    is_open = any(not extra.processing_completed for extra in left) and now - delivery.started_at < LOOK_FOR_AT_MOST
    delivery.look_again_at = now + TRY_AGAIN_AFTER if is_open or had_trouble else None
    if own.kept is not None:
        delivery.attachment_id = own.kept.id
        delivery.recorded_at = delivery.recorded_at or now
    for attachment_id in archived:
        audit.record(
            session,
            "delivery.duplicate_archived",
            at=now,
            practice_id=delivery.practice_id,
            client_id=delivery.client_id,
            delivery_id=str(delivery.id),
            attachment_id=attachment_id,
            kept_attachment_id=own.kept.id if own.kept else None,
        )
