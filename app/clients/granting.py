"""What a client's owner decides of one client: who else may see it, and handing it over to a colleague."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit, bell
from app.accounts.access import Member, hold_membership, stay_member
from app.accounts.colleagues.team import list_members
from app.accounts.models import Access, Membership, Practice, Role
from app.clients.holding import lock_client
from app.clients.models import Client, ClientGrant
from app.clients.queries import get_client_to_edit, ids_of_client
from app.clients.request_notes import pass_to_owner, settle_requests
from app.clients.sharing import Grant, Standing
from app.clients.standings import read_standings
from app.errors import ConflictError, ForbiddenError, NotFoundError


@dataclass(frozen=True)
class Colleague:
    """A member of the practice other than the client's owner, what they may do with the client, and by what.

    ``told`` is what is said of just them; ``by_rule`` what they could do without that.
    """

    id: uuid.UUID
    name: str
    access: Access
    by_rule: Access
    told: Grant | None


async def get_managed_client(session: AsyncSession, member: Member, client_id: uuid.UUID, *, leads: bool) -> Client:
    """Return a client whose sharing the member may manage: the owner, or, with ``leads``, who runs the practice too.

    Raises as ``get_client_to_edit``, and ForbiddenError for colleagues of the owner.
    """
    client = await get_client_to_edit(session, member, client_id)
    if client.owner_id != member.membership_id and not (leads and member.runs_team):
        raise _not_theirs(client)
    return client


def _not_theirs(client: Client) -> ForbiddenError:
    name = client.owner.practitioner.name
    return ForbiddenError(f"Only {name} can choose who sees this client. Ask {name}.")


async def list_colleagues(session: AsyncSession, client: Client, now: datetime) -> list[Colleague]:
    """Return what each active member but the owner may do with the client, by name."""
    standings = await read_standings(session, client.practice_id, [(client.id, client.owner_id)])
    members = await list_members(session, client.practice_id)
    return [
        _colleague(other, standings[other.id][0], now)
        for other in members
        if other.id != client.owner_id and other.id in standings
    ]


def _colleague(member: Membership, standing: Standing, now: datetime) -> Colleague:
    by_rule = Standing(standing.asker, standing.owner).access(now)
    return Colleague(member.id, member.practitioner.name, standing.access(now), by_rule, standing.told(now))


async def set_grant(
    session: AsyncSession, member: Member, client: Client, colleague_id: uuid.UUID, grant: Grant | None, now: datetime
) -> None:
    """Say what one colleague may do with the member's client, or nothing special any more (None).

    Raises NotFoundError for who is no colleague, ConflictError when the client was handed over or combined meanwhile.
    """
    await _hold(session, member, client)
    colleagues = {colleague.id: colleague for colleague in await list_colleagues(session, client, now)}
    if colleague_id not in colleagues:
        raise NotFoundError
    await _hold_colleague(session, colleague_id)
    if grant is None:
        of_them = ClientGrant.client_id == client.id, ClientGrant.membership_id == colleague_id
        await session.execute(delete(ClientGrant).where(*of_them))
    else:
        await write_grant(session, client.id, colleague_id, grant, given_by_id=member.membership_id, now=now)
        if grant.access is not Access.NONE:
            by = member.membership_id
            parts = await ids_of_client(session, client.id)
            await settle_requests(session, parts, colleague_id, now, access=grant.access, by=by)
        if grant.access is not Access.NONE and colleagues[colleague_id].access is Access.NONE:
            await _tell(session, "client_given", member, client, colleague_id, now)
    detail = {"membership_id": str(colleague_id), "access": grant.access if grant else "rule"}
    if grant and grant.ends_at:
        detail["ends_at"] = grant.ends_at.isoformat()
    audit.record_by(session, member, "sharing.client_changed", at=now, client_id=client.id, **detail)


async def write_grant(
    session: AsyncSession,
    client_id: uuid.UUID,
    membership_id: uuid.UUID,
    grant: Grant,
    *,
    given_by_id: uuid.UUID,
    now: datetime,
) -> None:
    """Put what is said of a member and a client in the place of what was said before."""
    said = {"access": grant.access, "ends_at": grant.ends_at, "given_by_id": given_by_id, "given_at": now}
    adding = insert(ClientGrant).values(client_id=client_id, membership_id=membership_id, **said)
    await session.execute(adding.on_conflict_do_update(index_elements=["client_id", "membership_id"], set_=said))


async def hand_over(
    session: AsyncSession, member: Member, client: Client, to_id: uuid.UUID, *, keeps_sight: bool, now: datetime
) -> None:
    """Make a colleague the client's owner; what was said of others stays, and who only saw it by rule loses it.

    With ``keeps_sight`` the owner until now may go on editing. Deliveries under way go on with the key of whoever
    assigned, and open requests are the new owner's to answer. Raises as ``set_grant``.
    """
    await _hold(session, member, client)
    colleagues = await list_colleagues(session, client, now)
    if to_id not in {colleague.id for colleague in colleagues}:
        raise NotFoundError
    await _hold_colleague(session, to_id)
    from_id = client.owner_id
    await session.execute(update(Client).where(Client.id == client.id).values(owner_id=to_id))
    of_new_owner = ClientGrant.client_id == client.id, ClientGrant.membership_id == to_id
    await session.execute(delete(ClientGrant).where(*of_new_owner))
    of_former = ClientGrant.client_id == client.id, ClientGrant.membership_id == from_id
    await session.execute(delete(ClientGrant).where(*of_former))
    if keeps_sight:
        grant = Grant(Access.EDIT)
        await write_grant(session, client.id, from_id, grant, given_by_id=member.membership_id, now=now)
    parts = await ids_of_client(session, client.id)
    await settle_requests(session, parts, to_id, now, by=member.membership_id)
    await pass_to_owner(session, parts, from_id, to_id)
    if to_id != member.membership_id:
        await _tell(session, "client_handed_over", member, client, to_id, now)
    if from_id != member.membership_id:
        path = f"/clients/{client.id}" if keeps_sight else "/clients"
        await bell.note(
            session,
            "client_handed_on",
            [from_id],
            about=client.id,
            actor_id=member.membership_id,
            path=path,
            now=now,
        )
    ids = {"membership_id": str(to_id), "from_id": str(from_id), "keeps_sight": keeps_sight}
    audit.record_by(session, member, "client.handed_over", at=now, client_id=client.id, **ids)


@dataclass(frozen=True)
class Consequences:
    """Names of those who could see a client and would not, and the other way about; by name."""

    gain: list[str]
    lose: list[str]


async def preview_hand_over(session: AsyncSession, client: Client, to_id: uuid.UUID, now: datetime) -> Consequences:
    """Return who besides the two would begin and cease to see the client; raises NotFoundError for no colleague."""
    members = {other.id: other.practitioner.name for other in await list_members(session, client.practice_id)}
    if to_id not in members or to_id == client.owner_id:
        raise NotFoundError
    pairs = [(client.id, client.owner_id), (client.id, to_id)]
    standings = await read_standings(session, client.practice_id, pairs)
    gain: list[str] = []
    lose: list[str] = []
    for id_, name in members.items():
        if id_ in (to_id, client.owner_id) or id_ not in standings:
            continue
        before, after = (each.access(now) is not Access.NONE for each in standings[id_])
        if before != after:
            (gain if after else lose).append(name)
    return Consequences(gain, lose)


async def zone_of(session: AsyncSession, practice_id: uuid.UUID) -> str | None:
    """Return the practice's time zone."""
    return (await session.get_one(Practice, practice_id)).time_zone


