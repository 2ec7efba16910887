"""What follows from Cliniko's answer: pure decisions over a delivery's history."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts.models import ConnectionState
from app.cliniko.errors import (
    ClinikoError,
    KeyRejected,
    MalformedAnswer,
    NotFound,
    NotPermitted,
    PatientNotFound,
    RateLimited,
    Refused,
    ServerTrouble,
    StorageFull,
    Unreachable,
    UploadExpired,
)
from app.crypto import CannotDecryptError
from app.delivery.models import DeliveryState
from app.delivery.states import NO_ROOM
from app.jobs.retry import has_tried_long_enough, next_attempt

S = DeliveryState

FIRST_POLL = timedelta(seconds=1)
LONGEST_POLL_GAP = timedelta(minutes=5)
PROCESSING_TAKES_AT_MOST = timedelta(days=1)
STORAGE_GAP = timedelta(hours=1)
# A 422 can pass (a file Cliniko has not found yet); one that repeats does not.
MOST_REFUSALS = 3
# A record Cliniko has just made may not be found on all its machines yet; later a 404 means that somebody removed it.
APPEARS_WITHIN = timedelta(minutes=2)
# After a call that may still take effect over there, this long passes before anyone looks for its result.
SETTLING_TIME = timedelta(seconds=15)


class StopError(Exception):
    """The delivery must not go on by itself, for a reason a person is told."""

    reason = ""


class PatientChangedError(StopError):
    """The file would go to somebody else's Files than those it was assigned for (case 27)."""

    reason = "patient_changed"


class FileRemovedError(StopError):
    """Somebody took the file away in Cliniko: it is not put back."""

    reason = "removed"


@dataclass(frozen=True)
class Outcome:
    """The next state, why, and when to go on (UTC; None: not by itself)."""

    state: DeliveryState
    reason: str = ""
    at: datetime | None = None
    failures: int = 0
    connection_state: ConnectionState | None = None


def judge_poll(is_processed: bool, *, polls: int, recorded_at: datetime, now: datetime) -> Outcome:
    """Decide after a look at the record in Cliniko: done, look again later, or tell a person (case 24)."""
    if is_processed:
        return Outcome(S.DELIVERED)
    if now - recorded_at >= PROCESSING_TAKES_AT_MOST:
        return Outcome(S.FAILED, "stuck")
    gap = min(FIRST_POLL * (1 << min(polls, 16)), LONGEST_POLL_GAP)
    return Outcome(S.PROCESSING, at=now + gap)


def judge_failure(
    error: Exception,
    *,
    failures: int,
    last_reason: str,
    started_at: datetime,
    recorded_at: datetime | None,
    now: datetime,
) -> Outcome:
    """Decide after a failed attempt.

    ``failures`` counts the attempts that failed in a row before this one, the last for ``last_reason``; ``recorded_at``
    is set once the file is in the patient's Files and only its processing is watched. Times are UTC.
    """
    # 401 and 403 wait for the practitioner (cases 20, 21); nothing is gained by asking again.
    if isinstance(error, KeyRejected):
        return Outcome(S.NEEDS_KEY, "key_rejected", connection_state=ConnectionState.REJECTED)
    if isinstance(error, CannotDecryptError):
        return Outcome(S.NEEDS_KEY, "key_unreadable")
    if isinstance(error, NotPermitted):
        return Outcome(S.NOT_PERMITTED, "role", connection_state=ConnectionState.NOT_PERMITTED)
    if isinstance(error, StopError):
        return Outcome(S.FAILED, error.reason)
    if isinstance(error, PatientNotFound):
        return Outcome(S.FAILED, "patient_not_visible")
    if isinstance(error, NotFound) and recorded_at is not None and now - recorded_at >= APPEARS_WITHIN:
        return Outcome(S.FAILED, "removed")  # somebody removed the file in Cliniko: it is not put back
    if isinstance(error, Refused):
        # Failures of another kind say nothing about the file: refusals are counted from their first.
        failures = failures if last_reason == "refused_once" else 0
        if failures + 1 >= MOST_REFUSALS:
            return Outcome(S.FAILED, "refused", failures=failures + 1)
    if has_tried_long_enough(now, started_at):
        return Outcome(S.FAILED, "gave_up", failures=failures + 1)
    return _try_again(error, failures=failures, state=_state_to_go_on(recorded_at), now=now)


class Verdict(enum.Enum):
    """What an attempt says of Cliniko, whatever became of the delivery."""

    ANSWERS = "answers"  # a refusal is an answer too
    DOWN = "down"
    UNKNOWN = "unknown"  # trouble of our own, or more requests than it takes


def judge_cliniko(error: Exception | None) -> Verdict:
    """Decide whether Cliniko is down for this key, from what an attempt ended with (None: nothing went wrong)."""
    if isinstance(error, Unreachable | ServerTrouble | MalformedAnswer):
        return Verdict.DOWN
    if error is None or (isinstance(error, ClinikoError | StopError) and not isinstance(error, RateLimited)):
        return Verdict.ANSWERS
    return Verdict.UNKNOWN


def go_on_at_once(*, recorded_at: datetime | None, now: datetime) -> Outcome:
    """Return the outcome that tries again right away, with nothing held against the delivery."""
    return Outcome(_state_to_go_on(recorded_at), at=now)


def may_have_taken_effect(error: Exception) -> bool:
    """Return True when Cliniko's answer leaves open whether it did, or is still doing, what it was asked."""
    if isinstance(error, Unreachable):
        return not error.sent_nothing
    return isinstance(error, ServerTrouble | MalformedAnswer)


def _state_to_go_on(recorded_at: datetime | None) -> DeliveryState:
    return S.WAITING if recorded_at is None else S.PROCESSING


def _try_again(error: Exception, *, failures: int, state: DeliveryState, now: datetime) -> Outcome:
    if isinstance(error, RateLimited):
        # Nothing took effect and Cliniko names the time: no failure of anybody's (case 25).
        return Outcome(state, "busy", at=max(error.retry_at, now), failures=failures)
    if isinstance(error, UploadExpired):
        # It may have run out for a reason that lasts: the gaps grow like any others (case 22: it is nobody's fault).
        return Outcome(state, "upload_expired", at=next_attempt(now, failures=failures + 1), failures=failures + 1)
    if isinstance(error, StorageFull):
        return Outcome(state, NO_ROOM, at=now + STORAGE_GAP, failures=failures)
    # After asking for the record without a clear answer, Cliniko may be at it still (case 23).
    is_open = may_have_taken_effect(error) and getattr(error, "resource", "") == "patient_attachments"
    at = next_attempt(now, failures=failures + 1, not_before=now + SETTLING_TIME if is_open else None)
    return Outcome(state, _reason(error), at=at, failures=failures + 1)


def _reason(error: Exception) -> str:
    if isinstance(error, Unreachable):
        return "unreachable"
    if isinstance(error, ServerTrouble | MalformedAnswer):
        return "server_trouble"
    if isinstance(error, Refused):
        return "refused_once"
    return "trouble"
