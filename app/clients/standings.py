"""Reading what ``sharing.decide`` needs, of every member of a practice and some of its clients."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Access, Membership, Practice, SharedColleague, SharingRule
from app.clients.models import ClientGrant
from app.clients.sharing import Asker, Grant, Owner, Rule, Standing


def rule_of(owner: Membership) -> Rule | None:
    """Return a member's own rule; None while they never chose one."""
    whom = SharingRule(owner.sharing_rule)
    if whom is SharingRule.NOBODY and owner.sharing_chosen_at is None:
        return None
    return Rule(whom, Access(owner.sharing_access))


async def read_standings(
    session: AsyncSession,
    practice_id: uuid.UUID,
    clients: Sequence[tuple[uuid.UUID, uuid.UUID]],
    *,
    with_ended: bool = False,
) -> dict[uuid.UUID, list[Standing]]:
    """Return how each active member of a practice stands to each of its clients, in the clients' order.

    ``clients`` are (client id, owner id), so that it can be asked how it would be with another owner. By membership,
    if asked for ended ones too; in four queries, however many clients and members.
    """
    practice = await session.get_one(Practice, practice_id)
    of_practice = Rule(SharingRule(practice.sharing_rule), Access(practice.sharing_access))
    members = (await session.scalars(select(Membership).where(Membership.practice_id == practice.id))).all()
    owner_ids, client_ids = {owner_id for _, owner_id in clients}, [client_id for client_id, _ in clients]
    owners = {each.id: Owner(rule_of(each), of_practice) for each in members if each.id in owner_ids}
    pairs = await session.execute(
        select(SharedColleague.owner_id, SharedColleague.colleague_id).where(SharedColleague.owner_id.in_(owner_ids))
    )
    chosen = {(owner_id, colleague_id) for owner_id, colleague_id in pairs}
    rows = await session.execute(
        select(ClientGrant.client_id, ClientGrant.membership_id, ClientGrant.access, ClientGrant.ends_at).where(
            ClientGrant.client_id.in_(client_ids)
        )
    )
    grants = {(client_id, membership_id): Grant(access, ends_at) for client_id, membership_id, access, ends_at in rows}

    def standing(member: Membership, client_id: uuid.UUID, owner_id: uuid.UUID) -> Standing:
        is_chosen = (owner_id, member.id) in chosen
        asker = Asker(is_member=member.ended_at is None, is_owner=member.id == owner_id, is_chosen=is_chosen)
        return Standing(asker, owners[owner_id], grants.get((client_id, member.id)))

    return {
        member.id: [standing(member, *client) for client in clients]
        for member in members
        if with_ended or member.ended_at is None
    }
