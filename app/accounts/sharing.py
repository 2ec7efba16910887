"""A member's choice of who sees the clients they own, and the practice's for who never chose.

``clients.sharing`` judges by it.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit, bell
from app.accounts.access import Member
from app.accounts.colleagues.team import hold_team, list_members
from app.accounts.forms import FormError
from app.accounts.models import Access, Membership, Practice, SharedColleague, SharingRule
from app.accounts.tools import Tools
from app.errors import NotFoundError


@dataclass(frozen=True)
class Choice:
    """With whom, for what, and the ids of the colleagues ticked, which count under "chosen" only.

    ``whom`` is None for who never chose, or chose to follow the practice.
    """

    whom: SharingRule | None
    access: Access
    ticked: frozenset[uuid.UUID]


async def list_colleagues(session: AsyncSession, member: Member) -> Sequence[Membership]:
    """Return the active members of the member's practice except themselves, by name."""
    members = await list_members(session, member.practice_id)
    return [other for other in members if other.id != member.membership_id]


async def find_choice(session: AsyncSession, member: Member) -> Choice:
    """Return what the member has chosen."""
    me = await session.get_one(Membership, member.membership_id, populate_existing=True)
    ticked = await session.scalars(
        select(SharedColleague.colleague_id).where(SharedColleague.owner_id == member.membership_id)
    )
    follows = me.sharing_rule == SharingRule.NOBODY and me.sharing_chosen_at is None
    return Choice(None if follows else SharingRule(me.sharing_rule), Access(me.sharing_access), frozenset(ticked))


async def read_choice(
    session: AsyncSession, member: Member, whom: SharingRule | None, access: Access, ticked: Collection[str]
) -> Choice:
    """Return a choice as typed, with colleagues by their membership ids as text.

    Raises NotFoundError for an id that is no colleague's, FormError when colleagues should be chosen and none is.
    """
    by_id = {str(colleague.id): colleague.id for colleague in await list_colleagues(session, member)}
    if not set(ticked) <= by_id.keys():
        raise NotFoundError
    if whom is SharingRule.CHOSEN and not ticked:
        raise FormError({"colleague": "Tick at least one colleague, or choose Nobody."})
    return Choice(whom, access, frozenset(by_id[id_] for id_ in ticked))


async def save_choice(session: AsyncSession, tools: Tools, member: Member, choice: Choice) -> None:
    """Set the member's rule and ticked colleagues, which are kept under every rule."""
    now = tools.clock()
    values = {
        "sharing_rule": choice.whom or SharingRule.NOBODY,
        "sharing_access": choice.access,
        "sharing_chosen_at": now if choice.whom else None,
    }
    # First, since it holds the row: two tabs saving at once come one after the other.
    await session.execute(update(Membership).where(Membership.id == member.membership_id).values(**values))
    await session.execute(delete(SharedColleague).where(SharedColleague.owner_id == member.membership_id))
    session.add_all(SharedColleague(owner_id=member.membership_id, colleague_id=id_) for id_ in choice.ticked)
    rule, ids = choice.whom or "default", sorted(map(str, choice.ticked))
    audit.record_by(session, member, "sharing.changed", at=now, rule=rule, access=choice.access, colleague_ids=ids)


async def list_followers(session: AsyncSession, practice_id: uuid.UUID) -> Sequence[Membership]:
    """Return the active members who follow the practice's rule, by name."""
    members = await list_members(session, practice_id)
    return [each for each in members if each.sharing_rule == SharingRule.NOBODY and each.sharing_chosen_at is None]


async def save_practice_rule(
    session: AsyncSession, tools: Tools, member: Member, whom: SharingRule, access: Access
) -> None:
    """Set the rule of those who never chose one, and tell them, since it is their clients."""
    practice = await session.get_one(Practice, member.practice_id, with_for_update=True, populate_existing=True)
    await hold_team(session, member)  # who waited for that may not run it any more
    if (practice.sharing_rule, practice.sharing_access) == (whom, access):
        return
    practice.sharing_rule, practice.sharing_access = whom, access
    now = tools.clock()
    audit.record_by(session, member, "sharing.practice_changed", at=now, rule=whom, access=access)
    followers = [each.id for each in await list_followers(session, practice.id) if each.id != member.membership_id]
    await bell.note(
        session,
        "practice_sharing",
        followers,
        about=practice.id,
        actor_id=member.membership_id,
        path="/account/sharing",
        now=now,
    )
