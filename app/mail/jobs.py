"""The job that sends a letter: claim, hand over, record; and the sweeps behind it.

A letter is sent once. Only where a process is killed, or the connection is lost, between the server's yes and our note
of it, it is sent again after the claim has run out, under the same Message-ID: twice is better than never.
"""

import sys
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from procrastinate import JobContext
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import Clock
from app.db import Sessions, transaction
from app.jobs.queue import TRY_AGAIN, queue
from app.jobs.retry import next_attempt
from app.mail.letter import Letter, build_message
from app.mail.models import MailState, OutgoingMail
from app.mail.service import defer_sending
from app.mail.transport import MailError, MailRefusedError, MailTroubleError, hand_over
from app.settings import LOOPBACK_HOSTS, Settings
from app.trimming import forget, rows_rule

log = structlog.get_logger()

# After this long whoever claimed a letter is taken for gone.
CLAIM_LASTS = timedelta(minutes=5)
# A letter nobody has looked after for this long past its time has lost its job, whatever the cause.
FORGOTTEN_AFTER = timedelta(minutes=2)
SWEPT_AT_ONCE = 500
KEPT_FOR = timedelta(days=30)
RULES = (
    rows_rule(
        "Emails: 30 days after they are written. Their text goes once they are sent",
        "outgoing_mails",
        "SELECT id FROM outgoing_mails WHERE created_at < :before",
        lambda now: {"before": now - KEPT_FOR},
    ),
)


class MailTools(Protocol):
    """What the jobs of this room need of a worker's tools."""

    @property
    def settings(self) -> Settings: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def clock(self) -> Clock: ...


@dataclass(frozen=True)
class Claim:
    """A letter in the hands of this worker; plain values, no rows."""

    mail_id: uuid.UUID
    letter: Letter
    number: int
    written_at: datetime


@queue.task(name="mail.send", retry=TRY_AGAIN, pass_context=True)
async def send(context: JobContext, mail_id: str) -> None:
    """Send one letter; what remains to be done is a new job in the same transaction."""
    tools = _tools_of(context)
    async with transaction(tools.sessions) as session:
        claim = await _claim(session, uuid.UUID(mail_id), tools.clock())
    if claim is None:
        return
    try:
        state = await _send(tools.settings, claim)
    except MailError as error:
        await _record_failure(tools, claim, error)
    except Exception as error:
        # A mistake of ours: told in the log by its type, tried again while the letter is of use, and no other waits.
        await _record_failure(tools, claim, MailTroubleError(type(error).__name__))
    else:
        async with transaction(tools.sessions) as session:
            await _write(session, claim, state=state, sent_at=tools.clock(), text="", error_type="")
        log.info("mail_gone", mail_id=mail_id, state=state)


@queue.periodic(cron="*/2 * * * *")
@queue.task(name="mail.find_forgotten", queueing_lock="mail.find_forgotten", pass_context=True)
async def find_forgotten(context: JobContext, timestamp: int) -> None:
    """Give letters that should have gone but have no job one again, such as after a worker of the previous release."""
    tools = _tools_of(context)
    async with transaction(tools.sessions) as session:
        forgotten = await session.scalars(
            select(OutgoingMail.id)
            .where(
                OutgoingMail.state.in_([MailState.WAITING, MailState.SENDING]),
                OutgoingMail.next_attempt_at < tools.clock() - FORGOTTEN_AFTER,
            )
            .order_by(OutgoingMail.next_attempt_at)
            .limit(SWEPT_AT_ONCE)
        )
        for mail_id in forgotten:
            await defer_sending(session, mail_id)


@queue.periodic(cron="41 * * * *")
@queue.task(name="mail.forget_old", queueing_lock="mail.forget_old", pass_context=True)
async def forget_old(context: JobContext, timestamp: int) -> None:
    """Delete letters put into the post over thirty days ago: by then every one of them was sent or given up."""
    tools = _tools_of(context)
    for rule in RULES:
        await forget(tools.sessions, rule, tools.clock())


def _tools_of(context: JobContext) -> MailTools:
    tools: MailTools = context.additional_context["tools"]
    return tools


async def _claim(session: AsyncSession, mail_id: uuid.UUID, now: datetime) -> Claim | None:
    """Take the letter up, or leave it: gone already, in other hands, or too late to be of use."""
    mail = await session.get(OutgoingMail, mail_id, with_for_update=True)
    if mail is None or mail.state not in (MailState.WAITING, MailState.SENDING):
        return None
    if mail.state is MailState.SENDING and mail.next_attempt_at > now:
        return None  # should its claim run out, the sweep finds it
    if mail.give_up_at <= now:
        mail.state = MailState.FAILED
        mail.text = ""
        log.warning("mail_given_up", mail_id=str(mail_id), error_type=mail.error_type)
        return None
    mail.state = MailState.SENDING
    mail.attempts += 1
    mail.next_attempt_at = now + CLAIM_LASTS
    letter = Letter(mail.recipient, mail.subject, mail.text)
    return Claim(mail_id=mail_id, letter=letter, number=mail.attempts, written_at=mail.created_at)


async def _send(settings: Settings, claim: Claim) -> MailState:
    """Hand the letter to the server, or print it where none is set; raises MailError."""
    address = settings.smtp_address
    if address is None:
        _print(settings, claim)
        return MailState.PRINTED
    try:
        message = build_message(
            claim.letter, id_=claim.mail_id, sender=settings.mail_sender, written_at=claim.written_at
        )
    except ValueError as error:
        raise MailRefusedError(type(error).__name__) from None
    await hand_over(settings, address, message)
    return MailState.SENT


def _print(settings: Settings, claim: Claim) -> None:
    """Print the letter for whoever tries Kinebridge on their own machine.

    On a public address the output is likely kept and read by others than the recipient, and letters may hold secret
    links: there only the log tells that no mail went out.
    """
    if settings.host not in LOOPBACK_HOSTS:
        log.warning("mail_not_sent", mail_id=str(claim.mail_id), reason="KINEBRIDGE_SMTP_HOST is not set")
        return
    letter = claim.letter
    sys.stdout.write(
        f"\n--- No mail server is set: this mail is only printed ---\n"
        f"To: {letter.recipient}\nSubject: {letter.subject}\n\n{letter.text}\n---\n"
    )
    sys.stdout.flush()


async def _record_failure(tools: MailTools, claim: Claim, error: MailError) -> None:
    """Note why the letter was not taken, and when to try again unless that is of no use."""
    log.warning(
        "mail_not_sent",
        mail_id=str(claim.mail_id),
        error_type=error.error_type,
        remote_status=error.remote_status,
        attempt=claim.number,
    )
    values: dict[str, Any] = {"error_type": error.error_type, "remote_status": error.remote_status}
    async with transaction(tools.sessions) as session:
        if isinstance(error, MailRefusedError):
            await _write(session, claim, state=MailState.FAILED, text="", **values)
            return
        at = next_attempt(tools.clock(), failures=claim.number)
        if await _write(session, claim, state=MailState.WAITING, next_attempt_at=at, **values):
            await defer_sending(session, claim.mail_id, at=at)


async def _write(session: AsyncSession, claim: Claim, **values: Any) -> bool:
    """Change the letter under this claim; False when another worker holds it by now."""
    changed = await session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.id == claim.mail_id,
            OutgoingMail.attempts == claim.number,
            OutgoingMail.state == MailState.SENDING,
        )
        .values(**values)
        .returning(OutgoingMail.id)
    )
    return changed.scalar_one_or_none() is not None
