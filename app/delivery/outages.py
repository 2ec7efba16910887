"""Cliniko being down for a key, told with the deliveries that wait for it."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.connecting.outage import FAILURES_OF_AN_OUTAGE
from app.accounts.models import Connection, Membership, Practitioner
from app.delivery.models import Delivery
from app.delivery.states import WORKABLE, in_words
from app.locales import write_moment, write_time


@dataclass(frozen=True)
class Outage:
    """Since when Cliniko has not answered a member's key, when it is asked next (UTC), and how many wait for that."""

    member_name: str
    since: datetime
    held_until: datetime
    waiting: int


async def find_outages(session: AsyncSession, membership_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Outage]:
    """Return the outages of these members' keys, in one query: membership -> outage."""
    if not membership_ids:
        return {}
    waiting = (
        select(func.count())
        .where(Delivery.membership_id == Connection.membership_id, Delivery.state.in_(WORKABLE))
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Connection.membership_id, Practitioner.name, Connection.failing_since, Connection.held_until, waiting)
        .join(Membership, Membership.id == Connection.membership_id)
        .join(Practitioner, Practitioner.id == Membership.practitioner_id)
        .where(
            Connection.membership_id.in_(membership_ids),
            Connection.failures >= FAILURES_OF_AN_OUTAGE,
            Connection.failing_since.is_not(None),
            Connection.held_until.is_not(None),
        )
        .order_by(Connection.failing_since)
    )
    return {membership_id: Outage(*rest) for membership_id, *rest in rows}


def describe_outage(outage: Outage, now: datetime, zone: str, *, whose: str = "") -> str:
    """Say since when Cliniko does not answer, how many programs wait and when it is asked next.

    ``zone`` is the practice's (IANA); ``whose`` names the key's owner where a page is about several.
    """
    to_whom = f" the key of {whose}" if whose else ""
    is_today = outage.since.astimezone(ZoneInfo(zone)).date() == now.astimezone(ZoneInfo(zone)).date()
    since = (write_time if is_today else write_moment)(outage.since, zone)
    waits = "1 program waits" if outage.waiting == 1 else f"{outage.waiting} programs wait"
    return f"Cliniko has not answered{to_whom} since {since}; {waits}; next try {in_words(outage.held_until, now)}."
