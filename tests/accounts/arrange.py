"""Shared by the tests of accounts: being at another place on the network."""

from starlette.testclient import TestClient

from tests.support import Browser


class At:
    """The same server, reached from another address on the network."""

    def __init__(self, server: TestClient, address: str) -> None:
        self.server = server
        self.address = address

    def __enter__(self) -> Browser:
        transport = self.server._transport
        self.before = transport.client
        transport.client = (self.address, 50000)
        return Browser(self.server)

    def __exit__(self, *_: object) -> None:
        self.server._transport.client = self.before


def email_of(browser: Browser) -> str:
    """The address of who is signed in."""
    return str(browser.get("/account/security").soup.find("input", {"type": "email"})["value"])
