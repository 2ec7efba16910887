"""The web application: what it needs at start, its middleware and its routes."""

import asyncio
import contextlib
import functools
import ssl
from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI

from app import health, monitoring, web
from app.accounts import routes as accounts_routes
from app.accounts.connecting.paces import Paces
from app.accounts.practices import letterhead_routes
from app.accounts.signing_in import signed_out
from app.accounts.tools import Tools
from app.activity import routes as activity_routes
from app.alerts import routes as alerts_routes
from app.alerts import settings_routes as alert_settings_routes
from app.bridge import asking
from app.bridge import routes as bridge_routes
from app.clients import account_sharing_routes, client_sharing_routes, person_routes, request_routes
from app.clients import routes as clients_routes
from app.clock import Clock, utc_now
from app.crypto import Vault
from app.db import make_engine, make_sessions
from app.delivery import alert_routes as delivery_alert_routes
from app.delivery import routes as delivery_routes
from app.exercises import own_routes, photo_routes
from app.exercises import routes as exercises_routes
from app.exercises.exchange import routes as exchange_routes
from app.exercises.photos import MOST_BODY_BYTES
from app.guide import routes as guide_routes
from app.jobs.worker import run_worker
from app.leaving import clinic_routes
from app.leaving import routes as leaving_routes
from app.metrics import Metrics
from app.privacy import client_routes as privacy_client_routes
from app.privacy import practice_routes as privacy_routes
from app.programs import routes as programs_routes
from app.programs import template_routes
from app.programs.home import routes as home_routes
from app.settings import Settings, ensure_secret_keys
from app.tasks import import_all_tasks
from app.today import routes as today_routes
from app.web.requests import RequestRecord

ROUTERS = (
    health.router,
    monitoring.router,
    *accounts_routes.ROUTERS,
    guide_routes.router,
    alert_settings_routes.router,
    alerts_routes.router,
    clients_routes.router,
    account_sharing_routes.router,
    client_sharing_routes.router,
    request_routes.router,
    person_routes.router,  # before the programs': /clients/new is no client
    own_routes.router,  # before the next: /exercises/new is no exercise of that name
    exchange_routes.router,
    photo_routes.router,
    exercises_routes.router,
    programs_routes.router,
    template_routes.router,
    home_routes.router,
    delivery_routes.router,
    delivery_alert_routes.router,
    activity_routes.router,
    privacy_client_routes.router,
    privacy_routes.router,
    clinic_routes.router,
    leaving_routes.router,
    bridge_routes.router,
    today_routes.router,
    asking.router,
)

# Paths that files are sent to, and how many bytes may come at once; all others take 1 MB.
BODY_LIMITS = {
    letterhead_routes.LETTERHEAD_PAGE: letterhead_routes.LARGEST_BODY_BYTES,
    r"/exercises/[^/]+/photos": MOST_BODY_BYTES,
    exchange_routes.IMPORT_PAGE: exchange_routes.MOST_BODY_BYTES,
}


def create_app(settings: Settings, database_url: str, *, with_worker: bool = False, clock: Clock = utc_now) -> FastAPI:
    """Make the application on a migrated database; with a worker in the same process if asked."""
    app = FastAPI(
        title="Kinebridge",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # Such a redirect names the host and scheme of the request: anybody's choice, and plain http behind a proxy.
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.database_url = database_url
    app.state.with_worker = with_worker
    app.state.clock = clock
    app.state.metrics = metrics = Metrics()
    web.install(app, public_url=settings.public_url, body_limits=BODY_LIMITS)
    app.add_middleware(RequestRecord, count=metrics.answered_request)  # added last: outermost
    signed_out.install(app)
    for router in ROUTERS:
        app.include_router(router)
    import_all_tasks()
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    async with open_tools(state.settings, state.database_url, state.clock, state.metrics) as tools:
        app.state.tools = tools
        stop = asyncio.Event()
        worker = asyncio.create_task(run_worker(app.state.database_url, tools, stop)) if app.state.with_worker else None
        try:
            yield
        finally:
            stop.set()
            if worker is not None:
                await worker


@contextlib.asynccontextmanager
async def open_tools(
    settings: Settings, database_url: str, clock: Clock = utc_now, metrics: Metrics | None = None
) -> AsyncIterator[Tools]:
    """Open what a process works with and close it at the end; the worker command uses it too."""
    engine = make_engine(database_url)
    sessions = make_sessions(engine)
    async with make_http() as http:
        try:
            yield Tools(
                settings=settings,
                sessions=sessions,
                vault=Vault(ensure_secret_keys(settings)),
                http=http,
                paces=Paces(sessions, clock=clock),
                clock=clock,
                metrics=metrics or Metrics(),
            )
        finally:
            await engine.dispose()


def make_http() -> httpx.AsyncClient:
    """Make the HTTP client of a process.

    Redirects are not followed and proxies not read from the environment: keys go to Cliniko and nowhere else.
    """
    return httpx.AsyncClient(follow_redirects=False, trust_env=False, verify=_tls_settings())


@functools.cache
def _tls_settings() -> ssl.SSLContext:
    """Return how certificates are checked, read once a process."""
    return httpx.create_ssl_context(trust_env=False)
