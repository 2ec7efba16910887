"""The moments of a delivery's life that people may want to hear of; called inside the transaction that writes them.

Each is called exactly where the row changes, so whatever is added to the session here exists if and only if the change
does. None may ask the network or take long: rows are locked meanwhile.

Alerts do not hang on these: ``watch`` opens and closes them by what the rows say, so none is lost with a killed process
or with a worker of the previous release.
"""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.models import Connection
from app.delivery.models import Delivery

log = structlog.get_logger()


async def outage_began(session: AsyncSession, connection: Connection, at: datetime) -> None:
    """Cliniko has failed a key twice in a row (a hiccup is none): everything of that key waits. Once an outage."""
    log.warning("cliniko_outage_began", connection_id=str(connection.id))


async def outage_ended(session: AsyncSession, connection: Connection, since: datetime, at: datetime) -> None:
    """Cliniko answers a key again after an outage that began at ``since``; what waited is on its way."""
    log.info("cliniko_outage_ended", connection_id=str(connection.id), seconds=round((at - since).total_seconds()))


async def delivery_stopped(session: AsyncSession, delivery: Delivery, at: datetime) -> None:
    """A delivery cannot go on without a person.

    ``delivery.state`` is failed, needs_key or not_permitted; or it waits with the reason "storage_full". Called each
    time it gets there from somewhere else.
    """
    log.warning("delivery_stopped", delivery_id=str(delivery.id), state=delivery.state, reason=delivery.reason)
    _record(session, "delivery.stopped", delivery, at, state=delivery.state, reason=delivery.reason)


async def delivery_arrived(session: AsyncSession, delivery: Delivery, at: datetime) -> None:
    """A delivery is in the patient's Files."""
    _record(session, "delivery.arrived", delivery, at)


async def delivery_recovered(session: AsyncSession, delivery: Delivery, at: datetime) -> None:
    """A delivery that had stopped once has arrived (its state is delivered)."""
    log.info("delivery_recovered", delivery_id=str(delivery.id))


def _record(session: AsyncSession, action: str, delivery: Delivery, at: datetime, **detail: Any) -> None:
    whose = {"practice_id": delivery.practice_id, "client_id": delivery.client_id}
    audit.record(session, action, at=at, delivery_id=str(delivery.id), **whose, **detail)
