"""Drafts and contents as data: what is stored can be read back, and what is typed can never break it."""

import json
import uuid
from dataclasses import fields, replace
from datetime import date

import pytest
from starlette.datastructures import FormData

from app.exercises.dose import Dose
from app.exercises.library import all_exercises
from app.programs.changes import apply_action
from app.programs.content import ProgramContent, build_content, draft_from
from app.programs.drafts import Draft, DraftItem, keep_known, read_draft
from app.programs.starts import draft_of
from app.programs.templates import Template, all_templates

LIBRARY = {exercise.slug: exercise for exercise in all_exercises()}

AWKWARD = ["", " ", "\x00", "\ud800", "a\r\nb", "٣", "9" * 5000, "<b>", "'; DROP", "e\u0301" * 300, "👩‍👩‍👧", "\u202e"]


@pytest.mark.parametrize("template", all_templates(), ids=lambda template: template.slug)
def test_every_template_can_be_assigned_as_it_is(template: Template) -> None:
    draft = apply_action(Draft(), "template", start=draft_of(template)).draft
    content, errors = build_content(draft, LIBRARY)
    assert errors == {}
    assert content is not None
    stored = json.loads(json.dumps(content.to_data()))
    assert ProgramContent.from_data(stored) == content
    assert draft_from(content) == draft


def test_everything_that_can_be_chosen_is_stored_and_read_back() -> None:
    draft = Draft(
        title="T",
        note="N",
        stop_when="S",
        starts_on="2026-11-24",
        review_on="2026-12-08",
        layout="diary",
        is_grey="yes",
        is_large="yes",
        items=(
            DraftItem("bridge", sets="3", reps="8-10", section="warm-up", days="mon fri"),
            DraftItem("bird-dog", section="main", note="n"),
            DraftItem("clamshell", section="main", joins_previous="yes", effort="6"),
        ),
    )
    content, errors = build_content(draft, LIBRARY)
    assert content is not None, errors
    assert (content.starts_on, content.review_on) == (date(2026, 11, 24), date(2026, 12, 8))
    assert (content.layout, content.is_grey, content.is_large) == ("diary", True, True)
    assert [exercise.section for exercise in content.exercises] == ["warm-up", "main", "main"]
    assert [exercise.superset for exercise in content.exercises] == ["", "A", "A"]
    assert content.exercises[0].dose_words == "3 sets of 8-10, Monday Friday"
    assert content.exercises[0].feels_like == LIBRARY["bridge"].feels_like
    assert ProgramContent.from_data(json.loads(json.dumps(content.to_data()))) == content
    assert draft_from(content) == draft
    assert Draft.from_data(json.loads(json.dumps(draft.to_data()))) == draft


def test_a_version_of_an_earlier_release_can_be_read() -> None:
    content, _ = build_content(Draft(items=(DraftItem("bridge"),)), LIBRARY)
    assert content is not None
    data = content.to_data()
    for name in ("stop_when", "starts_on", "review_on", "layout", "is_grey", "is_large"):
        del data[name]
    for name in ("feels_like", "photo_ids", "video_url", "section", "superset"):
        del data["exercises"][0][name]
    read = ProgramContent.from_data(data)
    assert read == replace(content, exercises=(replace(content.exercises[0], feels_like=""),))


def test_an_own_exercise_keeps_its_photos_and_video() -> None:
    slug = f"own-{uuid.uuid4().hex}"
    photo = uuid.uuid4()
    own = replace(
        LIBRARY["bridge"],
        slug=slug,
        figure_slug="",
        photo_ids=(photo,),
        video_url="https://video.example/1",
        is_custom=True,
    )
    content, errors = build_content(Draft(items=(DraftItem(slug),)), {slug: own})
    assert content is not None, errors
    stored = ProgramContent.from_data(json.loads(json.dumps(content.to_data()))).exercises[0]
    assert (stored.slug, stored.photo_ids, stored.video_url) == (slug, (photo,), "https://video.example/1")
    assert stored.figure is None


