"""A practice's letterhead, and the title of each practitioner: what stands on the programs they give to clients."""

import dataclasses
import hashlib
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.forms import LetterheadForm
from app.accounts.models import Letterhead, Membership
from app.images import redraw
from app.pdf.document import DocumentLetterhead

# On paper a logo is at most 52 mm wide and 20 mm high; these pixels are 400 to the inch.
_LOGO_WIDTH, _LOGO_HEIGHT = 800, 320
_VERSION_LETTERS = 12


async def get_letterhead(session: AsyncSession, practice_id: uuid.UUID) -> DocumentLetterhead:
    """Return what a practice puts on its paper, the logo (PNG) included; empty for a practice that has set nothing."""
    # Columns, not the row: one that the session already holds would come without its logo.
    columns = (Letterhead.logo, Letterhead.colour, Letterhead.address, Letterhead.phone, Letterhead.footer)
    row = (await session.execute(select(*columns).where(Letterhead.practice_id == practice_id))).one_or_none()
    return DocumentLetterhead(**row._asdict()) if row else DocumentLetterhead()


async def find_settings(session: AsyncSession, practice_id: uuid.UUID) -> tuple[LetterheadForm, str | None]:
    """Return what a practice has set, as its form shows it, and the version of its logo (None without a logo)."""
    version = func.encode(func.sha256(Letterhead.logo), "hex")
    columns = [getattr(Letterhead, field.name) for field in dataclasses.fields(LetterheadForm)]
    query = select(version.label("version"), *columns).where(Letterhead.practice_id == practice_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return LetterheadForm("", "", "", "", "", layout="full", is_grey=False, is_large=False), None
    values = row._asdict()
    digest = values.pop("version")
    return LetterheadForm(**values), digest[:_VERSION_LETTERS] if digest else None


async def find_logo(session: AsyncSession, practice_id: uuid.UUID) -> tuple[bytes, str] | None:
    """Return a practice's logo (PNG) and its version, which changes with the picture; None without a logo."""
    logo = await session.scalar(select(Letterhead.logo).where(Letterhead.practice_id == practice_id))
    return (logo, hashlib.sha256(logo).hexdigest()[:_VERSION_LETTERS]) if logo else None


def draw_logo(upload: bytes) -> bytes:
    """Return an uploaded picture as PNG, with no more pixels than its place on paper needs; raises ImageError.

    Slow: call it in a thread.
    """
    drawn = redraw(upload, longest_side=_LOGO_WIDTH, to="PNG")
    if drawn.height > _LOGO_HEIGHT:
        longest = max(drawn.width, drawn.height) * _LOGO_HEIGHT // drawn.height
        drawn = redraw(drawn.content, longest_side=longest, to="PNG")
    return drawn.content


async def save_letterhead(
    session: AsyncSession,
    member: Member,
    form: LetterheadForm,
    now: datetime,
    *,
    logo: bytes | None = None,
    removes_logo: bool = False,
) -> None:
    """Store what the member set for their practice; of two who save at once the later one stays, and both are recorded.

    A logo (PNG) takes the place of the one before; without one, that stays unless it is to be removed.
    """
    values: dict[str, Any] = {**dataclasses.asdict(form), "updated_at": now}
    actions = ["letterhead.saved"]
    if logo is not None:
        values["logo"] = logo
        actions.append("letterhead.logo_saved")
    elif removes_logo:
        values["logo"] = None
        actions.append("letterhead.logo_removed")
    await session.execute(
        insert(Letterhead)
        .values(practice_id=member.practice_id, **values)
        .on_conflict_do_update(index_elements=[Letterhead.practice_id], set_=values)
    )
    for action in actions:
        _record(session, member, action, now)


async def get_title(session: AsyncSession, membership_id: uuid.UUID) -> str:
    """Return what stands after a member's name on programs of their practice, or ""."""
    return await session.scalar(select(Membership.title).where(Membership.id == membership_id)) or ""


async def save_title(session: AsyncSession, member: Member, title: str, now: datetime) -> None:
    """Set the member's title in their practice."""
    await session.execute(update(Membership).where(Membership.id == member.membership_id).values(title=title))
    _record(session, member, "member.title_saved", now)


def _record(session: AsyncSession, member: Member, action: str, now: datetime) -> None:
    audit.record(session, action, at=now, practice_id=member.practice_id, practitioner_id=member.practitioner_id)
