"""The rules by which the members of a practice sign in: with two factors, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.colleagues.team import hold_team
from app.accounts.forms import FormError
from app.accounts.models import Membership, Practice, Practitioner, SignInSession
from app.accounts.practices.practice import ChangedMeanwhileError, lock_practice, version_of
from app.accounts.sessions import end_overdue
from app.accounts.time_outs import IDLE_MINUTES, SIGN_IN_HOURS, time_outs
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


async def save_rules(session: AsyncSession, tools: Tools, member: Member, rules: SignInRules, seen: str) -> bool:
    """Set the rules of the member's practice; False when they are these already.

    They count from the next page of everybody on; what is over by the former ones stays so. ``seen`` is the version
    the member saw, "" for any. Raises ForbiddenError for who does not run the practice any more,
    ChangedMeanwhileError when it is not the present one, and FormError when the member asks for two factors without
    having them: nobody is to shut themselves out.
    """
    practice = await lock_practice(session, member.practice_id)
    await hold_team(session, member)  # who waited for that may not run it any more
    present = rules_of(practice)
    if rules == present:
        return False
    if seen and seen != version_of(present):
        raise ChangedMeanwhileError
    if rules.requires_two_factor and not present.requires_two_factor and not member.has_two_factor:
        raise FormError({"two_factor": YOURSELF_FIRST})
    working_here = select(Practitioner.id).where(Practitioner.active_practice_id == practice.id)
    former = time_outs(present.idle_minutes, present.sign_in_hours)
    await end_overdue(session, SignInSession.practitioner_id.in_(working_here), former, tools.clock())
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
