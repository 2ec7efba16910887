"""Signed-in browsers: rows in the database, found by a signed cookie, revocable at any time."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, not_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.accounts.browsers import Browser
from app.accounts.models import SignInSession
from app.accounts.time_outs import LONGEST, TimeOuts
from app.crypto import Vault, digest
from app.db import Sessions, transaction
from app.settings import Settings

MOST_LISTED = 50
COOKIE_PURPOSE = "session-cookie"


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name; behind https the prefix makes browsers insist on Secure and on this very host."""
    return "__Host-kinebridge" if settings.is_https else "kinebridge"


async def start_session(
    session: AsyncSession,
    vault: Vault,
    practitioner_id: uuid.UUID,
    browser: Browser,
    now: datetime,
    *,
    is_shared: bool = False,
) -> str:
    """Add a session for the practitioner and return the cookie's value: a new token at every sign-in, signed.

    It may last as long as any practice allows; ``accounts.access`` ends it by the rules of the one they work in.
    """
    token = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            token_digest=digest(token),
            practitioner_id=practitioner_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LONGEST,
            network=browser.network,
            device=browser.device,
            is_shared=is_shared,
        )
    )
    await session.flush()
    return vault.sign(token, purpose=COOKIE_PURPOSE)


async def end_session(session: AsyncSession, vault: Vault, cookie: str | None, now: datetime) -> uuid.UUID | None:
    """Revoke the session of a browser's cookie, if there is one; the cookie is worth nothing from then on.

    Returns whose session ended, the practitioner's id.
    """
    token_digest = read_cookie(vault, cookie)
    if token_digest is None:
        return None
    return await session.scalar(
        update(SignInSession)
        .where(SignInSession.token_digest == token_digest, SignInSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(SignInSession.practitioner_id)
    )


async def end_timed_out(sessions: Sessions, session_id: uuid.UUID, now: datetime) -> None:
    """Revoke a sign-in whose time is over, in a transaction of its own: longer time-outs do not bring it back."""
    async with transaction(sessions) as session:
        ending = update(SignInSession).where(SignInSession.id == session_id, SignInSession.revoked_at.is_(None))
        await session.execute(ending.values(revoked_at=now))


async def list_sessions(
    session: AsyncSession, practitioner_id: uuid.UUID, time_outs: TimeOuts, now: datetime
) -> Sequence[SignInSession]:
    """Return the sign-ins of a person that are good now, the one seen last first; at most fifty."""
    query = (
        select(SignInSession)
        .where(_of(practitioner_id), SignInSession.expires_at > now, _lasts(time_outs, now))
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id)
        .limit(MOST_LISTED)
    )
    return (await session.scalars(query)).all()


async def end_overdue(session: AsyncSession, whose: ColumnElement[bool], time_outs: TimeOuts, now: datetime) -> None:
    """Revoke those sign-ins whose time is over by rules that are about to give way to others.

    Nobody asked for a page since: else it would have been noticed. One that is locked is in use.
    """
    overdue = select(SignInSession.id).where(whose, SignInSession.revoked_at.is_(None), not_(_lasts(time_outs, now)))
    ending = update(SignInSession).where(SignInSession.id.in_(overdue.with_for_update(skip_locked=True)))
    await session.execute(ending.values(revoked_at=now), execution_options={"synchronize_session": False})


def _lasts(time_outs: TimeOuts, now: datetime) -> ColumnElement[bool]:
    """Select what ``TimeOuts.are_over`` says is not over."""
    idle_since = case((SignInSession.is_shared, now - time_outs.on(is_shared=True).idle), else_=now - time_outs.idle)
    return and_(SignInSession.created_at > now - time_outs.longest, SignInSession.last_seen_at > idle_since)


async def end_one(session: AsyncSession, practitioner_id: uuid.UUID, session_id: uuid.UUID, now: datetime) -> bool:
    """Revoke one sign-in of a person; False when there is none such that is not revoked already."""
    ending = update(SignInSession).where(_of(practitioner_id), SignInSession.id == session_id)
    return await session.scalar(ending.values(revoked_at=now).returning(SignInSession.id)) is not None


async def end_sessions(
    session: AsyncSession, practitioner_id: uuid.UUID, now: datetime, *, but: uuid.UUID | None = None
) -> None:
    """Revoke every sign-in of a person, but for one if asked."""
    ending = update(SignInSession).where(_of(practitioner_id))
    if but is not None:
        ending = ending.where(SignInSession.id != but)
    await session.execute(ending.values(revoked_at=now))


def _of(practitioner_id: uuid.UUID) -> ColumnElement[bool]:
    return and_(SignInSession.practitioner_id == practitioner_id, SignInSession.revoked_at.is_(None))


def read_cookie(vault: Vault, value: str | None) -> str | None:
    """Return the digest to look a session up by, or None when the cookie is missing or not signed by us."""
    if not value:
        return None
    token = vault.unsign(value, purpose=COOKIE_PURPOSE, max_age_seconds=int(LONGEST.total_seconds()))
    return digest(token) if token else None


def set_cookie(response: Response, settings: Settings, value: str, *, is_shared: bool = False) -> None:
    """Put the session cookie on the response. Lax, since a click in Cliniko must arrive signed in.

    On a shared computer it goes when the browser is closed.
    """
    response.set_cookie(
        cookie_name(settings),
        value,
        max_age=None if is_shared else int(LONGEST.total_seconds()),
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, settings: Settings) -> None:
    """Take the session cookie away."""
    response.delete_cookie(cookie_name(settings), path="/", secure=settings.is_https, httponly=True, samesite="lax")
