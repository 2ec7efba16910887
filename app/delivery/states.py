"""The life of a delivery as one table: which state may follow which, and who may cause it; and its states in words.

Pure. Whoever writes a state goes through ``move`` or ``states_before``, so nothing outside the table can happen.
"""

import enum
from collections.abc import Mapping
from datetime import datetime, timedelta

from app.delivery.models import Delivery, DeliveryState
from app.delivery.reasons import REASONS

S = DeliveryState


class Actor(enum.StrEnum):
    """Who moves a delivery on."""

    PRACTITIONER = "practitioner"  # assigns a program, or presses "Try again"
    WORKER = "worker"  # a job that has claimed it
    KEY = "key"  # a new key was saved, or the role of its user was restored
    SWEEP = "sweep"  # the periodic look for what was left behind


_WORKER = frozenset({Actor.WORKER})
_PERSON = frozenset({Actor.PRACTITIONER})
_RESTART = frozenset({Actor.PRACTITIONER, Actor.KEY, Actor.SWEEP})
_ALL = frozenset(Actor)

# (from, to): who may cause it. None stands for a delivery that is being made.
TRANSITIONS: Mapping[tuple[DeliveryState | None, DeliveryState], frozenset[Actor]] = {
    (None, S.WAITING): _PERSON,
    (S.WAITING, S.UPLOADING): _WORKER,
    (S.WAITING, S.NEEDS_KEY): _ALL,  # whoever is about to send it on finds no key
    (S.WAITING, S.NOT_PERMITTED): _WORKER,
    (S.WAITING, S.FAILED): frozenset({Actor.WORKER, Actor.SWEEP}),
    (S.UPLOADING, S.WAITING): _WORKER,
    (S.UPLOADING, S.UPLOADING): _WORKER,  # taken over from a worker that has gone
    (S.UPLOADING, S.PROCESSING): _WORKER,
    (S.UPLOADING, S.DELIVERED): _WORKER,  # a file found to be ours that Cliniko has processed meanwhile
    (S.UPLOADING, S.NEEDS_KEY): frozenset({Actor.WORKER, Actor.SWEEP}),
    (S.UPLOADING, S.NOT_PERMITTED): _WORKER,
    (S.UPLOADING, S.FAILED): _WORKER,
    (S.PROCESSING, S.PROCESSING): _WORKER,
    (S.PROCESSING, S.DELIVERED): _WORKER,
    (S.PROCESSING, S.NEEDS_KEY): _ALL,
    (S.PROCESSING, S.NOT_PERMITTED): _WORKER,
    (S.PROCESSING, S.FAILED): frozenset({Actor.WORKER, Actor.SWEEP}),
    (S.NEEDS_KEY, S.WAITING): _RESTART,
    (S.NEEDS_KEY, S.PROCESSING): _RESTART,
    (S.NOT_PERMITTED, S.WAITING): _RESTART,
    (S.NOT_PERMITTED, S.PROCESSING): _RESTART,
    (S.FAILED, S.WAITING): _PERSON,
    (S.FAILED, S.PROCESSING): _PERSON,
}

# The worker takes these up; the others wait for a person or are over.
WORKABLE = frozenset({S.WAITING, S.UPLOADING, S.PROCESSING})
# These come back by themselves when the practitioner saves a key.
WAITS_FOR_KEY = frozenset({S.NEEDS_KEY, S.NOT_PERMITTED})
RETRYABLE = frozenset({S.FAILED, S.NOT_PERMITTED, S.NEEDS_KEY})
# The reason of one that waits for the end of its key's outage: that, not a time of its own, says when it goes on.
HELD = "held"
# The reason of one that waits for room in the practice's account in Cliniko (case 24).
NO_ROOM = "storage_full"
# A next try that is closer than this is not worth a word, nor a button that hastens it.
SOON = timedelta(seconds=10)


class TransitionError(Exception):
    """A slip of ours: somebody tried to move a delivery in a way the table does not know."""


def states_before(new: DeliveryState, *, by: Actor) -> frozenset[DeliveryState]:
    """Return the states from which this actor may bring a delivery to ``new``."""
    return frozenset(old for (old, to), actors in TRANSITIONS.items() if to is new and by in actors and old)


def move(delivery: Delivery, new: DeliveryState, *, by: Actor, reason: str = "") -> None:
    """Set the state of a (locked) delivery and why; raises TransitionError for what the table does not allow."""
    if delivery.state not in states_before(new, by=by):
        raise TransitionError(f"{delivery.state} to {new} by {by}")
    delivery.state = new
    delivery.reason = reason


def is_live(delivery: Delivery) -> bool:
    """Return True while the state changes by itself, so that a page should keep looking."""
    return delivery.state in WORKABLE


def describe(delivery: Delivery, now: datetime, held_until: datetime | None = None) -> tuple[str, str, str]:
    """Return the pill's look, its words, and a sentence on why or what next ("" where there is nothing to add).

    ``held_until`` (UTC) is set while Cliniko is down for the key: nothing is tried before.
    """
    reason = REASONS.get(delivery.reason, "")
    next_at = max((at for at in (delivery.next_attempt_at, held_until) if at is not None), default=None)
    match delivery.state:
        case S.WAITING if reason or held_until:
            return "waiting", "Waiting", f"{reason or REASONS['unreachable']} {_next_try(next_at, now)}".strip()
        case S.WAITING:
            return "waiting", "Waiting to go to Cliniko", ""
        case S.UPLOADING:
            return "uploading", "Uploading to Cliniko", ""
        case S.PROCESSING:
            is_soon = next_at is None or next_at - now <= SOON
            what_next = "" if is_soon else _next_try(next_at, now, "Looking again")
            return "uploading", "Uploaded, Cliniko is processing it", f"{reason} {what_next}".strip()
        case S.DELIVERED:
            return "done", "In Cliniko", ""
        case S.NEEDS_KEY:
            return "action", "Needs a new key", reason
        case S.NOT_PERMITTED:
            return "action", "Not permitted", reason
        case _:
            return "failed", "Needs attention", reason


def _next_try(at: datetime | None, now: datetime, what: str = "Trying again") -> str:
    return f"{what} {in_words(at, now)}." if at else ""


def in_words(at: datetime, now: datetime) -> str:
    """Return how far off a moment is, in whole minutes or hours: "now", "in 4 minutes".

    Not in seconds: a page that keeps itself up to date would have to say something new all the time.
    """
    minutes = (at - now).total_seconds() / 60
    if minutes < 0.1:
        return "now"
    if minutes < 1:
        return "in less than a minute"
    if minutes < 90:
        return f"in {_count(round(minutes), 'minute')}"
    return f"in {_count(round(minutes / 60), 'hour')}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
