"""Finding requests for access: an asker's own, those that a member may answer, and the one that a link names."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.access import Member
from app.accounts.models import Access, Membership, Practitioner
from app.clients.models import AccessRequest, Client
from app.clients.sharing import OWNER_HAS, may_answer
from app.crypto import Vault
from app.errors import NotFoundError

REQUEST_PURPOSE = "access-request"
# Who was told no may ask again after this long.
AGAIN_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """A member's last request for a client, as they may know it.

    ``again_at`` is when it may be made again after a no.
    """

    asked_at: datetime
    is_open: bool
    again_at: datetime | None


def request_path(vault: Vault, request_id: uuid.UUID) -> str:
    """Return the path of the page where a request is answered: its id, signed."""
    return "/access-requests/" + vault.sign(str(request_id), purpose=REQUEST_PURPOSE)


async def find_asked(session: AsyncSession, member: Member, client_id: uuid.UUID) -> Asked | None:
    """Return the member's last request for a client, None if there is none that still matters."""
    query = (
        select(AccessRequest)
        .where(AccessRequest.client_id == client_id, AccessRequest.asker_id == member.membership_id)
        .order_by(AccessRequest.asked_at.desc())
        .limit(1)
    )
    last = await session.scalar(query)
    return _asked(last) if last else None


def _asked(request: AccessRequest) -> Asked:
    was_declined = request.decided_at is not None and request.access is Access.NONE
    again_at = request.decided_at + AGAIN_AFTER if request.decided_at and was_declined else None
    return Asked(request.asked_at, request.decided_at is None, again_at)


@dataclass(frozen=True)
class OpenRequest:
    """A request as whoever may answer it sees it. ``decided_by`` and the rest only once it was answered."""

    request: AccessRequest
    client: Client
    owner_name: str
    asker_name: str
    asker_is_here: bool
    decided_by: str | None


async def list_to_answer(session: AsyncSession, member: Member, now: datetime) -> list[OpenRequest]:
    """Return the open requests that the member may answer, the oldest first."""
    owner, asking, is_mine = aliased(Membership), aliased(Membership), Client.owner_id == member.membership_id
    is_late = or_(AccessRequest.asked_at <= now - OWNER_HAS, owner.ended_at.is_not(None))
    mine = or_(is_mine, is_late) if member.runs_team else is_mine
    query = _with_people(owner, asking).where(
        AccessRequest.practice_id == member.practice_id,
        AccessRequest.decided_at.is_(None),
        AccessRequest.asker_id != member.membership_id,
        asking.ended_at.is_(None),
        mine,
    )
    rows = await session.execute(query.order_by(AccessRequest.asked_at, AccessRequest.id).limit(50))
    return [_found(row, None) for row in rows]


async def list_own(session: AsyncSession, member: Member, now: datetime) -> list[Asked]:
    """Return the member's requests that are open, or were declined a short while ago; the oldest first."""
    declined_lately = and_(AccessRequest.access == Access.NONE, AccessRequest.decided_at > now - AGAIN_AFTER)
    query = select(AccessRequest).where(
        AccessRequest.asker_id == member.membership_id, or_(AccessRequest.decided_at.is_(None), declined_lately)
    )
    return [_asked(each) for each in await session.scalars(query.order_by(AccessRequest.asked_at, AccessRequest.id))]


async def find_practice(session: AsyncSession, vault: Vault, token: str) -> tuple[uuid.UUID, uuid.UUID]:
    """Return the request a link names and its practice; raises NotFoundError."""
    request_id = vault.unsign(token, purpose=REQUEST_PURPOSE)
    if request_id is not None:
        id_ = uuid.UUID(request_id)
        practice_id = await session.scalar(select(AccessRequest.practice_id).where(AccessRequest.id == id_))
        if practice_id is not None:
            return id_, practice_id
    raise NotFoundError("This link is not complete, or the request no longer exists. Copy the whole link again.")


async def get_to_answer(session: AsyncSession, member: Member, request_id: uuid.UUID, now: datetime) -> OpenRequest:
    """Return a request that the member may answer, or could have; raises NotFoundError for everybody else.

    Its client is the one that the client asked for has become part of, if it has.
    """
    asked_for = await session.scalar(select(AccessRequest.client_id).where(AccessRequest.id == request_id))
    client_id = await remaining_client(session, asked_for)
    owner, asking = aliased(Membership), aliased(Membership)
    query = _with_people(owner, asking, client_id).where(
        AccessRequest.id == request_id, AccessRequest.practice_id == member.practice_id
    )
    row = (await session.execute(query.execution_options(populate_existing=True))).one_or_none()
    if row is None or not may_answer(
        is_owner=row[1].owner_id == member.membership_id,
        is_asker=row[0].asker_id == member.membership_id,
        runs_team=member.runs_team,
        owner_is_here=row.owner_ended_at is None,
        waited=now - row[0].asked_at,
    ):
        raise NotFoundError("Only the colleague this was sent to can answer it. If that is you, sign in as yourself.")
    decided_by = (await person_of(session, row[0].decided_by_id)).name if row[0].decided_by_id else None
    return _found(row, decided_by)


async def remaining_client(session: AsyncSession, client_id: uuid.UUID | None) -> uuid.UUID | None:
    """Return the client that one has become part of, or is itself."""
    into = client_id
    while into is not None:
        client_id = into
        into = await session.scalar(select(Client.combined_into_id).where(Client.id == client_id))
    return client_id


def is_asked_for() -> ColumnElement[bool]:
    """Condition on ``Client``: the one that an ``AccessRequest`` is about by now; of chains, one step."""
    asked = aliased(Client)
    about = select(func.coalesce(asked.combined_into_id, asked.id)).where(asked.id == AccessRequest.client_id)
    return Client.id == about.scalar_subquery()


def _with_people(owner: Any, asking: Any, client_id: uuid.UUID | None = None) -> Select[Any]:
    """Return requests with their clients and people; the client is the one given, else as ``is_asked_for``."""
    asker, owning = aliased(Practitioner), aliased(Practitioner)
    query: Any = select(
        AccessRequest,
        Client,
        owning.name.label("owner_name"),
        owner.ended_at.label("owner_ended_at"),
        asker.name.label("asker_name"),
        asking.ended_at.label("asker_ended_at"),
    )
    joined: Select[Any] = (
        query.select_from(AccessRequest)
        .join(Client, is_asked_for() if client_id is None else Client.id == client_id)
        .join(owner, owner.id == Client.owner_id)
        .join(owning, owning.id == owner.practitioner_id)
        .join(asking, asking.id == AccessRequest.asker_id)
        .join(asker, asker.id == asking.practitioner_id)
    )
    return joined


def _found(row: Any, decided_by: str | None) -> OpenRequest:
    return OpenRequest(row[0], row[1], row.owner_name, row.asker_name, row.asker_ended_at is None, decided_by)


async def person_of(session: AsyncSession, membership_id: uuid.UUID) -> Practitioner:
    query = select(Practitioner).join(Membership, Membership.practitioner_id == Practitioner.id)
    person = await session.scalar(query.where(Membership.id == membership_id))
    assert person is not None  # noqa: S101 - a membership has one
    return person
