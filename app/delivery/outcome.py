"""What follows from Cliniko's answer: pure decisions over a delivery's history."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts.models import ConnectionState
from app.cliniko.errors import (
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
from app.jobs.retry import has_tried_long_enough, next_attempt

S = DeliveryState

FIRST_POLL = timedelta(seconds=1)
LONGEST_POLL_GAP = timedelta(minutes=5)
PROCESSING_TAKES_AT_MOST = timedelta(days=1)
STORAGE_GAP = timedelta(hours=1)
# A 422 can pass (a file Cliniko has not found yet); one that repeats does not.
MOST_REFUSALS = 3
# After a call that may still take effect over there, this long passes before anyone looks for its result.
SETTLING_TIME = timedelta(seconds=15)


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


def judge_failure(error: Exception, *, failures: int, started_at: datetime, has_record: bool, now: datetime) -> Outcome:
    """Decide after a failed attempt.

    ``failures`` counts the attempts that failed before this one; ``has_record`` is True once the file is in the
    patient's Files and only its processing is watched.
    """
    # 401 and 403 wait for the practitioner (cases 20, 21); nothing is gained by asking again.
    if isinstance(error, KeyRejected):
        return Outcome(S.NEEDS_KEY, "key_rejected", connection_state=ConnectionState.REJECTED)
    if isinstance(error, CannotDecryptError):
        return Outcome(S.NEEDS_KEY, "key_unreadable")
    if isinstance(error, NotPermitted):
        return Outcome(S.NOT_PERMITTED, "role", connection_state=ConnectionState.NOT_PERMITTED)
    if isinstance(error, PatientNotFound):
        return Outcome(S.FAILED, "patient_not_visible")
    if isinstance(error, NotFound) and has_record:
        return Outcome(S.FAILED, "refused")  # somebody removed the file in Cliniko: it is not put back
    if isinstance(error, Refused) and failures + 1 >= MOST_REFUSALS:
        return Outcome(S.FAILED, "refused", failures=failures + 1)
    if has_tried_long_enough(now, started_at):
        return Outcome(S.FAILED, "gave_up", failures=failures + 1)
    return _try_again(error, failures=failures, has_record=has_record, now=now)


def _try_again(error: Exception, *, failures: int, has_record: bool, now: datetime) -> Outcome:
    state = S.PROCESSING if has_record else S.WAITING
    if isinstance(error, RateLimited):
        # Nothing took effect and Cliniko names the time: no failure of anybody's (case 25).
        return Outcome(state, "busy", at=max(error.retry_at, now), failures=failures)
    if isinstance(error, UploadExpired):
        return Outcome(state, "upload_expired", at=next_attempt(now, failures=1), failures=failures)
    if isinstance(error, StorageFull):
        return Outcome(state, "storage_full", at=now + STORAGE_GAP, failures=failures)
    not_before = now + SETTLING_TIME if _may_still_take_effect(error) else None
    at = next_attempt(now, failures=failures + 1, not_before=not_before)
    return Outcome(state, _reason(error), at=at, failures=failures + 1)


def _may_still_take_effect(error: Exception) -> bool:
    """Return True after asking for the record without a clear answer: Cliniko may be at it still (case 23)."""
    if isinstance(error, Unreachable) and error.sent_nothing:
        return False
    return isinstance(error, Unreachable | ServerTrouble | MalformedAnswer) and error.resource == "patient_attachments"


def _reason(error: Exception) -> str:
    if isinstance(error, Unreachable):
        return "unreachable"
    if isinstance(error, ServerTrouble | MalformedAnswer):
        return "server_trouble"
    return "trouble"
