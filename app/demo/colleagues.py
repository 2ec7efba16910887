"""What the two colleagues of the demo have to do with each other: a shared client, a request, an invitation."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit, bell
from app.accounts.models import Access, Invitation, Membership, Role
from app.accounts.tools import Tools
from app.clients.editing import EMPTY
from app.clients.models import AccessRequest, Client, ClientGrant, ClientLink
from app.clients.request_queries import request_path
from app.clients.writing import index_values
from app.db import transaction

# Patients of the stand-in (``demo.patients``), opened by one of the two before.
OF_AMARA: dict[str, Any] = {
    "patient_id": "1404918245177431083",
    "first_name": "Hương",
    "last_name": "Nguyễn Thị",
    "date_of_birth": date(1979, 9, 9),
}
OF_BEN: dict[str, Any] = {
    "patient_id": "1530277160945582224",
    "first_name": "สมชาย",
    "last_name": "ใจดี",
    "date_of_birth": date(1973, 4, 13),
}
INVITED = "kim@demo.example"


async def seed_colleagues(tools: Tools) -> None:
    """Ben shares a client with Amara, she keeps one from him and he has asked to see it, and Kim is invited.

    No mails: the demo prints those, and they would be the first thing it says.
    """
    now = tools.clock()
    async with transaction(tools.sessions) as session:
        query = select(Membership).where(Membership.role.in_([Role.OWNER, Role.PRACTITIONER])).order_by(Membership.role)
        amara, ben = (await session.scalars(query)).all()
        await _add_client(session, tools, ben, OF_BEN)
        kept = await _add_client(session, tools, amara, OF_AMARA)
        session.add(
            ClientGrant(client_id=kept.id, membership_id=ben.id, access=Access.NONE, given_by_id=amara.id, given_at=now)
        )
        asked_at = now - timedelta(hours=2)
        request = AccessRequest(practice_id=ben.practice_id, client_id=kept.id, asker_id=ben.id, asked_at=asked_at)
        session.add(request)
        await session.flush()
        await bell.note(
            session,
            "access_asked",
            [amara.id],
            about=request.id,
            actor_id=ben.id,
            path=request_path(tools.vault, request.id),
            now=asked_at,
        )
        audit.record(
            session,
            "sharing.requested",
            at=asked_at,
            practice_id=ben.practice_id,
            practitioner_id=ben.practitioner_id,
            client_id=kept.id,
            request_id=str(request.id),
        )
        session.add(
            Invitation(
                practice_id=amara.practice_id,
                email=INVITED,
                invited_by_id=amara.id,
                created_at=now,
                expires_at=now + timedelta(days=7),
            )
        )


async def _add_client(session: AsyncSession, tools: Tools, owner: Membership, patient: dict[str, Any]) -> Client:
    details = EMPTY | {name: value for name, value in patient.items() if name != "patient_id"}
    client = Client(
        practice_id=owner.practice_id,
        owner_id=owner.id,
        refreshed_at=tools.clock(),
        **details,
        **index_values(details),
    )
    session.add(client)
    await session.flush()
    session.add(
        ClientLink(
            practice_id=owner.practice_id, client_id=client.id, patient_id=patient["patient_id"], is_current=True
        )
    )
    return client
