"""Who is asking, and for which practice: the one place where a request gets its tenant.

Every route that shows or changes anything depends on ``SignedIn``; what a member may do with a client is decided by
``clients.sharing``, and asked for by ``clients.queries``, which start from the member given here.
"""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app import locales
from app.accounts.models import BellMark, Membership, Practice, Practitioner, Role, SignInSession
from app.accounts.sessions import cookie_name, end_timed_out, read_cookie
from app.accounts.time_outs import USUAL, TimeOuts, time_outs
from app.accounts.tools import Tools, get_tools
from app.db import release
from app.errors import AppError, BadRequestError, ConflictError, ForbiddenError, NotFoundError
from app.web.rendering import MADE_BY, PATIENT, Viewer

# What a page asks for by itself is no sign of a person: live.js says so.
UNATTENDED = "x-unattended"
MADE_BY_HEADER = "x-made-by"
PLAIN_FORM = "application/x-www-form-urlencoded"


class SignInRequiredError(AppError):
    """Nobody is signed in; the person is sent to sign in and then on to ``target``, a path of our own."""

    status = 401
    title = "Sign in to continue"

    def __init__(self, target: str) -> None:
        super().__init__("Sign in to see this page.")
        self.target = target


class OtherPersonsPageError(ConflictError):
    """What was sent comes from a page that was made for another person, or for another practice of this one."""

    title = "This page was not opened by you"
    cause = "sign_in.wrong_person"

    def __init__(self, member: "Member") -> None:
        super().__init__(
            f"You are signed in as {member.name} at {member.practice_name}. This page was opened by somebody else, or "
            "for another practice, so nothing was changed. Open it again, or press Switch at the top."
        )


class TwoFactorNeededError(AppError):
    """The practice wants two-factor sign-in, which the person has yet to set up; ``target`` is for afterwards."""

    status = 403
    title = "Set up two-factor sign-in"

    def __init__(self, target: str) -> None:
        super().__init__("Your practice asks for two-factor sign-in. Set it up to see this page.")
        self.target = target


@dataclass(frozen=True)
class Member:
    """The signed-in practitioner in their active practice."""

    session_id: uuid.UUID
    practitioner_id: uuid.UUID
    membership_id: uuid.UUID
    practice_id: uuid.UUID
    role: Role
    name: str
    email: str
    practice_name: str
    # Every practice the person belongs to, by name: (id, name).
    practices: tuple[tuple[uuid.UUID, str], ...]
    # How many things the bell has for them in this practice.
    unread: int = 0
    # What the practice calls those it treats: "patient" or "client".
    patient_word: str = PATIENT
    # When everything of the practice is to be erased (UTC), unless an owner takes that back.
    erase_at: datetime | None = None
    # Their sign-in in this browser, and whether the practice holds them until two-factor is set up.
    signed_in_at: datetime | None = None
    time_outs: TimeOuts = USUAL
    is_shared: bool = False
    has_two_factor: bool = False
    is_held: bool = False

    @property
    def runs_team(self) -> bool:
        """True for owners and admins, who invite colleagues."""
        return self.role in (Role.OWNER, Role.ADMIN)

    def as_viewer(self) -> Viewer:
        """Return what the page header shows."""
        return Viewer(
            practitioner_name=self.name,
            email=self.email,
            practice_name=self.practice_name,
            role=self.role,
            practices=[(id_, name, id_ == self.practice_id) for id_, name in self.practices],
            erase_at=self.erase_at,
            unread=0 if self.is_held else self.unread,
            is_shared=self.is_shared,
            is_held=self.is_held,
            patient_word=self.patient_word,
            membership_id=str(self.membership_id),
        )


async def get_session(tools: Annotated[Tools, Depends(get_tools)]) -> AsyncIterator[AsyncSession]:
    """One request, one transaction: committed after the route returns and before the answer is sent."""
    async with tools.sessions() as session:
        yield session
        await session.commit()


# scope="function": with the default scope the answer would be sent before the commit, even one that then fails.
Database = Annotated[AsyncSession, Depends(get_session, scope="function")]
ToolsDep = Annotated[Tools, Depends(get_tools)]


