"""What follows from each answer of Cliniko, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

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
from app.delivery.models import DeliveryState as S
from app.delivery.outcome import APPEARS_WITHIN, SETTLING_TIME, Outcome, judge_failure, judge_poll
from app.delivery.reasons import REASONS
from app.delivery.states import WORKABLE
from app.jobs.retry import next_attempt

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def judge(
    error: Exception,
    *,
    failures: int = 0,
    last_reason: str = "",
    hours: float = 0,
    recorded_at: datetime | None = None,
) -> Outcome:
    return judge_failure(
        error,
        failures=failures,
        last_reason=last_reason,
        started_at=NOW - timedelta(hours=hours),
        recorded_at=recorded_at,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (KeyRejected(), S.NEEDS_KEY, "key_rejected"),
        (CannotDecryptError("x"), S.NEEDS_KEY, "key_unreadable"),
        (NotPermitted(), S.NOT_PERMITTED, "role"),
        (PatientNotFound(), S.FAILED, "patient_not_visible"),
        (Unreachable(), S.WAITING, "unreachable"),
        (ServerTrouble(), S.WAITING, "server_trouble"),
        (MalformedAnswer(), S.WAITING, "server_trouble"),
        (RateLimited(NOW + timedelta(seconds=40)), S.WAITING, "busy"),
        (UploadExpired(), S.WAITING, "upload_expired"),
        (StorageFull(), S.WAITING, "storage_full"),
        (Refused(), S.WAITING, "refused_once"),
        (NotFound(), S.WAITING, "trouble"),
        (RuntimeError("a slip of ours"), S.WAITING, "trouble"),
    ],
)
def test_each_failure_leads_to_its_state_with_a_reason_in_words(error: Exception, state: S, reason: str) -> None:
    outcome = judge(error)
    assert (outcome.state, outcome.reason) == (state, reason)
    assert REASONS[reason]
    # What can go on by itself has a time; what waits for a person has none (cases 20 and 21: no pointless retries).
    assert (outcome.at is not None) == (state in WORKABLE)


def test_case_22_permissions_that_always_run_out_are_asked_for_at_growing_gaps() -> None:
    gaps = [judge(UploadExpired(), failures=failures).at for failures in range(12)]
    assert all(at is not None and at >= NOW + timedelta(seconds=3) * 2**n for n, at in enumerate(gaps[:10]))
    assert gaps[-1] is not None and gaps[-1] <= NOW + timedelta(minutes=75)


def test_case_25_a_429_waits_until_the_reset_named_and_is_no_failure() -> None:
    outcome = judge(RateLimited(NOW + timedelta(seconds=40)), failures=3)
    assert (outcome.at, outcome.failures) == (NOW + timedelta(seconds=40), 3)


def test_case_24_full_storage_is_tried_again_by_the_hour() -> None:
    assert judge(StorageFull()).at == NOW + timedelta(hours=1)


def test_a_refusal_that_repeats_is_final() -> None:
    first = judge(Refused())
    second = judge(Refused(), failures=first.failures, last_reason=first.reason)
    third = judge(Refused(), failures=second.failures, last_reason=second.reason)
    assert [first.state, second.state, third.state] == [S.WAITING, S.WAITING, S.FAILED]
    assert third.reason == "refused"


def test_one_refusal_after_an_outage_is_not_final() -> None:
    after_outage = judge(Refused(), failures=12, last_reason="server_trouble")
    assert (after_outage.state, after_outage.failures) == (S.WAITING, 1)


def test_after_three_days_a_person_is_told() -> None:
    assert judge(Unreachable(), hours=71).state is S.WAITING
    assert (judge(Unreachable(), hours=72).state, judge(Unreachable(), hours=72).reason) == (S.FAILED, "gave_up")


def test_case_20_a_lost_key_waits_for_a_new_one_however_long_it_was_tried() -> None:
    assert judge(KeyRejected(), hours=100).state is S.NEEDS_KEY


def test_case_23_nobody_looks_before_a_call_without_an_answer_has_settled() -> None:
    asked = judge(Unreachable(resource="patient_attachments"))
    assert asked.at is not None and asked.at >= NOW + SETTLING_TIME
    never_sent = judge(Unreachable(sent_nothing=True, resource="patient_attachments"))
    assert never_sent.at is not None and never_sent.at < NOW + SETTLING_TIME


def test_trouble_while_cliniko_processes_goes_on_watching_and_sends_nothing_again() -> None:
    assert judge(ServerTrouble(), recorded_at=NOW).state is S.PROCESSING


def test_a_record_not_found_just_after_it_was_made_is_looked_for_again_and_later_counts_as_removed() -> None:
    fresh = judge(NotFound(), recorded_at=NOW - timedelta(seconds=1))
    assert fresh.state is S.PROCESSING and fresh.at is not None
    gone = judge(NotFound(), recorded_at=NOW - APPEARS_WITHIN)
    assert (gone.state, gone.reason, gone.at) == (S.FAILED, "removed", None)


def test_case_24_polls_come_at_growing_gaps_and_after_a_day_a_person_is_told() -> None:
    gaps = []
    for polls in range(12):
        outcome = judge_poll(False, polls=polls, recorded_at=NOW, now=NOW)
        assert outcome.at is not None
        gaps.append((outcome.at - NOW).total_seconds())
    assert gaps == sorted(gaps) and gaps[0] == 1 and gaps[-1] == 300
    assert judge_poll(False, polls=400, recorded_at=NOW - timedelta(days=1), now=NOW).reason == "stuck"
    assert judge_poll(True, polls=3, recorded_at=NOW, now=NOW).state is S.DELIVERED


def test_gaps_between_attempts_double_up_to_an_hour_and_are_spread() -> None:
    middle = [(next_attempt(NOW, failures=n, jitter=0.5) - NOW).total_seconds() for n in range(1, 15)]
    assert middle[:4] == [5, 10, 20, 40] and middle[-1] == 3600
    spread = [next_attempt(NOW, failures=1, jitter=j) for j in (0.0, 0.5, 1.0)]
    assert len(set(spread)) == 3
    assert next_attempt(NOW, failures=1, not_before=NOW + timedelta(minutes=3)) >= NOW + timedelta(minutes=3)
