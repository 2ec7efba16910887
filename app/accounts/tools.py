"""What requests and jobs of a process work with, made once at start and handed on."""

from dataclasses import dataclass

import httpx
from fastapi import Request
from procrastinate import JobContext

from app.accounts.connecting.paces import Paces
from app.clock import Clock
from app.crypto import Vault
from app.db import Sessions
from app.metrics import Metrics
from app.settings import Settings


@dataclass(frozen=True)
class Tools:
    """Settings, database sessions, secrets, the HTTP client, the pace of each Cliniko key, the clock, the counters."""

    settings: Settings
    sessions: Sessions
    vault: Vault
    http: httpx.AsyncClient
    paces: Paces
    clock: Clock
    metrics: Metrics


def get_tools(request: Request) -> Tools:
    """Return the tools of the running app (a FastAPI dependency)."""
    tools: Tools = request.app.state.tools
    return tools


def tools_of(context: JobContext) -> Tools:
    """Return the tools the worker was started with."""
    tools: Tools = context.additional_context["tools"]
    return tools
