"""The faults of a plan as actions of the stand-in; each counts when it strikes."""

import asyncio
from collections import Counter
from collections.abc import Callable

from app.demo.cliniko.state import State
from tests.campaign.machines import Worker
from tests.campaign.plan import Fault
from tests.fakes import faults
from tests.fakes.faults import Action, Exchange

HTML = "<html><body><h1>Sorry</h1></body></html>"
HTML_HEADERS = {"content-type": "text/html"}
# Longer than one request may take (8 s), shorter than what settles before anybody looks again (15 s).
TOO_LATE_SECONDS = 11.0
S3_EXPIRED = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code>'
    "<Message>Invalid according to Policy: Policy expired.</Message></Error>"
)
S3_TROUBLE = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>InternalError</Code>'
    "<Message>We encountered an internal error. Please try again.</Message></Error>"
)


def action_for(fault: Fault) -> Action:
    """Return what a fault does to the request it strikes."""
    actions = {
        "connection dropped before the effect": faults.dropping("before"),
        "connection dropped after the effect": faults.dropping("after"),
        "connection dropped amid the answer": faults.dropping("midway"),
        "answer delayed": faults.slowing(fault.seconds),
        "effect after we stopped waiting": faults.slowing(TOO_LATE_SECONDS),
        "500 with HTML": faults.answering(500, HTML, HTML_HEADERS, "before"),
        "502 with HTML": faults.answering(502, HTML, HTML_HEADERS, "before"),
        "502 with HTML after the effect": faults.answering(502, HTML, HTML_HEADERS, "after"),
        "503 with HTML": faults.answering(503, HTML, HTML_HEADERS, "before"),
        "429 with a reset": faults.rate_limiting(fault.seconds),
        "truncated JSON": faults.garbling(faults.cut_in_half),
        "malformed JSON": faults.garbling(faults.spoil_json),
        "JSON of another shape": faults.garbling(faults.of_another_shape),
        "S3 403 expired": faults.answering(403, S3_EXPIRED, {"content-type": "application/xml"}, "before"),
        "S3 500": faults.answering(500, S3_TROUBLE, {"content-type": "application/xml"}, "before"),
    }
    return actions[fault.kind]


def counting(kind: str, act: Action, struck: Counter[str]) -> Action:
    """Return the action, counted under its kind whenever it strikes."""

    async def strike(exchange: Exchange) -> None:
        struck[kind] += 1
        await act(exchange)

    return strike


def to_the_asker(
    find: Callable[[int], Worker | None], happen: Callable[[Worker], None], *, after_the_effect: bool
) -> Action:
    """Return an action that does something to the worker whose request it is, before or after the request's effect.

    ``find`` says whose connection comes from a port. The answer is sent all the same; the dead do not read it.
    """

    async def act(exchange: Exchange) -> None:
        answer = await exchange.apply() if after_the_effect else []
        worker = await asyncio.to_thread(find, exchange.scope["client"][1])
        if worker is not None:
            await asyncio.to_thread(happen, worker)
        for message in answer or await exchange.apply():
            await exchange.send(message)

    return act


def busiest_minute(state: State) -> int:
    """Return the most requests any one key made of the API within a minute."""
    most = 0
    for user_id in {entry.user_id for entry in state.log if entry.user_id}:
        times = sorted(entry.at for entry in state.log if entry.user_id == user_id)
        first = 0
        for index, at in enumerate(times):
            while times[first] <= at - 60:
                first += 1
            most = max(most, index - first + 1)
    return most