async def find_member(request: Request, session: Database, tools: ToolsDep) -> Member | None:
    """Return the signed-in member, or None. One query; also tells the page header who is signed in."""
    token_digest = read_cookie(tools.vault, request.cookies.get(cookie_name(tools.settings)))
    return None if token_digest is None else await load_member(request, session, tools, token_digest)


async def load_member(request: Request, session: AsyncSession, tools: Tools, token_digest: str) -> Member | None:
    """Return whose sign-in a token is, while it lasts by the rules of the practice they work in."""
    row = (await session.execute(_member_query(), {"token_digest": token_digest})).one_or_none()
    if row is None:
        return None
    now = tools.clock()
    of_practice = time_outs(row.idle_minutes, row.sign_in_hours)
    here = of_practice.on(is_shared=row.is_shared)
    if row.expires_at <= now or here.are_over(row.created_at, row.last_seen_at, now):
        await release(session)
        await end_timed_out(tools.sessions, row.session_id, now)
        return None
    if now - row.last_seen_at > here.seen_step and UNATTENDED not in request.headers:
        await session.execute(update(SignInSession).where(SignInSession.id == row.session_id).values(last_seen_at=now))
    member = Member(
        session_id=row.session_id,
        practitioner_id=row.practitioner_id,
        membership_id=row.membership_id,
        practice_id=row.practice_id,
        role=Role(row.role),
        name=row.name,
        email=row.email,
        practice_name=row.practice_name,
        practices=tuple((uuid.UUID(id_), name) for id_, name in row.practices),
        unread=row.unread,
        patient_word=row.patient_word,
        erase_at=row.erase_at,
        signed_in_at=row.created_at,
        time_outs=of_practice,
        is_shared=row.is_shared,
        has_two_factor=row.totp_since is not None,
        is_held=row.requires_two_factor and row.totp_since is None,
    )
    locales.reading(row.country, row.time_zone)
    request.state.viewer = member.as_viewer()
    return member


@cache
def _member_query() -> Any:
    """One row: the session, its practitioner, and their membership of the active practice (else of the oldest).

    Built once a process: building it takes about as long as running it, and every page runs it.
    """
    other, other_practice = aliased(Membership), aliased(Practice)
    practices = (
        select(
            func.json_agg(
                aggregate_order_by(
                    func.json_build_array(other_practice.id, other_practice.name),
                    func.lower(other_practice.name),
                    other_practice.id,
                )
            )
        )
        .select_from(other)
        .join(other_practice, other_practice.id == other.practice_id)
        .where(other.practitioner_id == Practitioner.id, other.ended_at.is_(None))
        .scalar_subquery()
    )
    unread = (
        select(func.count())
        .select_from(BellMark)
        .where(BellMark.membership_id == Membership.id)
        .correlate(Membership)
        .scalar_subquery()
    )
    return (
        select(
            SignInSession.id.label("session_id"),
            SignInSession.expires_at,
            SignInSession.created_at,
            SignInSession.last_seen_at,
            SignInSession.is_shared,
            Practitioner.totp_since,
            Practice.requires_two_factor,
            Practice.idle_minutes,
            Practice.sign_in_hours,
            Practitioner.id.label("practitioner_id"),
            Practitioner.name,
            Practitioner.email,
            Membership.id.label("membership_id"),
            Membership.role,
            Practice.id.label("practice_id"),
            Practice.name.label("practice_name"),
            Practice.patient_word.label("patient_word"),
            Practice.country,
            Practice.time_zone,
            Practice.erase_at,
            practices.label("practices"),
            unread.label("unread"),
        )
        .join(Practitioner, Practitioner.id == SignInSession.practitioner_id)
        .join(Membership, (Membership.practitioner_id == Practitioner.id) & Membership.ended_at.is_(None))
        .join(Practice, Practice.id == Membership.practice_id)
        .where(SignInSession.token_digest == bindparam("token_digest"), SignInSession.revoked_at.is_(None))
        .order_by((Membership.practice_id == Practitioner.active_practice_id).desc(), Membership.created_at)
        .limit(1)
    )


MaybeSignedIn = Annotated[Member | None, Depends(find_member)]


