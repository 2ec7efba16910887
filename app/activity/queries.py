"""Reading the record of a practice, newest first, with the names its reader may know."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, func, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from app.accounts.access import Member
from app.accounts.models import AuditEvent, Membership, Practitioner
from app.activity.filters import NOBODY, Filter, Place
from app.activity.sentences import Event, Names, tell, who_did
from app.clients.models import Client
from app.clients.visibility import visible_owners

PAGE_LENGTH = 50
# The newest so many are exported.
MOST_EXPORTED = 5000
PIECE = 500
# Clients made of clients: nobody combines deeper.
MOST_STEPS = 10

# Written out, not bound, so that the index is found.
event_kind = literal_column("split_part(audit_events.action, '.', 1)", String())


@dataclass(frozen=True)
class Line:
    """One event in words. ``client_id`` and ``client_name`` only where the reader may see the client."""

    at: datetime
    who: str
    sentence: str
    action: str
    address: str
    client_id: uuid.UUID | None
    client_name: str


async def list_events(
    session: AsyncSession,
    member: Member,
    chosen: Filter,
    zone: ZoneInfo,
    *,
    client_ids: Collection[uuid.UUID] = (),
    after: Place | None = None,
    most: int = PAGE_LENGTH,
) -> tuple[Sequence[AuditEvent], Place | None]:
    """Return events of the practice under the choices, newest first, and where the next page begins if there is one.

    ``client_ids`` are those of the chosen client and of whoever became part of it. One query.
    """
    order = (AuditEvent.happened_at.desc(), AuditEvent.id.desc())
    query = select(AuditEvent).where(*_conditions(member, chosen, zone, client_ids)).order_by(*order).limit(most + 1)
    if after is not None:
        query = query.where(tuple_(AuditEvent.happened_at, AuditEvent.id) < (after.at, after.id))
    # In pieces, between which others are served: an export is long.
    rows = await session.stream_scalars(query.execution_options(yield_per=PIECE))
    found = [event async for event in rows]
    events = found[:most]
    return events, Place(events[-1].happened_at, events[-1].id) if len(found) > most else None


def _conditions(
    member: Member, chosen: Filter, zone: ZoneInfo, client_ids: Collection[uuid.UUID]
) -> list[ColumnElement[bool]]:
    conditions = [AuditEvent.practice_id == member.practice_id]
    if chosen.who == NOBODY:
        conditions.append(AuditEvent.practitioner_id.is_(None))
    elif chosen.who:
        conditions.append(AuditEvent.practitioner_id == uuid.UUID(chosen.who))
    if chosen.kind:
        conditions.append(event_kind == chosen.kind)
    if chosen.client:
        conditions.append(AuditEvent.client_id.in_(client_ids))
    begins_at, ends_at = chosen.begins_at(zone), chosen.ends_at(zone)
    if begins_at:
        conditions.append(AuditEvent.happened_at >= begins_at)
    if ends_at:
        conditions.append(AuditEvent.happened_at < ends_at)
    return conditions


async def list_people(session: AsyncSession, member: Member) -> list[tuple[uuid.UUID, uuid.UUID, str]]:
    """Return (membership id, practitioner id, name) of everybody who is or was in the practice, by name."""
    rows = await session.execute(
        select(Membership.id, Practitioner.id, Practitioner.name)
        .join(Practitioner, Practitioner.id == Membership.practitioner_id)
        .where(Membership.practice_id == member.practice_id)
        .order_by(func.lower(Practitioner.name), Membership.id)
    )
    return [(membership_id, practitioner_id, name) for membership_id, practitioner_id, name in rows]


async def put_into_words(
    session: AsyncSession,
    member: Member,
    events: Sequence[AuditEvent],
    people: Sequence[tuple[uuid.UUID, uuid.UUID, str]],
) -> list[Line]:
    """Return the events as sentences; two queries, and one more for each step by which clients were combined."""
    clients = await _visible_clients(session, member, {event.client_id for event in events if event.client_id})
    names = Names(
        people={practitioner_id: name for _, practitioner_id, name in people},
        members={str(membership_id): name for membership_id, _, name in people},
        clients={asked_id: client.name for asked_id, client in clients.items()},
        word=member.patient_word,
    )
    return [_line(event, names, clients.get(event.client_id) if event.client_id else None) for event in events]


def _line(event: AuditEvent, names: Names, client: Client | None) -> Line:
    told = Event(event.action, event.practitioner_id, event.client_id, event.detail)
    return Line(
        at=event.happened_at,
        who=who_did(told, names),
        sentence=tell(told, names),
        action=event.action,
        address=event.address or "",
        client_id=client.id if client else None,
        client_name=client.name if client else "",
    )


async def _visible_clients(
    session: AsyncSession, member: Member, client_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, Client]:
    """Return which client each id leads to, for those the member may see."""
    if not client_ids:
        return {}
    visible = await visible_owners(session, member)
    found: dict[uuid.UUID, Client] = {}
    wanted = set(client_ids)
    for _ in range(MOST_STEPS):
        query = select(Client).where(Client.id.in_(wanted), Client.practice_id == member.practice_id)
        rows = await session.scalars(query.options(load_only(*_SHOWN)))
        found |= {client.id: client for client in rows}
        wanted = {client.combined_into_id for client in found.values() if client.combined_into_id} - found.keys()
        if not wanted:
            break
    ends = {asked_id: _end(found, asked_id) for asked_id in client_ids}
    return {
        asked_id: client
        for asked_id, client in ends.items()
        if client is not None and visible.sees(client_id=client.id, owner_id=client.owner_id)
    }


_SHOWN = (Client.first_name, Client.preferred_first_name, Client.last_name, Client.owner_id, Client.combined_into_id)


def _end(found: dict[uuid.UUID, Client], client_id: uuid.UUID) -> Client | None:
    client = found.get(client_id)
    while client is not None and client.combined_into_id is not None:
        client = found.get(client.combined_into_id)
    return client
