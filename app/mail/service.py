"""Putting a letter into the post."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.jobs.queue import defer
from app.mail.letter import Letter
from app.mail.models import MailState, OutgoingMail

# One letter at a time: mail servers count connections, and one that hangs must not keep workers from deliveries.
LOCK = "mail"
USEFUL_FOR = timedelta(days=3)


async def post(
    session: AsyncSession, letter: Letter, now: datetime, *, useful_for: timedelta = USEFUL_FOR
) -> uuid.UUID:
    """Put a letter into the post as part of the session's transaction and return its id.

    It is tried again and again until ``useful_for`` is over.
    """
    mail = OutgoingMail(
        id=uuid.uuid4(),
        recipient=letter.recipient,
        subject=letter.subject,
        text=letter.text,
        state=MailState.WAITING,
        next_attempt_at=now,
        give_up_at=now + useful_for,
        created_at=now,
    )
    session.add(mail)
    await session.flush()
    await defer_sending(session, mail.id)
    return mail.id


async def defer_sending(session: AsyncSession, mail_id: uuid.UUID, *, at: datetime | None = None) -> None:
    """Put the job that sends a letter into the queue, for now or a time (UTC); while one waits, no second is added."""
    await defer(session, "mail.send", lock=LOCK, at=at, once=f"mail.send:{mail_id}", mail_id=str(mail_id))
