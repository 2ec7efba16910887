"""A practice's own templates: whose they are, what goes into them, and changing them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.forms import FormError, clean_line
from app.accounts.models import Membership, Practitioner
from app.errors import ForbiddenError, NotFoundError
from app.programs.drafts import Draft
from app.programs.models import ProgramTemplate

LONGEST_NAME = 200
LONGEST_FOR_WHOM = 500


def usable_by(member: Member) -> ColumnElement[bool]:
    """Condition on ``ProgramTemplate``: the member may use it; their own, and those shared with the practice."""
    return and_(
        ProgramTemplate.practice_id == member.practice_id,
        or_(ProgramTemplate.author_id == member.membership_id, ProgramTemplate.is_shared),
    )


@dataclass(frozen=True)
class TemplateRow:
    """A template as listed."""

    id: uuid.UUID
    name: str
    for_whom: str
    author: str
    is_mine: bool
    is_shared: bool
    is_archived: bool
    exercise_count: int

    @property
    def key(self) -> str:
        """What addresses and the editor's form name it by."""
        return template_key(self.id)


def template_key(template_id: uuid.UUID) -> str:
    """Return what addresses and the editor's form name an own template by."""
    return f"own-{template_id}"


def read_key(key: str) -> uuid.UUID | None:
    """Return the id in the key of an own template, or None when it is no such key."""
    prefix, _, rest = key.partition("-")
    try:
        return uuid.UUID(rest) if prefix == "own" else None
    except ValueError:
        return None


async def list_templates(session: AsyncSession, member: Member) -> Sequence[TemplateRow]:
    """Return the practice's templates the member may use, by name, and their own archived ones; one query."""
    is_mine = ProgramTemplate.author_id == member.membership_id
    rows = await session.execute(
        select(
            ProgramTemplate.id,
            ProgramTemplate.name,
            ProgramTemplate.for_whom,
            Practitioner.name,
            is_mine,
            ProgramTemplate.is_shared,
            ProgramTemplate.archived_at.is_not(None),
            func.jsonb_array_length(ProgramTemplate.draft["items"]),
        )
        .join(Membership, Membership.id == ProgramTemplate.author_id)
        .join(Practitioner, Practitioner.id == Membership.practitioner_id)
        .where(usable_by(member), or_(ProgramTemplate.archived_at.is_(None), is_mine))
        .order_by(func.lower(ProgramTemplate.name), ProgramTemplate.id)
    )
    return [TemplateRow(*row) for row in rows]


async def get_template(session: AsyncSession, member: Member, template_id: uuid.UUID) -> ProgramTemplate:
    """Return a template the member may use; raises NotFoundError for all others alike."""
    template = await session.scalar(select(ProgramTemplate).where(ProgramTemplate.id == template_id, usable_by(member)))
    if template is None:
        raise NotFoundError
    return template


async def get_own_template(session: AsyncSession, member: Member, template_id: uuid.UUID) -> ProgramTemplate:
    """Return a template the member may change, locked; raises NotFoundError, or ForbiddenError for a colleague's."""
    template = await get_template(session, member, template_id)
    if not may_change(member, template):
        raise ForbiddenError("Only the author of a template can change it.")
    await session.refresh(template, with_for_update=True)
    return template


def may_change(member: Member, template: ProgramTemplate) -> bool:
    """Return True for the template's author, and for who runs the team where it is shared (people leave)."""
    return template.author_id == member.membership_id or (member.runs_team and template.is_shared)


def make_template_draft(draft: Draft, *, keeps_notes: bool) -> Draft:
    """Return what a template keeps of a program: no title and dates, and no notes unless asked.

    All of these may be about a client; programs started from it bear the template's name.
    """
    items = draft.items if keeps_notes else tuple(replace(item, note="") for item in draft.items)
    note = draft.note if keeps_notes else ""
    return replace(draft, title="", note=note, starts_on="", review_on="", items=items)


def read_details(name: str, for_whom: str) -> tuple[str, str]:
    """Return a template's name and whom it is for, cleaned; raises FormError."""
    errors = {}
    tidy_name, tidy_for_whom = clean_line(name), clean_line(for_whom)
    if not tidy_name:
        errors["name"] = "Give the template a name."
    elif len(tidy_name) > LONGEST_NAME:
        errors["name"] = f"The name must be at most {LONGEST_NAME} characters."
    if len(tidy_for_whom) > LONGEST_FOR_WHOM:
        errors["for_whom"] = f"This must be at most {LONGEST_FOR_WHOM} characters."
    if errors:
        raise FormError(errors)
    return tidy_name, tidy_for_whom


async def add_template(
    session: AsyncSession,
    member: Member,
    draft: Draft,
    *,
    name: str,
    for_whom: str,
    is_shared: bool,
    keeps_notes: bool,
    now: datetime,
) -> ProgramTemplate:
    """Keep a (locked) program's draft as a template; raises FormError on a faulty name.

    Kept twice just so, by two presses of the button, it is one template.
    """
    tidy_name, tidy_for_whom = read_details(name, for_whom)
    says = {
        "author_id": member.membership_id,
        "name": tidy_name,
        "for_whom": tidy_for_whom,
        "draft": make_template_draft(draft, keeps_notes=keeps_notes).to_data(),
        "is_shared": is_shared,
    }
    same = select(ProgramTemplate).filter_by(practice_id=member.practice_id, archived_at=None, **says).limit(1)
    if kept := await session.scalar(same):
        return kept
    template = ProgramTemplate(id=uuid.uuid4(), practice_id=member.practice_id, created_at=now, updated_at=now, **says)
    session.add(template)
    await session.flush()
    return template
