"""The Cliniko stand-in on a real loopback port, in a thread of the test's process, with faults to script.

with FakeCliniko() as cliniko:
    clinics = fill(cliniko.state)
    cliniko.drop("POST", "/v1/patient_attachments", when="after")
    ...
    assert len(cliniko.calls("POST", "/v1/patient_attachments")) == 1
"""

import asyncio
import re
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any, Literal, Self

import uvicorn

from app.demo.cliniko.app import create_standin
from app.demo.cliniko.state import LogEntry, State
from tests.fakes import faults
from tests.fakes.faults import Action, Faults, Hold, When

START_SECONDS = 10.0


class FakeCliniko:
    """A running stand-in. `state`, `log`, `url` and `api_url` are there at once; the server runs inside `with`."""

    def __init__(self, state: State | None = None, *, app_url: str = "http://127.0.0.1:9/open/cliniko") -> None:
        self.state = state or State()
        # TCP by name: asyncio turns Nagle's delay off (40 ms an answer) only where the protocol is not left open.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.api_url = f"{self.url}/v1"
        self._app = create_standin(self.state, app_url=app_url)
        self._faults = Faults(self._app, self.state, self._find_connection)
        self._server = _PromptServer(self._faults)
        self._thread = threading.Thread(target=self._run, name="fake-cliniko", daemon=True)
        self._holds: list[Hold] = []

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._server.ready.wait(START_SECONDS):
            raise RuntimeError("the Cliniko stand-in did not start")
        return self

    def __exit__(self, *error: object) -> None:
        for hold in self._holds:
            hold.drop()
        self._server.stop()
        self._thread.join()
        self._socket.close()

    @property
    def log(self) -> list[LogEntry]:
        """Return every request so far, in the order their answers were complete."""
        return self.state.log

    @property
    def app_url(self) -> str:
        """Where the button on a patient's page leads; may be set while the server runs."""
        return str(self._app.state.app_url)

    @app_url.setter
    def app_url(self, url: str) -> None:
        self._app.state.app_url = url

    def calls(self, method: str, path: str) -> list[LogEntry]:
        """Return the requests so far with this method and path; `*` stands for one segment."""
        pattern = re.compile("[^/]+".join(re.escape(part) for part in path.split("*")))
        return [entry for entry in list(self.log) if entry.method == method and pattern.fullmatch(entry.path)]

    def strike(self, method: str, path: str, act: Action, *, skip: int = 0, times: int | None = 1) -> None:
        """Let an action of ``faults`` (or one around it) act on such requests."""
        self._faults.add(method, path, act, skip=skip, times=times)

    def answer(
        self,
        method: str,
        path: str,
        status: int,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        *,
        when: When = "before",
        skip: int = 0,
        times: int | None = 1,
    ) -> None:
        """Answer with this status, body and headers instead; `when="after"`: although the work was done."""
        act = faults.answering(status, body, headers or {}, when)
        self._faults.add(method, path, act, skip=skip, times=times)

    def answer_html(self, method: str, path: str, status: int, *, skip: int = 0, times: int | None = 1) -> None:
        """Answer with an error page in HTML, as a proxy in front of an API does."""
        body, headers = "<html><body><h1>Sorry</h1></body></html>", {"content-type": "text/html"}
        self.answer(method, path, status, body, headers, skip=skip, times=times)

    def limit_rate(
        self, method: str, path: str, reset_in_seconds: float, *, skip: int = 0, times: int | None = 1
    ) -> None:
        """Answer 429 with an X-RateLimit-Reset so far ahead."""
        self._faults.add(method, path, faults.rate_limiting(reset_in_seconds), skip=skip, times=times)

    def drop(
        self,
        method: str,
        path: str,
        *,
        when: Literal["before", "after", "midway"],
        skip: int = 0,
        times: int | None = 1,
    ) -> None:
        """Break the connection: before the work is done, after it, or (also after it) amid the answer."""
        self._faults.add(method, path, faults.dropping(when), skip=skip, times=times)

    def slow(self, method: str, path: str, seconds: float, *, skip: int = 0, times: int | None = 1) -> None:
        """Wait so long before doing the work."""
        self._faults.add(method, path, faults.slowing(seconds), skip=skip, times=times)

    def garble(
        self,
        method: str,
        path: str,
        how: Literal["truncated", "malformed", "unexpected"],
        *,
        skip: int = 0,
        times: int | None = 1,
    ) -> None:
        """Do the work and spoil the answer: JSON that breaks off, no JSON at all, or JSON of another shape."""
        garble = {
            "truncated": faults.cut_in_half,
            "malformed": faults.spoil_json,
            "unexpected": faults.of_another_shape,
        }
        self._faults.add(method, path, faults.garbling(garble[how]), skip=skip, times=times)

    def hold(self, method: str, path: str, *, when: When, skip: int = 0) -> Hold:
        """Hold the next such request before its work or before its answer, until the test decides.

        Never released, it hangs until the fake ends, which then drops it: held `before`, its work is never done.
        """
        hold = Hold(when, self._server.loop)
        self._holds.append(hold)
        self._faults.add(method, path, hold.act, skip=skip, times=1)
        return hold

    def clear_faults(self) -> None:
        """Forget every fault set; requests held stay held."""
        self._faults.clear()

    def _run(self) -> None:
        asyncio.run(self._server.serve([self._socket]))

    def _find_connection(self, client: Any) -> Callable[[], None]:
        """Return how to close the connection a request came on; ASGI itself has no way to break one."""
        connections: set[Any] = set(self._server.server_state.connections)
        for connection in connections:
            if connection.client == client:
                close: Callable[[], None] = connection.transport.close
                return close
        return lambda: None  # the client has gone by itself


class _PromptServer(uvicorn.Server):
    """uvicorn without its naps of a tenth of a second, so that a test's fake ends at once."""

    loop: asyncio.AbstractEventLoop

    def __init__(self, app: Any) -> None:
        config = uvicorn.Config(
            app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False, proxy_headers=False
        )
        super().__init__(config)
        self.ready = threading.Event()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End the server; from any thread."""
        self.loop.call_soon_threadsafe(self._stopping.set)

    async def main_loop(self) -> None:
        self.loop = asyncio.get_running_loop()
        await self.on_tick(0)  # sets the Date header
        self.ready.set()
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in self.servers:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        tasks = set(self.server_state.tasks)
        if tasks:
            _, tasks = await asyncio.wait(tasks, timeout=0.05)  # most end when their connection does
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
