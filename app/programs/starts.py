"""What a program can be started from: the starter templates, the member's own, and those shared with the practice."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.errors import NotFoundError
from app.programs.drafts import Draft, make_item
from app.programs.own_templates import get_template, list_templates, read_key
from app.programs.templates import Template, all_templates, find_template

Groups = list[tuple[str, list[tuple[str, str]]]]


async def template_groups(session: AsyncSession, member: Member) -> Groups:
    """Return the choices of "Start from template" in groups: (label, [(key, name), ...]); one query."""
    rows = [row for row in await list_templates(session, member) if not row.is_archived]
    groups = [
        ("My templates", [(row.key, row.name) for row in rows if row.is_mine]),
        ("Shared in the practice", [(row.key, row.name) for row in rows if not row.is_mine]),
        ("Starter templates", [(template.slug, template.name) for template in all_templates()]),
    ]
    return [(label, choices) for label, choices in groups if choices]


async def find_start(session: AsyncSession, member: Member, key: str) -> Draft | None:
    """Return what a template puts into a program, or None when there is none of that key."""
    template_id = read_key(key)
    if template_id is None:
        starter = find_template(key)
        return draft_of(starter) if starter else None
    try:
        template = await get_template(session, member, template_id)
    except NotFoundError:
        return None
    return replace(Draft.from_data(template.draft), title=template.name)


def draft_of(template: Template) -> Draft:
    """Return what a starter template puts into a program."""
    return Draft(
        title=template.name,
        note=template.note,
        stop_when=template.stop_when,
        items=tuple(make_item(item.slug, item.dose, item.note) for item in template.items),
    )
