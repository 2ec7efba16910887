"""Carries out a plan and says what came of it.

Nothing in the product is set otherwise than by default. Only time is helped along: after a failure the product waits
seconds, then minutes, then an hour, so the campaign brings waiting attempts and their jobs forward in the database
(``HURRY``), as if that time had passed. What Cliniko may still be busy with is never looked for early: the quarter of a
minute after an unclear answer (``SETTLING_TIME``) is waited out, and so is the time of a killed worker's heartbeat.

People do what they would do: a revoked key is replaced by a new one in the settings, after a role was restored "Check
again" is pressed there, and what ended as "Failed" is tried again with the button on the client's page (and counted).
"""

import asyncio
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import httpx
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.db import sqlalchemy_url
from app.demo.cliniko.state import State, new_key
from app.main import open_tools
from app.prepare import prepare_database
from app.settings import Settings
from tests.campaign.faults import action_for, busiest_minute, counting, to_the_asker
from tests.campaign.machines import Machines, Worker
from tests.campaign.people import (
    Ledger,
    add_clients,
    assign_by_service,
    assign_through_web,
    check_key_again,
    hire,
    insist,
    made_up_pdf,
    save_new_key,
)
from tests.campaign.plan import AMID, FAULTS, KEYS_AND_ROLES, WORKERS, Assign, Event, Round, make_plan
from tests.campaign.report import Report, hold_against_cliniko
from tests.database_server import DatabaseServer, database_server
from tests.fakes.cliniko import FakeCliniko

SECRET = "campaign-only-" + "k" * 40
PROCESSING_SECONDS = 4.0
FAULTS_END_WITHIN = 60.0
# Each a transaction of its own, so that none waits for the other's locks.
HURRY = (
    "UPDATE connections SET held_until = now() WHERE held_until > now()",
    # Never earlier than what an unclear answer leaves Cliniko to finish.
    "UPDATE deliveries SET next_attempt_at = greatest(now(), record_asked_at + interval '15 s') "
    "WHERE next_attempt_at > now() AND state NOT IN ('delivered', 'failed')",
    "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND scheduled_at > now()",
)
# What to look at where a campaign did not hold.
QUEUE = (
    "SELECT id, now() - last_heartbeat AS silent FROM procrastinate_workers",
    "SELECT id, task_name, status, lock, queueing_lock, attempts, worker_id, scheduled_at - now() AS due "
    "FROM procrastinate_jobs WHERE status IN ('todo', 'doing') ORDER BY id LIMIT 60",
    "SELECT status, task_name, count(*) FROM procrastinate_jobs GROUP BY status, task_name",
)


