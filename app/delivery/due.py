"""When a delivery may be taken up: the same rule for a row in hand and for a query."""

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, literal_column, or_

from app.delivery.models import Delivery, DeliveryState
from app.delivery.outcome import SETTLING_TIME
from app.delivery.states import HELD

# A worker may have one of these in its hands only as long as its job runs, which no second job of the key does.
QUIET = (DeliveryState.WAITING, DeliveryState.PROCESSING)
# Written out, not bound, so that the index of just these rows is found.
IS_QUIET: ColumnElement[bool] = literal_column("deliveries.state IN ('waiting', 'processing')")


def due_at(delivery: Delivery) -> datetime | None:
    """Return when the delivery may be taken up (UTC), or None for at once.

    Whoever asked for the record may have been stopped before the answer came; nobody looks for its result too early.
    """
    times = [] if delivery.reason == HELD else [delivery.next_attempt_at]
    if delivery.record_asked_at is not None and delivery.attachment_id is None:
        times.append(delivery.record_asked_at + SETTLING_TIME)
    return max((time for time in times if time is not None), default=None)


def is_due(membership_id: uuid.UUID) -> ColumnElement[bool]:
    """Condition: a member's delivery that nobody has in hand and that may be taken up now (``due_at``)."""
    now = func.clock_timestamp()
    return and_(
        Delivery.membership_id == membership_id,
        IS_QUIET,
        or_(Delivery.next_attempt_at.is_(None), Delivery.next_attempt_at <= now, Delivery.reason == HELD),
        or_(
            Delivery.attachment_id.is_not(None),
            Delivery.record_asked_at.is_(None),
            Delivery.record_asked_at <= now - SETTLING_TIME,
        ),
    )
