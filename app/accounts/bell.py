"""The bell in the header: rooms above ring it for members, who hush it by reading."""

import uuid
from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import BellMark


async def ring(session: AsyncSession, about: uuid.UUID, membership_ids: Collection[uuid.UUID]) -> None:
    """Mark something as new to these members; what they have not read yet is not counted twice."""
    if membership_ids:
        # In one order, so that two who ring at once come one after the other.
        marks = [{"membership_id": id_, "about": about} for id_ in sorted(membership_ids)]
        await session.execute(insert(BellMark).values(marks).on_conflict_do_nothing())


async def hush(session: AsyncSession, about: uuid.UUID, membership_id: uuid.UUID | None = None) -> None:
    """Take the mark away from one member, who has read it, or from all, since it is over."""
    whose = () if membership_id is None else (BellMark.membership_id == membership_id,)
    await session.execute(delete(BellMark).where(BellMark.about == about, *whose))


async def hush_all(session: AsyncSession, membership_id: uuid.UUID) -> None:
    """Take all marks away from a member."""
    await session.execute(delete(BellMark).where(BellMark.membership_id == membership_id))