class Campaign:
    """One campaign: the world it runs in and what has happened so far."""

    def __init__(self, deliveries: int, seed: int, folder: Path, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.seed = seed
        self.practitioners = max(3, min(12, deliveries // 25))
        self.plan = make_plan(deliveries, practitioners=self.practitioners, seed=seed)
        self.folder = folder
        self.report = Report()
        self.struck: Counter[str] = Counter()
        self.ledger = Ledger()

    def run(self) -> Report:
        """Set the world up, carry out every round, let all faults stop, wait, and compare."""
        with ExitStack() as stack:
            self.server: DatabaseServer = stack.enter_context(database_server(self.folder / "database"))
            prepare_database(self.server.url)
            self.cliniko = stack.enter_context(FakeCliniko(State()))
            settings = {
                "database_url": self.server.url,
                "secret_keys": SECRET,
                "cliniko_api_url": self.cliniko.api_url,
                "contact_email": "campaign@kinebridge.example",
                "data_dir": str(self.folder),
            }
            self.settings = Settings(**{**settings, "secret_keys": [SECRET]})  # type: ignore[arg-type]  # checked there
            self.database = sa.create_engine(sqlalchemy_url(self.server.url), pool_pre_ping=True)
            stack.callback(self.database.dispose)
            self.machines = Machines(self.folder, settings, WORKERS)
            stack.callback(self.machines.end)
            self.machines.wait_until_ready(self.database)
            web = stack.enter_context(httpx.Client(base_url=self.machines.web_url, timeout=60))
            self.account, self.people = hire(web, self.cliniko.state, self.database, self.practitioners)
            asyncio.run(self._act())
            self.report.exit_codes = self.machines.end()
        return self.report

    async def _act(self) -> None:
        clients = add_clients(self.people, self.account, self.cliniko.state, self.database)
        for client_ids in clients.values():
            self.ledger.patients.update(self._patients_of(client_ids))
        self.clients = clients
        began = time.monotonic()
        async with open_tools(self.settings, self.server.url) as self.tools:
            for number, planned in enumerate(self.plan, 1):
                await self._carry_out(planned)
                self.tell(f"round {number} of {len(self.plan)}: {self._progress()}")
        self._let_faults_end()
        drain_began = time.monotonic()
        self._drain(seconds=90 + len(self.ledger.assigned))
        report = self.report
        report.drain_seconds, report.seconds = time.monotonic() - drain_began, time.monotonic() - began
        report.taken_over = self.machines.taken_over()
        report.busiest_minute = busiest_minute(self.cliniko.state)
        report.faults = self.struck
        with self.database.connect() as connection:
            self.queue = [str(row) for query in QUEUE for row in connection.exec_driver_sql(query)]
        hold_against_cliniko(report, self.database, self.cliniko.state, self.ledger)

    def _patients_of(self, client_ids: list[str]) -> dict[str, str]:
        with self.database.connect() as connection:
            query = sa.text("SELECT client_id::text, patient_id FROM client_links WHERE client_id::text = ANY(:ids)")
            return {row.client_id: row.patient_id for row in connection.execute(query, {"ids": client_ids})}

    async def _carry_out(self, planned: Round) -> None:
        for fault in planned.faults:
            act = counting(fault.kind, action_for(fault), self.struck)
            self.cliniko.strike(fault.method, fault.path, act, skip=fault.skip)
        for step in planned.steps:
            if isinstance(step, Event):
                self._happen(step)
            else:
                await self._assign(step)
        until = time.monotonic() + planned.seconds
        while time.monotonic() < until:
            await asyncio.sleep(0.7)
            self._hurry()
        self._put_right(planned)

    async def _assign(self, step: Assign) -> None:
        if step.through_web:
            # In a thread: waiting for pages must not hold up what else happens in this loop.
            where = (self.people[step.who], self.account, self.cliniko.state, self.ledger)
            await asyncio.to_thread(assign_through_web, *where)
            return
        ids = self.clients[step.who]
        client_id = ids[step.number % len(ids)]
        await assign_by_service(self.tools, self.ledger, client_id, made_up_pdf(self.seed, step.number))

    def _happen(self, event: Event) -> None:
        machines = self.machines
        if event.kind in AMID:
            happen = Worker.kill if "killed" in event.kind else machines.pause
            act = to_the_asker(machines.find, happen, after_the_effect=event.after_the_effect)
            self.cliniko.strike(event.method, event.path, counting(event.kind, act, self.struck))
            return
        self.struck[event.kind] += 1
        match event.kind:
            case "worker killed at any moment":
                machines.workers[event.who].kill()
            case "worker paused for a moment":
                machines.pause(machines.workers[event.who], seconds=event.seconds)
            case "database restarted":
                # Beside what comes next: pages and jobs meet a database that is not there.
                self.restarting = threading.Thread(target=self.server.restart)
                self.restarting.start()
            case "key revoked, then a new one":
                self.people[event.who].user.key = new_key("au1")
            case "role lowered, then restored":
                self.people[event.who].user.role = "scheduler"
            case "processing takes long":
                self.cliniko.state.processing_seconds = PROCESSING_SECONDS

    def _put_right(self, planned: Round) -> None:
        """People save their new keys, and say that their role is as it was."""
        events = [step for step in planned.steps if isinstance(step, Event)]
        if any(event.kind == "database restarted" for event in events):
            self.restarting.join()
        for who in {event.who for event in events if event.kind in KEYS_AND_ROLES}:
            self.people[who].user.role = "practitioner"
            has_new_key = any(event.who == who and event.kind.startswith("key revoked") for event in events)
            save = save_new_key if has_new_key else check_key_again
            insist("a key is saved", partial(save, self.people[who]))
        self.cliniko.state.processing_seconds = 0.0

    def _hurry(self) -> None:
        """Let the waiting time of everything that waits be over; not now, where the database is being restarted."""
        with suppress(OperationalError):
            for statement in HURRY:
                with self.database.begin() as connection:
                    connection.exec_driver_sql(statement)

    def _let_faults_end(self) -> None:
        """Let what was armed strike while there is work for it; then nothing goes wrong any more."""
        until = time.monotonic() + FAULTS_END_WITHIN
        while time.monotonic() < until and self._count_open() and set(FAULTS) - set(self.struck):
            self._hurry()
            time.sleep(0.5)
        self.cliniko.clear_faults()
        self.machines.wait_for_pauses()

    def _drain(self, seconds: float) -> None:
        """Wait until everything is delivered, pressing "Try again" where a person would; at most so many seconds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._count_open():
            self._retry_failed()
            self._hurry()
            time.sleep(1)

    def _count_open(self) -> int:
        with self.database.connect() as connection:
            query = "SELECT count(*) FROM deliveries WHERE state <> 'delivered'"
            return int(connection.exec_driver_sql(query).scalar_one())

    def _retry_failed(self) -> None:
        with self.database.connect() as connection:
            query = "SELECT id::text FROM deliveries WHERE state = 'failed'"
            failed = connection.exec_driver_sql(query).scalars().all()
        for delivery_id in failed:
            self.report.retried_by_hand += 1
            for person in self.people:  # whoever may see the client; for the others it is not found
                person.browser.post(f"/deliveries/{delivery_id}/retry")

    def _progress(self) -> str:
        with self.database.connect() as connection:
            rows = connection.exec_driver_sql("SELECT state, count(*) FROM deliveries GROUP BY state ORDER BY state")
            return ", ".join(f"{count} {state}" for state, count in rows)


def run_campaign(deliveries: int, seed: int, tell: Callable[[str], None] = print) -> tuple[Report, str]:
    """Run a campaign; returns what came of it and, where something went wrong, the queue and the ends of the logs.

    ``tell`` is given a line after each round.
    """
    with tempfile.TemporaryDirectory(prefix="kinebridge-campaign-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        campaign = Campaign(deliveries, seed, folder, tell)
        report = campaign.run()
        logs = "" if report.holds else "\n".join([*campaign.queue, *map(_tail, sorted(folder.glob("*.log")))])
        return report, logs


def _tail(log: Path, lines: int = 60) -> str:
    return "\n".join([f"--- {log.name}", *log.read_text(errors="replace").splitlines()[-lines:]])