async def read_made_by(request: Request) -> str:
    """Return for whom the page was made that sent this: a field of its forms, a header of what its scripts ask for.

    Of a form with files nothing: ``form_fields.open_files`` reads it.
    """
    if request.method != "POST":
        return request.headers.get(MADE_BY_HEADER, "")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != PLAIN_FORM:
        return ""
    try:
        return str((await request.form()).get(MADE_BY, ""))
    except ValueError:  # the sender names a character set that is none, or that the text is not in
        raise BadRequestError("The form cannot be read. Go back and send it again.") from None


# Before the member: while a form arrives, however slowly, no connection to the database is held.
MadeBy = Annotated[str, Depends(read_made_by)]


async def require_sign_in(request: Request, made_by: MadeBy, member: MaybeSignedIn) -> Member:
    """Return the signed-in member, held or not; raises SignInRequiredError with the page to come back to.

    Raises OtherPersonsPageError for what comes from a page that was made for somebody else.
    """
    if member is None:
        raise SignInRequiredError(_target(request))
    refuse_form_of_somebody_else(member, made_by)
    return member


def refuse_form_of_somebody_else(member: Member, made_by: str) -> None:
    """Raise OtherPersonsPageError for a form of a page made for another person, or for this one in another practice.

    Its field ``made_by`` (every page's, see ``web.rendering``) has the id of their membership: on a shared computer a
    page may lie open from before, and what is pressed there is not the doing of who is signed in now (case 4). A form
    without the field is of who sends it.
    """
    if made_by and made_by != str(member.membership_id):
        raise OtherPersonsPageError(member)


# For the few pages that are open to who has yet to set up what the practice asks for.
EvenHeld = Annotated[Member, Depends(require_sign_in)]


async def require_member(request: Request, member: EvenHeld) -> Member:
    """Return the signed-in member; raises TwoFactorNeededError for one who has yet to set that up."""
    if member.is_held:
        raise TwoFactorNeededError(_target(request))
    return member


def _target(request: Request) -> str:
    """Return the page to come back to; a form cannot be sent again by a redirect: then the start page."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


SignedIn = Annotated[Member, Depends(require_member)]


async def hold_membership(session: AsyncSession, membership_id: uuid.UUID) -> bool:
    """Say whether a membership is active, and if so let nobody end it until the transaction ends.

    For what becomes a member's: whoever ends their access comes after this and hands it on, or came before.
    """
    query = select(Membership.id).where(Membership.id == membership_id, Membership.ended_at.is_(None))
    return await session.scalar(query.with_for_update(read=True, key_share=True)) is not None


async def stay_member(session: AsyncSession, member: Member) -> None:
    """Let nobody end the member's access until the transaction ends; raises SignInRequiredError where it has ended."""
    if not await hold_membership(session, member.membership_id):
        raise SignInRequiredError("/")


async def require_team_lead(member: SignedIn) -> Member:
    """Return the member if they are an owner or admin; raises ForbiddenError otherwise."""
    if not member.runs_team:
        raise ForbiddenError("Only an owner or admin of the practice can do this. Ask one of them.")
    return member


TeamLead = Annotated[Member, Depends(require_team_lead)]


async def require_team_lead_else_404(member: SignedIn) -> Member:
    """Return the member if they are an owner or admin; raises NotFoundError where others should see no such page."""
    if not member.runs_team:
        raise NotFoundError
    return member


TeamLeadElse404 = Annotated[Member, Depends(require_team_lead_else_404)]


async def require_owner(member: SignedIn) -> Member:
    """Return the member if they own the practice; raises ForbiddenError otherwise."""
    if member.role is not Role.OWNER:
        raise ForbiddenError("Only an owner of the practice can do this. Ask one of them.")
    return member


Owner = Annotated[Member, Depends(require_owner)]


async def require_owner_else_404(member: SignedIn) -> Member:
    """Return the member if they own the practice; raises NotFoundError where others should see no such page."""
    if member.role is not Role.OWNER:
        raise NotFoundError
    return member


OwnerElse404 = Annotated[Member, Depends(require_owner_else_404)]
