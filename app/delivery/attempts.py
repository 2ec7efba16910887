"""One row for every attempt at a delivery: when, how far it got, what came back, how long it took. No patient text."""

import time
import uuid
from datetime import datetime
from typing import Literal, get_args

from app.cliniko.errors import ClinikoError
from app.crypto import CannotDecryptError
from app.delivery.models import DeliveryAttempt
from app.delivery.outcome import StopError
from app.redaction import know_words

# What was tried last: looking for our own file, the permission to upload, the upload, the record, its processing; and
# afterwards, looking for a second one.
Step = Literal["look", "permission", "upload", "record", "poll", "tidy"]
know_words(get_args(Step))


class Attempt:
    """An attempt under way; ``step`` is set before each call to Cliniko."""

    def __init__(self, began_at: datetime) -> None:
        """``began_at`` is UTC; how long it takes is measured by a clock nobody sets."""
        self.began_at = began_at
        self.step: Step = "look"
        self._began = time.monotonic()

    def row(self, delivery_id: uuid.UUID, *, reason: str = "", error: Exception | None = None) -> DeliveryAttempt:
        """Return the attempt's row, to be added in the transaction that writes what follows from it."""
        return DeliveryAttempt(
            delivery_id=delivery_id,
            started_at=self.began_at,
            took_ms=round((time.monotonic() - self._began) * 1000),
            step=self.step,
            result=result_of(error),
            reason=reason,
            error_type=type(error).__name__[:60] if error else "",
            remote_status=getattr(error, "remote_status", None),
        )


def result_of(error: Exception | None) -> str:
    """Return "done", the family of Cliniko's error, or "ours" for trouble on our side."""
    if error is None:
        return "done"
    if isinstance(error, ClinikoError):
        return error.family
    if isinstance(error, StopError):
        return "permanent"
    return "config" if isinstance(error, CannotDecryptError) else "ours"


def broken_off(delivery_id: uuid.UUID, *, step: Step, now: datetime) -> DeliveryAttempt:
    """Return the row of an attempt whose worker ended before it could write one; found by who takes over."""
    return DeliveryAttempt(
        delivery_id=delivery_id, started_at=now, took_ms=0, step=step, result="ours", reason="broken_off"
    )
