"""The deliveries of a practice, or of one member: counted, and listed newest first.

Owners and admins see all of the practice, others what is sent with their own key. Neither tells anything of a client
whom the asker may not see: such a delivery has no client and no title.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.models import Access, Membership, Practitioner
from app.clients.models import Client
from app.clients.names import display_name
from app.clients.visibility import access_to, visible_owners
from app.delivery.filters import AGES, Filter, Tally
from app.delivery.models import Delivery
from app.delivery.service import title_of
from app.spreadsheet import write_csv

PAGE_LENGTH = 50
# The newest so many are exported.
MOST_EXPORTED = 5000
PIECE = 500


def may_see(member: Member) -> ColumnElement[bool]:
    """Condition on ``Delivery``: the member sees it on the page of deliveries."""
    is_of_practice = Delivery.practice_id == member.practice_id
    return is_of_practice if member.runs_team else and_(is_of_practice, Delivery.membership_id == member.membership_id)


def is_view_only(member: Member) -> ColumnElement[bool]:
    """Condition on ``Delivery``: its client is one that the member may only look at, whatever they do here else."""
    is_its_client = and_(Client.id == Delivery.client_id, access_to(member) == Access.VIEW.value)
    return exists().where(is_its_client, Membership.id == Client.owner_id)


def fits(member: Member, chosen: Filter, now: datetime) -> ColumnElement[bool]:
    """Condition on ``Delivery``: the member sees it under these choices."""
    conditions = [may_see(member)]
    if chosen.group:
        conditions.append(Delivery.state.in_(chosen.states))
    if chosen.who:
        conditions.append(Delivery.membership_id == chosen.who)
    if chosen.age:
        conditions.append(Delivery.created_at < now - chosen.older_than)
    return and_(*conditions)


async def tally(session: AsyncSession, member: Member, now: datetime) -> list[Tally]:
    """Count all deliveries the member sees, in one query that an index can answer alone."""
    ages = [Delivery.created_at < now - age for _, age in list(AGES.values())[1:]]
    reached = case(*((older, len(ages) - i) for i, older in enumerate(reversed(ages))), else_=0).label("ages")
    columns = (Delivery.state, Delivery.membership_id, reached)
    rows = await session.execute(select(*columns, func.count()).where(may_see(member)).group_by(*columns[:2], "ages"))
    return [Tally(*row) for row in rows]


async def member_names(session: AsyncSession, membership_ids: set[uuid.UUID]) -> list[tuple[uuid.UUID, str]]:
    """Return the names of members, in their order."""
    rows = await session.execute(
        select(Membership.id, Practitioner.name)
        .join(Practitioner, Practitioner.id == Membership.practitioner_id)
        .where(Membership.id.in_(membership_ids))
        .order_by(func.lower(Practitioner.name), Membership.id)
    )
    return [(id_, name) for id_, name in rows]


@dataclass(frozen=True)
class DeliveryRow:
    """A delivery, whose key sends it, and what the asker may do with its client.

    Client and title are None where the asker may not see the client.
    """

    delivery: Delivery
    client_name: str | None
    title: str | None
    sent_by: str
    access: Access

    @property
    def is_view_only(self) -> bool:
        """True where the asker may look, but not try again."""
        return self.access is Access.VIEW


async def list_deliveries(
    session: AsyncSession, member: Member, chosen: Filter, now: datetime, *, most: int = PAGE_LENGTH, skip: int = 0
) -> list[DeliveryRow]:
    """Return the deliveries the member sees under these choices, newest first, in two queries."""
    visible = await visible_owners(session, member)
    newest = select(Delivery.id).where(fits(member, chosen, now)).order_by(*_NEWEST_FIRST).limit(most).offset(skip)
    # In pieces, between which others are served: an export is long.
    rows = await session.stream(_with_names(newest).execution_options(yield_per=PIECE))
    return [_read(row, visible.access(client_id=row.Delivery.client_id, owner_id=row.owner_id)) async for row in rows]


_NEWEST_FIRST = (Delivery.created_at.desc(), Delivery.id.desc())


def _with_names(ids: Select[uuid.UUID]) -> Select[Delivery, str, str, str, uuid.UUID, str]:
    return (
        select(
            Delivery,
            Client.first_name,
            Client.preferred_first_name,
            Client.last_name,
            Client.owner_id,
            Practitioner.name.label("sent_by"),
        )
        .join(Client, Client.id == Delivery.client_id)
        .join(Membership, Membership.id == Delivery.membership_id)
        .join(Practitioner, Practitioner.id == Membership.practitioner_id)
        .where(Delivery.id.in_(ids))
        .order_by(*_NEWEST_FIRST)
    )


def _read(row: Any, access: Access) -> DeliveryRow:
    is_visible = access is not Access.NONE
    name = display_name(row.first_name, row.preferred_first_name, row.last_name)
    title = title_of(row.Delivery)
    return DeliveryRow(row.Delivery, name if is_visible else None, title if is_visible else None, row.sent_by, access)


EXPORTED = (
    *("Delivery", "Client id", "Client", "Program", "Practitioner", "State", "Why"),
    *("Assigned (UTC)", "Next try (UTC)", "In Cliniko since (UTC)"),
)


def write_export(rows: Sequence[DeliveryRow], states: Sequence[tuple[str, str]]) -> bytes:
    """Return deliveries as a CSV; ``states`` holds the state of each in words, and why. Pure."""
    return write_csv(EXPORTED, map(_cells, rows, states))


def _cells(row: DeliveryRow, state: tuple[str, str]) -> list[str]:
    delivery = row.delivery
    is_visible = row.client_name is not None
    return [
        str(delivery.id),
        str(delivery.client_id) if is_visible else "",
        row.client_name or "",
        row.title or "",
        row.sent_by,
        *state,
        *map(_moment, (delivery.created_at, delivery.next_attempt_at, delivery.delivered_at)),
    ]


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""
