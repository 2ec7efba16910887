"""A real browser on the application, for what only a browser shows."""

import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import uvicorn
from playwright.sync_api import Browser, Page

from app.main import create_app
from app.settings import Settings
from tests.chromium import TIMEOUT_MS
from tests.programs.arrange import add_client
from tests.support import PASSWORD

OpenPage = Callable[..., Page]


@pytest.fixture
def address(settings: Settings, database_url: str) -> Iterator[str]:
    """The application on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # from here on a browser waits for the answer
        server = uvicorn.Server(uvicorn.Config(create_app(settings, database_url), log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture
def open_page(chrome: Browser) -> Iterator[OpenPage]:
    """Open a page in a browser context of its own (the options are those of the context); errors of scripts fail."""
    errors: list[str] = []

    def open_one(**options: Any) -> Page:
        context = chrome.new_context(**options)
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_one
    assert errors == []


def sign_up(page: Page, address: str, name: str = "Pat Nguyen") -> str:
    """Make an account, sign it in in the browser and return its e-mail address; the form is walked in journeys."""
    email = f"{uuid.uuid4().hex[:12]}@practice.example"
    fields = {"name": name, "email": email, "password": PASSWORD, "practice_name": "Bayside Physio"}
    answer = httpx.post(f"{address}/sign-up", data=fields | {"country": "AU"})
    assert answer.status_code == 303, answer.text
    page.context.add_cookies([{"name": each, "value": value, "url": address} for each, value in answer.cookies.items()])
    return email


@pytest.fixture
def open_editor(address: str, open_page: OpenPage, database: sa.Engine) -> OpenPage:
    """Open the empty editor of a new program in a browser with these options, for somebody new.

    The browser's pages close before the application ends, which would wait for their connections.
    """

    def open_one(**options: Any) -> Page:
        page = open_page(**options)
        page.goto(address + add_client(database, sign_up(page, address)))
        page.get_by_role("button", name="New program").click()
        page.get_by_label("Find an exercise").wait_for()
        if options.get("java_script_enabled", True):
            page.get_by_text("Enter adds the first one.").wait_for()  # the script is at work
        return page

    return open_one
