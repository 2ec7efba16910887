"""Drafts and contents as data: what is stored can be read back, and what is typed can never break it."""

import json
from dataclasses import fields, replace

import pytest

from app.exercises.dose import Dose
from app.programs.content import ProgramContent, build_content, draft_from
from app.programs.drafts import Draft, DraftItem, apply_action, read_draft
from app.programs.templates import all_templates

AWKWARD = ["", " ", "\x00", "\ud800", "a\r\nb", "٣", "9" * 5000, "<b>", "'; DROP", "e\u0301" * 300, "👩‍👩‍👧", "\u202e"]


@pytest.mark.parametrize("template", all_templates(), ids=lambda template: template.slug)
def test_every_template_can_be_assigned_as_it_is(template: object) -> None:
    draft = apply_action(Draft(), "template", template).draft  # type: ignore[arg-type]  # a Template
    content, errors = build_content(draft)
    assert errors == {}
    assert content is not None
    stored = json.loads(json.dumps(content.to_data()))
    assert ProgramContent.from_data(stored) == content
    assert draft_from(content) == draft


@pytest.mark.parametrize("text", AWKWARD)
def test_any_text_can_be_kept_and_judged(text: str) -> None:
    form = {"title": text, "note": text, "slug-0": "bridge", "slug-1": text}
    form |= {f"{field.name}-0": text for field in fields(DraftItem) if field.name != "slug"}
    draft = read_draft(form)
    stored = json.dumps(draft.to_data(), ensure_ascii=False)
    stored.encode()  # no lone surrogates
    assert "\\u0000" not in stored
    assert Draft.from_data(json.loads(stored)) == draft
    content, errors = build_content(draft)
    assert (content is None) == bool(errors)


def test_files_in_place_of_texts_count_as_nothing() -> None:
    assert read_draft({"title": object(), "slug-0": object(), "sets-0": object()}) == Draft(title="")


def test_a_draft_of_another_release_can_be_read() -> None:
    data = {"title": "T", "colour": "red", "items": [{"slug": "bridge", "sets": 3, "weather": "fine"}]}
    assert Draft.from_data(data) == Draft(title="T", items=(DraftItem("bridge", sets="3"),))


def test_an_exercise_that_left_the_library_has_to_be_removed() -> None:
    draft = Draft(items=(DraftItem("bridge"), DraftItem("left-the-library")))
    content, errors = build_content(draft)
    assert content is None
    assert list(errors) == ["slug-1"]
    content, errors = build_content(apply_action(draft, "remove:1", None).draft)
    assert content is not None and not errors


def test_an_exercise_without_a_dose_is_as_advised() -> None:
    content, _ = build_content(Draft(items=(DraftItem("bridge"),)))
    assert content is not None
    assert content.exercises[0].dose == Dose()
    assert content.exercises[0].dose_words == "As advised"


@pytest.mark.parametrize(("length", "is_fine"), [(1000, True), (1001, False)])
def test_the_note_for_an_exercise_has_its_limit(length: int, is_fine: bool) -> None:
    _, errors = build_content(Draft(items=(DraftItem("bridge", note="x" * length),)))
    assert list(errors) == ([] if is_fine else ["note-0"])


def test_a_title_somebody_wrote_is_not_replaced_by_the_templates() -> None:
    template = all_templates()[0]
    assert apply_action(Draft(title="Exercise program"), "template", template).draft.title == template.name
    assert apply_action(Draft(title=""), "template", template).draft.title == template.name
    assert apply_action(Draft(title="Mine"), "template", template).draft.title == "Mine"


def test_moving_down_and_up_again_changes_nothing() -> None:
    draft = Draft(items=tuple(DraftItem("bridge", sets=str(number)) for number in range(4)))
    moved = apply_action(draft, "down:1", None).draft
    assert [item.sets for item in moved.items] == ["0", "2", "1", "3"]
    assert apply_action(moved, "up:2", None).draft == draft
    assert replace(draft, items=draft.items[1:]) == apply_action(draft, "remove:0", None).draft
