"""A practice's letterhead: what stands on the programs it gives to clients."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Letterhead
from app.pdf.document import DocumentLetterhead


async def get_letterhead(session: AsyncSession, practice_id: uuid.UUID) -> DocumentLetterhead:
    """Return what a practice puts on its paper, the logo (PNG) included; empty for a practice that has set nothing."""
    # Columns, not the row: one that the session already holds would come without its logo.
    columns = (Letterhead.logo, Letterhead.colour, Letterhead.address, Letterhead.phone, Letterhead.footer)
    row = (await session.execute(select(*columns).where(Letterhead.practice_id == practice_id))).one_or_none()
    return DocumentLetterhead(**row._asdict()) if row else DocumentLetterhead()
