"""The record of who did what."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import AuditEvent


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
    """Add one event to the session's transaction.

    ``action`` is a fixed word such as "client.opened_shared"; ``detail`` holds ids and numbers only, never names.
    """
    session.add(
        AuditEvent(
            happened_at=at,
            practice_id=practice_id,
            practitioner_id=practitioner_id,
            action=action,
            client_id=client_id,
            detail=detail,
        )
    )
