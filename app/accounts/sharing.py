"""A member's choice of who sees the clients they own; ``clients.sharing`` judges by it."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.forms import FormError
from app.accounts.models import Membership, SharedColleague, SharingRule
from app.accounts.team import list_members
from app.accounts.tools import Tools
from app.errors import NotFoundError


async def list_colleagues(session: AsyncSession, member: Member) -> Sequence[Membership]:
    """Return the active members of the member's practice except themselves, by name."""
    members = await list_members(session, member.practice_id)
    return [other for other in members if other.id != member.membership_id]


async def find_choice(session: AsyncSession, member: Member) -> tuple[SharingRule, set[uuid.UUID]]:
    """Return the member's rule and the ids of the colleagues they ticked, which count under "chosen" only."""
    rule = await session.scalar(select(Membership.sharing_rule).where(Membership.id == member.membership_id))
    ticked = await session.scalars(
        select(SharedColleague.colleague_id).where(SharedColleague.owner_id == member.membership_id)
    )
    return SharingRule(rule or SharingRule.NOBODY), set(ticked)


async def save_choice(
    session: AsyncSession, tools: Tools, member: Member, rule: SharingRule, ticked: Collection[str]
) -> None:
    """Set the member's rule and ticked colleagues (membership ids as text), which are kept under every rule.

    Raises NotFoundError for an id that is no colleague's, FormError when colleagues should be chosen and none is.
    """
    by_id = {str(colleague.id): colleague.id for colleague in await list_colleagues(session, member)}
    if not set(ticked) <= by_id.keys():
        raise NotFoundError
    if rule is SharingRule.CHOSEN and not ticked:
        raise FormError({"colleague": "Tick at least one colleague, or choose Nobody."})
    # First, since it holds the row: two tabs saving at once come one after the other.
    await session.execute(update(Membership).where(Membership.id == member.membership_id).values(sharing_rule=rule))
    await session.execute(delete(SharedColleague).where(SharedColleague.owner_id == member.membership_id))
    session.add_all(SharedColleague(owner_id=member.membership_id, colleague_id=by_id[id_]) for id_ in set(ticked))
    audit.record(
        session,
        "sharing.changed",
        at=tools.clock(),
        practice_id=member.practice_id,
        practitioner_id=member.practitioner_id,
        rule=rule,
        colleague_ids=sorted(set(ticked)),
    )
