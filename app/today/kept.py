"""Keeping what was read of a day: reading it when it is due, storing it encrypted, giving it back."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import hold_membership
from app.accounts.connecting.connections import note_answer, note_reached
from app.accounts.models import Connection, ConnectionState
from app.accounts.tools import Tools
from app.cliniko.errors import ClinikoError, KeyRejected
from app.crypto import CannotDecryptError, Vault
from app.db import transaction
from app.today.models import DayReading
from app.today.reading import Reading, read_day, trouble_of

# While a day was read, or tried to be, so lately, Cliniko is not asked again by the page itself...
FRESH = timedelta(minutes=2)
# ...nor by somebody who presses the button again and again.
TOO_SOON = timedelta(seconds=5)


@dataclass(frozen=True)
class KeptDay:
    """What is known of a day: the last reading and when (UTC), when Cliniko was last asked, and what was wrong then."""

    reading: Reading | None = None
    read_at: datetime | None = None
    tried_at: datetime | None = None
    trouble: str = ""

    def is_due(self, connection: Connection | None, now: datetime, *, pressed: bool = False) -> bool:
        """Say whether Cliniko is to be asked: there is a key that may work, and the last time is long enough ago."""
        if connection is None or connection.state == ConnectionState.REJECTED:
            return False
        if self.tried_at is None or (self.reading is None and not self.trouble):
            return True
        if self.trouble and connection.checked_at > self.tried_at:
            return True  # a new key, or the old one looked at again
        return now - self.tried_at >= (TOO_SOON if pressed else FRESH)


async def find_day(session: AsyncSession, vault: Vault, connection: Connection | None, day: date) -> KeptDay:
    """Return what was last read of a member's day, by the Cliniko user whose key they have now; one query."""
    if connection is None:
        return KeptDay()
    row = await session.scalar(
        select(DayReading)
        .where(DayReading.membership_id == connection.membership_id, DayReading.day == day)
        .execution_options(populate_existing=True)
    )
    if row is None:
        return KeptDay()
    reading = _open(vault, row)
    if reading is not None and reading.user_id != connection.cliniko_user_id:
        reading = None  # somebody else's day: the key was changed for another user's
    return KeptDay(reading, row.read_at if reading else None, row.tried_at, row.trouble)


async def read_and_keep(tools: Tools, connection: Connection, day: date, zone: ZoneInfo) -> None:
    """Ask Cliniko for a day and keep the answer, or what was wrong; to be called with no transaction open.

    What was read before stays where there is trouble. A rejected key is noted, so that the whole practice's pages say.
    """
    asked_at = tools.clock()
    reading: Reading | None = None
    trouble = ""
    is_rejected = False
    try:
        reading = await read_day(tools, connection, day, zone)
    except (ClinikoError, CannotDecryptError) as error:
        trouble, is_rejected = trouble_of(error), isinstance(error, KeyRejected)
    async with transaction(tools.sessions) as session:
        if not await hold_membership(session, connection.membership_id):
            return  # their access ended meanwhile
        if is_rejected:
            key, state = connection.encrypted_key, ConnectionState.REJECTED
            await note_answer(session, connection.id, state, encrypted_key=key, at=asked_at)
        elif not trouble:
            await note_reached(session, connection)
        await _keep(session, tools, connection.membership_id, day, reading, trouble, asked_at)


async def _keep(
    session: AsyncSession,
    tools: Tools,
    membership_id: uuid.UUID,
    day: date,
    reading: Reading | None,
    trouble: str,
    asked_at: datetime,
) -> None:
    """Write the row of a day; of two readings at once the one that was begun later stays."""
    values: dict[str, object] = {"tried_at": asked_at, "trouble": trouble}
    if reading is not None:
        text = tools.vault.encrypt(reading.to_text(), row=_row_name(membership_id, day))
        values |= {"encrypted_appointments": text, "read_at": asked_at}
    row = insert(DayReading).values(id=uuid.uuid4(), membership_id=membership_id, day=day, **values)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[DayReading.membership_id, DayReading.day],
            set_=values,
            where=DayReading.tried_at <= asked_at,
        )
    )


def _open(vault: Vault, row: DayReading) -> Reading | None:
    """Return the stored reading; None where there is none, or none that can be read any more."""
    if row.encrypted_appointments is None:
        return None
    try:
        return Reading.from_text(vault.decrypt(row.encrypted_appointments, row=_row_name(row.membership_id, row.day)))
    except (CannotDecryptError, ValueError, KeyError, TypeError):
        return None  # of another release, or under a secret that is gone: it is read again


def _row_name(membership_id: uuid.UUID, day: date) -> str:
    return f"day:{membership_id}:{day.isoformat()}"
