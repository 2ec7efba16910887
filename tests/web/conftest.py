"""A visitor of a small application that has the face installed."""

import pytest
from starlette.testclient import TestClient

from tests.web.small_app import HOST, make_app


@pytest.fixture
def visitor() -> TestClient:
    """A client that does not follow redirects and, like a server, only sees what the application answers."""
    return TestClient(make_app(), base_url=HOST, follow_redirects=False, raise_server_exceptions=True)
