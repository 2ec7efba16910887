"""Asking over the network: Cliniko's API, our own public URL, the mail server. Each bounded in time."""

import asyncio
import contextlib
import socket
import ssl
import uuid
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPTimeoutError,
)

from app.checks.judging import MADE_UP_ADDRESS
from app.checks.seen import Answer, Mail, OwnAnswer
from app.cliniko.key import api_base_url
from app.clock import utc_now
from app.crypto import Vault
from app.health import CHECK_HEADER, write_check
from app.mail.letter import Letter, build_message
from app.mail.transport import make_client
from app.settings import Settings

SECONDS = 8.0
TEST_SUBJECT = "A test of Kinebridge's mails"
TEST_TEXT = "This was sent by kinebridge check. Mails of Kinebridge reach this address."


def make_http(*, trusts_this_machine: bool = False) -> httpx.AsyncClient:
    """Make the HTTP client of a check: as the service's own, it follows no redirects and reads no proxy settings.

    ``trusts_this_machine`` adds the authorities that were added here, such as a practice's own, as browsers have them.
    """
    authorities = httpx.create_ssl_context(trust_env=False)
    if trusts_this_machine:
        authorities.load_default_certs()
    return httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=SECONDS, verify=authorities)


async def ask(http: httpx.AsyncClient, url: str, headers: Mapping[str, str]) -> tuple[Answer, httpx.Response | None]:
    """Ask once and return the answer, or what kept it away."""
    host, began = urlsplit(url).netloc, utc_now()
    try:
        async with asyncio.timeout(SECONDS):
            response = await http.get(url, headers=dict(headers))
    except (httpx.HTTPError, OSError, TimeoutError, ssl.SSLError) as error:
        return Answer(host, trouble=name_trouble(error)), None
    at = utc_now()
    return Answer(host, response.status_code, date=_date_of(response), at=at, took=at - began), response


def name_trouble(error: BaseException) -> str:
    """Return of which kind a failed connection is (``seen.Answer``), from the error or what it was caused by. Pure."""
    each: BaseException | None = error
    while each is not None:
        if isinstance(each, ssl.SSLCertVerificationError):
            return "certificate"
        if isinstance(each, ssl.SSLError):
            return "tls"
        if isinstance(each, socket.gaierror):
            return "name"
        if isinstance(each, (TimeoutError, httpx.TimeoutException)):
            return "time"
        each = each.__cause__ or each.__context__
    return "refused"


def _date_of(response: httpx.Response) -> datetime | None:
    with contextlib.suppress(ValueError):
        date = parsedate_to_datetime(response.headers.get("date", ""))
        return date if date.tzinfo else None
    return None


async def ask_cliniko(http: httpx.AsyncClient, settings: Settings, shard: str) -> Answer:
    """Ask the API of a shard without any key."""
    url = f"{api_base_url(settings.cliniko_api_url, shard)}/user"
    headers = {"Accept": "application/json", "User-Agent": f"Kinebridge ({settings.contact})"}
    return (await ask(http, url, headers))[0]


async def ask_ourselves(settings: Settings, vault: Vault | None) -> OwnAnswer:
    """Ask ``/healthz`` by the public URL, as a visitor who makes up an address of theirs."""
    headers = {"X-Forwarded-For": MADE_UP_ADDRESS}
    if vault is not None:
        headers[CHECK_HEADER] = write_check(vault)
    async with make_http(trusts_this_machine=True) as http:
        answer, response = await ask(http, f"{settings.public_url}/healthz", headers)
    told: object = None
    if response is not None and response.status_code == 200:
        with contextlib.suppress(ValueError):
            told = response.json()
    if not isinstance(told, dict):
        return OwnAnswer(answer)
    said = {name: value for name in ("version", "seen_as", "forwarded") if isinstance(value := told.get(name), str)}
    return OwnAnswer(answer, **said)


async def ask_mail_server(settings: Settings, mail_to: str | None) -> Mail | None:
    """Go as far with the mail server as a mail would, and send one only when asked to; None where none is set."""
    if settings.smtp_address is None:
        return None
    host, port = settings.smtp_address
    client = make_client(settings, (host, port), SECONDS)
    try:
        async with asyncio.timeout(2 * SECONDS):
            await client.connect()
            if mail_to:
                letter = Letter(mail_to, TEST_SUBJECT, TEST_TEXT)
                sender = settings.mail_sender
                await client.send_message(build_message(letter, id_=uuid.uuid4(), sender=sender, written_at=utc_now()))
            with contextlib.suppress(SMTPException, OSError):
                await client.quit()
    except (SMTPException, OSError, TimeoutError, ssl.SSLError) as error:
        trouble, status = name_mail_trouble(error)
        return Mail(host, port, trouble, status)
    finally:
        client.close()
    return Mail(host, port, sent_to=bool(mail_to))


def name_mail_trouble(error: BaseException) -> tuple[str, int | None]:
    """Return of which kind a failed talk with a mail server is (``seen.Mail``), and the server's status. Pure."""
    if isinstance(error, SMTPAuthenticationError):
        return "login", error.code
    if isinstance(error, SMTPRecipientsRefused):
        return "message", error.recipients[0].code
    if isinstance(error, (SMTPSenderRefused, SMTPDataError)):
        return "message", error.code
    if isinstance(error, SMTPNotSupported):
        return "tls", None
    if isinstance(error, SMTPResponseException):
        return "answer", error.code
    if isinstance(error, SMTPTimeoutError):
        return "time", None
    kind = name_trouble(error)
    if kind == "refused" and isinstance(error, SMTPException) and not isinstance(error, SMTPConnectError):
        return "answer", None
    return kind, None
