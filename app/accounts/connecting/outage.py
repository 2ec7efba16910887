"""When Cliniko is down for a key: who may ask, and what follows from each answer. Pure.

While it is down, one request at a time tries it (a probe) and everything else of the key waits; the gaps between
probes double from 5 seconds to 1 hour (``jobs.retry``).
"""

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.jobs.retry import next_attempt

# A single failure is a hiccup: people hear of an outage from its second failure in a row.
FAILURES_OF_AN_OUTAGE = 2
# A probe whose worker was stopped holds up the next one no longer than this.
PROBE_TAKES_AT_MOST = timedelta(minutes=1)


class Turn(enum.Enum):
    """What somebody who wants to ask Cliniko may do."""

    GO = "go"
    PROBE = "probe"
    WAIT = "wait"


@dataclass(frozen=True)
class Outage:
    """The trouble a key has with Cliniko; the one without arguments is none. Times are UTC.

    ``failures`` counts those of the first request and of the probes since, all others waited.
    """

    failures: int = 0
    failing_since: datetime | None = None
    held_until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """True from the first failure to the first answer."""
        return self.failures > 0

    @property
    def is_told(self) -> bool:
        """True once it is worth telling people."""
        return self.failures >= FAILURES_OF_AN_OUTAGE


def turn(outage: Outage, now: datetime) -> Turn:
    """Decide whether a request may go, go as the one probe, or must wait."""
    if not outage.is_open:
        return Turn.GO
    return Turn.WAIT if outage.held_until is not None and now < outage.held_until else Turn.PROBE


def probing(outage: Outage, now: datetime) -> Outage:
    """Return the outage while a probe is on its way: nobody else asks."""
    return replace(outage, held_until=now + PROBE_TAKES_AT_MOST)


def after_trouble(outage: Outage, now: datetime, *, was_probe: bool, jitter: float | None = None) -> Outage:
    """Return the outage after a request that Cliniko did not answer as it should.

    A request that went before the outage began and failed late adds nothing to it.
    """
    if turn(outage, now) is Turn.WAIT and not was_probe:
        return outage
    failures = outage.failures + 1
    held_until = next_attempt(now, failures=failures, jitter=jitter)
    return Outage(failures, outage.failing_since or now, held_until)


def after_no_verdict(outage: Outage, *, again_at: datetime) -> Outage:
    """Return the outage after a probe that says nothing of Cliniko: trouble of our own, or a 429."""
    return replace(outage, held_until=again_at)
