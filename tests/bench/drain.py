"""1,000 queued deliveries of 50 keys, drained by 1, 2 and 4 worker processes."""

import asyncio
import tempfile
import time
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.connecting.connections import encrypt_key
from app.accounts.models import Connection, Membership, Practice, Practitioner, Role, SharingRule
from app.accounts.tools import Tools
from app.clients.service import make_client
from app.cliniko.key import parse_key
from app.cliniko.types import Patient
from app.db import sqlalchemy_url, transaction
from app.delivery.service import file_document, start_delivery
from app.demo.cliniko.app import create_standin
from app.demo.cliniko.records import show_patient
from app.demo.cliniko.state import Account, State
from app.log import configure_logging
from app.main import open_tools
from app.prepare import prepare_database
from app.settings import Settings
from tests.bench.world import serving
from tests.database_server import database_server
from tests.processes import running

KEYS = 50
DELIVERIES_A_KEY = 20
WORKERS = (1, 2, 4)
CONTENT = b"%PDF-1.4 " + b"x" * 80_000
SECRET = "bench-only-" + "k" * 40


@dataclass(frozen=True)
class Drained:
    """One run: seconds from the first request to the last delivery, and what it took."""

    seconds: float
    requests: int
    worker_cpu: float
    most_of_a_key: int


async def hire(session: AsyncSession, tools: Tools, state: State, account: Account, practice: Practice) -> Membership:
    """Add a practitioner with a key of their own."""
    user = state.add_user(account, "Pat", "Lee", "practitioner")
    person = Practitioner(name="Pat Lee", email=f"{uuid.uuid4().hex}@bench.example", password_hash="-")
    session.add(person)
    await session.flush()
    member = Membership(
        practice_id=practice.id, practitioner_id=person.id, role=Role.OWNER, sharing_rule=SharingRule.PRACTICE
    )
    session.add(member)
    await session.flush()
    key = parse_key(user.key)
    connection = Connection(
        id=uuid.uuid4(),
        practice_id=practice.id,
        membership_id=member.id,
        last_four=key.last_four,
        shard=key.shard,
        cliniko_user_id=user.id,
        cliniko_user_name="Pat Lee",
        cliniko_role=user.role,
        checked_at=tools.clock(),
    )
    connection.encrypted_key = encrypt_key(tools.vault, connection.id, key)
    session.add(connection)
    await session.flush()
    return member


async def fill(tools: Tools, state: State) -> None:
    """Queue the deliveries of a new practice, those of all keys taking turns."""
    account = state.add_account("Bench", f"bench-{uuid.uuid4().hex[:8]}")
    async with transaction(tools.sessions) as session:
        practice = Practice(name="Bench", country="AU")
        session.add(practice)
        await session.flush()
        clients = []
        for _ in range(KEYS):
            member = await hire(session, tools, state, account, practice)
            patient = Patient.from_json(show_patient(state.add_patient(account, "Olivia", "Hart"), "http://127.0.0.1"))
            client_id, _ = await make_client(
                session, practice_id=practice.id, owner_id=member.id, patient=patient, passed_ids=(), now=tools.clock()
            )
            clients.append((member.id, client_id, patient.id))
        for _ in range(DELIVERIES_A_KEY):
            for member_id, client_id, patient_id in clients:
                document = await file_document(
                    session, practice_id=practice.id, client_id=client_id, file_name="bench.pdf", content=CONTENT
                )
                await start_delivery(
                    session,
                    document=document,
                    membership_id=member_id,
                    patient_id=patient_id,
                    title="Bench",
                    now=tools.clock(),
                )


def drain(workers: int, settings: Mapping[str, str], state: State, folder: Path, database: sa.Engine) -> Drained:
    """Run so many workers until nothing waits."""
    before = len(state.log)
    with ExitStack() as stack:
        processes = [
            psutil.Process(stack.enter_context(running("worker", log=folder / f"{number}.log", **settings)).pid)
            for number in range(workers)
        ]
        while _count_open(database):
            time.sleep(0.2)
        ended = time.monotonic()
        cpu = sum(times.user + times.system for times in (process.cpu_times() for process in processes))
    entries = state.log[before:]
    users = [entry.user_id for entry in entries if entry.user_id]
    return Drained(ended - entries[0].at, len(entries), cpu, max(users.count(user) for user in set(users)))


def _count_open(database: sa.Engine) -> int:
    with database.connect() as connection:
        query = "SELECT count(*) FROM deliveries WHERE state <> 'delivered'"
        return int(connection.exec_driver_sql(query).scalar_one())


def main() -> dict[str, float]:
    """Drain with each number of workers and print the speeds."""
    configure_logging("ERROR")
    state = State(processing_polls=0)
    figures: dict[str, float] = {}
    total = KEYS * DELIVERIES_A_KEY
    with (
        tempfile.TemporaryDirectory(prefix="kinebridge-drain-") as name,
        serving(create_standin(state, app_url="http://127.0.0.1/open/cliniko")) as cliniko_url,
        database_server(Path(name) / "database") as server,
    ):
        prepare_database(server.url)
        settings = {
            "database_url": server.url,
            "secret_keys": SECRET,
            "cliniko_api_url": f"{cliniko_url}/v1",
            "contact_email": "bench@kinebridge.example",
            "data_dir": name,
        }
        database = sa.create_engine(sqlalchemy_url(server.url))

        async def fill_anew() -> None:
            async with open_tools(Settings(**{**settings, "secret_keys": [SECRET]}), server.url) as tools:  # type: ignore[arg-type]  # checked there
                await fill(tools, state)

        for workers in WORKERS:
            asyncio.run(fill_anew())
            run = drain(workers, settings, state, Path(name), database)
            figures[f"per_second_{workers}"] = total / run.seconds
            print(
                f"{workers} worker{'s' if workers > 1 else ' '}  {total / run.seconds:6.1f} deliveries a second, "
                f"{run.requests / total:.2f} requests each (aim: 4 or fewer), {run.worker_cpu / total * 1000:.1f} ms "
                f"of the workers' processors each; most requests of a key {run.most_of_a_key}",
                flush=True,
            )
    return figures


if __name__ == "__main__":
    main()
