"""Who reads the record: owners and admins. For everybody else there is no such page."""

from typing import Annotated

from fastapi import Depends

from app.accounts.access import Member, SignedIn
from app.errors import NotFoundError


async def require_lead(member: SignedIn) -> Member:
    """Return the member if they are an owner or admin; raises NotFoundError otherwise."""
    if not member.runs_team:
        raise NotFoundError
    return member


Lead = Annotated[Member, Depends(require_lead)]
