"""Finding clients, always within what the signed-in member may see."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select, bindparam, cast, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, load_only

from app.accounts.access import Member
from app.accounts.models import Access, Connection, Membership, Practice, Practitioner
from app.clients.models import Client, ClientLink
from app.clients.names import display_name
from app.clients.search import begins_too_many, search_query
from app.clients.visibility import VisibleOwners, access_to, sees_client, visible_owners
from app.cliniko.patient_pages import patient_page_url
from app.errors import ForbiddenError, NotFoundError

PAGE_LENGTH = 50
# The member of a query that is built once a process: who it is comes with each execution.
ASKER: Any = SimpleNamespace(practice_id=bindparam("practice_id"), membership_id=bindparam("membership_id"))


class ViewOnlyError(ForbiddenError):
    """The member may look at the client, and change nothing of theirs."""

    title = "View only"
    cause = "client.view_only"

    def __init__(self, owner_name: str) -> None:
        super().__init__(
            f"{owner_name} lets you look at this client, but not change anything, so nothing was changed. "
            f"Ask {owner_name} to open this client's page, Who can see this client, and let you edit."
        )


async def get_client(session: AsyncSession, member: Member, client_id: uuid.UUID) -> Client:
    """Return a client with its owner; raises NotFoundError alike for unknown, other practices' and not shared ones.

    For a client that became part of another it is that other one, so that old addresses go on leading to the person.
    """
    return (await get_client_and_access(session, member, client_id))[0]


async def get_client_to_edit(session: AsyncSession, member: Member, client_id: uuid.UUID) -> Client:
    """Return a client as ``get_client`` for whoever changes anything of theirs; raises ViewOnlyError.

    Every route that changes something a client has goes through here.
    """
    client, access = await get_client_and_access(session, member, client_id)
    if access is not Access.EDIT:
        raise ViewOnlyError(client.owner.practitioner.name)
    return client


async def get_client_and_access(session: AsyncSession, member: Member, client_id: uuid.UUID) -> tuple[Client, Access]:
    """Return a client as ``get_client`` with what the member may do with it: view or edit."""
    who = {"practice_id": member.practice_id, "membership_id": member.membership_id}
    row = (await session.execute(_client_query(), {**who, "client_id": client_id})).one_or_none()
    if row is not None:
        return row[0], Access(row.access)
    into_id = await session.scalar(
        select(Client.combined_into_id).where(Client.id == client_id, Client.practice_id == member.practice_id)
    )
    if into_id is None:
        raise NotFoundError
    return await get_client_and_access(session, member, into_id)


@cache
def _client_query() -> Any:
    """Built once a process: every page of a client runs it, and building it takes longer."""
    access = access_to(ASKER)
    return (
        select(Client, access.label("access"))
        .join(Membership, Membership.id == Client.owner_id)
        .join(Practitioner, Practitioner.id == Membership.practitioner_id)
        .where(
            Client.id == bindparam("client_id"),
            Client.practice_id == ASKER.practice_id,
            Client.combined_into_id.is_(None),
            access != Access.NONE.value,
        )
        .options(contains_eager(Client.owner).contains_eager(Membership.practitioner))
        # As it is now, also where it was read before and has waited for its turn since.
        .execution_options(populate_existing=True)
    )


async def ids_of_client(session: AsyncSession, client_id: uuid.UUID) -> list[uuid.UUID]:
    """Return a client's id and those of all that became part of it, whose record is this one's too."""
    part = select(Client.id).where(Client.id == client_id).cte("part", recursive=True)
    part = part.union(select(Client.id).join(part, Client.combined_into_id == part.c.id))
    return list(await session.scalars(select(part.c.id)))


@dataclass(frozen=True)
class KnownPatient:
    """A Cliniko patient that already has a client in the member's practice."""

    client_id: uuid.UUID
    owner_id: uuid.UUID
    owner_name: str
    is_visible: bool


async def find_known_patient(session: AsyncSession, member: Member, patient_id: str) -> KnownPatient | None:
    """Return where a Cliniko patient id leads in the member's practice, in one query; None when it is new."""
    who = {"practice_id": member.practice_id, "membership_id": member.membership_id}
    row = (await session.execute(_known_patient_query(), {**who, "patient_id": patient_id})).one_or_none()
    return KnownPatient(*row) if row else None


