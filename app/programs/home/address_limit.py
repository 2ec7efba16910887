"""How often one network address may answer wrongly, over all patients' pages."""

import datetime
from typing import Annotated

from fastapi import Depends, Request

from app.waits import network_of

# Far more than a family, or a practice's waiting room, types in a while.
MOST_WRONG_ANSWERS = 50
WRONG_ANSWERS_WINDOW = datetime.timedelta(minutes=10)


class AddressLimit:
    """Counts wrong answers by network address, in this process only: a brake on guessing at many links at once.

    What is exact and lasting is the count on each link's row.
    """

    def __init__(self) -> None:
        self._counts: dict[str, tuple[datetime.datetime, int]] = {}

    def over_until(self, address: str, now: datetime.datetime) -> datetime.datetime | None:
        """Return until when an address has to wait, or None."""
        begun, count = self._counts.get(network_of(address), (now, 0))
        until = begun + WRONG_ANSWERS_WINDOW
        return until if count >= MOST_WRONG_ANSWERS and until > now else None

    def count(self, address: str, now: datetime.datetime) -> None:
        """Count one wrong answer; windows that are over are forgotten."""
        self._counts = {key: kept for key, kept in self._counts.items() if kept[0] + WRONG_ANSWERS_WINDOW > now}
        network = network_of(address)
        begun, count = self._counts.get(network, (now, 0))
        self._counts[network] = (begun, count + 1)


def address_limit(request: Request) -> AddressLimit:
    """Return the running app's counts (a FastAPI dependency)."""
    state = request.app.state
    if not hasattr(state, "home_address_limit"):
        state.home_address_limit = AddressLimit()
    limit: AddressLimit = state.home_address_limit
    return limit


AddressLimitDep = Annotated[AddressLimit, Depends(address_limit)]
