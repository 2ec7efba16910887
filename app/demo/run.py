"""The demo: the real service on an embedded database, with a stand-in Cliniko beside it. Nothing is kept."""

import asyncio
import socket
import tempfile
import threading
from datetime import date
from pathlib import Path

import typer
import uvicorn
from sqlalchemy import select

from app.accounts.connecting.connections import encrypt_key
from app.accounts.connecting.time_zones import find_time_zone
from app.accounts.models import Connection, Membership, Practice, Practitioner, Role, SharingRule
from app.accounts.practices.discounts import NewDiscount, add_discount
from app.accounts.security.passwords import hash_password
from app.accounts.tools import Tools
from app.clients.editing import EMPTY
from app.clients.models import Client
from app.clients.writing import index_values
from app.cliniko.key import parse_key
from app.db import transaction
from app.demo.cliniko.app import create_standin
from app.demo.cliniko.state import State, User
from app.demo.colleagues import seed_colleagues
from app.demo.patients import DemoClinics, fill
from app.embedded import embedded_server
from app.main import create_app, open_tools
from app.prepare import prepare_database
from app.serving import run_web
from app.settings import load_settings

PASSWORD = "demo-demo-demo"  # noqa: S105 - printed for everyone to use
DISCOUNT = NewDiscount("CLINIKO20", 20, date(2026, 1, 1), date(2099, 12, 31), "cliniko")
EMAILS = ("amara@demo.example", "ben@demo.example")


def run_demo(port: int) -> None:
    """Serve the demo until it is told to end; prints where to go and how to sign in."""
    # Long enough to be seen on the page, as with the real one.
    state = State(processing_polls=0, processing_seconds=1.5)
    clinics = fill(state)
    app_url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="kinebridge-demo-") as folder:
        cliniko_url = _start_standin(state, port + 1, app_url=f"{app_url}/open/cliniko")
        settings = load_settings(
            data_dir=Path(folder),
            database_url=None,
            secret_keys=None,
            public_url=app_url,
            cliniko_api_url=f"{cliniko_url}/v1",
            contact_email="demo@kinebridge.example",
            regions=(),
            monthly_fee="39 AUD",
            smtp_host=None,  # made-up people get no mail: it is printed
        )
        with embedded_server(settings.data_dir) as url:
            prepare_database(url)

            async def seed() -> None:
                async with open_tools(settings, url) as tools:
                    await seed_practice(tools, clinics)
                    await seed_client_added_by_hand(tools)
                    await seed_colleagues(tools)
                    await add_discount(tools, DISCOUNT)

            asyncio.run(seed())
            _print_welcome(app_url, cliniko_url, clinics)
            run_web(create_app(settings, url, with_worker=True), "127.0.0.1", port)


def _start_standin(state: State, wanted_port: int, *, app_url: str) -> str:
    """Serve the stand-in from a thread of this process and return its address."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", wanted_port))
    except OSError:
        listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(create_standin(state, app_url=app_url), log_config=None, access_log=False)
    threading.Thread(target=uvicorn.Server(config).run, args=([listener],), daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


async def seed_practice(tools: Tools, clinics: DemoClinics) -> None:
    """Make a practice of two practitioners, connected to the stand-in's first clinic; they share their clients."""
    account = clinics.harbour
    password_hash = await hash_password(PASSWORD)
    async with transaction(tools.sessions) as session:
        practice = Practice(
            name=account.name,
            country="AU",
            cliniko_account_id=account.id,
            cliniko_account_name=account.name,
            cliniko_subdomain=account.subdomain,
            cliniko_patient_word=account.patient_word,
            cliniko_time_zone=find_time_zone(account.time_zone),
        )
        session.add(practice)
        await session.flush()
        for user, email, role in (
            (clinics.practitioner_1, EMAILS[0], Role.OWNER),
            (clinics.practitioner_2, EMAILS[1], Role.PRACTITIONER),
        ):
            practitioner = Practitioner(
                name=f"{user.first_name} {user.last_name}",
                email=email,
                password_hash=password_hash,
                active_practice_id=practice.id,
            )
            session.add(practitioner)
            await session.flush()
            membership = Membership(
                practice_id=practice.id,
                practitioner_id=practitioner.id,
                role=role,
                sharing_rule=SharingRule.PRACTICE,
            )
            session.add(membership)
            await session.flush()
            session.add(_connection(tools, membership, user))


async def seed_client_added_by_hand(tools: Tools) -> None:
    """Add a client who is a patient in the stand-in too: opening her there offers to link the two."""
    details = EMPTY | {"first_name": "Siobhan", "last_name": "O'Brien Smith", "date_of_birth": date(1992, 2, 29)}
    async with transaction(tools.sessions) as session:
        owner = await session.scalar(select(Membership).join(Practitioner).where(Practitioner.email == EMAILS[0]))
        assert owner is not None  # noqa: S101 - made just before
        session.add(
            Client(
                practice_id=owner.practice_id,
                owner_id=owner.id,
                is_hand_made=True,
                refreshed_at=tools.clock(),
                **details,
                **index_values(details),
            )
        )


def _connection(tools: Tools, membership: Membership, user: User) -> Connection:
    key = parse_key(user.key)
    connection = Connection(
        id=membership.id,  # any fresh id; it has to be known before the key is encrypted for it
        practice_id=membership.practice_id,
        membership_id=membership.id,
        last_four=key.last_four,
        shard=key.shard,
        cliniko_user_id=user.id,
        cliniko_user_name=f"{user.first_name} {user.last_name}",
        cliniko_role=user.role,
        checked_at=tools.clock(),
    )
    connection.encrypted_key = encrypt_key(tools.vault, connection.id, key)
    return connection


def _print_welcome(app_url: str, cliniko_url: str, clinics: DemoClinics) -> None:
    first, second = clinics.practitioner_1, clinics.practitioner_2
    typer.echo(
        f"""
Kinebridge demo, with a stand-in for Cliniko. Nothing leaves this machine; nothing is kept when it ends.

  1. Cliniko stand-in   {cliniko_url}
     Choose a patient and press "Open in Kinebridge".
  2. Kinebridge         {app_url}
     Sign in as         {EMAILS[0]}   ({first.first_name} {first.last_name})
     or as              {EMAILS[1]}   ({second.first_name} {second.last_name})
     Password           {PASSWORD}

  To try the key settings: {clinics.scheduler.key}  is a scheduler's key,
                           {clinics.podiatrist.key}  belongs to another clinic.

  A discount code is       {DISCOUNT.code}.
  Ben asks to see a patient that Amara keeps to herself: it is in her bell.

  Press Ctrl+C to end.
"""
    )
