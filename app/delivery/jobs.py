"""The job that brings a delivery to Cliniko's Files: claim, call, record.

No transaction is open during a call. Each write names the claim it was made under, so a worker that was paused while
another took over writes nothing. What may take effect twice (asking Cliniko for the record) is announced in the row
first; whoever comes after such an announcement looks in Cliniko for the delivery's own mark before asking again.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from procrastinate import JobContext
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.connections import find_connection, note_answer, open_cliniko, still_holds_key
from app.accounts.models import Connection, ConnectionState
from app.accounts.tools import Tools, tools_of
from app.clients.models import ClientLink
from app.cliniko.client import Cliniko
from app.cliniko.errors import ClinikoError, Unreachable, UploadExpired
from app.cliniko.types import Attachment
from app.db import transaction
from app.delivery.models import Delivery, DeliveryState, Document
from app.delivery.outcome import (
    SETTLING_TIME,
    Outcome,
    go_on_at_once,
    judge_failure,
    judge_poll,
    may_have_taken_effect,
)
from app.delivery.service import mark_of, resume_waiting, send_on
from app.delivery.states import WAITS_FOR_KEY, WORKABLE, states_before
from app.jobs.queue import TRY_AGAIN, queue

log = structlog.get_logger()

FRESH_UPLOADS = 3
# A delivery nobody has looked after for this long past its time has lost its job, whatever the cause.
FORGOTTEN_AFTER = timedelta(minutes=10)
# From announcing that the record is asked for to asking: well below the time after which a silent worker's jobs are
# taken over.
ASK_WITHIN = timedelta(seconds=5)


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


class LostClaimError(Exception):
    """Another worker has taken the delivery over; this one must not write anything more."""


@queue.task(name="delivery.deliver", retry=TRY_AGAIN, pass_context=True)
async def deliver(context: JobContext, delivery_id: str) -> None:
    """Bring one delivery a step or all the way; what remains to be done is a new job in the same transaction."""
    tools = tools_of(context)
    async with transaction(tools.sessions) as session:
        claim = await _claim(session, uuid.UUID(delivery_id), tools.clock())
    if claim is None:
        return
    try:
        await _bring(tools, claim)
    except LostClaimError:
        log.info("delivery_taken_over", delivery_id=delivery_id)
    except Exception as error:
        # Every failure is recorded on the row and either tried again or shown to a person; none ends here.
        await _record_failure(tools, claim, error)


@queue.task(name="delivery.resume", retry=TRY_AGAIN, pass_context=True)
async def resume(context: JobContext, membership_id: str) -> None:
    """Send on what waited for a member's key; put into the queue when a key is saved."""
    tools = tools_of(context)
    async with transaction(tools.sessions) as session:
        await resume_waiting(session, uuid.UUID(membership_id), tools.clock())


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="delivery.find_forgotten", queueing_lock="delivery.find_forgotten", pass_context=True)
async def find_forgotten(context: JobContext, timestamp: int) -> None:
    """Give deliveries that should be moving but are not a job again; a second fence behind the queue's own."""
    tools = tools_of(context)
    async with transaction(tools.sessions) as session:
        long_ago = tools.clock() - FORGOTTEN_AFTER
        forgotten = await session.scalars(
            select(Delivery)
            .where(
                Delivery.state.in_(WORKABLE),
                Delivery.started_at < long_ago,
                or_(Delivery.next_attempt_at.is_(None), Delivery.next_attempt_at < long_ago),
            )
            .limit(500)
            .with_for_update(skip_locked=True)
        )
        for delivery in forgotten:
            log.warning("delivery_forgotten", delivery_id=str(delivery.id))
            await send_on(session, delivery, tools.clock())
        for membership_id in await _members_left_waiting(session):
            log.warning("deliveries_left_waiting", membership_id=str(membership_id))
            await resume_waiting(session, membership_id, tools.clock())


async def _members_left_waiting(session: AsyncSession) -> Sequence[uuid.UUID]:
    """Return whose deliveries wait for a key though theirs works: the job that resumes them was lost or came too early.

    A key that cannot be read works in Cliniko's eyes, but only saving it again helps.
    """
    waiting = await session.scalars(
        select(Delivery.membership_id)
        .join(Connection, Connection.membership_id == Delivery.membership_id)
        .where(
            Delivery.state.in_(WAITS_FOR_KEY),
            Delivery.reason != "key_unreadable",
            Connection.state == ConnectionState.WORKING,
        )
        .distinct()
        .limit(100)
    )
    return waiting.all()


async def _claim(session: AsyncSession, delivery_id: uuid.UUID, now: datetime) -> Claim | None:
    """Take the delivery up, or leave it: over, waiting for a person, not due yet, or without a key."""
    delivery = await session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state not in WORKABLE:
        return None
    due_at = _due_at(delivery)
    # By the database's clock, by which the queue decides too: by ours the job of that very time could come too early.
    if due_at is not None and due_at > (await session.scalars(select(func.clock_timestamp()))).one():
        await send_on(session, delivery, now, at=due_at)  # adds nothing while the job for that time waits
        return None
    connection = await find_connection(session, delivery.membership_id)
    if connection is None or connection.state == ConnectionState.REJECTED:
        delivery.state = DeliveryState.NEEDS_KEY
        delivery.reason = "no_key" if connection is None else "key_rejected"
        return None
    if not await _follow_link(session, delivery):
        delivery.state = DeliveryState.FAILED
        delivery.reason = "patient_changed"
        return None
    delivery.claim += 1
    if delivery.state is not DeliveryState.PROCESSING:
        delivery.state = DeliveryState.UPLOADING
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


