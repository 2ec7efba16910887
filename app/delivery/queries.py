"""Finding deliveries of clients the caller has already been allowed to see."""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.delivery.models import Delivery, Document
from app.errors import NotFoundError


async def list_deliveries(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Delivery]:
    """Return deliveries by id, in one query."""
    if not ids:
        return {}
    return {each.id: each for each in await session.scalars(select(Delivery).where(Delivery.id.in_(ids)))}


async def get_document_content(session: AsyncSession, document_id: uuid.UUID) -> tuple[str, bytes]:
    """Return a document's file name and bytes; raises NotFoundError."""
    row = (
        await session.execute(select(Document.file_name, Document.content).where(Document.id == document_id))
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row[0], row[1]
