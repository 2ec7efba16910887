"""Each night, what Cliniko changed of a practice's patients is taken over: there are no webhooks, so it is polled.

One request reads a page of the patients changed since the last night and is a job of its own, so that clicks and
deliveries of the same key come in between, and a stopped worker loses nothing: where a look has come to stands in the
practice's row. Pages come latest change first: a patient changed while they are read moves to the front, which shows
others twice and none never. A night that fails is made up by the next, which asks from where the last one ended.
(docs.api.cliniko.com, Developer portal "Filtering results" and "Pagination".)
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from procrastinate import JobContext
from sqlalchemy import exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.connecting.connections import may_ask, note_answer, note_reached, open_cliniko
from app.accounts.models import Connection, ConnectionState, Membership, Practice, SignInSession
from app.accounts.tools import Tools, tools_of
from app.clients.combining import gather_strays
from app.clients.jobs import defer_refresh
from app.clients.models import Client, ClientLink, PatientPoll
from app.clients.service import take_over_page
from app.cliniko.errors import ClinikoError, KeyRejected
from app.cliniko.types import PatientPage
from app.crypto import CannotDecryptError
from app.db import transaction
from app.jobs.queue import connection_lock, defer, queue

log = structlog.get_logger()

NIGHT = time(1), time(6)  # by the practice's clock
# A practice in which nobody was signed in for so long is left alone; a click brings each client up to date anyway.
IN_USE_FOR = timedelta(days=90)
# Cliniko's stamps are whole seconds and what is saved at the same moment may come in after; some is asked for twice.
OVERLAP = timedelta(minutes=5)
MOST_PAGES = 1000


def night_begun(now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the night that a moment lies in began, or None by day."""
    local = now.astimezone(zone)
    return datetime.combine(local.date(), NIGHT[0], zone) if NIGHT[0] <= local.time() < NIGHT[1] else None


def is_due(now: datetime, zone: ZoneInfo, finished_at: datetime | None) -> bool:
    """Say whether a practice is to be looked at: it is night there, and this night's look is not finished."""
    begun = night_begun(now, zone)
    return begun is not None and (finished_at is None or finished_at < begun)


@queue.periodic(cron="*/15 * * * *")
@queue.task(name="clients.find_nights", queueing_lock="clients.find_nights", pass_context=True)
async def find_nights(context: JobContext, timestamp: int) -> None:
    """Begin, or go on with, the look of every practice where it is night and that is not done yet.

    Also brings home what an older release added to combined clients meanwhile.
    """
    tools = tools_of(context)
    now = tools.clock()
    async with transaction(tools.sessions) as session:
        if strays := await gather_strays(session):
            log.warning("strays_gathered", count=strays)
    async with transaction(tools.sessions) as session:
        for practice, poll in await _practices(session, now):
            if is_due(now, ZoneInfo(practice.time_zone or "UTC"), poll.finished_at if poll else None):
                connection = await _choose_connection(session, practice.id, poll, now)
                if connection is not None:
                    await _defer_page(session, practice.id, connection)


async def _practices(session: AsyncSession, now: datetime) -> Sequence[tuple[Practice, PatientPoll | None]]:
    """Return the practices that are in use and have Cliniko patients here."""
    seen = (
        select(SignInSession.id)
        .join(Membership, Membership.practitioner_id == SignInSession.practitioner_id)
        .where(Membership.practice_id == Practice.id, SignInSession.last_seen_at > now - IN_USE_FOR)
    )
    rows = await session.execute(
        select(Practice, PatientPoll)
        .outerjoin(PatientPoll, PatientPoll.practice_id == Practice.id)
        .where(exists(seen), exists().where(ClientLink.practice_id == Practice.id))
    )
    return [(practice, poll) for practice, poll in rows]


async def _choose_connection(
    session: AsyncSession, practice_id: uuid.UUID, poll: PatientPoll | None, now: datetime
) -> Connection | None:
    """Return a key of the practice to ask with: any that works, the one that failed last only if there is no other."""
    failed = poll.connection_id if poll else None
    return await session.scalar(
        select(Connection)
        .join(Membership, Membership.id == Connection.membership_id)
        .where(
            Connection.practice_id == practice_id,
            Connection.state != ConnectionState.REJECTED,
            or_(Connection.held_until.is_(None), Connection.held_until <= now),
            Membership.ended_at.is_(None),
        )
        .order_by(Connection.id == failed, Connection.state != ConnectionState.WORKING, Connection.created_at)
        .limit(1)
    )


