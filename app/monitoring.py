"""``/metrics``: the figures of this process and of the database, for Prometheus.

They say nothing of any practice, but how busy a service is and what fails is nobody else's business: without the token
of the settings they are shown on this machine only.
"""

import ipaddress
import secrets
import time
from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers

from app.accounts.access import ToolsDep
from app.accounts.tools import Tools
from app.delivery.figures import ARRIVED, Standing, list_standings
from app.delivery.models import DeliveryState
from app.errors import NotFoundError
from app.jobs.state import QueueDepth, count_workers, list_depths
from app.metrics import CONTENT_TYPE, Metrics
from app.settings import Settings

router = APIRouter()

# Several scrapers, or an impatient one, cost the database one look.
KEPT_SECONDS = 5.0
# A request with one of these came through a proxy: its sender is somebody else than the address it comes from.
PROXY_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


def may_read(settings: Settings, address: str | None, headers: Mapping[str, str]) -> bool:
    """Return True for whoever sends the token; without one set, for programs on this machine only.

    That is: the service itself is for browsers on this machine (its public URL says so), and the request came from it
    and through no proxy. A proxy that tells nothing of itself looks like this machine, hence the first condition.
    """
    if settings.metrics_token:
        sent = headers.get("authorization", "").encode()
        return secrets.compare_digest(sent, f"Bearer {settings.metrics_token}".encode())
    return settings.is_local and _is_this_machine(address) and not any(name in headers for name in PROXY_HEADERS)


def _is_this_machine(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


async def require_reader(request: Request, tools: ToolsDep) -> None:
    """Raise NotFoundError for whoever may not read the figures: to them there are none."""
    address = request.client.host if request.client else None
    if not may_read(tools.settings, address, Headers(scope=request.scope)):
        raise NotFoundError


@router.get("/metrics", dependencies=[Depends(require_reader)])
async def metrics(tools: ToolsDep) -> Response:
    """Answer with all figures; when the database does not answer, with those of this process."""
    await _look(tools)
    return Response(tools.metrics.as_text(), media_type=CONTENT_TYPE)


async def _look(tools: Tools) -> None:
    """Write what the database says into the gauges, unless that was done a moment ago."""
    metrics = tools.metrics
    if time.monotonic() - metrics.looked_at < KEPT_SECONDS:
        return
    metrics.looked_at = time.monotonic()
    try:
        async with tools.sessions() as session:
            standings = await list_standings(session, tools.clock())
            depths, workers = await list_depths(session), await count_workers(session)
    except (SQLAlchemyError, OSError):
        metrics.forget_database()
        return
    # Nothing is awaited between here and the end, so no scrape sees half of it.
    metrics.forget_database()
    metrics.database_up.set(1)
    metrics.workers.set(workers)
    _show_deliveries(metrics, standings)
    _show_jobs(metrics, depths)


def _show_deliveries(metrics: Metrics, standings: list[Standing]) -> None:
    by_state = {each.state: each for each in standings}
    for state in DeliveryState:
        if state is not DeliveryState.DELIVERED:
            standing = by_state.get(state, Standing(state, 0, 0))
            metrics.deliveries.labels(state.value).set(standing.deliveries)
            metrics.oldest_delivery.labels(state.value).set(standing.oldest_seconds)
    metrics.delivered.set(by_state[ARRIVED].deliveries)


def _show_jobs(metrics: Metrics, depths: list[QueueDepth]) -> None:
    for depth in depths:
        metrics.jobs.labels(depth.task, depth.status).set(depth.jobs)
