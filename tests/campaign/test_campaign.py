"""The fault campaign in its short form, and that its plan is the same for the same seed."""

from collections import Counter

from tests.campaign.plan import EVENTS, FAULTS, Assign, Event, make_plan
from tests.campaign.run import run_campaign

SHORT = 28


def test_the_same_seed_plans_the_same_faults_and_another_seed_others() -> None:
    assert make_plan(SHORT, practitioners=3, seed=1) == make_plan(SHORT, practitioners=3, seed=1)
    assert make_plan(SHORT, practitioners=3, seed=1) != make_plan(SHORT, practitioners=3, seed=2)


def test_even_a_short_plan_has_every_kind_of_fault_and_assigns_every_program_once() -> None:
    for seed in range(20):
        rounds = make_plan(SHORT, practitioners=3, seed=seed)
        steps = [step for each in rounds for step in each.steps]
        assert {fault.kind for each in rounds for fault in each.faults} == set(FAULTS)
        assert {step.kind for step in steps if isinstance(step, Event)} == set(EVENTS)
        assigned = Counter(step.number for step in steps if isinstance(step, Assign))
        assert assigned == Counter(range(SHORT))


def test_whatever_fails_every_assigned_program_ends_as_exactly_one_file_at_the_right_patient() -> None:
    report, logs = run_campaign(SHORT, seed=1)
    assert report.holds, "\n".join([*report.lines(), *report.not_delivered, logs])
    assert set(report.faults) == {*FAULTS, *EVENTS}
    assert report.taken_over >= 1
