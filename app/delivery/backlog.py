"""What waits while Cliniko is down for a key, and how it comes back.

While an outage lasts (``accounts.outage``), a delivery whose turn it would be is held: its row says so, its job is
gone. One job a connection ("delivery.wake") comes when the next probe may go; with the first answer everything held
gets its job again, oldest first. The connection's row is locked before any delivery's.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.connecting.connections import lock_connection, outage_of, set_outage
from app.accounts.connecting.outage import Outage, Turn, after_no_verdict, after_trouble, turn
from app.accounts.models import Connection
from app.db import database_now
from app.delivery import events
from app.delivery.due import IS_QUIET, QUIET, is_due
from app.delivery.models import Delivery, DeliveryState
from app.delivery.outcome import Verdict
from app.delivery.service import give_up, put_in, send_on
from app.delivery.states import HELD, NO_ROOM, Actor
from app.jobs.queue import connection_lock, defer, defer_all
from app.jobs.retry import FIRST_GAP, has_tried_long_enough

# The reasons of a delivery that failed since Cliniko did not answer, or not as it should.
CLINIKO_WAS_DOWN = frozenset({"unreachable", "server_trouble"})


async def hold(session: AsyncSession, delivery: Delivery, connection: Connection, now: datetime) -> None:
    """Let a (locked) delivery wait for the end of its key's outage; no failure of its own. Three days are enough."""
    if delivery.state is DeliveryState.UPLOADING:
        # In the hands of a worker that is the probe, or that has gone: its job looks again when that is sure.
        await put_in(session, connection, delivery.id, at=connection.held_until)
        return
    if has_tried_long_enough(now, delivery.started_at):
        await give_up(session, delivery, now, by=Actor.WORKER)
        return
    delivery.reason = HELD
    delivery.next_attempt_at = connection.held_until
    await wake_when_due(session, connection)


async def wait_for_room(session: AsyncSession, delivery: Delivery) -> None:
    """Let all that waits for room in the member's account be tried no sooner than this one, which just found none.

    So one of them tries for all: the jobs of the others come, find them early, and are put back without a request.
    Once there is room they all are due, and go. Rows that somebody holds are left to whoever does.
    """
    others = select(Delivery.id).where(
        Delivery.membership_id == delivery.membership_id,
        IS_QUIET,
        Delivery.reason == NO_ROOM,
        Delivery.next_attempt_at < delivery.next_attempt_at,
    )
    waiting = update(Delivery).where(Delivery.id.in_(others.with_for_update(skip_locked=True)))
    await session.execute(
        waiting.values(next_attempt_at=delivery.next_attempt_at).execution_options(synchronize_session=False)
    )


async def wake_when_due(session: AsyncSession, connection: Connection) -> None:
    """Have the connection's next probe sent when it may go."""
    await defer(
        session,
        "delivery.wake",
        lock=connection_lock(connection.id),
        at=connection.held_until,
        once=f"delivery.wake:{connection.id}",
        connection_id=str(connection.id),
    )


async def wake(session: AsyncSession, connection_id: uuid.UUID, now: datetime, *, answered: bool) -> None:
    """Send the next probe if it may go; ``answered`` says that Cliniko was just heard from."""
    connection = await lock_connection(session, connection_id)
    if connection is None:
        return
    waiting = turn(outage_of(connection), await database_now(session))
    if waiting is Turn.GO:
        await _bring_back(session, connection)
        return
    if waiting is Turn.WAIT:
        await wake_when_due(session, connection)
        return
    delivery = await find_probe(session, connection)
    if delivery is not None:
        await send_on(session, delivery, now, by=Actor.SWEEP)
    elif answered:
        await _end(session, connection, now)
        # Nothing is held, but one may have an hour to its own next try, for no other reason than the outage.
        await _bring_back(session, connection, reasons=CLINIKO_WAS_DOWN)


async def find_probe(session: AsyncSession, connection: Connection) -> Delivery | None:
    """Return, locked, the delivery that tries whether Cliniko answers again; None when nothing is due.

    One that was just sent on without a time, as by a person who pressed "Try again"; else the one that failed least
    often, so that a file which Cliniko cannot digest does not stand in the way of all others.
    """
    return await session.scalar(
        select(Delivery)
        .where(is_due(connection.membership_id))
        .order_by(Delivery.next_attempt_at.is_(None).desc(), Delivery.failures, Delivery.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


async def note_verdict(
    session: AsyncSession,
    connection_id: uuid.UUID,
    verdict: Verdict,
    now: datetime,
    *,
    was_probe: bool,
    again_at: datetime | None = None,
) -> datetime | None:
    """Write what an attempt says of Cliniko; return until when the key is held (UTC), None when it is not.

    ``again_at`` is when the delivery itself goes on, for an attempt that says nothing.
    """
    connection = await lock_connection(session, connection_id)
    if connection is None:
        return None
    before = outage_of(connection)
    if verdict is Verdict.ANSWERS:
        if before.is_open:
            await _end(session, connection, now)
        return None
    if verdict is Verdict.DOWN:
        outage = after_trouble(before, now, was_probe=was_probe)
    elif was_probe:
        outage = after_no_verdict(before, again_at=again_at or now + FIRST_GAP)
    else:
        return None
    set_outage(connection, outage)
    await session.execute(
        update(Delivery)
        .where(Delivery.membership_id == connection.membership_id, Delivery.reason == HELD)
        .values(next_attempt_at=outage.held_until)
    )
    await wake_when_due(session, connection)
    if outage.is_told and not before.is_told:
        await events.outage_began(session, connection, now)
    return outage.held_until


async def _end(session: AsyncSession, connection: Connection, now: datetime) -> None:
    outage = outage_of(connection)
    set_outage(connection, Outage())
    await _bring_back(session, connection)
    if outage.is_told and outage.failing_since is not None:
        await events.outage_ended(session, connection, outage.failing_since, now)


async def _bring_back(
    session: AsyncSession, connection: Connection, *, reasons: Collection[str] = frozenset({HELD})
) -> None:
    """Give what was held, or waits for one of these reasons, its jobs again, oldest first."""
    rows = await session.execute(
        update(Delivery)
        .where(
            Delivery.membership_id == connection.membership_id,
            Delivery.reason.in_(reasons),
            Delivery.state.in_(QUIET),
        )
        .values(reason="", next_attempt_at=None)
        .returning(Delivery.id, Delivery.created_at)
        .execution_options(synchronize_session=False)
    )
    oldest_first = sorted(rows.all(), key=lambda row: row.created_at)
    await defer_all(
        session,
        "delivery.deliver",
        lock=connection_lock(connection.id),
        arguments=[{"delivery_id": str(row.id)} for row in oldest_first],
    )
