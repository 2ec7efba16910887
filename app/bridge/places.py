"""In which of a practitioner's practices a click's patient is (case 9).

Cliniko's button names no clinic. The active practice comes first, then the others; where more than one may be meant,
the practitioner is asked. Only practices they belong to are looked at.
"""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.connecting.connections import find_connection
from app.accounts.models import Connection, ConnectionState, Membership, Practice
from app.accounts.tools import Tools
from app.bridge.service import fetch_patient
from app.clients.queries import KnownPatient, find_known_patient
from app.cliniko.errors import ClinikoError, PatientNotFound
from app.cliniko.merges import MergeTrail
from app.crypto import CannotDecryptError


@dataclass(frozen=True)
class Place:
    """Another practice of the practitioner: them as its member, their key there, and what is known of the patient."""

    member: Member
    connection: Connection | None
    known: KnownPatient | None

    @property
    def opens(self) -> bool:
        """True where the patient has a client that the practitioner may see."""
        return self.known is not None and self.known.is_visible


@dataclass(frozen=True)
class FoundThere:
    """A patient whom Cliniko shows to the practitioner's key of another practice."""

    place: Place
    trail: MergeTrail


async def other_places(session: AsyncSession, member: Member, patient_id: str) -> list[Place]:
    """Return the practitioner's practices besides the active one, by name; asks nothing where there are none."""
    if len(member.practices) < 2:
        return []
    rows = await session.execute(
        select(Membership.id, Membership.practice_id, Membership.role, Practice.name)
        .join(Practice, Practice.id == Membership.practice_id)
        .where(
            Membership.practitioner_id == member.practitioner_id,
            Membership.practice_id != member.practice_id,
            Membership.ended_at.is_(None),
        )
        .order_by(Practice.name, Practice.id)
    )
    places = []
    for membership_id, practice_id, role, name in rows.all():
        there = replace(member, membership_id=membership_id, practice_id=practice_id, role=role, practice_name=name)
        connection = await find_connection(session, membership_id)
        places.append(Place(there, connection, await find_known_patient(session, there, patient_id)))
    return places


async def ask_there(
    tools: Tools, places: Sequence[Place], patient_id: str, *, seconds: float
) -> tuple[list[FoundThere], ClinikoError | None]:
    """Ask Cliniko with the keys of other practices, all at once.

    Returns where the patient was shown, and a trouble that kept one of them from saying. No transaction may be open.
    """
    asked = [place for place in places if place.connection and place.connection.state != ConnectionState.REJECTED]
    answers = await asyncio.gather(*(_ask(tools, place, patient_id, seconds) for place in asked))
    found = [answer for answer in answers if isinstance(answer, FoundThere)]
    troubles = (answer for answer in answers if isinstance(answer, ClinikoError) and answer.family == "transient")
    return found, next(troubles, None)


async def _ask(tools: Tools, place: Place, patient_id: str, seconds: float) -> FoundThere | ClinikoError:
    assert place.connection is not None  # noqa: S101 - those without were left out
    try:
        return FoundThere(place, await fetch_patient(tools, place.connection, patient_id, seconds=seconds))
    except CannotDecryptError:
        return PatientNotFound()
    except ClinikoError as error:
        return error


def practice_of(member: Member, typed: str) -> uuid.UUID | None:
    """Return the practice of that id if the practitioner belongs to it, else None."""
    return next((id_ for id_, _ in member.practices if str(id_) == typed), None)
