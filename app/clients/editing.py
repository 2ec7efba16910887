"""What people do to a client by hand: adding one, editing details, deciding between ours and Cliniko's, linking."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member, stay_member
from app.clients.combining import combine, hold_clients, keep_apart, may_take
from app.clients.details import EDITABLE, Weighed, edit, from_data, write
from app.clients.holding import hold_client_to_edit
from app.clients.models import Client, ClientGrant, ClientLink
from app.clients.queries import get_client, get_client_to_edit
from app.clients.writing import index_values, note_correction, write_details
from app.errors import ConflictError, ForbiddenError, NotFoundError

EMPTY: dict[str, Any] = dict.fromkeys(EDITABLE, "") | {
    "date_of_birth": None,
    "phone_numbers": [],
    "time_zone": None,
}


async def add_client(
    session: AsyncSession, member: Member, client_id: uuid.UUID, details: dict[str, Any], now: datetime
) -> None:
    """Add a client by hand under the id its form was made with, so that a second press adds nobody.

    Raises NotFoundError when the id is that of a client the member may not see.
    """
    values = EMPTY | details
    made = await session.scalar(
        insert(Client)
        .values(
            id=client_id,
            practice_id=member.practice_id,
            owner_id=member.membership_id,
            is_hand_made=True,
            refreshed_at=now,
            **values,
            **index_values(values),
        )
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(Client.id)
    )
    if made is None:
        await get_client(session, member, client_id)
        return
    await stay_member(session, member)
    _record(session, "client.made_by_hand", member, client_id, now)


async def edit_details(
    session: AsyncSession, member: Member, client: Client, typed: dict[str, Any], now: datetime
) -> None:
    """Write details edited by hand; from then on Cliniko's values of those fields are shown beside, not taken."""
    client = await _hold(session, member, client)
    born = client.date_of_birth
    weighed = edit(client.details, client.own_fields, typed, is_linked=await is_linked(session, client.id))
    write_details(client, weighed)
    await note_correction(session, client, born)
    if weighed.values:
        _record(session, "client.edited", member, client.id, now, fields=sorted(weighed.values))


async def settle_field(
    session: AsyncSession, member: Member, client: Client, field: str, *, takes_theirs: bool, seen: str, now: datetime
) -> None:
    """Take Cliniko's value of an edited field, or keep ours and stop asking; one that is settled is left alone.

    ``seen`` is what the page said of it, in words. Raises ConflictError when Cliniko has changed it since.
    """
    client = await _hold(session, member, client)
    own = client.own_fields.get(field)
    if own is None:
        return
    if seen and seen.split() != write(field, own["cliniko"]).split():
        raise ConflictError("This changed again in Cliniko. Open the client's page again to see it.")
    born = client.date_of_birth
    rest = {name: kept for name, kept in client.own_fields.items() if name != field}
    if takes_theirs:
        write_details(client, Weighed({field: from_data(field, own["cliniko"])}, rest, []))
    else:
        write_details(client, Weighed({}, rest | {field: {**own, "settled": True}}, []))
    await note_correction(session, client, born)
    _record(session, "client.field_settled", member, client.id, now, field=field, takes_theirs=takes_theirs)


async def link_by_hand(
    session: AsyncSession, member: Member, client: Client, other: Client, now: datetime
) -> uuid.UUID:
    """Make one client of two, since a person says they are the same (case 29), and return which it is.

    It is the Cliniko patient's of the two, else a colleague's, else ``client``. Raises ConflictError for two patients
    of Cliniko, who are merged there, and for two that somebody told apart or combined otherwise; ForbiddenError where
    it would take a client from a colleague.
    """
    if client.id == other.id:
        return client.id  # pressed twice
    client, other = await _hold_both(session, member, client, other)
    if client.id == other.id:
        return client.id  # linked by somebody else just now
    survivor, absorbed = _which_stays(member, client, other)
    if not absorbed.is_hand_made:
        raise ConflictError("Both are patients in Cliniko. Merge them there, and they become one here too.")
    await _refuse_taking(session, member, survivor, absorbed)
    by = member.practitioner_id
    await combine(session, survivor.id, [absorbed.id], reason="linked", now=now, practitioner_id=by)
    if absorbed.combined_into_id != survivor.id:
        raise ConflictError(
            "Somebody has said that these are different people, or linked one of them to another. Nothing was changed."
        )
    return survivor.id


async def _hold_both(session: AsyncSession, member: Member, *both: Client) -> list[Client]:
    """Lock two clients as whoever combines them does, and return them as who may edit them by then does.

    Of one that has become part of another since, it is that other.
    """
    await hold_clients(session, [each.id for each in both])
    await stay_member(session, member)
    return [await get_client_to_edit(session, member, each.id) for each in both]


def _which_stays(member: Member, client: Client, other: Client) -> tuple[Client, Client]:
    """Return who stays and who becomes part of them: a patient of Cliniko stays, else a colleague's, else the first."""
    if client.is_hand_made != other.is_hand_made:
        return (other, client) if client.is_hand_made else (client, other)
    is_own_other = member.membership_id == client.owner_id != other.owner_id
    return (other, client) if is_own_other else (client, other)


async def _refuse_taking(session: AsyncSession, member: Member, survivor: Client, absorbed: Client) -> None:
    """Let nobody come by more of a colleague's client than they were given: neither own it, nor edit it for longer."""
    owner = absorbed.owner.practitioner.name
    if not may_take(member, survivor.owner_id, absorbed.owner_id):
        raise ForbiddenError(
            f"Combining these clients would move them from {owner}, so only {owner} can do it. Ask {owner}."
        )
    if survivor.owner_id == member.membership_id or absorbed.owner_id != member.membership_id:
        return
    is_theirs = ClientGrant.client_id == survivor.id, ClientGrant.membership_id == member.membership_id
    if await session.scalar(select(exists().where(*is_theirs, ClientGrant.ends_at > func.now()))):
        owner = survivor.owner.practitioner.name
        raise ForbiddenError(f"{owner} shares this client with you for a limited time. Ask {owner} to combine the two.")


async def tell_apart(session: AsyncSession, member: Member, client: Client, other: Client, now: datetime) -> None:
    """Remember that two clients are not the same person, and offer it no more."""
    if client.id == other.id:
        raise NotFoundError
    client, other = await _hold_both(session, member, client, other)
    if client.id == other.id:
        raise NotFoundError
    await keep_apart(session, client.id, other.id, member=member, now=now)
    _record(session, "client.kept_apart", member, client.id, now, other_id=str(other.id))


async def is_linked(session: AsyncSession, client_id: uuid.UUID) -> bool:
    """Say whether a client has a patient in Cliniko."""
    return bool(await session.scalar(select(exists().where(ClientLink.client_id == client_id))))


async def _hold(session: AsyncSession, member: Member, client: Client) -> Client:
    held = await hold_client_to_edit(session, member, client.id)
    if held.id != client.id:
        raise ConflictError("This client was just combined with another. Nothing was changed. Open the page again.")
    return held


def _record(
    session: AsyncSession, action: str, member: Member, client_id: uuid.UUID, now: datetime, **detail: Any
) -> None:
    audit.record(
        session,
        action,
        at=now,
        practice_id=member.practice_id,
        practitioner_id=member.practitioner_id,
        client_id=client_id,
        **detail,
    )
