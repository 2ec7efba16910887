"""After the database was restored from a backup: what it says is not done yet may have been done since."""

from sqlalchemy import update

from app.clock import utc_now
from app.db import make_engine, make_sessions, transaction
from app.delivery.models import Delivery, DeliveryState
from app.delivery.outcome import SETTLING_TIME


async def look_before_sending(url: str) -> int:
    """Let every delivery that is not done be looked for in Cliniko before it is sent; return how many.

    Each is marked as one whose record was asked for already, as after a lost answer: whoever takes it up looks for the
    delivery's own mark in the patient's Files first, and adopts the file that is there (case 23).
    """
    engine = make_engine(url)
    try:
        async with transaction(make_sessions(engine)) as session:
            changed = await session.scalars(
                update(Delivery)
                .where(
                    Delivery.state != DeliveryState.DELIVERED,
                    Delivery.attachment_id.is_(None),
                    Delivery.record_asked_at.is_(None),
                )
                .values(record_asked_at=utc_now() - SETTLING_TIME)
                .returning(Delivery.id)
            )
            return len(changed.all())
    finally:
        await engine.dispose()
