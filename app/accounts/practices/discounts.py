"""Discount codes: defined by whoever runs Kinebridge, entered by an owner, for the whole practice.

A code counts from its first to its last day, as the practice's own time zone has them (UTC while that is not known),
and not once it is ended. What a practice entered takes something off for as long as its code counts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.browsers import Browser
from app.accounts.forms import FormError, clean_line
from app.accounts.models import Practice
from app.accounts.practices.discount_models import Discount, PracticeDiscount
from app.accounts.practices.practice import lock_practice
from app.accounts.tools import Tools
from app.accounts.tries import DISCOUNT, DISCOUNT_NETWORK, Try, forgive, take
from app.db import release, transaction
from app.errors import AppError, ConflictError, NotFoundError

CODE = re.compile(r"[A-Z0-9-]{4,30}")
LONGEST_SOURCE = 60
WRITE_A_CODE = "Enter the code you were given."
# One sentence for unknown codes, ended ones and those whose days have not come, so that trying teaches nothing.
UNUSABLE = "This code cannot be used. Check it with whoever gave it to you."


class ReplacingError(AppError):
    """Another code of the practice counts at the moment: the person is to see both first."""

    status = 409
    title = "Replace the discount?"

    def __init__(self, entered: PracticeDiscount, other: Discount) -> None:
        super().__init__("Another discount is in use. Look at both, then decide.")
        self.entered = entered
        self.other = other


@dataclass(frozen=True)
class NewDiscount:
    """What makes a code; both days are included."""

    code: str
    percent: int
    first_day: date
    last_day: date
    source: str


def read_code(text: str) -> str:
    """Return a code as it is stored: in upper case, without any white space."""
    return "".join(clean_line(text).split()).upper()


def day_at(practice: Practice, now: datetime) -> date:
    """Return the practice's date at a moment."""
    return now.astimezone(ZoneInfo(practice.time_zone or "UTC")).date()


async def find_entered(session: AsyncSession, member: Member) -> PracticeDiscount | None:
    """Return what the member's practice has entered, with its code's discount; it may not count any more."""
    query = select(PracticeDiscount).where(
        PracticeDiscount.practice_id == member.practice_id, PracticeDiscount.ended_at.is_(None)
    )
    return await session.scalar(query.options(joinedload(PracticeDiscount.discount)))


async def enter_code(
    session: AsyncSession, tools: Tools, member: Member, typed: str, browser: Browser, *, replaces: str
) -> bool:
    """Let the practice have a code's discount and return True; False when it has it already.

    ``replaces`` is the id of the entered discount that the person agreed to give up, or "". Raises FormError for a code
    that cannot be used, TooManyTriesError for one that was not even looked at, and ReplacingError when another one
    counts that was not agreed to be given up. Of two owners at once the later one is asked.
    """
    code, now = read_code(typed), tools.clock()
    if not code:
        raise FormError({"code": WRITE_A_CODE})
    tries = [Try(DISCOUNT_NETWORK, browser.network), Try(DISCOUNT, str(member.practice_id))]
    await release(session)
    await take(tools.sessions, tries, now, field="code")
    practice = await lock_practice(session, member.practice_id)
    day = day_at(practice, now)
    discount = await _hold_discount(session, code)
    if discount is None or not discount.counts_on(day):
        audit.record_by(session, member, "practice.discount_refused", at=now)
        raise FormError({"code": UNUSABLE})
    await forgive(session, tries)
    entered = await find_entered(session, member)
    if entered is not None and entered.discount_id == discount.id:
        return False
    replaced = entered if entered is not None and entered.discount.counts_on(day) else None
    if replaced is not None and replaces != str(replaced.id):
        raise ReplacingError(replaced, discount)
    if entered is not None:
        entered.ended_at = now
        await session.flush()  # before the other one: a practice has one
    ids = {"practice_id": member.practice_id, "discount_id": discount.id, "entered_by_id": member.practitioner_id}
    session.add(PracticeDiscount(**ids, entered_at=now))
    action = "practice.discount_replaced" if replaced else "practice.discount_entered"
    audit.record_by(session, member, action, at=now, percent=discount.percent, discount_id=str(discount.id))
    return True


async def _hold_discount(session: AsyncSession, code: str) -> Discount | None:
    """Return the code's discount as it is now; nobody ends it in this transaction."""
    query = select(Discount).where(Discount.code == code).with_for_update(read=True)
    return await session.scalar(query.execution_options(populate_existing=True))


# What whoever runs Kinebridge does, by command


async def add_discount(tools: Tools, new: NewDiscount) -> str:
    """Define a code and return it as stored; raises AppError in words when it cannot be."""
    code, source = read_code(new.code), clean_line(new.source)
    if not CODE.fullmatch(code):
        raise AppError("A code is made of 4 to 30 letters from A to Z, digits and hyphens.")
    if new.first_day > new.last_day:
        raise AppError("The code's last day is before its first.")
    if not 0 < len(source) <= LONGEST_SOURCE:
        raise AppError(f"Say in at most {LONGEST_SOURCE} characters for whom the code is, such as cliniko.")
    values = {"code": code, "percent": new.percent, "first_day": new.first_day, "last_day": new.last_day}
    adding = insert(Discount).values(**values, source=source).on_conflict_do_nothing(index_elements=["code"])
    async with transaction(tools.sessions) as session:
        if await session.scalar(adding.returning(Discount.id)) is None:
            raise ConflictError(f"There is a code {code} already. Every code is given out once.")
    return code


async def list_discounts(tools: Tools) -> Sequence[Any]:
    """Return every code, the newest first: (code, percent, first_day, last_day, source, ended_at, practices)."""
    practices = func.count(PracticeDiscount.id).filter(PracticeDiscount.ended_at.is_(None)).label("practices")
    query = (
        select(
            *(Discount.code, Discount.percent, Discount.first_day, Discount.last_day, Discount.source),
            *(Discount.ended_at, practices),
        )
        .outerjoin(PracticeDiscount, PracticeDiscount.discount_id == Discount.id)
        .group_by(Discount.id)
        .order_by(Discount.created_at.desc(), Discount.code)
    )
    async with transaction(tools.sessions) as session:
        return (await session.execute(query)).all()


async def end_discount(tools: Tools, typed: str) -> int:
    """End a code at once, for all who have entered it too; returns how many practices lose it.

    Raises NotFoundError and ConflictError in words. It is on record in each of those practices.
    """
    code, now = read_code(typed), tools.clock()
    async with transaction(tools.sessions) as session:
        discount = await session.scalar(select(Discount).where(Discount.code == code).with_for_update())
        if discount is None:
            raise NotFoundError("There is no such code.")
        if discount.ended_at is not None:
            raise ConflictError("This code is ended already.")
        discount.ended_at = now
        ending = update(PracticeDiscount).where(
            PracticeDiscount.discount_id == discount.id, PracticeDiscount.ended_at.is_(None)
        )
        losers = (await session.scalars(ending.values(ended_at=now).returning(PracticeDiscount.practice_id))).all()
        for practice_id in losers:
            audit.record(session, "practice.discount_ended", at=now, practice_id=practice_id)
        return len(losers)
