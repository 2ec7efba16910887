"""Starter templates: what they hold, and that a faulty one never gets in."""

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from app.exercises.dose_words import word_dose
from app.exercises.library import REGIONS, LibraryError, find_exercise
from app.programs.templates import Template, all_templates, build_template, build_templates, find_template
from tests.each import for_each

SLUGS = [
    "achilles-tendinopathy",
    "ankle-sprain",
    "breathing-after-illness",
    "desk-worker",
    "falls-prevention",
    "hip-osteoarthritis",
    "hip-replacement-early",
    "knee-after-surgery-early",
    "knee-osteoarthritis",
    "low-back-acute",
    "low-back-core-control",
    "neck-pain",
    "patellofemoral-pain",
    "plantar-heel-pain",
    "sciatica",
    "shoulder-rotator-cuff",
    "shoulder-stiff",
    "tennis-elbow",
    "thoracic-stiffness",
    "wrist-after-fracture",
]

EACH = for_each({template.slug: template for template in all_templates()})


def _good_table() -> dict[str, Any]:
    """One faultless template as its file holds it, fresh for each test to spoil."""
    return tomllib.loads((files("app.programs") / "data" / "neck-pain.toml").read_text(encoding="utf-8"))


def test_there_is_a_template_for_each_common_start() -> None:
    assert sorted(template.slug for template in all_templates()) == SLUGS


def test_templates_are_ordered_by_region_then_name() -> None:
    order = list(REGIONS)
    keys = [(order.index(template.region), template.name.casefold()) for template in all_templates()]
    assert keys == sorted(keys)


def test_template_names_are_told_apart() -> None:
    assert len({template.name for template in all_templates()}) == len(all_templates())


def test_a_template_is_found_by_its_slug() -> None:
    for slug in SLUGS:
        template = find_template(slug)
        assert template is not None
        assert template.slug == slug


def test_an_unknown_template_is_not_found() -> None:
    assert find_template("levitation") is None


@EACH
def test_a_template_holds_five_to_eight_exercises_each_with_a_real_dose(template: Template) -> None:
    assert 5 <= len(template.items) <= 8
    for item in template.items:
        assert find_exercise(item.slug) is not None
        assert item.dose.reps or item.dose.duration_seconds
        assert item.dose.times_a_day is not None
        assert item.dose.days_a_week is not None
        assert word_dose(item.dose) != "As advised"


@EACH
def test_a_template_says_whom_it_is_for_and_when_to_stop(template: Template) -> None:
    for text in (template.for_whom, template.stop_when, template.note):
        assert text.endswith("."), text
        assert text[0].isupper(), text
        assert len(text) < 160, text
    assert template.stop_when.startswith(("Stop and ", "Get medical help "))


@EACH
def test_notes_are_short_whole_sentences_without_placeholders(template: Template) -> None:
    for item in template.items:
        assert item.note == "" or item.note.endswith("."), item.note
        assert len(item.note) < 100, item.note
    words = " ".join([template.name, template.for_whom, template.stop_when, template.note]).casefold()
    for mark in ("todo", "tbd", "xxx", "lorem", "fixme", "...", "??", "<", ">", "{", "}"):
        assert mark not in words


@pytest.mark.parametrize(
    "slug",
    [
        "achilles-tendinopathy",
        "ankle-sprain",
        "hip-replacement-early",
        "knee-after-surgery-early",
        "patellofemoral-pain",
        "plantar-heel-pain",
        "shoulder-rotator-cuff",
        "shoulder-stiff",
        "tennis-elbow",
        "wrist-after-fracture",
    ],
)
def test_a_template_for_one_limb_leaves_the_side_to_the_practitioner(slug: str) -> None:
    template = find_template(slug)
    assert template is not None
    assert template.for_whom.endswith("Set the side when you assign it.")
    assert all(item.dose.side == "" for item in template.items)


def test_a_good_template_is_accepted() -> None:
    assert build_template(_good_table()) == find_template("neck-pain")


@pytest.mark.parametrize(
    ("key", "value"),
    [("region", "tail"), ("name", ""), ("stop_when", 3), ("item", []), ("colour", "red")],
)
def test_a_faulty_template_is_refused(key: str, value: object) -> None:
    with pytest.raises(LibraryError, match="neck-pain"):
        build_template(_good_table() | {key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [("slug", "levitation"), ("dose", {"rep": 3}), ("dose", {"reps": 0}), ("note", 3), ("colour", "red")],
)
def test_a_template_with_a_faulty_item_is_refused(key: str, value: object) -> None:
    table = _good_table()
    table["item"][0][key] = value
    with pytest.raises(LibraryError, match="neck-pain"):
        build_template(table)


def test_a_template_that_lists_an_exercise_twice_is_refused() -> None:
    table = _good_table()
    table["item"].append(dict(table["item"][0]))
    with pytest.raises(LibraryError, match="only once"):
        build_template(table)


def test_a_template_in_a_file_of_another_name_is_refused() -> None:
    assert list(build_templates([("neck-pain", _good_table())])) == ["neck-pain"]
    with pytest.raises(LibraryError, match="file's name"):
        build_templates([("neck", _good_table())])