async def _defer_page(session: AsyncSession, practice_id: uuid.UUID, connection: Connection) -> None:
    await defer(
        session,
        "clients.read_changes",
        lock=connection_lock(connection.id),
        once=f"clients.read_changes:{practice_id}",
        practice_id=str(practice_id),
        connection_id=str(connection.id),
    )


@dataclass(frozen=True)
class Look:
    """A look under way as a job takes it up: from which change on, and the page to read; plain values."""

    connection: Connection
    since: datetime
    next_page: str
    pages: int


@queue.task(name="clients.read_changes", pass_context=True)
async def read_changes(context: JobContext, practice_id: str, connection_id: str) -> None:
    """Read one page of changed patients and take it over; the next page is a job put in with it.

    Trouble ends this job only: the look stays where it is until ``find_nights`` goes on with it.
    """
    tools = tools_of(context)
    id_ = uuid.UUID(practice_id)
    async with transaction(tools.sessions) as session:
        look = await _claim(session, id_, uuid.UUID(connection_id), tools.clock())
    if look is None:
        return
    asked_at = tools.clock()
    try:
        cliniko = open_cliniko(tools, look.connection, priority="background")
        page = await cliniko.list_changed_patients(look.since, look.next_page)
    except (ClinikoError, CannotDecryptError) as error:
        await _note_failure(tools, id_, look, error)
        return
    async with transaction(tools.sessions) as session:
        await note_reached(session, look.connection)
        await _record(session, id_, look, page, asked_at)


async def _claim(session: AsyncSession, practice_id: uuid.UUID, connection_id: uuid.UUID, now: datetime) -> Look | None:
    connection = await session.scalar(
        select(Connection)
        .join(Membership, Membership.id == Connection.membership_id)
        .where(Connection.id == connection_id, Membership.ended_at.is_(None))
    )
    if connection is None or connection.state == ConnectionState.REJECTED or not may_ask(connection, now):
        return None
    oldest = select(func.min(Client.refreshed_at)).where(
        Client.practice_id == practice_id, ~Client.is_hand_made, Client.combined_into_id.is_(None)
    )
    await session.execute(
        insert(PatientPoll)
        .values(practice_id=practice_id, updated_since=func.coalesce(oldest.scalar_subquery(), now))
        .on_conflict_do_nothing()
    )
    poll = await session.get_one(PatientPoll, practice_id, with_for_update=True)
    if poll.begun_at is None or (poll.finished_at is not None and poll.begun_at <= poll.finished_at):
        poll.begun_at, poll.newest_update, poll.next_page, poll.pages = now, None, "", 0
    return Look(connection, poll.updated_since - OVERLAP, poll.next_page, poll.pages)


async def _record(
    session: AsyncSession, practice_id: uuid.UUID, look: Look, page: PatientPage, asked_at: datetime
) -> None:
    """Take a page over and note how far the look has come; nothing when another worker was faster."""
    poll = await session.get_one(PatientPoll, practice_id, with_for_update=True)
    if (poll.pages, poll.next_page) != (look.pages, look.next_page) or poll.begun_at is None:
        return
    merged = await take_over_page(session, practice_id, page.patients, asked_at)
    for client_id in merged:
        await defer_refresh(session, client_id, look.connection.membership_id)
    if look.pages == 0:  # what changes from here on comes to the front and is the next night's
        times = [patient.updated_at for patient in page.patients if patient.updated_at is not None]
        poll.newest_update = max(times, default=None)
    poll.pages, poll.next_page, poll.connection_id = look.pages + 1, page.next_page, None
    if page.next_page and poll.pages < MOST_PAGES:
        await _defer_page(session, practice_id, look.connection)
        return
    if page.next_page:
        log.warning("night_cut_short", practice_id=str(practice_id), pages=poll.pages)
    poll.updated_since = max(poll.updated_since, poll.newest_update or poll.updated_since)
    poll.finished_at, poll.next_page = max(asked_at, poll.begun_at), ""


async def _note_failure(tools: Tools, practice_id: uuid.UUID, look: Look, error: Exception) -> None:
    log.info("night_interrupted", practice_id=str(practice_id), error=error, pages=look.pages)
    async with transaction(tools.sessions) as session:
        poll = await session.get_one(PatientPoll, practice_id, with_for_update=True)
        poll.connection_id = look.connection.id
        if getattr(error, "family", "") != "transient":
            # The page may be of a key that is gone, or an address that Cliniko no longer takes.
            poll.next_page, poll.pages = "", 0
        if isinstance(error, KeyRejected):
            key = look.connection.encrypted_key
            await note_answer(
                session, look.connection.id, ConnectionState.REJECTED, encrypted_key=key, at=tools.clock()
            )
