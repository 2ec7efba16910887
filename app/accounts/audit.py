"""The record of who did what."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Select, Uuid, insert, literal
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.models import AuditEvent
from app.web.requests import client_address


def record(
    session: AsyncSession,
    action: str,
    *,
    at: datetime,
    practice_id: uuid.UUID | None = None,
    practitioner_id: uuid.UUID | None = None,
    client_id: uuid.UUID | None = None,
    **detail: Any,
) -> None:
    """Add one event to the session's transaction, with the address of the request under way.

    ``action`` is a fixed word such as "client.opened_shared", its kind before the dot; ``activity.sentences`` says it
    in words. ``detail`` holds ids, numbers and fixed words only, never names. Without a practitioner it was done by
    Kinebridge itself, or by a client on their own page.
    """
    session.add(
        AuditEvent(
            happened_at=at,
            practice_id=practice_id,
            practitioner_id=practitioner_id,
            action=action,
            client_id=client_id,
            address=client_address(),
            detail=detail,
        )
    )


async def record_each(
    session: AsyncSession,
    action: str,
    clients: Select[uuid.UUID, uuid.UUID],
    *,
    at: datetime,
    practitioner_id: uuid.UUID | None = None,
    **detail: Any,
) -> None:
    """Add one event for each client selected, (practice id, client id), in one statement however many (``record``)."""
    alike: dict[str, ColumnElement[Any]] = {
        "happened_at": literal(at, DateTime(timezone=True)),
        "practitioner_id": literal(practitioner_id, Uuid()),
        "action": literal(action),
        "address": literal(client_address()),
        "detail": literal(detail, JSONB),
    }
    events = clients.add_columns(*alike.values())
    await session.execute(insert(AuditEvent).from_select(["practice_id", "client_id", *alike], events))


def record_by(
    session: AsyncSession,
    member: Member,
    action: str,
    *,
    at: datetime,
    client_id: uuid.UUID | None = None,
    **detail: Any,
) -> None:
    """Add one event that a signed-in member caused in their practice (``record``)."""
    who = {"practice_id": member.practice_id, "practitioner_id": member.practitioner_id}
    record(session, action, at=at, client_id=client_id, **who, **detail)
