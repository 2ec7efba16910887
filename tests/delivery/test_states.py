"""The table of states: what may follow what, and who may cause it."""

import itertools

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
    move,
    states_before,
)


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
