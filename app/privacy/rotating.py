"""Putting every stored secret under the newest of the operator's secrets, beside running processes."""

import uuid
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import Column, select, update

from app.accounts.tools import Tools
from app.crypto import CannotDecryptError
from app.db import Base, transaction

ROWS_AT_A_TIME = 200
# What the vault has encrypted, by table; each table has an ``id``. A test looks for others.
ENCRYPTED = {
    "connections": "encrypted_key",
    "practitioners": "totp_secret",
    "program_links": "encrypted_code",
    "day_readings": "encrypted_appointments",
}
WORDS = {
    "connections": "Cliniko keys",
    "practitioners": "two-factor secrets",
    "program_links": "codes of patients' pages",
    "day_readings": "days read from Cliniko",
}
LEFT = (
    "Some were saved at this moment, or by a process that does not have the newest secret yet. Restart all processes "
    "with it, then run this again. Keep the older secrets until it says that none is left."
)
UNREADABLE = (
    "What cannot be read was stored under a secret that is no longer in KINEBRIDGE_SECRET_KEYS. Put it back and run "
    "this again; if it is lost, these people save their key again, or have two-factor sign-in turned off."
)
DONE = (
    "Everything stored is under the newest secret, and the older ones may be removed. What they have signed ends with "
    "them: people sign in again, links for passwords and invitations are asked for again, and the addresses on sheets "
    "of paper open no page any more (a program's page shows the new one)."
)


@dataclass
class Rotation:
    """What became of each stored secret, as counts by table."""

    renewed: Counter[str] = field(default_factory=Counter)
    new_already: Counter[str] = field(default_factory=Counter)
    changed_meanwhile: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)

    @property
    def is_unfinished(self) -> bool:
        """True when an older secret may still be needed."""
        return self.changed_meanwhile.total() + self.unreadable.total() > 0

    def tell(self) -> str:
        """Return it in words, with what to do next."""
        lines = [
            f"{words}: {self.renewed[table]} put under the newest secret, {self.new_already[table]} were already, "
            f"{self.changed_meanwhile[table]} left, {self.unreadable[table]} cannot be read."
            for table, words in WORDS.items()
        ]
        advice = [LEFT] * bool(self.changed_meanwhile) + [UNREADABLE] * bool(self.unreadable)
        return "\n".join(lines + (advice or [DONE]))


async def rotate(tools: Tools) -> Rotation:
    """Encrypt anew what is not under the newest secret; done again, it does nothing.

    A row that somebody changes at the same moment keeps what they wrote.
    """
    rotation = Rotation()
    for table, column in ENCRYPTED.items():
        columns = Base.metadata.tables[table].columns
        last: uuid.UUID | None = None
        while (last := await _rotate_some(tools, rotation, columns["id"], columns[column], last)) is not None:
            pass
    return rotation


async def _rotate_some(
    tools: Tools, rotation: Rotation, id_: Column[uuid.UUID], stored: Column[str], after: uuid.UUID | None
) -> uuid.UUID | None:
    """Go on after a row with the next ones, in one transaction; return the last of them, None at the end."""
    table = id_.table
    query = select(id_, stored).where(stored.is_not(None)).order_by(id_).limit(ROWS_AT_A_TIME)
    async with transaction(tools.sessions) as session:
        rows = (await session.execute(query if after is None else query.where(id_ > after))).all()
        for row_id, token in rows:
            try:
                renewed = tools.vault.renew(token)
            except CannotDecryptError:
                rotation.unreadable[table.name] += 1
                continue
            if renewed is None:
                rotation.new_already[table.name] += 1
                continue
            # Compared with what was read: a key saved meanwhile is not overwritten by the former one.
            change = update(table).where(id_ == row_id, stored == token).values({stored.name: renewed})
            done = await session.scalar(change.returning(id_))
            (rotation.renewed if done else rotation.changed_meanwhile)[table.name] += 1
    return rows[-1][0] if rows else None
