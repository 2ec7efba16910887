"""Who may see and edit what, said to the database: ``sharing.decide`` in SQL. A test compares the two."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, and_, case, cast, exists, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.models import Access, Membership, Practice, Practitioner, SharedColleague, SharingRule
from app.clients.models import Client, ClientGrant


def rule_access(member: Member) -> ColumnElement[str]:
    """Return, of an owner's ``Membership``, what their rule lets the member do: ``sharing.by_rule`` in SQL."""
    never_chose = and_(Membership.sharing_rule == SharingRule.NOBODY, Membership.sharing_chosen_at.is_(None))
    # Of one practice, which is looked up once and not for each owner.
    practice_shares, practice_access = (
        select(column).where(Practice.id == member.practice_id).scalar_subquery()
        for column in (Practice.sharing_rule == SharingRule.PRACTICE, cast(Practice.sharing_access, Text))
    )
    is_chosen = exists().where(
        SharedColleague.owner_id == Membership.id, SharedColleague.colleague_id == member.membership_id
    )
    shares = case(
        (never_chose, practice_shares),
        (Membership.sharing_rule == SharingRule.PRACTICE, true()),
        (Membership.sharing_rule == SharingRule.CHOSEN, is_chosen),
        else_=false(),
    )
    return case(
        (Membership.practice_id != member.practice_id, Access.NONE.value),
        (Membership.id == member.membership_id, Access.EDIT.value),
        (~shares, Access.NONE.value),
        (never_chose, practice_access),
        else_=cast(Membership.sharing_access, Text),
    )


def grant_holds() -> ColumnElement[bool]:
    """Condition on ``ClientGrant``: it counts now, by the database's time, which is one for all who ask."""
    return or_(ClientGrant.ends_at.is_(None), ClientGrant.ends_at > func.now())


def access_to(member: Member) -> ColumnElement[str]:
    """Return, of a ``Client`` joined with its owner's ``Membership``, the word for what the member may do with it.

    It is ``sharing.decide`` in SQL, for a member who belongs to the practice now, as everyone signed in does.
    """
    grant = (
        select(cast(ClientGrant.access, Text))
        .where(ClientGrant.client_id == Client.id, ClientGrant.membership_id == member.membership_id, grant_holds())
        .scalar_subquery()
    )
    return case(
        (Client.practice_id != member.practice_id, Access.NONE.value),
        (Client.owner_id == member.membership_id, Access.EDIT.value),
        else_=func.coalesce(grant, rule_access(member)),
    )


def sees_client(member: Member) -> ColumnElement[bool]:
    """Condition on ``Client`` joined with its owner's ``Membership``: the member may at least look at it."""
    return access_to(member) != Access.NONE.value


@dataclass(frozen=True)
class VisibleOwners:
    """Whose clients a member sees: by owner what their rule allows, and by client what is said of that one alone."""

    names: Mapping[uuid.UUID, str]
    rules: Mapping[uuid.UUID, Access]
    grants: Mapping[uuid.UUID, Access]

    def access(self, *, client_id: uuid.UUID, owner_id: uuid.UUID) -> Access:
        """Return what the member may do with this client of this owner."""
        return self.grants.get(client_id, self.rules.get(owner_id, Access.NONE))

    def sees(self, *, client_id: uuid.UUID, owner_id: uuid.UUID) -> bool:
        """Return True when the member sees this client of this owner."""
        return self.access(client_id=client_id, owner_id=owner_id) is not Access.NONE

    @property
    def condition(self) -> ColumnElement[bool]:
        """Condition on ``Client``: the member sees it. Nothing but ids, by which an index finds them."""
        excepted = [id_ for id_, access in self.grants.items() if access is Access.NONE]
        shared: ColumnElement[bool] = Client.owner_id.in_(
            [id_ for id_, access in self.rules.items() if access is not Access.NONE]
        )
        given = [id_ for id_, access in self.grants.items() if access is not Access.NONE]
        if excepted:
            shared = and_(shared, Client.id.not_in(excepted))
        return or_(shared, Client.id.in_(given)) if given else shared


async def visible_owners(session: AsyncSession, member: Member) -> VisibleOwners:
    """Return the memberships whose clients the member sees, with their names.

    A query of its own: with the few ids in hand the database goes straight to their clients by an index.
    """
    given = (
        select(
            Client.owner_id, func.json_agg(func.json_build_array(Client.id, cast(ClientGrant.access, Text))).label("of")
        )
        .join(ClientGrant, ClientGrant.client_id == Client.id)
        .where(
            ClientGrant.membership_id == member.membership_id,
            grant_holds(),
            Client.practice_id == member.practice_id,
            Client.owner_id != member.membership_id,
        )
        .group_by(Client.owner_id)
        .subquery()
    )
    access = rule_access(member)
    rows = await session.execute(
        select(Membership.id, Practitioner.name, access, given.c.of)
        .join(Practitioner, Practitioner.id == Membership.practitioner_id)
        .outerjoin(given, given.c.owner_id == Membership.id)
        .where(Membership.practice_id == member.practice_id, or_(access != Access.NONE.value, given.c.of.is_not(None)))
    )
    names, rules, grants = {}, {}, {}
    for owner_id, name, by_rule, of_clients in rows:
        names[owner_id], rules[owner_id] = name, Access(by_rule)
        grants.update({uuid.UUID(id_): Access(word) for id_, word in of_clients or ()})
    return VisibleOwners(names, rules, grants)
