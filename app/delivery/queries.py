"""Finding documents of clients the caller has already been allowed to see."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.delivery.models import Document
from app.errors import NotFoundError


async def get_document_content(session: AsyncSession, document_id: uuid.UUID) -> tuple[str, bytes]:
    """Return a document's file name and bytes; raises NotFoundError."""
    row = (
        await session.execute(select(Document.file_name, Document.content).where(Document.id == document_id))
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row[0], row[1]
