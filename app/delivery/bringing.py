"""Bringing a claimed delivery to Cliniko's Files, and recording what came of it: call, record.

No transaction is open during a call. What may take effect twice (asking Cliniko for the record) is announced in the row
first; whoever comes after such an announcement looks in Cliniko for the delivery's own mark before asking again.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.connecting.connections import note_answer, open_cliniko, outage_of, still_holds_key
from app.accounts.models import ConnectionState
from app.accounts.tools import Tools
from app.cliniko.client import Cliniko
from app.cliniko.errors import ClinikoError, PatientNotFound, RateLimited, UploadExpired
from app.cliniko.types import Attachment
from app.db import database_now, transaction
from app.delivery import events
from app.delivery.attempts import Attempt
from app.delivery.backlog import note_verdict, wait_for_room
from app.delivery.claims import Claim, LostClaimError, write
from app.delivery.finding import find_own, follow_merges
from app.delivery.models import Delivery, DeliveryAttempt, DeliveryState, Document
from app.delivery.outcome import (
    FileRemovedError,
    Outcome,
    Verdict,
    go_on_at_once,
    judge_cliniko,
    judge_failure,
    judge_poll,
    may_have_taken_effect,
)
from app.delivery.own_files import is_as_sent
from app.delivery.service import note_stopped, resume_waiting, send_on
from app.delivery.states import NO_ROOM, WAITS_FOR_KEY, WORKABLE, Actor
from app.delivery.tidying import LOOK_AFTER, find_sent, look_again_later

log = structlog.get_logger()

FRESH_UPLOADS = 3
# From announcing that the record is asked for to asking: well below the time after which a silent worker's jobs are
# taken over.
ASK_WITHIN = timedelta(seconds=5)

# Less than this is the time a transaction takes.
CLOCKS_DIFFER_BY = timedelta(seconds=2)


class StoodStillError(Exception):
    """This process stood still before asking for the record: another may have taken over and be asking already."""


async def bring(tools: Tools, claim: Claim) -> None:
    """Bring a delivery a step or all the way, and record what came of it.

    Every failure is recorded on the row and either tried again or shown to a person; none ends here, except that of
    writing the record itself, after which the queue tries again.
    """
    attempt = Attempt(tools.clock())
    try:
        try:
            await _call(tools, claim, attempt)
        except LostClaimError:
            raise
        except Exception as error:
            await _record_failure(tools, claim, attempt, error)
    except LostClaimError:
        log.info("delivery_taken_over", delivery_id=str(claim.delivery_id))
        if attempt.step == "record":
            # This worker asked for the record although another had taken over: there may be two now.
            async with transaction(tools.sessions) as session:
                await look_again_later(session, claim.delivery_id, tools.clock())


async def _call(tools: Tools, claim: Claim, attempt: Attempt) -> None:
    cliniko = open_cliniko(tools, claim.connection, priority="background")
    if claim.attachment_id is not None:
        attempt.step = "poll"
        await _record_poll(tools, claim, attempt, await cliniko.get_attachment(claim.attachment_id))
        return
    try:
        await _send(tools, claim, attempt, cliniko)
    except PatientNotFound:
        if attempt.step == "look":
            raise  # merges were followed already
        survivor = await follow_merges(tools, claim, cliniko)
        if survivor.patient_id == claim.patient_id:
            raise
        await _send(tools, survivor, attempt, cliniko)


async def _send(tools: Tools, claim: Claim, attempt: Attempt, cliniko: Cliniko) -> None:
    """Put the file into the patient's Files, unless it is found there; requests on the plain way: three."""
    attempt.step = "look"
    if claim.was_asked_for:
        claim, own = await find_own(tools, claim, cliniko)
        if own.was_removed:
            raise FileRemovedError
        if own.kept is not None:
            await _record_attachment(tools, claim, attempt, own.kept, look_again=bool(own.extras))
            return
    elif claim.is_late:
        claim = await follow_merges(tools, claim, cliniko)
    async with transaction(tools.sessions) as session:
        document = await session.get_one(Document, claim.document_id)
        content = await session.scalar(select(Document.content).where(Document.id == claim.document_id))
    upload_url = await _upload(cliniko, claim, attempt, document.file_name, content or b"")
    attempt.step = "record"
    await _record_attachment(tools, claim, attempt, await _ask_for_record(tools, claim, cliniko, upload_url))


