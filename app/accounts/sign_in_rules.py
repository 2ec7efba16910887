"""The rules by which the members of a practice sign in: with two factors, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.forms import FormError
from app.accounts.models import Membership, Practice, Practitioner
from app.accounts.time_outs import IDLE_MINUTES, SIGN_IN_HOURS
from app.accounts.tools import Tools

YOURSELF_FIRST = "Set up two-factor sign-in for yourself first. Then you can ask it of everybody."
CHOOSE = "Choose from the list."


@dataclass(frozen=True)
class SignInRules:
    """What a practice asks of its members; the rules of the practice somebody works in count."""

    requires_two_factor: bool
    idle_minutes: int
    sign_in_hours: int


def rules_of(practice: Practice) -> SignInRules:
    """Return a practice's rules."""
    return SignInRules(practice.requires_two_factor, practice.idle_minutes, practice.sign_in_hours)


def read_rules(*, two_factor: str, idle_minutes: str, sign_in_hours: str) -> SignInRules:
    """Return what a form says; raises FormError for what is not offered."""
    errors = {}
    if idle_minutes not in map(str, IDLE_MINUTES):
        errors["idle_minutes"] = CHOOSE
    if sign_in_hours not in map(str, SIGN_IN_HOURS):
        errors["sign_in_hours"] = CHOOSE
    if errors:
        raise FormError(errors)
    return SignInRules(two_factor == "on", int(idle_minutes), int(sign_in_hours))


async def save_rules(session: AsyncSession, tools: Tools, member: Member, rules: SignInRules) -> bool:
    """Set the rules of the member's practice; False when they are these already.

    They count from the next page of everybody on. Raises FormError when the member asks for two factors without having
    them: nobody is to shut themselves out.
    """
    query = select(Practice).where(Practice.id == member.practice_id).with_for_update()
    practice = (await session.scalars(query.execution_options(populate_existing=True))).one()
    present = rules_of(practice)
    if rules == present:
        return False
    if rules.requires_two_factor and not present.requires_two_factor and not member.has_two_factor:
        raise FormError({"two_factor": YOURSELF_FIRST})
    await session.execute(update(Practice).where(Practice.id == practice.id).values(**vars(rules)))
    audit.record_by(session, member, "practice.sign_in_rules_saved", at=tools.clock(), **vars(rules))
    return True


async def list_without_two_factor(session: AsyncSession, member: Member) -> Sequence[str]:
    """Return the names of the practice's members who sign in with a password alone."""
    query = (
        select(Practitioner.name)
        .join(Membership)
        .where(
            Membership.practice_id == member.practice_id,
            Membership.ended_at.is_(None),
            Practitioner.totp_since.is_(None),
        )
        .order_by(func.lower(Practitioner.name))
    )
    return (await session.scalars(query)).all()
