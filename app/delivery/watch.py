"""Looks every few seconds what keeps deliveries from Cliniko, and keeps the alerts in step with it.

Alerts follow from the rows of deliveries and connections, whoever wrote those and whatever was killed in between.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from procrastinate import JobContext
from sqlalchemy import ColumnElement, and_, case, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.connecting.outage import FAILURES_OF_AN_OUTAGE
from app.accounts.models import Connection
from app.accounts.tools import tools_of
from app.alerts.models import Alert, AlertMember, Cause
from app.alerts.service import hold_alerts, update_alerts
from app.db import transaction
from app.delivery.models import Delivery, DeliveryState
from app.delivery.states import NO_ROOM, WORKABLE
from app.errors import ConflictError
from app.jobs.queue import queue

S = DeliveryState

# An outage shorter than this passes unnoticed: it is over before anybody could have done anything.
DOWN_AFTER = timedelta(minutes=2)

# Written out, not bound, so that the index of just these rows is found.
UNFINISHED = text("deliveries.state <> 'delivered'")

Counts = dict[tuple[Cause, uuid.UUID], int]


@queue.periodic(cron="* * * * * */20")
@queue.task(name="delivery.watch", lock="delivery.watch", queueing_lock="delivery.watch", pass_context=True)
async def watch(context: JobContext, timestamp: int) -> None:
    """Open and close alerts where what is wrong has changed; two queries when nothing has."""
    tools = tools_of(context)
    async with transaction(tools.sessions) as session:
        now_wrong = await _count_troubles(session, tools.clock())
        known = await _count_alerts(session)
    for practice_id in now_wrong.keys() | known.keys():
        if now_wrong.get(practice_id) != known.get(practice_id):
            async with transaction(tools.sessions) as session:
                await review_practice(session, practice_id, tools.clock())


async def review_practice(session: AsyncSession, practice_id: uuid.UUID, now: datetime) -> None:
    """Bring one practice's alerts in step with its deliveries, counted while nobody else may."""
    await hold_alerts(session, practice_id)
    troubles = await _count_troubles(session, now, practice_id)
    await update_alerts(session, practice_id, troubles.get(practice_id, {}), now)


async def deal_with(session: AsyncSession, alert: Alert, programs: int, now: datetime) -> None:
    """Note that a person has dealt with what has failed of the member an alert is about.

    Raises ConflictError when it is not as many programs any more as that person saw.
    """
    await hold_alerts(session, alert.practice_id)
    dealt_with = await session.scalars(
        update(Delivery)
        .where(Delivery.membership_id == alert.membership_id, Delivery.state == S.FAILED, is_open_failure())
        .values(dealt_with_at=now)
        .returning(Delivery.id)
    )
    if len(dealt_with.all()) != programs:
        raise ConflictError(
            "Something changed: another program needs a look, or one was sent. Look at the alert again."
        )
    await review_practice(session, alert.practice_id, now)


def is_open_failure() -> ColumnElement[bool]:
    """Return the condition for what nobody has dealt with since it was last tried."""
    return or_(Delivery.dealt_with_at.is_(None), Delivery.dealt_with_at < Delivery.started_at)


async def _count_troubles(
    session: AsyncSession, now: datetime, practice_id: uuid.UUID | None = None
) -> Mapping[uuid.UUID, Counts]:
    """Return how many deliveries wait, by practice, cause and member; of one practice or of all.

    Reads the index of unfinished deliveries only, which holds those under way and those in trouble.
    """
    is_under_way = Delivery.state.in_(WORKABLE)
    is_down = and_(Connection.failing_since <= now - DOWN_AFTER, Connection.failures >= FAILURES_OF_AN_OUTAGE)
    cause = case(
        (Delivery.state == S.NEEDS_KEY, Cause.NEEDS_KEY.value),
        (Delivery.state == S.NOT_PERMITTED, Cause.NOT_PERMITTED.value),
        (and_(Delivery.state == S.FAILED, is_open_failure()), Cause.NEEDS_ATTENTION.value),
        (and_(is_under_way, Delivery.reason == NO_ROOM), Cause.STORAGE_FULL.value),
        (and_(is_under_way, is_down), Cause.CLINIKO_DOWN.value),
    )
    query = (
        select(Delivery.practice_id, Delivery.membership_id, cause.label("cause"), func.count().label("programs"))
        .outerjoin(Connection, Connection.membership_id == Delivery.membership_id)
        .where(UNFINISHED)
        .group_by(Delivery.practice_id, Delivery.membership_id, "cause")
    )
    if practice_id is not None:
        query = query.where(Delivery.practice_id == practice_id)
    counts: dict[uuid.UUID, Counts] = {}
    for row in await session.execute(query):
        if row.cause is not None:
            counts.setdefault(row.practice_id, {})[Cause(row.cause), row.membership_id] = row.programs
    return counts


async def _count_alerts(session: AsyncSession) -> Mapping[uuid.UUID, Mapping[tuple[str, uuid.UUID], int]]:
    """Return the same as the open alerts have it."""
    query = (
        select(Alert.practice_id, Alert.cause, AlertMember.membership_id, AlertMember.programs)
        .join(AlertMember, AlertMember.alert_id == Alert.id)
        .where(Alert.recovered_at.is_(None), AlertMember.programs > 0)
    )
    counts: dict[uuid.UUID, dict[tuple[str, uuid.UUID], int]] = {}
    for row in await session.execute(query):
        counts.setdefault(row.practice_id, {})[row.cause, row.membership_id] = row.programs
    return counts
