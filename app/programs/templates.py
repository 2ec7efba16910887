"""Starter templates: ready-made lists of exercises with doses, read once from the TOML files in `data/`.

One file a template, named after its slug. A template is a start that the practitioner edits, never a treatment
by itself. Faulty data raises LibraryError (a ValueError) on first use.
"""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from app.exercises.dose import Dose
from app.exercises.library import (
    REGIONS,
    LibraryError,
    build_dose,
    check_keys,
    find_exercise,
    read_data_files,
    read_text,
)


@dataclass(frozen=True)
class TemplateItem:
    """One exercise of a template: the library's slug, its dose, and a note to the client ("" for none)."""

    slug: str
    dose: Dose
    note: str


@dataclass(frozen=True)
class Template:
    """A starter program.

    region is a key of REGIONS. for_whom speaks to the practitioner; stop_when and note speak to the client.
    Templates for one limb leave the side of each dose empty where the practitioner has to choose it.
    """

    slug: str
    name: str
    region: str
    for_whom: str
    stop_when: str
    note: str
    items: tuple[TemplateItem, ...]


def all_templates() -> tuple[Template, ...]:
    """Return every template, ordered by region (as in REGIONS), then name."""
    return tuple(_load_templates().values())


def find_template(slug: str) -> Template | None:
    """Return the template with this slug, or None."""
    return _load_templates().get(slug)


@functools.cache
def _load_templates() -> Mapping[str, Template]:
    """Read, check and order all templates once: slug -> template."""
    return build_templates(read_data_files("app.programs"))


def build_templates(contents: Iterable[tuple[str, Mapping[str, Any]]]) -> Mapping[str, Template]:
    """Build the ordered templates (slug -> template) from each file's stem and parsed content.

    Raises LibraryError on a faulty template, or one whose slug is not its file's name.
    """
    templates = []
    for stem, content in contents:
        template = build_template(content)
        if template.slug != stem:
            raise LibraryError(f"{stem}.toml: its slug must be the file's name")
        templates.append(template)
    order = list(REGIONS)
    templates.sort(key=lambda t: (order.index(t.region), t.name.casefold()))
    return MappingProxyType({template.slug: template for template in templates})


def build_template(table: Mapping[str, Any]) -> Template:
    """Build one template from its parsed file; raises LibraryError on a faulty key or an unknown exercise."""
    where = str(table.get("slug", "a template without a slug"))
    check_keys(table, {field.name for field in fields(Template)} - {"items"} | {"item"}, where)
    template = Template(
        slug=read_text(table, "slug", where),
        name=read_text(table, "name", where),
        region=read_text(table, "region", where),
        for_whom=read_text(table, "for_whom", where),
        stop_when=read_text(table, "stop_when", where),
        note=read_text(table, "note", where),
        items=tuple(_build_item(item, where) for item in table["item"]),
    )
    if template.region not in REGIONS:
        raise LibraryError(f"{where}: unknown region {template.region!r}")
    slugs = [item.slug for item in template.items]
    if not slugs or len(set(slugs)) != len(slugs):
        raise LibraryError(f"{where}: needs exercises, each only once")
    return template


def _build_item(table: Mapping[str, Any], where: str) -> TemplateItem:
    """Build one item from its table; its exercise must be in the library."""
    check_keys(table, {field.name for field in fields(TemplateItem)}, where)
    slug = read_text(table, "slug", where)
    if find_exercise(slug) is None:
        raise LibraryError(f"{where}: no exercise {slug!r} in the library")
    if not isinstance(table["note"], str):
        raise LibraryError(f"{where}: the note of {slug} must be text")
    return TemplateItem(slug=slug, dose=build_dose(table["dose"], f"{where}: {slug}"), note=table["note"])
