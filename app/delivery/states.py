"""The life of a delivery as one table, and its states in words. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.delivery.models import Delivery, DeliveryState

S = DeliveryState

# Which state may follow which. The worker moves along the first line of each, people and new keys bring the rest back.
TRANSITIONS: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    S.WAITING: frozenset({S.UPLOADING, S.PROCESSING, S.NEEDS_KEY, S.FAILED}),
    S.UPLOADING: frozenset({S.WAITING, S.UPLOADING, S.PROCESSING, S.NEEDS_KEY, S.NOT_PERMITTED, S.FAILED}),
    S.PROCESSING: frozenset({S.PROCESSING, S.DELIVERED, S.NEEDS_KEY, S.NOT_PERMITTED, S.FAILED}),
    S.DELIVERED: frozenset(),
    S.NEEDS_KEY: frozenset({S.WAITING, S.PROCESSING}),
    S.NOT_PERMITTED: frozenset({S.WAITING, S.PROCESSING}),
    S.FAILED: frozenset({S.WAITING, S.PROCESSING}),
}

# The worker takes these up; the others wait for a person or are over.
WORKABLE = frozenset({S.WAITING, S.UPLOADING, S.PROCESSING})
# These come back by themselves when the practitioner saves a key.
WAITS_FOR_KEY = frozenset({S.NEEDS_KEY, S.NOT_PERMITTED})
RETRYABLE = frozenset({S.FAILED, S.NOT_PERMITTED, S.NEEDS_KEY})
# A next try that is closer than this is not worth a word, nor a button that hastens it.
SOON = timedelta(seconds=10)

# Why a delivery waits or has failed, in words for the practitioner.
REASONS: Mapping[str, str] = {
    "": "",
    "no_key": "No Cliniko API key is saved. Paste one in My account > Settings and the PDF goes out by itself.",
    "key_rejected": "Cliniko no longer accepts the API key. Paste a new one in My account > Settings "
    "and the PDF goes out by itself.",
    "key_unreadable": "The stored API key cannot be read. Save it again in My account > Settings "
    "and the PDF goes out by itself.",
    "role": "The Cliniko role of this API key may not add files; practitioner or receptionist can. "
    "Ask an administrator in Cliniko, then try again. Until then, download the PDF.",
    "unreachable": "Cliniko did not answer.",
    "server_trouble": "Cliniko has trouble at the moment.",
    "busy": "Cliniko has had too many requests with this key.",
    "upload_expired": "Cliniko's permission to upload ran out; a new one is asked for.",
    "storage_full": "Your Cliniko account has no room for more files. Remove files there or choose another plan; "
    "it is tried again every hour.",
    "patient_not_visible": "Cliniko no longer shows this patient to the API key: deleted there, or the key is of "
    "another clinic. Download the PDF, or try again when the patient is visible.",
    "patient_changed": "The client is linked to another Cliniko patient since this was assigned. "
    "Check that it is the right person, then assign the program again.",
    "removed": "The file was in the patient's Files and is no longer there. Download the PDF if it is still needed.",
    "refused_once": "Cliniko did not take the file.",
    "refused": "Cliniko refused the file. Download the PDF and add it in Cliniko by hand.",
    "gave_up": "It was tried for three days without success. Try again, or download the PDF and add it in "
    "Cliniko by hand.",
    "stuck": "Cliniko has the file but has not finished processing it for a day. Look in the patient's Files.",
    "trouble": "Something unexpected went wrong on our side.",
}


def states_before(new: DeliveryState) -> frozenset[DeliveryState]:
    """Return the states a delivery may be in right before it gets to ``new``."""
    return frozenset(old for old, following in TRANSITIONS.items() if new in following)


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
