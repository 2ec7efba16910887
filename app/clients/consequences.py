"""What a changed sharing rule would mean, before it is saved: who begins or ceases to see how many clients."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.models import Access, Practice, SharingRule
from app.accounts.sharing import Choice, find_choice, list_colleagues, list_followers
from app.clients.models import Client, ClientGrant
from app.clients.names import display_name
from app.clients.sharing import Owner, Rule, by_rule
from app.clients.visibility import grant_holds

MOST_NAMED = 10
# Of so many, by name, those are named whom the change concerns.
LOOKED_AT = 100


@dataclass(frozen=True)
class Change:
    """What changes for one colleague: from what to what, for how many clients, and the first of them by name."""

    name: str
    before: Access
    after: Access
    count: int
    clients: Sequence[str]

    @property
    def words(self) -> str:
        """What happens, with the colleague's name before it and the clients after it."""
        if self.after is Access.NONE:
            return "will no longer see"
        if self.before is Access.NONE:
            return "will see and edit" if self.after is Access.EDIT else "will see, for viewing only,"
        return "will also edit" if self.after is Access.EDIT else "will view, but no longer edit,"


async def practice_rule(session: AsyncSession, practice_id: uuid.UUID) -> Rule:
    """Return the rule of members who never chose one."""
    practice = await session.get_one(Practice, practice_id, populate_existing=True)
    return Rule(SharingRule(practice.sharing_rule), Access(practice.sharing_access))


async def preview_choice(session: AsyncSession, member: Member, wanted: Choice) -> list[Change]:
    """Return what a member's choice would change, by colleague; what is said of single clients stays as it is."""
    of_practice = await practice_rule(session, member.practice_id)
    chosen = await find_choice(session, member)
    total, told, first = await _own_clients(session, member)
    changes = []
    for colleague in await list_colleagues(session, member):
        before, after = (
            by_rule(_rule(choice, of_practice), is_chosen=colleague.id in choice.ticked) for choice in (chosen, wanted)
        )
        count = total - told[colleague.id]
        if before is not after and count:
            names = [name for name, told_of in first if colleague.id not in told_of][:MOST_NAMED]
            changes.append(Change(colleague.practitioner.name, before, after, count, names))
    return changes


def _rule(choice: Choice, of_practice: Rule) -> Rule:
    own = Rule(choice.whom, choice.access) if choice.whom else None
    return Owner(own, of_practice).rule


async def _own_clients(
    session: AsyncSession, member: Member
) -> tuple[int, Counter[uuid.UUID], list[tuple[str, set[uuid.UUID]]]]:
    """Return how many clients a member owns, of how many something is said by colleague, and of whom of the first."""
    is_own = Client.owner_id == member.membership_id, Client.combined_into_id.is_(None)
    total = await session.scalar(select(func.count()).select_from(Client).where(*is_own)) or 0
    of_own = select(ClientGrant.membership_id, func.count()).join(Client, Client.id == ClientGrant.client_id)
    told = await session.execute(of_own.where(*is_own, grant_holds()).group_by(ClientGrant.membership_id))
    said = (
        select(func.array_agg(ClientGrant.membership_id))
        .where(ClientGrant.client_id == Client.id, grant_holds())
        .scalar_subquery()
    )
    columns = Client.first_name, Client.preferred_first_name, Client.last_name, said
    rows = await session.execute(select(*columns).where(*is_own).order_by(Client.sort_name, Client.id).limit(LOOKED_AT))
    first = [(display_name(*names), set(ids or ())) for *names, ids in rows]
    return total, Counter({id_: int(number) for id_, number in told}), first


async def preview_practice_rule(session: AsyncSession, member: Member) -> list[tuple[str, int]]:
    """Return whose clients a changed practice's rule concerns, and how many they are; those with none are left out."""
    followers = await list_followers(session, member.practice_id)
    is_theirs = Client.owner_id.in_([each.id for each in followers]), Client.combined_into_id.is_(None)
    rows = await session.execute(select(Client.owner_id, func.count()).where(*is_theirs).group_by(Client.owner_id))
    counts = {owner_id: int(number) for owner_id, number in rows}
    return [(each.practitioner.name, counts[each.id]) for each in followers if each.id in counts]
