"""The plan of an import: what becomes of each row."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exercises.exchange.csv_reader import read_csv
from app.exercises.exchange.csv_writer import write_csv
from app.exercises.exchange.free_exercise_db import JsonRow
from app.exercises.exchange.plan import Decision, Existing, make_plan, name_key, plan_digest
from app.exercises.own import OwnExercise
from tests.exercises.exchange.samples import FULL, entry, own_exercises

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BRIDGE = OwnExercise("Bridge", purpose="Strong hips.")


def existing(exercise: OwnExercise = BRIDGE, **parts: object) -> Existing:
    """An exercise that the member has already."""
    known: dict[str, object] = {"slug": "own-1", "photos": 0, "may_change": True, "is_author": True}
    return Existing(**{"exercise": exercise, "updated_at": NOW, **known, **parts})  # type: ignore[arg-type]  # by name


def plan(text: str, *known: Existing, shares: bool = False) -> list[Decision]:
    """What becomes of the rows of a CSV."""
    return make_plan(read_csv(text.encode(), most_rows=1000).rows, known, shares=shares)


def test_a_new_name_is_added_private_or_shared_as_chosen() -> None:
    text = "Name,Shared\nSquat,\nLunge,yes\nPlank,no\n"
    for shares in (False, True):
        added = plan(text, shares=shares)
        assert [decision.action for decision in added] == ["add"] * 3
        assert [decision.exercise and decision.exercise.is_shared for decision in added] == [shares, True, False]


def test_a_known_name_is_changed_whatever_its_case_and_accents() -> None:
    (decision,) = plan("Name,Purpose,Sets\nPLIES  now,Bends,3\n", existing(OwnExercise("Pliés now")))
    assert (decision.action, decision.slug) == ("change", "own-1")
    assert decision.changed == ("Name", "Purpose", "Dose")
    assert decision.exercise and decision.exercise.purpose == "Bends"


def test_a_row_that_says_nothing_new_changes_nothing() -> None:
    (decision,) = plan("Name,Purpose\nBridge,Strong hips.\n", existing())
    assert (decision.action, decision.changed) == ("same", ())


@settings(max_examples=60, deadline=None)
@given(st.lists(own_exercises, max_size=5), st.booleans())
def test_an_export_that_comes_back_changes_nothing(exercises: list[OwnExercise], may_change: bool) -> None:
    known = [
        existing(exercise, slug=f"own-{number}", may_change=may_change) for number, exercise in enumerate(exercises)
    ]
    decisions = make_plan(read_csv(write_csv(exercises), most_rows=1000).rows, known, shares=True)
    assert {decision.action for decision in decisions} <= {"same", "refuse"}
    assert all("has the same name" in decision.why for decision in decisions if decision.action == "refuse")


def test_a_name_that_stands_twice_is_refused_the_second_time() -> None:
    first, second = plan("Name\nSquat\nsquát\n")
    assert first.action == "add"
    assert (second.action, second.number, second.why) == ("refuse", 3, "Row 2 has the same name.")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Name,Goal\n,Strength\n", "Give the exercise a name."),
        ("Name,Goal\n--,Strength\n", "Give the exercise a name."),
        ("Name,Video\nSquat,http://x.example\n", "The video link must begin with https://."),
        ("Name,Drawing\nSquat,nobody\n", "Choose a drawing from the list, or none."),
        ("Name,Equipment\nSquat,No equipment; Chair\n", "Choose either “No equipment” or what is needed."),
        ("Name,Goal\nSquat,Fame\n", "Goal: “Fame” is not in the list of this column."),
        ("Name,Purpose\nSquat,a,b\n", "This row has more cells than there are headers"),
    ],
)
def test_a_faulty_row_is_refused_with_its_reason_and_leaves_the_others(text: str, why: str) -> None:
    wrong, right = plan(text + "Plank,\n")
    assert wrong.action == "refuse" and why in wrong.why
    assert (right.action, right.number) == ("add", 3)


def test_a_faulty_row_does_not_take_its_name_from_a_good_one() -> None:
    wrong, right = plan("Name,Goal\nSquat,a,b\nSquat,Strength\n")
    assert (wrong.action, right.action) == ("refuse", "add")


def test_a_colleagues_exercise_is_not_changed() -> None:
    (decision,) = plan("Name,Purpose\nBridge,Other\n", existing(may_change=False))
    assert decision.action == "refuse" and "only they can change it" in decision.why


def test_mine_is_meant_before_a_colleagues_of_the_same_name() -> None:
    known = [existing(may_change=False), existing(slug="own-2")]
    (decision,) = plan("Name,Purpose\nBridge,Other\n", *known)
    assert (decision.action, decision.slug) == ("change", "own-2")


def test_a_name_that_several_have_is_refused_unless_one_is_just_so() -> None:
    known = [existing(slug="own-2", exercise=replace(BRIDGE, purpose="Other")), existing()]
    (decision,) = plan("Name,Purpose\nBridge,New\n", *known)
    assert decision.action == "refuse" and "Several" in decision.why
    (decision,) = plan("Name,Purpose\nBridge,Strong hips.\n", *known)
    assert (decision.action, decision.slug) == ("same", "own-1")


def test_only_the_author_says_whether_it_is_shared() -> None:
    (decision,) = plan("Name,Purpose,Shared\nBridge,New,yes\n", existing(is_author=False))
    assert decision.changed == ("Purpose",)
    assert decision.notes == ("Only its author can say whether it is shared.",)
    assert decision.exercise and not decision.exercise.is_shared


def test_photos_are_added_where_there_are_none_and_never_replaced() -> None:
    row = JsonRow(1, entry("Bridge"), photos=2)
    base = row.fill(OwnExercise("")).exercise
    (new,) = make_plan([row], [], shares=False)
    (bare,) = make_plan([row], [existing(base)], shares=False)
    (shown,) = make_plan([row], [existing(base, photos=1)], shares=False)
    assert (new.action, new.photos) == ("add", 2)
    assert (bare.action, bare.changed, bare.photos) == ("change", (), 2)
    assert (shown.action, shown.photos) == ("same", 0)


def test_the_digest_tells_plans_apart_that_would_do_something_else() -> None:
    text = "Name,Purpose\nBridge,New\n"
    one = plan_digest(plan(text, existing()))
    assert one == plan_digest(plan(text, existing()))
    others = [
        plan(text),
        plan(text, existing(slug="own-2")),
        plan(text, existing(updated_at=datetime(2026, 3, 2, tzinfo=UTC))),
        plan(text, existing(FULL), existing()),
        plan(text, existing(may_change=False)),
    ]
    digests = [plan_digest(other) for other in others]
    assert one not in [digest for digest, other in zip(digests, others, strict=True) if other is not others[3]]
    assert digests[3] == one, "another exercise of another name changes nothing"


@pytest.mark.parametrize(
    ("one", "other", "are_equal"),
    [
        ("Pliés", "PLIES", True),
        ("Straße", "STRASSE", True),
        ("Søvn", "sovn", True),
        ("Step  up", "step up", True),
        ("Step up 1", "Step up 2", False),
        ("कि", "कु", False),
        ("कुल", "कल", False),
        ("ดี", "ดู", False),
    ],
)
def test_names_are_compared_without_case_and_accents_only(one: str, other: str, are_equal: bool) -> None:
    assert (name_key(one) == name_key(other)) is are_equal


def test_a_decision_comes_back_from_its_data_without_the_exercise() -> None:
    (decision,) = plan("Name,Purpose\nBridge,New\n", existing())
    assert Decision.from_data(decision.to_data()) == replace(decision, exercise=None)


def test_of_a_name_too_long_to_be_taken_only_the_beginning_is_compared() -> None:
    accents = "e\u0301\u0323" * 50_000
    assert len(name_key(accents)) < 300
    (decision,) = plan(f"Name\n{accents[:100_000]}\n")
    assert decision.why == "The name must be at most 200 characters."
