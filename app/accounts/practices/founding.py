"""Making a practice for its owner, by whoever runs the service."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.accounts import audit
from app.accounts.forms import SignUpForm, read_sign_up
from app.accounts.models import Membership, Practice
from app.accounts.people import add_practice, taken_email_or
from app.accounts.practices.practice import refuse_other_region
from app.accounts.security import resets
from app.accounts.security.passwords import hash_password
from app.accounts.tools import Tools
from app.db import transaction


@dataclass(frozen=True)
class NewPractice:
    """What makes a practice; ``country`` is an ISO 3166 code of two letters."""

    name: str
    owner_name: str
    owner_email: str
    country: str


@dataclass(frozen=True)
class PracticeRow:
    """A practice as whoever runs the service sees it; ``people`` belong to it now."""

    id: uuid.UUID
    created_at: datetime
    country: str
    people: int
    name: str


async def create_practice(tools: Tools, new: NewPractice) -> str:
    """Make a practice and its owner, and return the link by which they choose their password: once, within an hour.

    Until then nobody can sign in. Raises FormError for what cannot be taken, an email that has an account among it.
    """
    form = _read(new)
    refuse_other_region(tools.settings, form.country)
    password_hash = await hash_password(form.password)
    try:
        async with transaction(tools.sessions) as session:
            practice, owner = await add_practice(session, form, password_hash)
            audit.record(
                session,
                "practice.created_for_them",
                at=tools.clock(),
                practice_id=practice.id,
                practitioner_id=owner.id,
            )
            return resets.begin_reset(tools, owner)
    except IntegrityError as error:
        raise taken_email_or(error) from None


async def list_practices(tools: Tools) -> Sequence[PracticeRow]:
    """Return every practice, the newest first."""
    people = (
        select(func.count())
        .where(Membership.practice_id == Practice.id, Membership.ended_at.is_(None))
        .correlate(Practice)
        .scalar_subquery()
    )
    query = select(Practice.id, Practice.created_at, Practice.country, people, Practice.name)
    async with transaction(tools.sessions) as session:
        rows = await session.execute(query.order_by(Practice.created_at.desc(), Practice.id))
        return [PracticeRow(*row) for row in rows]


def _read(new: NewPractice) -> SignUpForm:
    return read_sign_up(
        name=new.owner_name,
        email=new.owner_email,
        password=secrets.token_urlsafe(48),  # nobody's: the owner chooses one by the link
        practice_name=new.name,
        country=new.country.upper(),
    )