def test_a_copied_exercise_is_drawn_with_the_figure_it_was_copied_with() -> None:
    own = replace(LIBRARY["bridge"], slug="own-1")
    content, _ = build_content(Draft(items=(DraftItem("own-1"),)), {"own-1": own})
    assert content is not None
    assert content.exercises[0].figure is not None


@pytest.mark.parametrize(
    ("starts_on", "review_on", "faulty"),
    [
        ("", "", []),
        ("2026-11-24", "2026-11-24", []),
        ("2026-11-25", "2026-11-24", ["review_on"]),
        ("24/11/2026", "soon", ["starts_on", "review_on"]),
        ("2026-02-30", "", ["starts_on"]),
    ],
)
def test_dates_that_cannot_be_are_said(starts_on: str, review_on: str, faulty: list[str]) -> None:
    _, errors = build_content(Draft(starts_on=starts_on, review_on=review_on, items=(DraftItem("bridge"),)), LIBRARY)
    assert list(errors) == faulty


@pytest.mark.parametrize(("length", "is_fine"), [(500, True), (501, False)])
def test_the_warning_when_to_stop_has_its_limit(length: int, is_fine: bool) -> None:
    _, errors = build_content(Draft(stop_when="x" * length, items=(DraftItem("bridge"),)), LIBRARY)
    assert list(errors) == ([] if is_fine else ["stop_when"])


@pytest.mark.parametrize("text", AWKWARD)
def test_any_text_can_be_kept_and_judged(text: str) -> None:
    form = {field.name: text for field in fields(Draft)} | {"slug-0": "bridge", "slug-1": text}
    form |= {f"{field.name}-0": text for field in fields(DraftItem) if field.name != "slug"}
    draft = keep_known(read_draft(form), LIBRARY)
    stored = json.dumps(draft.to_data(), ensure_ascii=False)
    stored.encode()  # no lone surrogates
    assert "\\u0000" not in stored
    assert Draft.from_data(json.loads(stored)) == draft
    assert len(draft.items) == 1
    content, errors = build_content(draft, LIBRARY)
    assert (content is None) == bool(errors)


def test_files_in_place_of_texts_count_as_nothing() -> None:
    assert read_draft({"title": object(), "slug-0": object(), "sets-0": object()}) == Draft(title="")


def test_every_ticked_day_counts() -> None:
    form = FormData([("slug-0", "bridge"), ("days-0", "mon"), ("days-0", "fri")])
    assert read_draft(form).items[0].days == "mon fri"


def test_a_draft_of_another_release_can_be_read() -> None:
    data = {"title": "T", "colour": "red", "items": [{"slug": "bridge", "sets": 3, "colour": "blue"}]}
    assert Draft.from_data(data) == Draft(title="T", items=(DraftItem("bridge", sets="3"),))


def test_an_exercise_that_left_the_library_has_to_be_removed() -> None:
    draft = Draft(items=(DraftItem("bridge"), DraftItem("left-the-library")))
    content, errors = build_content(draft, LIBRARY)
    assert content is None
    assert list(errors) == ["slug-1"]
    content, errors = build_content(apply_action(draft, "remove:1").draft, LIBRARY)
    assert content is not None and not errors


def test_an_exercise_without_a_dose_is_as_advised() -> None:
    content, _ = build_content(Draft(items=(DraftItem("bridge"),)), LIBRARY)
    assert content is not None
    assert content.exercises[0].dose == Dose()
    assert content.exercises[0].dose_words == "As advised"


@pytest.mark.parametrize(("length", "is_fine"), [(1000, True), (1001, False)])
def test_the_note_for_an_exercise_has_its_limit(length: int, is_fine: bool) -> None:
    _, errors = build_content(Draft(items=(DraftItem("bridge", note="x" * length),)), LIBRARY)
    assert list(errors) == ([] if is_fine else ["note-0"])