async def _bring(tools: Tools, claim: Claim) -> None:
    cliniko = open_cliniko(tools, claim.connection, priority="background")
    if claim.attachment_id is not None:
        await _record_poll(tools, claim, await cliniko.get_attachment(claim.attachment_id))
        return
    if claim.was_asked_for:
        found = await cliniko.find_attachments(claim.patient_id, mark_of(claim.delivery_id))
        if found:
            await _record_attachment(tools, claim, found[0])
            return
    async with transaction(tools.sessions) as session:
        document = await session.get_one(Document, claim.document_id)
        content = await session.scalar(select(Document.content).where(Document.id == claim.document_id))
    upload_url = await _upload(cliniko, claim, document.file_name, content or b"")
    await _record_attachment(tools, claim, await _ask_for_record(tools, claim, cliniko, upload_url))


async def _ask_for_record(tools: Tools, claim: Claim, cliniko: Cliniko, upload_url: str) -> Attachment:
    """Announce on the row that the record is asked for, ask, and take the announcement back after a clear no.

    Without it the next attempt need not look first, and may follow the client's link to another patient again.
    """
    asked_at = tools.clock()
    async with transaction(tools.sessions) as session:
        await _write(session, claim, record_asked_at=asked_at)
    try:
        if tools.clock() - asked_at > ASK_WITHIN:
            # This process stood still in between: another worker may have taken over and be asking already.
            raise Unreachable(sent_nothing=True, resource="patient_attachments")
        return await cliniko.create_attachment(claim.patient_id, claim.description, upload_url)
    except ClinikoError as error:
        if not may_have_taken_effect(error):
            async with transaction(tools.sessions) as session:
                await _write(session, claim, record_asked_at=None)
        raise


async def _upload(cliniko: Cliniko, claim: Claim, file_name: str, content: bytes) -> str:
    """Send the bytes and return their upload_url; an expired permission is replaced at once (case 22)."""
    for _ in range(FRESH_UPLOADS - 1):
        try:
            return await cliniko.upload(await cliniko.request_upload(claim.patient_id), file_name, content)
        except UploadExpired:
            log.info("upload_expired", delivery_id=str(claim.delivery_id))
    return await cliniko.upload(await cliniko.request_upload(claim.patient_id), file_name, content)


async def _write(session: AsyncSession, claim: Claim, **values: Any) -> None:
    """Change the delivery under this claim, if its state may become the new one.

    Raises LostClaimError when another worker holds it by now.
    """
    before = states_before(values["state"]) if "state" in values else WORKABLE
    changed = await session.execute(
        update(Delivery)
        .where(Delivery.id == claim.delivery_id, Delivery.claim == claim.number, Delivery.state.in_(before))
        .values(**values)
        .returning(Delivery.id)
    )
    if changed.scalar_one_or_none() is None:
        raise LostClaimError


async def _record_attachment(tools: Tools, claim: Claim, attachment: Attachment) -> None:
    """Note that the record is in the patient's Files, and go on to watch Cliniko process it."""
    now = tools.clock()
    values: dict[str, Any] = {"attachment_id": attachment.id, "recorded_at": now, "failures": 0, "reason": ""}
    outcome = judge_poll(attachment.processing_completed, polls=0, recorded_at=now, now=now)
    async with transaction(tools.sessions) as session:
        await _move_on(session, claim, outcome, values, now)


async def _record_poll(tools: Tools, claim: Claim, attachment: Attachment) -> None:
    now = tools.clock()
    outcome = judge_poll(
        attachment.processing_completed, polls=claim.polls + 1, recorded_at=claim.recorded_at or now, now=now
    )
    async with transaction(tools.sessions) as session:
        await _move_on(session, claim, outcome, {"polls": claim.polls + 1, "failures": 0}, now)


async def _record_failure(tools: Tools, claim: Claim, error: Exception) -> None:
    now = tools.clock()
    outcome = judge_failure(
        error,
        failures=claim.failures,
        last_reason=claim.last_reason,
        started_at=claim.started_at,
        recorded_at=claim.recorded_at,
        now=now,
    )
    log.warning(
        "delivery_not_done",
        delivery_id=str(claim.delivery_id),
        error_type=type(error).__name__,
        remote_status=getattr(error, "remote_status", None),
        outcome=outcome.state,
    )
    try:
        async with transaction(tools.sessions) as session:
            if outcome.state in WAITS_FOR_KEY and not await still_holds_key(session, claim.connection):
                # A newer key was saved during the call, and what waited for it has been sent on already.
                outcome = go_on_at_once(recorded_at=claim.recorded_at, now=now)
            await _move_on(session, claim, outcome, {}, now)
            if outcome.connection_state is not None:
                key = claim.connection.encrypted_key
                await note_answer(session, claim.connection.id, outcome.connection_state, encrypted_key=key, at=now)
    except LostClaimError:
        return


async def _move_on(
    session: AsyncSession, claim: Claim, outcome: Outcome, values: Mapping[str, Any], now: datetime
) -> None:
    """Write the outcome and, when something remains to be done, the job that does it."""
    written: dict[str, Any] = {"state": outcome.state, "reason": outcome.reason, **values}
    written.setdefault("failures", outcome.failures)
    if outcome.state is DeliveryState.DELIVERED:
        written["delivered_at"] = now
    await _write(session, claim, **written)
    if outcome.at is not None:
        delivery = await session.get_one(Delivery, claim.delivery_id, populate_existing=True)
        await send_on(session, delivery, now, at=outcome.at)
