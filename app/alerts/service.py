"""Keeping a practice's alerts in step with what is wrong at the moment.

An alert follows from rows that are there anyway (a delivery that waits for a key, a connection that fails), so nobody
has to remember to open or close one: whoever looks calls ``hold_alerts``, counts, and hands the counts to
``update_alerts``. A look that was missed is made up for by the next.
"""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import case, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import bell
from app.accounts.models import Membership, Practice, Role
from app.alerts.causes import OF_PRACTICE
from app.alerts.models import Alert, AlertMember, AlertRecipient, Cause, Telling

# What is wrong in a practice: how many programs wait, by cause and member. Every number is at least 1.
Troubles = Mapping[tuple[Cause, uuid.UUID], int]
Scope = tuple[str, uuid.UUID | None]

# A cause that is back within this time was never really gone: the same alert goes on, and nobody is told twice.
CALM = timedelta(minutes=10)


async def hold_alerts(session: AsyncSession, practice_id: uuid.UUID) -> Practice | None:
    """Hold a practice's alerts until the transaction ends, and return it; None if there is no such practice.

    What is counted after this is not older than what anybody wrote into these alerts before.
    """
    query = select(Practice).where(Practice.id == practice_id).with_for_update(key_share=True)
    return await session.scalar(query.execution_options(populate_existing=True))


async def update_alerts(session: AsyncSession, practice_id: uuid.UUID, troubles: Troubles, now: datetime) -> None:
    """Open alerts for what is new, close those whose cause is gone, and ring the bell of those concerned."""
    open_alerts = await _find_open(session, practice_id)
    wanted: dict[Scope, dict[uuid.UUID, int]] = {}
    for (cause, membership_id), programs in troubles.items():
        scope = (cause.value, None if cause in OF_PRACTICE else membership_id)
        wanted.setdefault(scope, {})[membership_id] = programs
    for scope, members in wanted.items():
        alert = open_alerts.get(scope) or await _open(session, practice_id, scope, now)
        await _set_members(session, alert, members)
    for scope, alert in open_alerts.items():
        if scope not in wanted and alert.cause in set(Cause):  # others are a newer release's to close
            await _close(session, alert, now)


async def _find_open(session: AsyncSession, practice_id: uuid.UUID) -> dict[Scope, Alert]:
    query = select(Alert).where(Alert.practice_id == practice_id, Alert.recovered_at.is_(None))
    alerts = await session.scalars(query.execution_options(populate_existing=True))
    return {(alert.cause, alert.membership_id): alert for alert in alerts}


async def _open(session: AsyncSession, practice_id: uuid.UUID, scope: Scope, now: datetime) -> Alert:
    """Open an alert, or again one that was closed a moment ago."""
    cause, membership_id = scope
    query = (
        select(Alert)
        .where(
            Alert.practice_id == practice_id,
            Alert.cause == cause,
            Alert.membership_id.is_not_distinct_from(membership_id),
            Alert.recovered_at > now - CALM,
        )
        .order_by(Alert.recovered_at.desc())
        .limit(1)
    )
    alert = await session.scalar(query)
    if alert is None:
        alert = Alert(id=uuid.uuid4(), practice_id=practice_id, cause=cause, membership_id=membership_id, opened_at=now)
        session.add(alert)
    else:
        alert.recovered_at = None
        back = case((AlertRecipient.told_at.is_(None), Telling.TO_TELL.value), else_=Telling.TOLD.value)
        await session.execute(update(AlertRecipient).where(AlertRecipient.alert_id == alert.id).values(telling=back))
    await session.flush()
    return alert


async def _set_members(session: AsyncSession, alert: Alert, members: Mapping[uuid.UUID, int]) -> None:
    """Note how many programs of whom wait, and ring for those who did not know."""
    known = select(AlertMember.membership_id, AlertMember.programs).where(AlertMember.alert_id == alert.id)
    before = {row.membership_id: row.programs for row in await session.execute(known)}
    changed = {id_: n for id_, n in (dict.fromkeys(before, 0) | dict(members)).items() if before.get(id_) != n}
    if not changed:
        return
    adding = insert(AlertMember).values(
        [{"alert_id": alert.id, "membership_id": id_, "programs": n} for id_, n in changed.items()]
    )
    await session.execute(
        adding.on_conflict_do_update(
            index_elements=["alert_id", "membership_id"], set_={"programs": adding.excluded.programs}
        )
    )
    concerned = await _find_recipients(session, alert.practice_id, members.keys())
    new = await _add_recipients(session, alert.id, concerned)
    # Each program that failed asks for a decision of its own; of an outage, more programs are no news.
    is_more = any(n > before.get(id_, 0) for id_, n in changed.items())
    await bell.ring(session, alert.id, concerned if alert.cause == Cause.NEEDS_ATTENTION and is_more else new)


async def _find_recipients(
    session: AsyncSession, practice_id: uuid.UUID, concerned: Collection[uuid.UUID]
) -> Collection[uuid.UUID]:
    """Return the active members concerned, and the practice's owners and admins; each once."""
    query = select(Membership.id).where(
        Membership.practice_id == practice_id,
        Membership.ended_at.is_(None),
        or_(Membership.id.in_(concerned), Membership.role.in_([Role.OWNER, Role.ADMIN])),
    )
    return (await session.scalars(query)).all()


async def _add_recipients(
    session: AsyncSession, alert_id: uuid.UUID, membership_ids: Collection[uuid.UUID]
) -> Collection[uuid.UUID]:
    """Make sure that these members are told, and return those who were not among the recipients before."""
    if not membership_ids:
        return []
    rows = [{"alert_id": alert_id, "membership_id": id_, "telling": Telling.TO_TELL} for id_ in membership_ids]
    adding = insert(AlertRecipient).values(rows).on_conflict_do_nothing().returning(AlertRecipient.membership_id)
    return (await session.scalars(adding)).all()


async def _close(session: AsyncSession, alert: Alert, now: datetime) -> None:
    """Close an alert: who was told hears that it is over, who was not never hears of it."""
    alert.recovered_at = now
    after = case((AlertRecipient.telling == Telling.TOLD, Telling.TO_TELL_RECOVERY.value), else_=Telling.OVER.value)
    await session.execute(update(AlertRecipient).where(AlertRecipient.alert_id == alert.id).values(telling=after))
    await session.execute(update(AlertMember).where(AlertMember.alert_id == alert.id).values(programs=0))
    await bell.hush(session, alert.id)
