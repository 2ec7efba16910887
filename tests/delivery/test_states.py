"""The table of states: what may follow what, and who may cause it."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from app.delivery.models import Delivery
from app.delivery.models import DeliveryState as S
from app.delivery.states import (
    RETRYABLE,
    TRANSITIONS,
    WAITS_FOR_KEY,
    WORKABLE,
    Actor,
    TransitionError,
    may_retry,
    move,
    states_before,
)

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def test_a_delivery_moves_as_the_table_says_and_no_other_way() -> None:
    for old, new, by in itertools.product(S, S, Actor):
        delivery = Delivery(state=old, reason="before")
        allowed = by in TRANSITIONS.get((old, new), ())
        assert (old in states_before(new, by=by)) == allowed
        if allowed:
            move(delivery, new, by=by, reason="after")
            assert (delivery.state, delivery.reason) == (new, "after")
        else:
            with pytest.raises(TransitionError):
                move(delivery, new, by=by)
            assert (delivery.state, delivery.reason) == (old, "before")


def who(old: S, new: S) -> set[Actor]:
    return set(TRANSITIONS.get((old, new), ()))


def test_only_a_worker_delivers_and_what_is_delivered_stays_so() -> None:
    for old in S:
        assert who(old, S.DELIVERED) == ({Actor.WORKER} if old in (S.UPLOADING, S.PROCESSING) else set())
    assert not any(who(S.DELIVERED, new) for new in S)


def test_what_failed_is_started_again_by_a_person_alone() -> None:
    assert {actor for new in S for actor in who(S.FAILED, new)} == {Actor.PRACTITIONER}


@pytest.mark.parametrize("waiting", sorted(WAITS_FOR_KEY))
def test_case_20_what_waits_for_a_key_comes_back_by_a_key_or_a_person_never_by_a_worker(waiting: S) -> None:
    for new in (S.WAITING, S.PROCESSING):
        assert who(waiting, new) == {Actor.KEY, Actor.PRACTITIONER, Actor.SWEEP}


def test_every_state_can_be_reached_and_left_and_each_is_looked_after_by_somebody() -> None:
    reached = {new for _, new in TRANSITIONS}
    left = {old for old, _ in TRANSITIONS if old}
    assert (reached, left) == (set(S), set(S) - {S.DELIVERED})
    assert WORKABLE | RETRYABLE | {S.DELIVERED} == set(S)
    assert WAITS_FOR_KEY <= RETRYABLE


@pytest.mark.parametrize(
    ("state", "reason", "seconds", "expected"),
    [
        (S.WAITING, "", None, False),
        (S.WAITING, "server_trouble", 2, False),
        (S.WAITING, "server_trouble", 60, True),
        (S.WAITING, "held", -60, True),
        (S.UPLOADING, "held", 60, False),
        (S.PROCESSING, "", 1, False),
        (S.PROCESSING, "", 300, True),
        (S.DELIVERED, "", None, False),
        (S.NEEDS_KEY, "no_key", None, True),
        (S.NOT_PERMITTED, "role", None, True),
        (S.FAILED, "gave_up", None, True),
    ],
)
def test_a_person_may_try_at_once_what_stopped_or_waits(
    state: S, reason: str, seconds: int | None, expected: bool
) -> None:
    at = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert may_retry(Delivery(state=state, reason=reason, next_attempt_at=at), NOW) is expected
