"""How the deliveries of all practices stand, in figures for whoever runs the service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal, literal_column, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.delivery.models import Delivery

# Kept in figures of its own: its rows are ever more.
ARRIVED = "delivered"


@dataclass(frozen=True)
class Standing:
    """How many deliveries are in a state, and how old the oldest is; for "delivered" only those of the last hour."""

    state: str
    deliveries: int
    oldest_seconds: float


async def list_standings(session: AsyncSession, now: datetime) -> list[Standing]:
    """Return one row a state, by two indexes: of what has not arrived, and of when others did. ``now`` is UTC."""
    # Text, not parameters, so that the partial index serves.
    state: ColumnElement[str] = literal_column("state")
    waiting = (
        select(state, func.count(), func.min(Delivery.created_at))
        .where(literal_column("state <> 'delivered'"))
        .group_by(state)
    )
    arrived = select(literal(ARRIVED), func.count(), null()).where(Delivery.delivered_at > now - timedelta(hours=1))
    rows: Sequence[Any] = (await session.execute(union_all(waiting, arrived))).all()
    return [Standing(name, number, max((now - (oldest or now)).total_seconds(), 0)) for name, number, oldest in rows]
