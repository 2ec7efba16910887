"""A Cliniko client in two tempers, over a mocked network."""

import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from app.cliniko.client import Cliniko

from .samples import KEY, make_client

# Made once: reading the certificates takes longer than a test.
TLS = ssl.create_default_context()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(verify=TLS) as client:
        yield client


@pytest.fixture
def cliniko(http: httpx.AsyncClient) -> Cliniko:
    """A client with a key of shard au2, no pacing and a clock that stands still."""
    return make_client(http, KEY)
