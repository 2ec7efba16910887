"""A running Kinebridge to measure: embedded PostgreSQL, the Cliniko stand-in, a web server on a real port."""

import asyncio
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from app.accounts.tools import Tools
from app.demo.cliniko.app import create_standin
from app.demo.cliniko.state import State
from app.demo.patients import DemoClinics, fill
from app.demo.run import seed_practice
from app.embedded import embedded_server
from app.main import create_app, open_tools
from app.prepare import prepare_database
from app.settings import Settings
from tests.fakes.cliniko import FakeCliniko

Seed = Callable[[Tools, State, DemoClinics], Awaitable[None]]


@dataclass
class World:
    """What a measurement works with."""

    app: FastAPI
    url: str
    database_url: str
    settings: Settings
    state: State
    clinics: DemoClinics
    cliniko: FakeCliniko | None = None


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an application from a thread and yield its address."""
    # TCP by name: only then does asyncio switch off the delay of small answers.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(40)


@contextmanager
def running_world(
    *, with_worker: bool = False, faulty: bool = False, seed_more: Seed | None = None, **settings_too: Any
) -> Iterator[World]:
    """Start everything with the demo's practice in it, and what `seed_more` adds.

    With `faulty` the stand-in does what a test tells it to (`World.cliniko`); it is a little slower then.
    """
    state = State(rate_limit=1_000_000, processing_polls=0)
    clinics = fill(state)
    cliniko = FakeCliniko(state) if faulty else None
    plain = serving(create_standin(state, app_url="http://127.0.0.1/open/cliniko"))
    with (
        tempfile.TemporaryDirectory(prefix="kinebridge-bench-") as folder,
        cliniko or plain as standin,
        embedded_server(Path(folder)) as database_url,
    ):
        prepare_database(database_url)
        settings = Settings(
            data_dir=Path(folder),
            public_url="http://127.0.0.1",
            cliniko_api_url=f"{standin.url if isinstance(standin, FakeCliniko) else standin}/v1",
            contact_email="bench@kinebridge.example",
            **settings_too,
        )

        async def seed() -> None:
            async with open_tools(settings, database_url) as tools:
                await seed_practice(tools, clinics)
                if seed_more is not None:
                    await seed_more(tools, state, clinics)

        asyncio.run(seed())
        app = create_app(settings, database_url, with_worker=with_worker)
        with serving(app) as url:
            yield World(app, url, database_url, settings, state, clinics, cliniko)


def tools_of(world: World) -> Tools:
    """The tools of the running application."""
    tools: Tools = world.app.state.tools
    return tools


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of all values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def summary(seconds: Sequence[float]) -> str:
    """Median and 99th percentile in milliseconds."""
    return f"p50 {statistics.median(seconds) * 1000:6.2f} ms   p99 {percentile(seconds, 0.99) * 1000:6.2f} ms"
