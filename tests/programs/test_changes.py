"""What the editor's buttons do to a program, without any page."""

from dataclasses import replace

import pytest

from app.exercises.library import find_exercise
from app.programs.changes import Undo, apply_action
from app.programs.drafts import DEFAULT_TITLE, Draft, DraftItem, superset_letters


def program(*names: str) -> Draft:
    """A program of exercises named by a letter each: "a", "+b" in turn with the one above, "warm-up/c" in a section."""
    items = []
    for name in names:
        section, _, rest = name.rpartition("/")
        items.append(DraftItem(rest.lstrip("+"), section=section, joins_previous="yes" if rest[0] == "+" else ""))
    return Draft(items=tuple(items))


def shown(draft: Draft) -> list[str]:
    """The program as ``program`` takes it."""
    letters = superset_letters(draft.items)
    lines = []
    for place, item in enumerate(draft.items):
        is_joined = letters[place] != "" and place > 0 and letters[place - 1] == letters[place]
        assert is_joined == (item.joins_previous == "yes")
        lines.append(f"{item.section}/" * bool(item.section) + "+" * is_joined + item.slug)
    return lines


def after(draft: Draft, *actions: str) -> list[str]:
    for action in actions:
        draft = apply_action(draft, action).draft
    return shown(draft)


def test_moving_down_and_up_again_changes_nothing() -> None:
    draft = Draft(items=tuple(DraftItem("bridge", sets=str(number)) for number in range(4)))
    moved = apply_action(draft, "down:1").draft
    assert [item.sets for item in moved.items] == ["0", "2", "1", "3"]
    assert apply_action(moved, "up:2").draft == draft
    assert replace(draft, items=draft.items[1:]) == apply_action(draft, "remove:0").draft


@pytest.mark.parametrize(
    ("action", "order"),
    [("move:0:3", "bcda"), ("move:3:0", "dabc"), ("move:1:2", "acbd"), ("move:2:2", "abcd"), ("move:2:9", "abcd")],
)
def test_an_exercise_is_dragged_to_any_place(action: str, order: str) -> None:
    assert after(program(*"abcd"), action) == list(order)


def test_once_there_is_a_section_every_exercise_has_one_and_each_stays_together() -> None:
    draft = program("a", "cool-down/b", "c", "warm-up/d", "main/e")
    assert after(draft, "save") == ["warm-up/d", "main/a", "main/c", "main/e", "cool-down/b"]


def test_moving_past_the_edge_of_a_section_goes_into_the_next_one() -> None:
    draft = program("warm-up/a", "main/b", "main/c")
    assert after(draft, "up:1") == ["warm-up/a", "warm-up/b", "main/c"]
    assert after(draft, "down:0") == ["main/a", "main/b", "main/c"]
    assert after(draft, "up:1", "up:1") == ["warm-up/b", "warm-up/a", "main/c"]


def test_a_button_means_the_exercise_it_stood_beside_although_its_section_was_changed_too() -> None:
    draft = program("main/a", "main/b", "warm-up/c")  # c was in the main part when the page was made
    assert after(draft, "remove:2") == ["main/a", "main/b"]
    assert after(draft, "move:2:0") == ["warm-up/c", "main/a", "main/b"]


def test_a_new_exercise_comes_last_in_the_last_section() -> None:
    change = apply_action(program("warm-up/a", "main/b"), "add:bridge", exercise=find_exercise("bridge"))
    assert shown(change.draft) == ["warm-up/a", "main/b", "main/bridge"]
    assert change.anchor == "item-2"


def test_what_is_done_in_turn_shares_a_letter() -> None:
    assert superset_letters(program("a", "+b", "c", "d", "+e", "+f").items) == ["A", "A", "", "B", "B", "B"]
    assert superset_letters(program("+a", "b").items) == ["", ""]
    assert superset_letters(program("warm-up/a", "main/+b").items) == ["", ""]


@pytest.mark.parametrize(
    ("start", "action", "end"),
    [
        (("a", "+b", "c"), "up:2", ["c", "a", "+b"]),  # past the whole superset
        (("a", "b", "+c"), "down:0", ["b", "+c", "a"]),
        (("a", "+b", "c"), "down:0", ["b", "+a", "c"]),  # within it
        (("a", "+b", "c"), "down:1", ["a", "c", "b"]),  # out of it
        (("a", "+b", "c"), "move:2:1", ["a", "+c", "+b"]),  # into it
        (("a", "+b", "+c"), "remove:0", ["b", "+c"]),
        (("a", "b", "+c"), "remove:1", ["a", "c"]),
        (("+a", "b"), "save", ["a", "b"]),
        (("a", "main/+b"), "save", ["main/a", "main/+b"]),
        (("warm-up/a", "main/+b"), "save", ["warm-up/a", "main/b"]),
    ],
)
def test_supersets_stay_what_they_were_meant_to_be(start: tuple[str, ...], action: str, end: list[str]) -> None:
    assert after(program(*start), action) == end


