"""Handing one message to the mail server over SMTP, and what its answer means."""

import asyncio
import contextlib
import ssl
from email.message import EmailMessage

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from app.settings import Settings

# All of it: connecting, signing in and handing over. Long, since servers that read the text first take their time to
# say yes, and who hangs up before sends a second copy; well below the time after which a claim is taken for lost.
SENDING_SECONDS = 120.0
GOODBYE_SECONDS = 2.0


class MailError(Exception):
    """The server did not take the message; ``remote_status`` is its answer, if there was one."""

    def __init__(self, error_type: str, remote_status: int | None = None) -> None:
        super().__init__(error_type)
        self.error_type = error_type
        self.remote_status = remote_status


class MailRefusedError(MailError):
    """Refused for good, for what it is or for whom: the same message will not be taken later."""


class MailTroubleError(MailError):
    """Not now: no answer, a busy server, a password that needs the operator. It may be taken later."""


async def hand_over(settings: Settings, address: tuple[str, int], message: EmailMessage) -> None:
    """Give the message to the server at this host and port; raises MailRefusedError or MailTroubleError.

    Once the server has taken the message nothing raises any more: a failed goodbye must not lead to a second copy.
    """
    client = make_client(settings, address, SENDING_SECONDS)
    try:
        async with asyncio.timeout(SENDING_SECONDS):
            await client.connect()
            await client.send_message(message)
    except (SMTPException, OSError, TimeoutError, ssl.SSLError) as error:
        client.close()
        raise judge(error) from None
    with contextlib.suppress(SMTPException, OSError, TimeoutError):
        await client.quit(timeout=GOODBYE_SECONDS)
    client.close()


def make_client(settings: Settings, address: tuple[str, int], seconds: float) -> SMTP:
    """Make what talks to the server at this host and port; ``connect`` greets it, encrypts and signs in."""
    host, port = address
    return SMTP(
        hostname=host,
        port=port,
        username=settings.smtp_user,
        password=settings.smtp_password,
        use_tls=settings.smtp_tls == "tls",
        start_tls=settings.smtp_tls == "starttls",
        tls_context=ssl.create_default_context() if settings.smtp_tls != "off" else None,
        local_hostname=settings.host,  # else the name of this machine is looked up, which may take long
        timeout=seconds,
    )


def judge(error: Exception) -> MailError:
    """Return what an error means for the message. Pure.

    Answers of the 500s to a recipient or to the text are final (RFC 5321, section 4.2.1), and so is an address that the
    server cannot write. All else, a refused sender or password included, is put right by the operator, without us.
    """
    if isinstance(error, SMTPRecipientsRefused):
        error = error.recipients[0]  # a letter has one
        return _family(error.code)(type(error).__name__, error.code)
    if isinstance(error, SMTPDataError):
        return _family(error.code)(type(error).__name__, error.code)
    if isinstance(error, SMTPResponseException):
        return MailTroubleError(type(error).__name__, error.code)
    if isinstance(error, SMTPNotSupported) and "SMTPUTF8" in error.message:
        return MailRefusedError(type(error).__name__)
    return MailTroubleError(type(error).__name__)


def _family(status: int) -> type[MailError]:
    return MailRefusedError if 500 <= status < 600 else MailTroubleError