@cache
def _known_patient_query() -> Any:
    """Built once a process: each click runs it, and building it takes about as long."""
    return (
        select(Client.id, Client.owner_id, Practitioner.name, sees_client(ASKER))
        .select_from(ClientLink)
        .join(Client, Client.id == ClientLink.client_id)
        .join(Membership, Membership.id == Client.owner_id)
        .join(Practitioner, Practitioner.id == Membership.practitioner_id)
        .where(ClientLink.practice_id == ASKER.practice_id, ClientLink.patient_id == bindparam("patient_id"))
    )


async def current_patient_id(session: AsyncSession, client_id: uuid.UUID) -> str | None:
    """Return the Cliniko id that the client's files go to, or None for a client without a link."""
    return await session.scalar(
        select(ClientLink.patient_id).where(ClientLink.client_id == client_id, ClientLink.is_current)
    )


async def find_patient_page(session: AsyncSession, member: Member, client_id: uuid.UUID, api_url: str) -> str | None:
    """Return the address of the client's patient in Cliniko, in one query; None while a part of it is not known.

    The shard is that of the member's own key, or of a colleague's: a practice is one account in Cliniko.
    """
    is_own = (Connection.membership_id == member.membership_id).desc()
    row = (
        await session.execute(
            select(Practice.cliniko_subdomain, Connection.shard, ClientLink.patient_id)
            .select_from(ClientLink)
            .join(Practice, Practice.id == ClientLink.practice_id)
            .join(Connection, Connection.practice_id == ClientLink.practice_id)
            .where(ClientLink.client_id == client_id, ClientLink.is_current, Practice.cliniko_subdomain.is_not(None))
            .order_by(is_own, Connection.checked_at.desc())
            .limit(1)
        )
    ).one_or_none()
    return patient_page_url(api_url, (row[0] or "").lower(), row[1], row[2]) if row else None


@dataclass(frozen=True)
class ClientRow:
    """A line of the client list."""

    id: uuid.UUID
    name: str
    date_of_birth: date | None
    owner_id: uuid.UUID
    owner_name: str
    is_archived: bool
    is_view_only: bool
    is_hand_made: bool


@dataclass(frozen=True)
class ClientPage:
    """A page of the client list, numbered from 1."""

    rows: Sequence[ClientRow]
    number: int
    has_next: bool


async def list_clients(session: AsyncSession, member: Member, *, typed: str = "", number: int = 1) -> ClientPage:
    """Return a page of the clients the member may see, by name; ``typed`` keeps those whose names begin so."""
    visible = await visible_owners(session, member)
    owners = visible.names
    statement = _list_statement(visible, member, typed)
    if statement is None:
        return ClientPage([], 1, False)
    found = (await session.scalars(statement.limit(PAGE_LENGTH + 1).offset((number - 1) * PAGE_LENGTH))).all()
    rows = [
        ClientRow(
            id=client.id,
            name=display_name(client.first_name, client.preferred_first_name, client.last_name),
            date_of_birth=client.date_of_birth,
            owner_id=client.owner_id,
            owner_name=owners[client.owner_id],
            is_archived=client.archived_at is not None,
            is_hand_made=client.is_hand_made,
            is_view_only=visible.access(client_id=client.id, owner_id=client.owner_id) is Access.VIEW,
        )
        for client in found[:PAGE_LENGTH]
    ]
    return ClientPage(rows, number, len(found) > PAGE_LENGTH)


def _list_statement(visible: VisibleOwners, member: Member, typed: str) -> Select[Client] | None:
    """Return the list's query, or None when what was typed holds no letter or digit to look for."""
    is_visible = visible.condition
    statement = (
        select(Client)
        .where(Client.practice_id == member.practice_id, is_visible, Client.combined_into_id.is_(None))
        .options(
            load_only(
                Client.first_name,
                Client.preferred_first_name,
                Client.last_name,
                Client.date_of_birth,
                Client.owner_id,
                Client.archived_at,
                Client.is_hand_made,
            )
        )
    )
    query = search_query(typed)
    if not typed.strip():
        return statement.order_by(Client.sort_name, Client.id)
    if query is None:
        return None
    statement = statement.where(Client.search.op("@@")(cast(query, TSQUERY)))
    if begins_too_many(typed):
        # A single letter begins so many names that walking the list in order soon meets a page of them.
        return statement.order_by(Client.sort_name, Client.id)
    # Longer beginnings are found by the search index and then ordered. Left to choose, the planner walks the whole
    # list in order, hoping for early matches; ordering by an expression takes that way from it.
    return statement.order_by(Client.sort_name.concat(""), Client.id)
