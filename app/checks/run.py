"""All checks at once, each bounded in time, in the order in which whoever reads them mends things."""

import asyncio
import os
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.checks import database, judging, machine, network
from app.checks.seen import Answer, Database, Mail, OwnAnswer, Queue, Stored
from app.cliniko.key import DEFAULT_SHARD
from app.clock import utc_now
from app.crypto import Vault
from app.findings import Finding
from app.migrations import Standing
from app.settings import Settings
from app.web.rendering import product_version

log = structlog.get_logger()
Seen = TypeVar("Seen")

# Above the times of the probes themselves, for what they do not bound, such as a slow look-up of a name.
MOST_SECONDS = 25.0


@dataclass
class OfDatabase:
    """What the database said; what it could not be asked stays None."""

    server: Database | None = None
    schema: Standing | None = None
    stored: Stored | None = None
    queue: Queue | None = None
    skew: timedelta | None = None
    shards: list[str] = field(default_factory=lambda: [DEFAULT_SHARD])


async def run_checks(settings: Settings, url: str | None, *, mail_to: str | None = None) -> list[Finding]:
    """Look at everything at once and return what was found; ``url`` is None where there is no database to ask.

    ``mail_to`` is sent one mail; without it nothing is sent to anybody.
    """
    secrets, keys = machine.look_at_secrets(settings)
    vault = Vault(keys) if keys else None
    late = Answer(settings.public_url, trouble="time")
    async with network.make_http() as http:
        of_database, mail, own = await asyncio.gather(
            _ask_database(url, vault),
            within(network.ask_mail_server(settings, mail_to), Mail(*(settings.smtp_address or ("", 0)), "time")),
            within(network.ask_ourselves(settings, vault), OwnAnswer(late)),
        )
        asking = (network.ask_cliniko(http, settings, shard) for shard in of_database.shards)
        cliniko = await asyncio.gather(*(within(each, Answer("Cliniko", trouble="time")) for each in asking))
    is_there = bool(url or settings.database_url)
    findings = [
        judging.judge_user(is_root=machine.is_root(), settings=settings),
        judging.judge_database(of_database.server, settings) if is_there else judging.NO_DATABASE_YET,
        judging.judge_schema(of_database.schema),
        judging.judge_secrets(secrets, settings),
        judging.judge_stored(of_database.stored),
        judging.judge_queue(of_database.queue),
        judging.judge_public(own, settings, product_version()),
        judging.judge_forwarding(own, settings),
        judging.judge_proxies(settings, os.environ.get("FORWARDED_ALLOW_IPS")),
        *(judging.judge_cliniko(each) for each in _each_host_once(cliniko)),
        judging.judge_mail(mail, settings),
        judging.judge_clock("the database", of_database.skew),
        judging.judge_clock("Cliniko", next(filter(None, map(judging.skew_of, cliniko)), None)),
        *(judging.judge_disk(each) for each in machine.look_at_disks(settings)),
    ]
    return [each for each in findings if each is not None]


async def within(probe: Awaitable[Seen], otherwise: Seen) -> Seen:
    """Return what a probe saw, or the other when it takes too long or fails in a way nobody foresaw."""
    try:
        async with asyncio.timeout(MOST_SECONDS):
            return await probe
    except TimeoutError:
        return otherwise
    except Exception as error:
        log.warning("check_failed", error_type=type(error).__name__)
        return otherwise


async def _ask_database(url: str | None, vault: Vault | None) -> OfDatabase:
    told = OfDatabase()
    if url is not None:
        try:
            async with asyncio.timeout(MOST_SECONDS):
                await _fill(told, url, vault)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.info("database_not_asked", error_type=type(error).__name__)
    return told


async def _fill(told: OfDatabase, url: str, vault: Vault | None) -> None:
    """Ask one thing after the other, so that what fails late leaves what was told before."""
    async with database.connected(url) as connection:
        began = utc_now()
        their_time: datetime = await database.tell_time(connection)
        told.skew = began + (utc_now() - began) / 2 - their_time
        told.server = await database.look_at_server(connection)
        told.schema = await database.look_at_schema(connection)
        if told.schema.state not in ("current", "ahead"):
            return
        told.shards = await database.list_shards(connection)
        told.queue = await database.look_at_queue(connection)
        if vault is not None:
            told.stored = await database.look_at_stored(connection, vault)


def _each_host_once(answers: list[Answer]) -> list[Answer]:
    """Drop further answers of one host, as a fixed KINEBRIDGE_CLINIKO_API_URL gives them."""
    return list({each.host: each for each in answers}.values())