async def _upload(cliniko: Cliniko, claim: Claim, attempt: Attempt, file_name: str, content: bytes) -> str:
    """Send the bytes and return their upload_url; an expired permission is replaced at once (case 22)."""
    for uploads_left in reversed(range(FRESH_UPLOADS)):
        attempt.step = "permission"
        post = await cliniko.request_upload(claim.patient_id)
        attempt.step = "upload"
        try:
            return await cliniko.upload(post, file_name, content)
        except UploadExpired:
            log.info("upload_expired", delivery_id=str(claim.delivery_id))
            if not uploads_left:
                raise
    raise AssertionError("the last round returns or raises")


async def _ask_for_record(tools: Tools, claim: Claim, cliniko: Cliniko, upload_url: str) -> Attachment:
    """Announce on the row that the record is asked for, ask, and take the announcement back after a clear no.

    Without it the next attempt need not look first, and may follow the client's link to another patient again. It stays
    where an earlier request was left without an answer: that one may still take effect.
    """
    asked_at = tools.clock()
    # Asked before without finding anything: what was asked then may still come to be.
    again: dict[str, Any] = {"look_again_at": asked_at + LOOK_AFTER} if claim.was_asked_for else {}
    async with transaction(tools.sessions) as session:
        await write(session, claim, record_asked_at=asked_at, **again)
    try:
        if tools.clock() - asked_at > ASK_WITHIN:
            raise StoodStillError
        return await cliniko.create_attachment(claim.patient_id, claim.description, upload_url)
    except (ClinikoError, StoodStillError) as error:
        if not (claim.was_asked_for or may_have_taken_effect(error)):
            async with transaction(tools.sessions) as session:
                await write(session, claim, record_asked_at=None)
        raise


async def _record_attachment(
    tools: Tools, claim: Claim, attempt: Attempt, attachment: Attachment, *, look_again: bool = False
) -> None:
    """Note that the record is in the patient's Files, and go on to watch Cliniko process it."""
    now = tools.clock()
    values: dict[str, Any] = {"attachment_id": attachment.id, "recorded_at": now, "failures": 0}
    if look_again:
        values["look_again_at"] = now
    outcome = judge_poll(attachment.processing_completed, polls=0, recorded_at=now, now=now)
    async with transaction(tools.sessions) as session:
        outcome = await _check_file(session, claim, attachment, outcome)
        await _note_answer(session, claim, now)
        await _move_on(session, claim, outcome, values, now, attempt.row(claim.delivery_id, reason=outcome.reason))
    _tell(attempt, outcome)


async def _check_file(session: AsyncSession, claim: Claim, attachment: Attachment, outcome: Outcome) -> Outcome:
    """Return what follows when the file that arrived is not what was sent; otherwise the outcome as it is."""
    if outcome.state is not DeliveryState.DELIVERED:
        return outcome
    is_fine = is_as_sent(attachment, await find_sent(session, claim.document_id))
    return outcome if is_fine else Outcome(DeliveryState.FAILED, "altered")


async def _record_poll(tools: Tools, claim: Claim, attempt: Attempt, attachment: Attachment) -> None:
    if attachment.archived_at is not None:
        raise FileRemovedError
    now = tools.clock()
    outcome = judge_poll(
        attachment.processing_completed, polls=claim.polls + 1, recorded_at=claim.recorded_at or now, now=now
    )
    async with transaction(tools.sessions) as session:
        outcome = await _check_file(session, claim, attachment, outcome)
        reason = "" if outcome.state is DeliveryState.DELIVERED else outcome.reason or "processing"
        await _note_answer(session, claim, now)
        values = {"polls": claim.polls + 1, "failures": 0}
        await _move_on(session, claim, outcome, values, now, attempt.row(claim.delivery_id, reason=reason))
    _tell(attempt, outcome)


def _tell(attempt: Attempt, outcome: Outcome) -> None:
    """Log an attempt that brought the delivery on; its id and its trace are bound to the job's log lines."""
    log.info("delivery_moved", step=attempt.step, state=outcome.state, reason=outcome.reason)


