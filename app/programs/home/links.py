"""The link to a program on the patient's phone: its address, its code, and who turns it on and off.

An address is /p/ and twenty letters: twelve at random, eight that only we can make, so that made-up ones are refused
without asking the database. It stays the same through all versions.
"""

import datetime
import secrets
import uuid

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.tools import Tools
from app.clients.models import Client
from app.crypto import PLAIN_LETTERS, CannotDecryptError, Vault
from app.pdf.document import DocumentLink
from app.programs.models import Program, ProgramLink

PURPOSE = "program-link"
PUBLIC_ID_LENGTH = 12
CODE_DIGITS = 6


async def ensure_link(
    session: AsyncSession, vault: Vault, program: Program, now: datetime.datetime
) -> ProgramLink | None:
    """Return the program's link, made at the first call; None where a practitioner turned it off.

    Two calls at once give one link: the second waits for the first on the unique index.
    """
    link = await _latest_link(session, program.id)
    if link is None:
        if await _add_link(session, vault, program, now):
            who = {"practice_id": program.practice_id, "client_id": program.client_id}
            audit.record(session, "program.link_made", at=now, program_id=str(program.id), **who)
        link = await _latest_link(session, program.id)
    return link if link is not None and link.revoked_at is None else None


async def renew_link(session: AsyncSession, vault: Vault, program: Program, now: datetime.datetime) -> None:
    """Give a (locked) program a new address and code; the ones before, if any, open nothing from now on."""
    await turn_off(session, program, now)
    await _add_link(session, vault, program, now)


async def turn_off(session: AsyncSession, program: Program, now: datetime.datetime) -> None:
    """Revoke the link of a (locked) program; it stays off until ``renew_link``."""
    await session.execute(
        update(ProgramLink)
        .where(ProgramLink.program_id == program.id, ProgramLink.revoked_at.is_(None))
        .values(revoked_at=now)
    )


async def _latest_link(session: AsyncSession, program_id: uuid.UUID) -> ProgramLink | None:
    """Return the link in use, else the one turned off last, else None."""
    return await session.scalar(
        select(ProgramLink)
        .where(ProgramLink.program_id == program_id)
        .order_by(ProgramLink.revoked_at.desc().nulls_first())
        .limit(1)
        .execution_options(populate_existing=True)
    )


async def _add_link(session: AsyncSession, vault: Vault, program: Program, now: datetime.datetime) -> bool:
    """Add a link and return True, False where another transaction has just done so."""
    link_id = uuid.uuid4()
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    made = await session.scalar(
        insert(ProgramLink)
        .values(
            id=link_id,
            practice_id=program.practice_id,
            program_id=program.id,
            public_id="".join(secrets.choice(PLAIN_LETTERS) for _ in range(PUBLIC_ID_LENGTH)),
            encrypted_code=vault.encrypt(code, row=_row_name(link_id)),
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["program_id"], index_where=ProgramLink.revoked_at.is_(None))
        .returning(ProgramLink.id)
    )
    return made is not None


def token_of(vault: Vault, public_id: str) -> str:
    """Return the last part of a link's address."""
    return vault.mark(public_id, purpose=PURPOSE)


def read_token(vault: Vault, token: str) -> str | None:
    """Return the public id in an address, or None when we did not make it; capitals typed from paper do not matter."""
    return vault.unmark(token.lower(), purpose=PURPOSE)


def link_url(tools: Tools, public_id: str) -> str:
    """Return the full address of a patient's page."""
    return f"{tools.settings.public_url}/p/{token_of(tools.vault, public_id)}"


def code_of(vault: Vault, link: ProgramLink) -> str:
    """Return the link's code, or "" when the secret it was stored with is no longer configured."""
    try:
        return vault.decrypt(link.encrypted_code, row=_row_name(link.id))
    except CannotDecryptError:
        return ""


def _row_name(link_id: uuid.UUID) -> str:
    return f"program-link:{link_id}"


def document_link(tools: Tools, link: ProgramLink | None, client: Client) -> DocumentLink | None:
    """Return what a sheet prints of a link, the code only where no date of birth opens the page; None for nothing."""
    if link is None:
        return None
    code = "" if client.date_of_birth else code_of(tools.vault, link)
    if not code and not client.date_of_birth:
        return None  # nothing would open it
    return DocumentLink(url=link_url(tools, link.public_id), code=code)
