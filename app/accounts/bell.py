"""The bell in the header: rooms above ring it for members, who hush it by reading."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import BellMark, BellNote


async def ring(session: AsyncSession, about: uuid.UUID, membership_ids: Collection[uuid.UUID]) -> None:
    """Mark something as new to these members; what they have not read yet is not counted twice."""
    if membership_ids:
        # In one order, so that two who ring at once come one after the other.
        marks = [{"membership_id": id_, "about": about} for id_ in sorted(membership_ids)]
        await session.execute(insert(BellMark).values(marks).on_conflict_do_nothing())


async def note(
    session: AsyncSession,
    said: str,
    membership_ids: Collection[uuid.UUID],
    *,
    about: uuid.UUID,
    actor_id: uuid.UUID | None,
    path: str,
    now: datetime,
) -> None:
    """Tell members something on the bell's page, and ring; said again about the same thing it is new again.

    ``said`` is a word of ``alerts.notes``; ``path`` is one of our own, where to look.
    """
    if not membership_ids:
        return
    values = {"about": about, "said": said, "actor_id": actor_id, "path": path, "created_at": now}
    adding = insert(BellNote).values(
        [{"id": uuid.uuid4(), "membership_id": id_, **values} for id_ in sorted(membership_ids)]
    )
    again = {name: adding.excluded[name] for name in ("actor_id", "path", "created_at")}
    await session.execute(adding.on_conflict_do_update(index_elements=["membership_id", "about", "said"], set_=again))
    await ring(session, about, membership_ids)


async def take_back(session: AsyncSession, said: str, about: uuid.UUID) -> None:
    """Remove what was told about something that is settled, whoever was told, and hush."""
    gone = delete(BellNote).where(BellNote.about == about, BellNote.said == said).returning(BellNote.membership_id)
    told = (await session.scalars(gone)).all()
    await session.execute(delete(BellMark).where(BellMark.about == about, BellMark.membership_id.in_(told)))


async def hush(session: AsyncSession, about: uuid.UUID, membership_id: uuid.UUID | None = None) -> None:
    """Take the mark away from one member, who has read it, or from all, since it is over."""
    whose = () if membership_id is None else (BellMark.membership_id == membership_id,)
    await session.execute(delete(BellMark).where(BellMark.about == about, *whose))


async def hush_all(session: AsyncSession, membership_id: uuid.UUID) -> None:
    """Take all marks away from a member."""
    await session.execute(delete(BellMark).where(BellMark.membership_id == membership_id))
