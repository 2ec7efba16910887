"""What the first page needs of the database, in few queries: the member's own state, and the day's patients."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.models import Access, Connection, Membership, Practice
from app.clients.models import Client, ClientLink
from app.clients.names import display_name
from app.clients.visibility import access_to
from app.delivery.models import Delivery, DeliveryState
from app.delivery.states import WAITS_FOR_KEY
from app.delivery.watch import is_open_failure
from app.programs.models import Program, ProgramVersion

S = DeliveryState


@dataclass(frozen=True)
class Home:
    """A member's own state: their practice and key, how many deliveries need them, and how far the first steps are."""

    practice: Practice
    connection: Connection | None
    in_trouble: int
    is_hidden: bool
    has_assigned: bool
    has_arrived: bool

    @property
    def zone(self) -> str:
        """The practice's time zone."""
        return self.practice.time_zone or "UTC"


async def find_home(session: AsyncSession, member: Member) -> Home:
    """Return the member's own state, in one query."""
    row = (await session.execute(_home_query(member.membership_id))).one()
    return Home(*row)


def _home_query(membership_id: uuid.UUID) -> Select[Any]:
    mine = Delivery.membership_id == membership_id
    needs_me = or_(and_(Delivery.state == S.FAILED, is_open_failure()), Delivery.state.in_(WAITS_FOR_KEY))
    # Every delivery that is no test page is a program's.
    programs = and_(mine, ~Delivery.is_test_page)
    return (
        select(
            Practice,
            Connection,
            select(func.count()).select_from(Delivery).where(mine, needs_me).scalar_subquery(),
            Membership.first_steps_hidden_at.is_not(None),
            exists().where(programs),
            exists().where(programs, Delivery.state == S.DELIVERED),
        )
        .select_from(Membership)
        .join(Practice, Practice.id == Membership.practice_id)
        .outerjoin(Connection, Connection.membership_id == Membership.id)
        .where(Membership.id == membership_id)
        # Rows read before a network call would otherwise be handed out again as they were then.
        .execution_options(populate_existing=True)
    )


@dataclass(frozen=True)
class KnownPatient:
    """A patient who has a client here, with that client's current program; of one not shared only that there is one.

    The current program is the one assigned last of those not ended; its fields are None where there is none.
    """

    client_id: uuid.UUID
    name: str
    access: Access
    title: str | None = None
    assigned_at: datetime | None = None
    is_paused: bool = False
    delivery: Delivery | None = None


async def find_patients(
    session: AsyncSession, member: Member, patient_ids: Collection[str]
) -> Mapping[str, KnownPatient]:
    """Return what is known here of patients in Cliniko, by their ids there; one query for all of them."""
    if not patient_ids:
        return {}
    newest = (
        select(ProgramVersion.title, ProgramVersion.assigned_at, ProgramVersion.document_id, Program.paused_at)
        .join(Program, Program.id == ProgramVersion.program_id)
        .where(Program.client_id == Client.id, Program.ended_at.is_(None))
        .order_by(ProgramVersion.assigned_at.desc(), ProgramVersion.id)
        .limit(1)
        .lateral("newest")
    )
    rows = await session.execute(
        select(
            ClientLink.patient_id,
            Client.id,
            Client.first_name,
            Client.preferred_first_name,
            Client.last_name,
            access_to(member).label("access"),
            newest.c.title,
            newest.c.assigned_at,
            newest.c.paused_at,
            Delivery,
        )
        .select_from(ClientLink)
        .join(Client, Client.id == ClientLink.client_id)
        .join(Membership, Membership.id == Client.owner_id)
        .outerjoin(newest, true())
        .outerjoin(Delivery, Delivery.document_id == newest.c.document_id)
        .where(ClientLink.practice_id == member.practice_id, ClientLink.patient_id.in_(patient_ids))
    )
    return {row.patient_id: _read(row) for row in rows}


def _read(row: Any) -> KnownPatient:
    access = Access(row.access)
    if access is Access.NONE:
        return KnownPatient(row.id, "", access)
    name = display_name(row.first_name, row.preferred_first_name, row.last_name)
    return KnownPatient(row.id, name, access, row.title, row.assigned_at, row.paused_at is not None, row.Delivery)
