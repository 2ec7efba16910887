"""The record of signing in and out, kept with the practice in which the person works."""

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.forms import clean_line
from app.accounts.models import Membership, Practitioner
from app.accounts.tools import Tools
from app.db import transaction


async def record_sign_in_event(session: AsyncSession, action: str, practitioner_id: uuid.UUID, *, at: datetime) -> None:
    """Record what a known person did, such as "session.started"; without a practice where they belong to none."""
    await _record(session, action, Practitioner.id == practitioner_id, at)


async def record_refusal(tools: Tools, email: str) -> None:
    """Record a refused sign-in in a transaction of its own: that of the request changes nothing.

    Known and unknown addresses take the same queries, so that the time tells nothing; what was typed is not kept.
    """
    async with transaction(tools.sessions) as session:
        is_theirs = func.lower(Practitioner.email) == func.lower(clean_line(email))
        await _record(session, "session.refused", is_theirs, tools.clock())


async def _record(session: AsyncSession, action: str, who: ColumnElement[bool], at: datetime) -> None:
    is_active = Membership.practice_id == Practitioner.active_practice_id
    query = (
        select(Practitioner.id, Membership.practice_id)
        .outerjoin(Membership, (Membership.practitioner_id == Practitioner.id) & Membership.ended_at.is_(None))
        .where(who)
        .order_by(is_active.desc().nulls_last(), Membership.created_at)
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    practitioner_id, practice_id = row if row else (None, None)
    audit.record(session, action, at=at, practice_id=practice_id, practitioner_id=practitioner_id)