async def _record_failure(tools: Tools, claim: Claim, attempt: Attempt, error: Exception) -> None:
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
    async with transaction(tools.sessions) as session:
        outcome = await _by_the_databases_clock(session, outcome, now)
        held_until = await _note_verdict(session, claim, judge_cliniko(error), outcome, now)
        if held_until is not None and outcome.at is not None:
            outcome = replace(outcome, at=max(outcome.at, held_until))
        # Waiting for its turn in a long backlog is no attempt: Cliniko was asked nothing.
        was_asked = not (isinstance(error, RateLimited) and error.remote_status is None)
        tried = attempt.row(claim.delivery_id, reason=outcome.reason, error=error) if was_asked else None
        if outcome.state in WAITS_FOR_KEY and not await still_holds_key(session, claim.connection):
            # A newer key was saved during the call, and what waited for it has been sent on already.
            outcome = go_on_at_once(recorded_at=claim.recorded_at, now=now)
        await _move_on(session, claim, outcome, {}, now, tried)
        if outcome.connection_state is not None:
            key = claim.connection.encrypted_key
            await note_answer(session, claim.connection.id, outcome.connection_state, encrypted_key=key, at=now)


async def _by_the_databases_clock(session: AsyncSession, outcome: Outcome, now: datetime) -> Outcome:
    """Return the outcome with its time moved on by as much as our clock is behind the one by which jobs come.

    Else the gap could be over before it began, and a key that is busy for a minute be asked about all that minute.
    """
    behind = await database_now(session) - now
    if outcome.at is None or behind < CLOCKS_DIFFER_BY:
        return outcome
    return replace(outcome, at=outcome.at + behind)


async def _note_answer(session: AsyncSession, claim: Claim, now: datetime) -> None:
    """End the outage of the key, if it has one, or its ban: Cliniko has done what it was asked."""
    connection = claim.connection
    if outage_of(connection).is_open:
        await note_verdict(session, connection.id, Verdict.ANSWERS, now, was_probe=claim.is_probe)
    if connection.state is ConnectionState.NOT_PERMITTED:
        # The role was restored: what waits for it goes too.
        key, state = connection.encrypted_key, ConnectionState.WORKING
        if await note_answer(session, connection.id, state, encrypted_key=key, at=now):
            await resume_waiting(session, connection.membership_id, now, by=Actor.KEY)


async def _note_verdict(
    session: AsyncSession, claim: Claim, verdict: Verdict, outcome: Outcome, now: datetime
) -> datetime | None:
    """Note what a failed attempt says of Cliniko; return until when the key is held."""
    if verdict is not Verdict.DOWN and not outage_of(claim.connection).is_open:
        return None
    return await note_verdict(session, claim.connection.id, verdict, now, was_probe=claim.is_probe, again_at=outcome.at)


async def _move_on(
    session: AsyncSession,
    claim: Claim,
    outcome: Outcome,
    values: Mapping[str, Any],
    now: datetime,
    tried: DeliveryAttempt | None,
) -> None:
    """Write the outcome, what was tried, and, when something remains to be done, the job that does it.

    Nothing of it where the delivery is another worker's by now, or was erased with its client.
    """
    written: dict[str, Any] = {"state": outcome.state, "reason": outcome.reason, **values}
    written.setdefault("failures", outcome.failures)
    if outcome.state is DeliveryState.DELIVERED:
        written["delivered_at"] = now
    await write(session, claim, **written)
    if tried is not None:
        session.add(tried)
    delivery = await session.get_one(Delivery, claim.delivery_id, populate_existing=True)
    if outcome.state is DeliveryState.DELIVERED:
        await events.delivery_arrived(session, delivery, now)
        if claim.was_stopped:
            await events.delivery_recovered(session, delivery, now)
        return
    if outcome.at is not None:
        await send_on(session, delivery, now, by=Actor.WORKER, at=outcome.at)
    if outcome.reason == NO_ROOM and delivery.next_attempt_at is not None:
        await wait_for_room(session, delivery)
    if outcome.state not in WORKABLE or (outcome.reason == NO_ROOM != claim.last_reason):
        await note_stopped(session, delivery, now)