@pytest.mark.parametrize("names", [("a", "b", "c"), ("a", "+b", "+c"), ("warm-up/a", "main/b", "main/+c")])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_was_removed_comes_back_where_it_was(names: tuple[str, ...], place: int) -> None:
    draft = apply_action(program(*names), "save").draft
    removed = apply_action(draft, f"remove:{place}")
    assert len(removed.draft.items) == 2
    assert removed.undo is not None
    stored = Undo.from_data(removed.undo.to_data())
    back = apply_action(removed.draft, "undo", undo=stored)
    assert shown(back.draft) == shown(draft)
    assert back.anchor == f"item-{place}"
    assert back.undo is None


def test_what_was_typed_since_stays_when_the_removed_comes_back() -> None:
    removed = apply_action(program("a", "b"), "remove:0")
    typed = replace(removed.draft, title="Typed", items=(replace(removed.draft.items[0], note="Typed"),))
    back = apply_action(typed, "undo", undo=removed.undo).draft
    assert (back.title, back.items[1].note) == ("Typed", "Typed")


def test_saving_keeps_what_can_be_undone_and_another_change_ends_it() -> None:
    undo = apply_action(program("a", "b", "c"), "remove:0").undo
    assert undo is not None
    for action in ("save", "search", "preview", "remove:9"):
        assert apply_action(program("b", "c"), action, undo=undo).undo == undo
    for action in ("up:1", "dose:0", "sides:0"):
        assert apply_action(program("b", "c"), action, undo=undo).undo != undo


def test_a_dose_goes_to_all_but_load_and_side_stay_each_ones_own() -> None:
    draft = Draft(
        items=(
            DraftItem("a", sets="3", reps="8-10", days="mon", load="2 kg", side="left", note="mine"),
            DraftItem("b", sets="1", hold_seconds="30", load="red band", side="both", note="yours"),
        )
    )
    change = apply_action(draft, "dose:0")
    assert change.draft.items[1] == DraftItem(
        "b", sets="3", reps="8-10", days="mon", load="red band", side="both", note="yours"
    )
    assert change.draft.items[0] == draft.items[0]
    typed = replace(change.draft, items=(change.draft.items[0], replace(change.draft.items[1], note="typed since")))
    back = apply_action(typed, "undo", undo=change.undo).draft
    assert back.items == (draft.items[0], replace(draft.items[1], note="typed since"))


def test_one_exercise_becomes_two_for_left_and_right() -> None:
    draft = Draft(items=(DraftItem("a", sets="3", note="n", side="both"), DraftItem("b")))
    change = apply_action(draft, "sides:0")
    assert [(item.slug, item.side, item.sets, item.note) for item in change.draft.items] == [
        ("a", "left", "3", "n"),
        ("a", "right", "3", "n"),
        ("b", "", "", ""),
    ]
    assert after(program("a", "+b", "c"), "sides:1") == ["a", "+b", "+b", "c"]
    assert after(program("a", "+b", "c"), "sides:0") == ["a", "+a", "+b", "c"]
    assert after(program("a", "b"), "sides:0") == ["a", "a", "b"]


@pytest.mark.parametrize("action", ["sides:0", "template", "undo", "add:bridge"])
def test_a_full_program_takes_no_more_and_says_so(action: str) -> None:
    full = Draft(items=tuple(DraftItem("a") for _ in range(40)))
    change = apply_action(
        full, action, exercise=find_exercise("bridge"), start=program("a"), undo=Undo("remove", 0, (DraftItem("b"),))
    )
    assert change.problem == "full"
    assert change.draft == full


def test_a_title_somebody_wrote_is_not_replaced_by_the_templates() -> None:
    start = replace(program("a"), title="Knees")
    assert apply_action(Draft(title=DEFAULT_TITLE), "template", start=start).draft.title == "Knees"
    assert apply_action(Draft(title=""), "template", start=start).draft.title == "Knees"
    assert apply_action(Draft(title="Mine"), "template", start=start).draft.title == "Mine"


def test_the_templates_warning_takes_the_place_of_the_usual_one_only() -> None:
    start = replace(program("a"), stop_when="Stop if it swells.")
    for typed, kept in (("", "Stop if it swells."), ("Usual", "Stop if it swells."), ("My own", "My own")):
        change = apply_action(Draft(stop_when=typed), "template", start=start, usual_stop_when="Usual")
        assert change.draft.stop_when == kept
    assert apply_action(Draft(stop_when="Usual"), "template", start=program("a")).draft.stop_when == "Usual"


def test_a_template_keeps_its_own_sections_and_supersets_apart_from_those_here() -> None:
    start = program("warm-up/x", "main/y", "main/+z")
    draft = apply_action(program("a", "b"), "template", start=start).draft
    assert shown(draft) == ["warm-up/x", "main/a", "main/b", "main/y", "main/+z"]
