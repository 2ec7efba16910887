"""What people read of a delivery: what was tried, what comes next and when, and since when Cliniko is down."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.delivery.models import Delivery, DeliveryAttempt, DeliveryState
from app.delivery.outages import Outage, describe_outage
from app.delivery.retrying import may_retry
from app.delivery.service import describe_file, title_of
from app.delivery.shown import Standing
from app.delivery.states import REASONS, describe, in_words
from app.delivery.tried import STEPS, describe_attempt

NOW = datetime(2026, 11, 22, 23, 50, tzinfo=UTC)
S = DeliveryState


def delivery(state: DeliveryState, **values: Any) -> Delivery:
    return Delivery(id=uuid.uuid4(), state=state, **{"reason": "", "next_attempt_at": None} | values)


def attempt(**values: Any) -> DeliveryAttempt:
    usual = {"started_at": NOW, "took_ms": 400, "step": "upload", "result": "transient", "reason": "", "error_type": ""}
    return DeliveryAttempt(**usual | {"remote_status": None} | values)


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ({"result": "done", "remote_status": 201}, "Went well."),
        ({"reason": "server_trouble", "remote_status": 503}, "Cliniko is having trouble."),
        ({"reason": "unreachable"}, "Cliniko did not answer."),
        ({"result": "config", "reason": "key_rejected"}, "Cliniko no longer accepts the API key."),
        ({"result": "permanent"}, "Cliniko refused it."),
        ({"result": "ours"}, "Something went wrong in Kinebridge."),
        ({"result": "a later release's", "reason": "a later release's"}, "Did not work."),
    ],
)
def test_an_attempt_says_what_came_back_and_not_what_to_do(values: dict[str, Any], answer: str) -> None:
    assert describe_attempt(attempt(**values)).answer == answer


@pytest.mark.parametrize("step", [*STEPS, "a later release's"])
def test_every_step_has_words(step: str) -> None:
    assert describe_attempt(attempt(step=step)).step.split()[0].endswith("ing")


@pytest.mark.parametrize("reason", [reason for reason in REASONS if reason])
def test_every_reason_is_one_sentence_in_the_list_of_attempts(reason: str) -> None:
    answer = describe_attempt(attempt(reason=reason)).answer
    assert answer.endswith(".") and ". " not in answer


@pytest.mark.parametrize(
    ("took_ms", "words"), [(0, "0.0 s"), (440, "0.4 s"), (9_940, "9.9 s"), (60_000, "60 s"), (600_000, "10 min")]
)
def test_an_attempt_says_how_long_it_took(took_ms: int, words: str) -> None:
    assert describe_attempt(attempt(took_ms=took_ms)).measured == words
    assert describe_attempt(attempt(took_ms=took_ms, remote_status=503)).measured == f"status 503, {words}"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "now"),
        (5, "now"),
        (6, "in less than a minute"),
        (60, "in 1 minute"),
        (239, "in 4 minutes"),
        (89 * 60, "in 89 minutes"),
        (90 * 60, "in 2 hours"),
    ],
)
def test_how_far_off_the_next_try_is(seconds: int, words: str) -> None:
    assert in_words(NOW + timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(
    ("state", "reason", "seconds", "may"),
    [
        (S.FAILED, "gave_up", None, True),
        (S.NEEDS_KEY, "no_key", None, True),
        (S.NOT_PERMITTED, "role", None, True),
        (S.WAITING, "unreachable", 240, True),
        (S.WAITING, "unreachable", 5, False),
        (S.WAITING, "busy", 240, False),
        (S.WAITING, "", None, False),
        (S.PROCESSING, "", 240, True),
        (S.PROCESSING, "", 4, False),
        (S.UPLOADING, "unreachable", 240, False),
        (S.DELIVERED, "", None, False),
    ],
)
def test_retry_is_offered_where_it_changes_something(
    state: DeliveryState, reason: str, seconds: int | None, may: bool
) -> None:
    at = NOW + timedelta(seconds=seconds) if seconds else None
    assert may_retry(delivery(state, reason=reason, next_attempt_at=at), NOW) is may


def test_while_cliniko_is_down_for_the_key_the_next_try_is_when_it_is_asked_again() -> None:
    waiting = delivery(S.WAITING, reason="unreachable", next_attempt_at=NOW + timedelta(minutes=1))
    assert describe(waiting, NOW)[2] == "Cliniko did not answer. Trying again in 1 minute."
    assert describe(waiting, NOW, NOW + timedelta(minutes=4))[2] == "Cliniko did not answer. Trying again in 4 minutes."
    new = delivery(S.WAITING)
    assert describe(new, NOW) == ("waiting", "Waiting to go to Cliniko", "")
    assert describe(new, NOW, NOW + timedelta(minutes=4))[2] == "Cliniko did not answer. Trying again in 4 minutes."


def test_slow_processing_says_when_it_is_looked_at_again() -> None:
    soon = delivery(S.PROCESSING, next_attempt_at=NOW + timedelta(seconds=4))
    assert describe(soon, NOW)[2] == ""
    later = delivery(S.PROCESSING, next_attempt_at=NOW + timedelta(minutes=5))
    assert describe(later, NOW)[2] == "Looking again in 5 minutes."


@pytest.mark.parametrize(
    ("since", "waiting", "held", "words"),
    [
        (
            timedelta(minutes=8),  # in Sydney 10:42 am of the day after the UTC date
            3,
            timedelta(minutes=2),
            "Cliniko has not answered since 10:42 am; 3 programs wait; next try in 2 minutes.",
        ),
        (
            timedelta(days=1),
            1,
            timedelta(seconds=-5),
            "Cliniko has not answered since 22 Nov 2026, 10:50 am; 1 program waits; next try now.",
        ),
    ],
)
def test_case_26_an_outage_says_since_when_how_many_wait_and_what_is_next(
    since: timedelta, waiting: int, held: timedelta, words: str
) -> None:
    outage = Outage("Ana Ruiz", NOW - since, NOW + held, waiting)
    assert describe_outage(outage, NOW, "Australia/Sydney") == words
    named = describe_outage(outage, NOW, "Australia/Sydney", whose="Ana Ruiz")
    assert named == words.replace("answered", "answered the key of Ana Ruiz")


def test_the_tag_of_a_page_changes_exactly_when_its_words_do() -> None:
    one = delivery(S.WAITING, reason="unreachable", next_attempt_at=NOW + timedelta(minutes=4), claim=1, polls=0)
    first = Standing([one], {}, NOW).tag()
    assert Standing([one], {}, NOW + timedelta(seconds=10)).tag() == first
    assert Standing([one], {}, NOW + timedelta(minutes=2)).tag() != first
    assert Standing([one], {}, NOW).tag("another program") != first
    one.claim = 2
    assert Standing([one], {}, NOW).tag() != first


def test_the_title_in_a_description_comes_back_without_the_mark() -> None:
    id_ = uuid.uuid4()
    for title in ("Knees", "Knees (Kinebridge 2)", "x" * 190):
        assert title_of(Delivery(id=id_, description=describe_file(title, id_))) == title
