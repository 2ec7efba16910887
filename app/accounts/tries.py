"""Wrong tries at signing in and the like are counted in the database, and cost growing waits.

A try is counted before it is looked at, and taken back when it was right: of many at once, in whatever process, only
as many are looked at as a rule allows. What is refused for its wait is not counted, so that no wait lasts for ever.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, null, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.forms import FormError
from app.accounts.models import WrongTries
from app.crypto import digest
from app.db import Sessions, transaction
from app.waits import Waits, word_wait


@dataclass(frozen=True)
class Rule:
    """So many wrong tries, and which waits follow; one is forgotten after each ``one_forgotten_in``."""

    name: str
    waits: Waits
    one_forgotten_in: timedelta
    # Whether a right try forgives all wrong ones, or only itself.
    right_clears: bool
    # What whoever has to wait is told of why.
    said: str = "Too many tries that did not match."

    def level_after(self, level: float, passed: timedelta) -> float:
        """Return what is left of a count after some time."""
        return max(0.0, level - passed / self.one_forgotten_in)


_GROWING = {"first": timedelta(minutes=1), "longest": timedelta(hours=1)}
ACCOUNT = Rule("account", Waits(free=5, **_GROWING), timedelta(hours=1), right_clears=True)
# Of somebody whose password was right.
SECOND_STEP = Rule("second step", Waits(free=5, **_GROWING), timedelta(hours=1), right_clears=True)
# Of somebody signed in, who is asked for the password again.
CONFIRMING = Rule("confirming", Waits(free=5, **_GROWING), timedelta(hours=1), right_clears=True)
# A practice is one address to us: its slips are not to add up over a day.
NETWORK = Rule("network", Waits(free=30, **_GROWING), timedelta(minutes=2), right_clears=False)
# Accounts that were made, wrong or right: a hall of people at a course is one address, a program that floods us too.
SIGN_UPS = Rule(
    "sign-ups, network",
    Waits(free=60, **_GROWING),
    timedelta(minutes=10),
    right_clears=False,
    said="Many accounts were made from your network just now.",
)

# At discount codes: a right one takes back only itself, or whoever has one could guess at others without end.
DISCOUNT = Rule("discount", Waits(free=5, **_GROWING), timedelta(hours=1), right_clears=False)
DISCOUNT_NETWORK = Rule("discount, network", Waits(free=20, **_GROWING), timedelta(minutes=15), right_clears=False)


@dataclass(frozen=True)
class Try:
    """One try, counted by a rule for an account or an address."""

    rule: Rule
    who: str

    @property
    def about(self) -> str:
        """The key of its count."""
        return digest(f"{self.rule.name}\n{self.who}")


def try_at_account(account: str, *, known_place: str | None = None) -> Try:
    """Return a try at an account: those from a network where its person was signed in lately count apart."""
    return Try(ACCOUNT, f"{account} at {known_place}" if known_place else account)


class TooManyTriesError(FormError):
    """Whoever tries has to wait first; a sentence for the form's field says how long."""

    status = 429
    title = "Too many tries"

    def __init__(self, field: str, until: datetime, now: datetime, said: str) -> None:
        super().__init__({field: f"{said} Wait {word_wait(until, now)}, then try again."})
        self.field = field
        self.retry_seconds = max(1, math.ceil((until - now).total_seconds()))


async def take(sessions: Sessions, tries: Iterable[Try], now: datetime, *, field: str) -> None:
    """Count tries about to be looked at, in a transaction of its own; raises TooManyTriesError if one has to wait.

    Give them in one order everywhere, a network before an account: their rows are locked in turn.
    """
    async with transaction(sessions) as session:
        for each in tries:
            adding = insert(WrongTries).values(about=each.about, level=0.0, counted_at=now)
            # The update changes nothing: it locks the row, whoever made it.
            locking = adding.on_conflict_do_update(
                index_elements=["about"], set_={"about": adding.excluded.about}
            ).returning(WrongTries)
            count = (await session.scalars(locking)).one()
            if count.wait_until is not None and count.wait_until > now:
                raise TooManyTriesError(field, count.wait_until, now, each.rule.said)
            count.level = each.rule.level_after(count.level, max(now - count.counted_at, timedelta())) + 1
            count.counted_at = now
            count.wait_until = each.rule.waits.after(math.ceil(count.level), now)


async def forgive(session: AsyncSession, tries: Iterable[Try]) -> None:
    """Take tries back that were right, as part of the session's transaction; in the order they were taken."""
    for each in tries:
        if each.rule.right_clears:
            await session.execute(delete(WrongTries).where(WrongTries.about == each.about))
            continue
        one_less = WrongTries.level - 1
        await session.execute(
            update(WrongTries)
            .where(WrongTries.about == each.about)
            .values(
                level=case((one_less > 0, one_less), else_=0.0),
                wait_until=case((one_less < each.rule.waits.free, null()), else_=WrongTries.wait_until),
            )
        )