async def _hold(session: AsyncSession, member: Member, client: Client) -> None:
    """Lock the client until the transaction ends; raises ConflictError when it is not what the member was shown.

    ForbiddenError for who managed it as one who runs the practice, and does not by now.
    """
    owner_id = client.owner_id
    held = await lock_client(session, client.id)
    if held is None:  # erased just now
        raise NotFoundError
    if held == client.id:
        current = await session.scalar(select(Client.owner_id).where(Client.id == client.id))
        if current == owner_id:
            await stay_member(session, member)
            role = await session.scalar(select(Membership.role).where(Membership.id == member.membership_id))
            if owner_id != member.membership_id and role not in (Role.OWNER, Role.ADMIN):
                raise _not_theirs(client)
            return
    raise ConflictError(
        "This client was just handed over or combined with another. Nothing was changed. Open the page again."
    )


async def _hold_colleague(session: AsyncSession, membership_id: uuid.UUID) -> None:
    """Let nobody end a colleague's access until what is given to them is there, to be ended with it."""
    if not await hold_membership(session, membership_id):
        raise ConflictError("This colleague just left the practice. Nothing was changed.")


async def _tell(
    session: AsyncSession, said: str, member: Member, client: Client, membership_id: uuid.UUID, now: datetime
) -> None:
    path = f"/clients/{client.id}"
    actor_id = member.membership_id
    await bell.note(session, said, [membership_id], about=client.id, actor_id=actor_id, path=path, now=now)
