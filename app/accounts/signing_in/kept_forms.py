"""What somebody typed and sent after their sign-in had ended, kept for when they have signed in again.

It travels in the sign-in pages themselves, encrypted: nothing of it is stored here, whoever else stands at the computer
reads nothing in the page's source, and only who typed it can have it sent, in the practice they typed it for.
"""

import json
import uuid
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException

from app.accounts.form_fields import read_form, text_fields
from app.accounts.models import Membership, Practitioner, SignInSession
from app.accounts.sessions import read_cookie
from app.accounts.tools import Tools
from app.crypto import CannotDecryptError, Vault
from app.errors import BadRequestError
from app.web.rendering import MADE_BY, local_path

ROW = "kept-form"
# Encrypted it is a third longer, and has to come in again with the sign-in form (security.LARGEST_BODY_BYTES).
LARGEST_KEPT_BYTES = 400_000
MOST_FILES = 20
FORM, FORM_WITH_FILES = "application/x-www-form-urlencoded", "multipart/form-data"
# A form with such a field is not kept: it is asked for anew, and never written into a page.
SECRET_NAMES = frozenset({"api_key", "code", "ticket", "kept"})
# What our pages add to forms: nothing of it was typed.
OUR_NAMES = frozenset({MADE_BY, "next"})


@dataclass(frozen=True)
class KeptForm:
    """A form: the path it goes to, its fields in order, and who sent it in which practice, as far as we can tell."""

    path: str
    fields: tuple[tuple[str, str], ...]
    has_files: bool = False  # it came with files, which are not kept
    practitioner_id: uuid.UUID | None = None
    practice_id: uuid.UUID | None = None


class NotKeptError(Exception):
    """There was something that cannot be kept: too much, nothing but files, or unreadable."""


async def read_typed(request: Request) -> KeptForm | None:
    """Return the form that a request brought; None for one with nothing typed in it, or with a password or key.

    Raises NotKeptError. The body may have been read already, or not at all.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    stated = request.headers.get("content-length", "")
    if request.method != "POST" or kind not in (FORM, FORM_WITH_FILES) or stated == "0":
        return None
    if not stated.isdecimal() or len(stated) > len(str(LARGEST_KEPT_BYTES)) or int(stated) > LARGEST_KEPT_BYTES:
        raise NotKeptError
    try:
        form = await read_form(request, most_files=MOST_FILES)
    except (BadRequestError, HTTPException):
        raise NotKeptError from None
    has_files = any(getattr(value, "filename", "") for value in form.values())
    fields = tuple(text_fields(form))
    await form.close()
    path = local_path(request.url.path + (f"?{request.url.query}" if request.url.query else ""), "")
    is_typed = any(name not in OUR_NAMES for name, _ in fields)
    if has_files and not is_typed:
        raise NotKeptError
    # Where nothing was typed nothing is lost, and signing in presses no button that somebody else may have pressed.
    if not is_typed or not path or any(_is_secret(name) for name, _ in fields):
        return None
    return KeptForm(path, fields, has_files)


def _is_secret(name: str) -> bool:
    return "password" in name or name in SECRET_NAMES


async def find_former(
    session: AsyncSession, vault: Vault, cookie: str | None
) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """Return whose cookie this is, though the sign-in may have ended, and the practice they work in now, if any."""
    token_digest = read_cookie(vault, cookie)
    query = (
        select(Practitioner.id, Membership.practice_id)
        .join(SignInSession, SignInSession.practitioner_id == Practitioner.id)
        .outerjoin(Membership, (Membership.practitioner_id == Practitioner.id) & Membership.ended_at.is_(None))
        .where(SignInSession.token_digest == token_digest)
        # As ``accounts.access`` chooses.
        .order_by((Membership.practice_id == Practitioner.active_practice_id).desc(), Membership.created_at)
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none() if token_digest else None
    return (row[0], row[1]) if row else (None, None)


async def find_maker(session: AsyncSession, form: KeptForm) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """Return for whom, and in which practice, a form's page was made, as it says itself, if it does."""
    try:
        membership_id = uuid.UUID(next((text for name, text in form.fields if name == MADE_BY), ""))
    except ValueError:
        return None, None
    query = select(Membership.practitioner_id, Membership.practice_id).where(Membership.id == membership_id)
    row = (await session.execute(query)).one_or_none()
    return (row[0], row[1]) if row else (None, None)


def seal(tools: Tools, form: KeptForm) -> str:
    """Return the form encrypted, for a hidden field."""
    data = {
        "path": form.path,
        "fields": form.fields,
        "has_files": form.has_files,
        "practitioner_id": str(form.practitioner_id or ""),
        "practice_id": str(form.practice_id or ""),
    }
    return tools.vault.encrypt(json.dumps(data, ensure_ascii=False), row=ROW)


def unseal(tools: Tools, sealed: str) -> KeptForm | None:
    """Return the form of a hidden field, None for "" and for what is not ours."""
    try:
        data = json.loads(tools.vault.decrypt(sealed, row=ROW)) if sealed else None
    except CannotDecryptError:
        return None
    if data is None:
        return None
    return KeptForm(
        data["path"],
        tuple((name, value) for name, value in data["fields"]),
        data["has_files"],
        *(uuid.UUID(data[key]) if data[key] else None for key in ("practitioner_id", "practice_id")),
    )
