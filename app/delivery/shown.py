"""What pages show of deliveries: their state, what comes next and when, and what was tried."""

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.delivery.models import Delivery
from app.delivery.outages import Outage, find_outages
from app.delivery.retrying import may_retry
from app.delivery.states import describe, is_live
from app.delivery.tried import AttemptWords, list_attempts


@dataclass(frozen=True)
class ShownDelivery:
    """A delivery in words: the pill's look and words, a sentence on why or what next, and its newest attempts."""

    look: str
    words: str
    sentence: str
    may_retry: bool
    attempts: Sequence[AttemptWords]


@dataclass(frozen=True)
class Standing:
    """Deliveries as they stand at a moment (UTC), with the outages that some of them wait for."""

    deliveries: Sequence[Delivery]
    outages: Mapping[uuid.UUID, Outage] = field(default_factory=dict)  # by membership
    now: datetime = datetime.min

    @property
    def is_live(self) -> bool:
        """True while one of them changes by itself, so that a page should keep looking."""
        return any(is_live(delivery) for delivery in self.deliveries)

    def describe(self, delivery: Delivery) -> tuple[str, str, str]:
        """Return what ``states.describe`` says of one of them; while its key is held back nothing is tried before."""
        outage = self.outages.get(delivery.membership_id)
        return describe(delivery, self.now, outage.held_until if outage else None)

    def tag(self, *more: object) -> str:
        """Return an entity tag of all that a page shows of them: the same while nothing would look different."""
        said = [(str(each.id), each.claim, each.polls, *self.describe(each)) for each in self.deliveries]
        text = repr((said, sorted(map(str, self.outages.values())), more))
        return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


async def look_at(session: AsyncSession, deliveries: Collection[Delivery], now: datetime) -> Standing:
    """Return how deliveries stand, asking for the outages of those under way: at most one query."""
    under_way = {delivery.membership_id for delivery in deliveries if is_live(delivery)}
    return Standing(list(deliveries), await find_outages(session, under_way), now)


async def show(session: AsyncSession, standing: Standing) -> dict[uuid.UUID, ShownDelivery]:
    """Return deliveries in words with their attempts, in at most one query: delivery -> what is shown of it."""
    # An attempt begins with a claim.
    attempts = await list_attempts(session, {each.id for each in standing.deliveries if each.claim})
    return {
        each.id: ShownDelivery(*standing.describe(each), may_retry(each, standing.now), attempts.get(each.id, ()))
        for each in standing.deliveries
    }
