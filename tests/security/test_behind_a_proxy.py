"""Whose request it is, is taken from a proxy's word only where the operator named the proxy."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa
import uvicorn
from starlette.testclient import TestClient

from app.accounts.tries import NETWORK, Try
from app.serving import web_options
from tests.support import PASSWORD, Browser

PROXY, VISITOR, MADE_UP = "10.0.0.5", "203.0.113.9", "198.51.100.77"


def behind(server: TestClient, trusted: Sequence[str] | None, peer: str) -> TestClient:
    """The running application as uvicorn would serve it, asked from this address."""
    config = uvicorn.Config(server.app, **web_options(trusted))
    config.load()
    client = TestClient(config.loaded_app, base_url="http://testserver", client=(peer, 40000))
    client.portal = server.portal  # the application's own event loop, where its database is
    return client


def recorded(database: sa.Engine) -> str:
    with database.connect() as connection:
        query = "SELECT address FROM audit_events ORDER BY id DESC LIMIT 1"
        return str(connection.exec_driver_sql(query).scalar_one())


def counted(database: sa.Engine) -> set[str]:
    with database.connect() as connection:
        return set(connection.exec_driver_sql("SELECT about FROM wrong_tries").scalars())


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "meant"),
    [
        (["10.0.0.5/32"], PROXY, VISITOR, VISITOR),
        (["10.0.0.0/8"], PROXY, f"{VISITOR}, 10.9.9.9", VISITOR),  # two proxies of ours
        (["10.0.0.5/32"], PROXY, f"{MADE_UP}, {VISITOR}", VISITOR),  # the visitor had sent the header already
        (["10.0.0.5/32"], VISITOR, MADE_UP, VISITOR),  # no proxy at all
        (["10.0.0.5/32"], "127.0.0.1", MADE_UP, "127.0.0.1"),  # named proxies take the place of the usual one
        (None, VISITOR, MADE_UP, VISITOR),
        (None, "127.0.0.1", VISITOR, VISITOR),  # unless told otherwise: a proxy on this machine
        (["10.0.0.5/32"], PROXY, "", PROXY),
    ],
)
def test_the_address_recorded_and_throttled_is_the_visitors(
    trusted: Sequence[str] | None,
    peer: str,
    forwarded: str,
    meant: str,
    server: TestClient,
    browser: Browser,
    database: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    email = browser.sign_up()
    sent = {"x-forwarded-for": forwarded} if forwarded else {}
    behind(server, trusted, peer).post("/sign-in", data={"email": email, "password": "wrong " + PASSWORD}, headers=sent)
    assert recorded(database) == meant
    tried = {address: Try(NETWORK, address).about in counted(database) for address in (PROXY, VISITOR, MADE_UP)}
    assert tried == {address: address == meant for address in tried}
