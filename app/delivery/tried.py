"""What was tried for a delivery and what came back, in words. Pure but for the one query."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.delivery.models import Delivery, DeliveryAttempt
from app.delivery.reasons import REASONS

# Of each delivery, the newest so many are shown.
MOST_SHOWN = 10

STEPS: Mapping[str, str] = {
    "look": "Checking whether the file is already there",
    "permission": "Asking for permission to upload",
    "upload": "Uploading the file",
    "record": "Adding the file to the patient's Files",
    "poll": "Checking whether Cliniko has processed it",
    "tidy": "Checking for a second copy",
}
RESULTS: Mapping[str, str] = {
    "done": "Went well.",
    "transient": "Did not work.",
    "permanent": "Cliniko refused it.",
    "config": "Something needs to change first.",
    "ours": REASONS["trouble"],
}


@dataclass(frozen=True)
class AttemptWords:
    """One attempt as a line: when (UTC), the step it came to, what came back, and Cliniko's status and how long."""

    at: datetime
    step: str
    answer: str
    measured: str


def describe_attempt(attempt: DeliveryAttempt) -> AttemptWords:
    """Return an attempt in words; of a reason only what happened, not what to do now."""
    answer = _what_happened(REASONS.get(attempt.reason, "")) or RESULTS.get(attempt.result, RESULTS["transient"])
    status = f"status {attempt.remote_status}, " if attempt.remote_status else ""
    step = STEPS.get(attempt.step, "Sending it to Cliniko")
    return AttemptWords(attempt.started_at, step, answer, status + _duration(attempt.took_ms))


def _what_happened(reason: str) -> str:
    """Return the first sentence of a reason; what follows it says what to do."""
    first, stop, _ = reason.partition(". ")
    return first + "." if stop else first


def _duration(milliseconds: int) -> str:
    seconds = milliseconds / 1000
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{round(seconds)} s" if seconds < 90 else f"{round(seconds / 60)} min"


async def list_attempts(
    session: AsyncSession, delivery_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Sequence[AttemptWords]]:
    """Return the newest attempts of each delivery, newest first, in one query; deliveries without any are left out."""
    if not delivery_ids:
        return {}
    newest = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == Delivery.id)
    attempt = aliased(DeliveryAttempt, newest.order_by(DeliveryAttempt.id.desc()).limit(MOST_SHOWN).lateral())
    statement = select(attempt).select_from(Delivery).join(attempt, true()).where(Delivery.id.in_(delivery_ids))
    found: dict[uuid.UUID, list[AttemptWords]] = defaultdict(list)
    for row in await session.scalars(statement.order_by(attempt.id.desc())):
        found[row.delivery_id].append(describe_attempt(row))
    return dict(found)
