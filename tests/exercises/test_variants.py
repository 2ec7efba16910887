"""The easier and harder variants of an exercise: they exist, they keep their word, and they lead somewhere."""

from itertools import pairwise

import pytest

from app.exercises.library import DIFFICULTIES, GOALS, Exercise, all_exercises, find_exercise
from tests.each import for_each

EACH = for_each({exercise.slug: exercise for exercise in all_exercises()})
RANK = {key: rank for rank, key in enumerate(DIFFICULTIES)}


def chain(exercise: Exercise, link: str) -> list[Exercise]:
    """The exercise and what its links lead to, one after the other, until they end or come round again."""
    found = [exercise]
    while (slug := getattr(found[-1], link)) and slug not in {known.slug for known in found}:
        variant = find_exercise(slug)
        assert variant is not None, slug
        found.append(variant)
    return found


@EACH
def test_variants_exist_and_are_two_other_exercises(exercise: Exercise) -> None:
    slugs = [exercise.slug, *filter(None, (exercise.easier, exercise.harder))]
    assert all(find_exercise(slug) for slug in slugs)
    assert len(set(slugs)) == len(slugs)


@EACH
@pytest.mark.parametrize(("link", "sign"), [("easier", -1), ("harder", 1)])
def test_a_variant_is_never_the_other_way_round_and_never_leads_back(exercise: Exercise, link: str, sign: int) -> None:
    way = chain(exercise, link)
    assert all((RANK[after.difficulty] - RANK[before.difficulty]) * sign >= 0 for before, after in pairwise(way))
    assert not getattr(way[-1], link)


@EACH
def test_a_variant_is_for_the_same_part_of_the_body(exercise: Exercise) -> None:
    for slug in filter(None, (exercise.easier, exercise.harder)):
        variant = find_exercise(slug)
        assert variant is not None
        assert set(variant.regions) & set(exercise.regions), slug


def test_every_goal_and_difficulty_is_used() -> None:
    """A filter never offers a choice that finds nothing."""
    assert {exercise.goal for exercise in all_exercises()} == set(GOALS)
    assert {exercise.difficulty for exercise in all_exercises()} == set(DIFFICULTIES)


def test_most_exercises_have_a_way_up_or_down() -> None:
    linked = [exercise for exercise in all_exercises() if exercise.easier or exercise.harder]
    assert len(linked) > 0.8 * len(all_exercises())


def test_a_hard_exercise_says_what_to_do_when_it_is_too_hard() -> None:
    assert [e.slug for e in all_exercises() if e.difficulty == "hard" and not e.easier] == []
