"""Every cause of trouble has its page in the guide, or a reason why it needs none."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.accounts.models import ConnectionState
from app.alerts.models import Cause
from app.alerts.notes import SAID
from app.bridge.outcomes import Outcome
from app.delivery.reasons import REASONS
from app.errors import AppError
from app.guidance import BY_SLUG, GROUPS, HELP, PAGES, SOUGHT_AS, GuideLink, NoPage, guide_for
from app.guide import reading
from app.guide.reading import PAGE_FOLDER, find_pages, read_page
from app.web.rendering import TEMPLATE_FOLDER
from app.words import words

FAMILIES = {
    "click": {str(each) for each in Outcome},
    "connection": {str(each) for each in ConnectionState},
    "delivery": set(REASONS),
    "alert": {str(each) for each in Cause},
    "note": set(SAID),
}
LINKED = re.compile(r"""guide_link\(("[^"]*"(?: ~ [\w.]+)?(?: if \w+ else "[^"]*")?)""")


def asked_in_templates() -> Iterator[str]:
    """What templates ask the guide for: a cause, or how those of a family begin."""
    for path in sorted(TEMPLATE_FOLDER.rglob("*.html")):
        for found in LINKED.findall(path.read_text()):
            yield from re.findall(r'"([^"]*)"', found)


def named_by_errors(error: type[AppError]) -> Iterator[str]:
    """The causes of an error class and of all that are made from it."""
    yield error.cause
    for each in error.__subclasses__():
        yield from named_by_errors(each)


ASKED = {*asked_in_templates(), *named_by_errors(AppError)} - {""}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_cause_has_a_page_or_a_reason_for_none(family: str) -> None:
    causes = {cause.partition(".")[2] for cause in HELP if cause.partition(".")[0] == family}
    extra = {"delivery": {"not_linked"}}  # told by a template: there is no delivery then
    assert causes == FAMILIES[family] | extra.get(family, set())
    for cause, found in HELP.items():
        assert found if isinstance(found, str) else found.because, cause


def test_every_page_and_part_of_one_that_a_cause_leads_to_is_there() -> None:
    for cause, found in HELP.items():
        if isinstance(found, NoPage):
            assert guide_for(cause) is None
            continue
        slug, _, anchor = found.partition("#")
        text = read_page(slug, word="patient", app_url="")
        assert anchor in {"", *(heading.anchor for heading in text.headings)}, f"{cause}: {found}"
        assert guide_for(cause) == GuideLink(BY_SLUG[slug].title, f"/guide/{found}")
    assert guide_for("delivery.made_up_by_a_newer_release") is None


def test_templates_ask_for_causes_there_are_and_every_page_is_asked_for() -> None:
    for asked in ASKED:
        assert asked in HELP or asked.removesuffix(".") in FAMILIES, asked
    families = {asked.removesuffix(".") for asked in ASKED if asked.endswith(".")}
    unlinked = {
        cause
        for cause, found in HELP.items()
        if isinstance(found, str) and cause not in ASKED and cause.partition(".")[0] not in families
    }
    assert unlinked == set(), "told to nobody"


def test_every_page_of_what_goes_wrong_is_led_to_by_something_that_does() -> None:
    led_to = {found.partition("#")[0] for found in HELP.values() if isinstance(found, str)}
    assert {page.slug for page in PAGES if page.group == "When something goes wrong"} <= led_to


def test_every_file_is_a_page_and_every_page_a_file() -> None:
    assert {path.stem for path in PAGE_FOLDER.iterdir()} == set(BY_SLUG)
    assert len(BY_SLUG) == len(PAGES)
    assert SOUGHT_AS.keys() <= BY_SLUG.keys()
    assert {page.group for page in PAGES} == set(GROUPS)
    for page in PAGES:
        source = Path(PAGE_FOLDER / f"{page.slug}.md").read_text()
        assert not source.startswith("#") and "\n# " not in source, "the title comes from the list of pages"
        # The word in small letters, so that a practice's own takes its place.
        assert "Patient" not in page.title + page.summary and len(page.summary) <= 80


def test_the_guides_texts_are_taken_apart_once_and_not_for_each_letter_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    taken_apart: list[str] = []

    def count(text: str) -> list[str]:
        taken_apart.append(text)
        return words(text)

    find_pages("merged", word="patient", app_url="https://kinebridge.example")
    monkeypatch.setattr(reading, "words", count)
    assert find_pages("merged", word="patient", app_url="https://kinebridge.example")
    assert taken_apart == ["merged"]
