"""Asking to see a colleague's client, and the answer (case 6).

The owner is told by mail and by the bell; so are those who run the practice once the owner has not answered for seven
days, or is not there. The link in the mail says which request is meant, no more: who answers is who is signed in.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts import audit, bell
from app.accounts.access import Member, hold_membership, stay_member
from app.accounts.models import Access, Membership, Practice, Practitioner, Role
from app.accounts.tools import Tools
from app.clients.granting import write_grant
from app.clients.holding import lock_client
from app.clients.models import AccessRequest, Client
from app.clients.names import initials
from app.clients.queries import ids_of_client
from app.clients.request_letters import write_answer, write_asked
from app.clients.request_notes import hush_asking, settle_requests
from app.clients.request_queries import (
    Asked,
    find_asked,
    get_to_answer,
    is_asked_for,
    person_of,
    remaining_client,
    request_path,
)
from app.clients.sharing import OWNER_HAS, Grant
from app.errors import ConflictError, NotFoundError
from app.mail.service import post

# Nobody fills their colleagues' mailboxes.
MOST_OPEN = 20
MAIL_USEFUL_FOR = timedelta(days=3)


async def ask(session: AsyncSession, tools: Tools, member: Member, client_id: uuid.UUID) -> None:
    """Ask the owner to let the member see a client of the practice; asked already, nothing is sent again.

    The caller has made sure that there is such a client, and that the member does not see it. Raises ConflictError for
    who was told no a short while ago, or has asked for a lot.
    """
    now = tools.clock()
    asked = await find_asked(session, member, client_id)
    if asked and asked.is_open:
        return
    await _refuse_pestering(session, member, asked, now)
    if await lock_client(session, client_id, is_shared=True) is None:  # erased just now
        raise NotFoundError
    added = await session.scalar(
        insert(AccessRequest)
        .values(
            id=uuid.uuid4(),
            practice_id=member.practice_id,
            client_id=client_id,
            asker_id=member.membership_id,
            asked_at=now,
        )
        .on_conflict_do_nothing()
        .returning(AccessRequest.id)
    )
    if added is None:
        return
    audit.record_by(session, member, "sharing.requested", at=now, client_id=client_id, request_id=str(added))
    request = await session.get_one(AccessRequest, added)
    owner = await _owner_of(session, client_id)
    if owner.ended_at is None:
        await _tell(session, tools, request, [owner.id], "access_asked")
    else:
        await pass_on(session, tools, request)


async def _refuse_pestering(session: AsyncSession, member: Member, asked: Asked | None, now: datetime) -> None:
    if asked and asked.again_at and now < asked.again_at:
        raise ConflictError("Your last request for this client was declined. You can ask again a week after that.")
    is_theirs = AccessRequest.asker_id == member.membership_id, AccessRequest.decided_at.is_(None)
    if (await session.scalar(select(func.count()).where(*is_theirs)) or 0) >= MOST_OPEN:
        raise ConflictError(
            f"{MOST_OPEN} of your requests are waiting for an answer. Nothing was sent. Wait for some answers first."
        )


async def _owner_of(session: AsyncSession, client_id: uuid.UUID) -> Membership:
    owner = await session.scalar(
        select(Membership)
        .join(Client, Client.owner_id == Membership.id)
        .where(Client.id == await remaining_client(session, client_id))
    )
    assert owner is not None  # noqa: S101 - every client has one
    return owner


async def _tell(
    session: AsyncSession, tools: Tools, request: AccessRequest, membership_ids: list[uuid.UUID], said: str
) -> None:
    """Tell people of a request by mail and bell; of the client a mail says no more than the initials."""
    now, path = tools.clock(), request_path(tools.vault, request.id)
    asker_id = request.asker_id
    await bell.note(session, said, membership_ids, about=request.id, actor_id=asker_id, path=path, now=now)
    client = await session.get_one(Client, request.client_id)
    word = (await session.get_one(Practice, request.practice_id)).patient_word
    asker = await person_of(session, asker_id)
    query = select(Practitioner).join(Membership, Membership.practitioner_id == Practitioner.id)
    for reader in (await session.scalars(query.where(Membership.id.in_(membership_ids)).order_by(Membership.id))).all():
        letter = write_asked(
            reader,
            asker.name,
            initials(client.first_name, client.last_name),
            tools.settings.public_url + path,
            word=word,
            is_own=said == "access_asked",
        )
        await post(session, letter, now, useful_for=MAIL_USEFUL_FOR)


async def pass_on(session: AsyncSession, tools: Tools, request: AccessRequest) -> None:
    """Tell those who run the practice of a (new or locked) request, once."""
    request.passed_on_at = tools.clock()
    owner = await _owner_of(session, request.client_id)
    leads = await session.scalars(
        select(Membership.id).where(
            Membership.practice_id == request.practice_id,
            Membership.ended_at.is_(None),
            Membership.role.in_([Role.OWNER, Role.ADMIN]),
            Membership.id.not_in([request.asker_id, owner.id]),
        )
    )
    audit.record(
        session,
        "sharing.passed_on",
        at=tools.clock(),
        practice_id=request.practice_id,
        client_id=request.client_id,
        request_id=str(request.id),
    )
    await _tell(session, tools, request, list(leads.all()), "access_passed_on")


async def list_due(session: AsyncSession, now: datetime) -> list[uuid.UUID]:
    """Return the open requests of which those who run the practice are to be told now; at most 500."""
    owner, asker = aliased(Membership), aliased(Membership)
    query = (
        select(AccessRequest.id)
        .join(Client, is_asked_for())
        .join(owner, owner.id == Client.owner_id)
        .join(asker, asker.id == AccessRequest.asker_id)
        .where(
            asker.ended_at.is_(None),
            AccessRequest.decided_at.is_(None),
            AccessRequest.passed_on_at.is_(None),
            or_(AccessRequest.asked_at <= now - OWNER_HAS, owner.ended_at.is_not(None)),
        )
    )
    return list(await session.scalars(query.order_by(AccessRequest.asked_at).limit(500)))


async def pass_on_if_due(session: AsyncSession, tools: Tools, request_id: uuid.UUID) -> None:
    """Pass a request on, unless it was answered or passed on meanwhile."""
    query = select(AccessRequest).where(
        AccessRequest.id == request_id, AccessRequest.decided_at.is_(None), AccessRequest.passed_on_at.is_(None)
    )
    request = await session.scalar(query.with_for_update())
    if request is not None:
        await pass_on(session, tools, request)


async def answer(session: AsyncSession, tools: Tools, member: Member, request_id: uuid.UUID, grant: Grant) -> bool:
    """Grant or decline a request and tell who asked; False when it was answered before: only one answer counts.

    Raises as ``get_to_answer``, ConflictError when who asked has left the practice.
    """
    now = tools.clock()
    client_id = (await get_to_answer(session, member, request_id, now)).client.id
    # The client first, as everybody does, and then the request: of two who answer at once the second waits here.
    held = await lock_client(session, client_id)
    if held is None:  # erased just now
        raise NotFoundError
    client_id = held
    locked = select(AccessRequest).where(AccessRequest.id == request_id).with_for_update()
    request = (await session.scalars(locked.execution_options(populate_existing=True))).one()
    await stay_member(session, member)
    await get_to_answer(session, member, request_id, now)
    if request.decided_at is not None:
        return False
    if not await hold_membership(session, request.asker_id):
        raise ConflictError("The person who asked has left the practice, so there is nothing to answer.")
    request.decided_at, request.decided_by_id, request.access = now, member.membership_id, grant.access
    is_given = grant.access is not Access.NONE
    if is_given:
        by = member.membership_id
        await write_grant(session, client_id, request.asker_id, grant, given_by_id=by, now=now)
        # Asked for both of two clients who are one by now, they are let see the one.
        parts = await ids_of_client(session, client_id)
        await settle_requests(session, parts, request.asker_id, now, access=grant.access, by=by)
    await hush_asking(session, request.id)
    await bell.note(
        session,
        "access_given" if is_given else "access_declined",
        [request.asker_id],
        about=request.id,
        # Who was not to know whose client it is does not learn it from a no.
        actor_id=member.membership_id if is_given else None,
        path=f"/clients/{client_id}" if is_given else "/account/sharing",
        now=now,
    )
    link = tools.settings.public_url + (f"/clients/{client_id}" if is_given else "/account/sharing")
    asker, word = await person_of(session, request.asker_id), member.patient_word
    await post(session, write_answer(asker, member.name if is_given else None, grant.access, link, word=word), now)
    ids = {"membership_id": str(request.asker_id), "access": grant.access, "request_id": str(request.id)}
    action = "sharing.granted" if is_given else "sharing.declined"
    audit.record_by(session, member, action, at=now, client_id=client_id, **ids)
    return True
