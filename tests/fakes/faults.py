"""Faults a test scripts into the Cliniko stand-in: ASGI middleware around it, so that the stand-in stays honest.

A fault is set for a method and a path in which `*` stands for one segment ("/v1/patients/*"). It lets `skip` matching
requests by and then acts on `times` of them (None: on all). Of several matching faults the one set first acts.
"""

import asyncio
import json
import re
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.demo.cliniko.app import entry_for
from app.demo.cliniko.state import State

When = Literal["before", "after"]  # the effect: has not happened and will not, or has happened


@dataclass
class Exchange:
    """One faulted request: pass it to the stand-in, answer it, or break its connection."""

    app: ASGIApp
    state: State
    scope: Scope
    receive: Receive
    send: Send
    break_connection: Callable[[], None]
    began: float = field(default_factory=time.monotonic)

    async def apply(self) -> list[Message]:
        """Let the stand-in do its work and return its answer without sending it."""
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.app(self.scope, self.receive, keep)
        return answer

    async def pass_on(self) -> None:
        """Let the stand-in answer as it always does."""
        await self.app(self.scope, self.receive, self.send)

    async def answer(self, status: int, body: bytes, headers: Mapping[str, str], *, log: bool) -> None:
        """Send this answer; with `log` note it, since the stand-in has not seen the request."""
        if log:
            self.state.log.append(entry_for(self.state, self.scope, status, self.began))
        headers = {"content-length": str(len(body)), **headers}
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": raw})
        await self.send({"type": "http.response.body", "body": body})

    async def drop(self, *, log: bool) -> None:
        """Close the connection and wait until the server has noticed, so that it does not answer 500 by itself."""
        if log:
            self.state.log.append(entry_for(self.state, self.scope, 0, self.began))
        self.break_connection()
        while (await self.receive())["type"] != "http.disconnect":
            pass


Action = Callable[[Exchange], Awaitable[None]]


@dataclass
class Rule:
    """Which requests a fault acts on."""

    method: str
    path: re.Pattern[str]
    skip: int
    times: int | None
    act: Action

    def claims(self, method: str, path: str) -> bool:
        """Return whether the fault acts on this request, and count it."""
        if method != self.method or not self.path.fullmatch(path) or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Hold:
    """A request held at an exact moment: `reached` is set when it is there; then `release` or `drop` it."""

    def __init__(self, when: When, loop: asyncio.AbstractEventLoop) -> None:
        self.when = when
        self.reached = threading.Event()
        self._loop = loop
        self._decided = asyncio.Event()
        self._dropped = False

    def release(self) -> None:
        """Go on: `before`, do the work and answer; `after`, send the answer held back."""
        self._decide(dropped=False)

    def drop(self) -> None:
        """Close the connection without an answer; held `before`, the work is never done."""
        self._decide(dropped=True)

    def _decide(self, *, dropped: bool) -> None:
        def decide() -> None:
            if not self._decided.is_set():
                self._dropped = dropped
                self._decided.set()

        self._loop.call_soon_threadsafe(decide)

    async def act(self, exchange: Exchange) -> None:
        """Hold one request of the server."""
        answer = await exchange.apply() if self.when == "after" else []
        self.reached.set()
        await self._decided.wait()
        if self._dropped:
            await exchange.drop(log=self.when == "before")
        elif self.when == "before":
            await exchange.pass_on()
        else:
            for message in answer:
                await exchange.send(message)


def answering(status: int, body: str, headers: Mapping[str, str], when: When) -> Action:
    """Return an action that answers with this status and body instead of the stand-in's own."""

    async def act(exchange: Exchange) -> None:
        if when == "after":
            await exchange.apply()
        await exchange.answer(status, body.encode(), headers, log=when == "before")

    return act


def rate_limiting(reset_in_seconds: float) -> Action:
    """Return an action that answers 429 with the reset so far ahead, by the state's clock."""

    async def act(exchange: Exchange) -> None:
        reset = str(int(exchange.state.clock().timestamp() + reset_in_seconds))
        await exchange.answer(429, b"", {"x-ratelimit-reset": reset}, log=True)

    return act


def dropping(when: Literal["before", "after", "midway"]) -> Action:
    """Return an action that breaks the connection: before the work, after it, or amid the answer to it."""

    async def act(exchange: Exchange) -> None:
        answer = await exchange.apply() if when != "before" else []
        if when == "midway":
            start, body = _parts(answer)
            await exchange.send(start)
            await exchange.send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await exchange.drop(log=when == "before")

    return act


def slowing(seconds: float) -> Action:
    """Return an action that waits before it lets the stand-in work."""

    async def act(exchange: Exchange) -> None:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            return  # the fake is ending and the connection is gone: nobody is left to answer
        await exchange.pass_on()

    return act


def garbling(garble: Callable[[bytes], bytes]) -> Action:
    """Return an action that sends the stand-in's own answer with its body changed; the work is done."""

    async def act(exchange: Exchange) -> None:
        start, body = _parts(await exchange.apply())
        headers = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
        changed = garble(body)
        headers["content-length"] = str(len(changed))
        await exchange.answer(start["status"], changed, headers, log=False)

    return act


def cut_in_half(body: bytes) -> bytes:
    """Return JSON that breaks off."""
    return body[: len(body) // 2]


def spoil_json(body: bytes) -> bytes:
    """Return something that is long enough but is not JSON."""
    return b"{'" + body[1:]


def of_another_shape(body: bytes) -> bytes:
    """Return JSON of a shape nobody expects."""
    return json.dumps([{"unexpected": True}]).encode()


def _parts(answer: list[Message]) -> tuple[Message, bytes]:
    """Return the start and the whole body of an answer."""
    return answer[0], b"".join(message.get("body", b"") for message in answer[1:])


class Faults:
    """The middleware that applies the faults set for the stand-in."""

    def __init__(self, app: ASGIApp, state: State, find_connection: Callable[[Any], Callable[[], None]]) -> None:
        self.app = app
        self.state = state
        self.rules: list[Rule] = []
        self._find_connection = find_connection
        self._lock = threading.Lock()

    def add(self, method: str, path: str, act: Action, *, skip: int, times: int | None) -> None:
        """Set a fault; from any thread."""
        pattern = re.compile("[^/]+".join(re.escape(part) for part in path.split("*")))
        with self._lock:
            self.rules.append(Rule(method, pattern, skip, times, act))

    def clear(self) -> None:
        """Forget every fault; requests already caught by one stay so."""
        with self._lock:
            self.rules.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        act = self._claim(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if act is None:
            await self.app(scope, receive, send)
            return
        whole = await _receive_whole(receive)
        close = self._find_connection(scope["client"])
        await act(Exchange(self.app, self.state, scope, whole, send, close))

    def _claim(self, method: str, path: str) -> Action | None:
        with self._lock:
            for rule in self.rules:
                if rule.claims(method, path):
                    return rule.act
        return None


async def _receive_whole(receive: Receive) -> Receive:
    """Read the whole request, so that faults strike when the client has sent it all, and return it as a receive."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
