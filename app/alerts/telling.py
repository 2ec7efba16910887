"""Telling people by email what began and what is over, and once a day what still needs somebody."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Practice
from app.alerts.hours import STILL_AFTER, digest_of, local_day
from app.alerts.mails import Item, Reader, write_alert, write_digest
from app.alerts.models import Alert, AlertDigest, AlertRecipient, Telling
from app.alerts.queries import due, list_to_tell
from app.alerts.service import CALM, hold_alerts
from app.locales import write_moment
from app.mail.letter import Letter
from app.mail.service import post

# What is put right this soon after it began is not worth a mail; and what begins together is told together.
GATHER = timedelta(minutes=1)
ALERT_USEFUL_FOR = timedelta(days=1)
DIGEST_USEFUL_FOR = timedelta(hours=12)


def due_now(now: datetime) -> Any:
    """Return the condition for what recipients are to be told of at ``now`` (UTC)."""
    return due(opened_before=now - GATHER, recovered_before=now - CALM)


async def tell_practice(session: AsyncSession, practice_id: uuid.UUID, public_url: str, now: datetime) -> int:
    """Put one letter into the post for each person who is to be told something, and return how many.

    Not to be called in quiet hours: what is still open at their end is told then, all of it in one letter. Who wants no
    mails is told by the bell alone.
    """
    practice = await hold_alerts(session, practice_id)
    if practice is None:
        return 0
    sent = 0
    for _, rows in _by_reader(await list_to_tell(session, practice_id, due_now(now))):
        opened = [row for row in rows if row.telling is Telling.TO_TELL and row.programs]
        recovered = [row for row in rows if row.telling is Telling.TO_TELL_RECOVERY]
        if not opened and not recovered:
            continue
        await _note(session, opened, telling=Telling.TOLD, told_at=now)
        await _note(session, recovered, telling=Telling.OVER)
        if rows[0].gets_alert_mails:
            reader = _reader(rows[0], practice, public_url)
            subject, text = write_alert(reader, _items(opened, practice), _items(recovered, practice))
            await post(session, Letter(rows[0].email, subject, text), now, useful_for=ALERT_USEFUL_FOR)
            sent += 1
    return sent


async def send_digest(session: AsyncSession, practice_id: uuid.UUID, public_url: str, now: datetime) -> int:
    """Put today's digest of a practice into the post, unless that was done, and return how many letters it made.

    Not to be called in quiet hours.
    It holds what its reader was told of long before its hour and what is still open; so it is the same at whatever hour
    of the day a worker comes to it.
    """
    practice = await hold_alerts(session, practice_id)
    moment = digest_of(now, practice.time_zone) if practice else None
    if practice is None or moment is None or not await _claim_day(session, practice, moment):
        return 0
    still_open = and_(
        AlertRecipient.telling == Telling.TOLD,
        AlertRecipient.told_at <= moment - STILL_AFTER,
        Alert.recovered_at.is_(None),
    )
    sent = 0
    for _, rows in _by_reader(await list_to_tell(session, practice_id, still_open)):
        waiting = [row for row in rows if row.programs]
        if waiting and rows[0].gets_alert_mails:
            subject, text = write_digest(_reader(rows[0], practice, public_url), _items(waiting, practice))
            await post(session, Letter(rows[0].email, subject, text), now, useful_for=DIGEST_USEFUL_FOR)
            sent += 1
    return sent


async def _claim_day(session: AsyncSession, practice: Practice, moment: datetime) -> bool:
    """Take the digest of a practice's day; False when another worker has or had it."""
    claimed = (
        insert(AlertDigest)
        .values(practice_id=practice.id, day=local_day(moment, practice.time_zone))
        .on_conflict_do_nothing()
        .returning(AlertDigest.day)
    )
    return await session.scalar(claimed) is not None


def _by_reader(rows: Sequence[Row[Any]]) -> Iterator[tuple[uuid.UUID, list[Row[Any]]]]:
    for membership_id, of_reader in groupby(rows, key=lambda row: row.membership_id):
        yield membership_id, list(of_reader)


def _reader(row: Row[Any], practice: Practice, public_url: str) -> Reader:
    return Reader(name=row.reader, practice=practice.name, public_url=public_url)


def _items(rows: Collection[Row[Any]], practice: Practice) -> list[Item]:
    return [
        Item(
            cause=row.cause,
            name=row.name if row.name and row.concerned_id != row.membership_id else "",
            programs=row.programs,
            since=write_since(row.opened_at, practice.time_zone, practice.country),
        )
        for row in rows
    ]


async def _note(session: AsyncSession, rows: Collection[Row[Any]], **values: Any) -> None:
    for row in rows:
        await session.execute(
            update(AlertRecipient)
            .where(AlertRecipient.alert_id == row.alert_id, AlertRecipient.membership_id == row.membership_id)
            .values(**values)
        )


def write_since(at: datetime, zone: str | None, country: str | None = None) -> str:
    """Write a moment in a practice's time, or in UTC, and saying so, where its zone is not known."""
    return write_moment(at, zone, country) if zone else f"{write_moment(at, 'UTC', country)} UTC"
