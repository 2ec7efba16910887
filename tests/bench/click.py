"""The click on a known client, beside a bare endpoint that makes the same two look-ups, in the same run."""

import statistics
import time
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.accounts.models import SignInSession
from app.clients.models import ClientLink
from app.crypto import Vault, digest
from app.db import make_engine
from app.demo.patients import OLIVIA
from app.demo.run import EMAILS, PASSWORD
from app.settings import ensure_secret_keys
from tests.bench.world import World, running_world, serving, summary

CLICKS = 400
WARM_UP = 40
# Between two requests, as between two clicks of a person: what a click leaves to be done after its answer (asking for
# a refresh) must not be in the way of the next one, ours or the other's.
PAUSE_SECONDS = 0.02


def bare_app(world: World) -> FastAPI:
    """FastAPI and SQLAlchemy with nothing else: session by cookie, client by patient id, redirect."""
    app = FastAPI()
    sessions = async_sessionmaker(make_engine(world.database_url))
    vault = Vault(ensure_secret_keys(world.settings))

    @app.get("/open/cliniko")
    async def open_patient(request: Request, patient_id: str) -> RedirectResponse:
        token = vault.unsign(request.cookies["kinebridge"], purpose="session-cookie") or ""
        async with sessions() as session:
            found = select(SignInSession.practitioner_id).where(SignInSession.token_digest == digest(token))
            (await session.execute(found)).scalar_one()
            link = select(ClientLink.client_id).where(ClientLink.patient_id == patient_id)
            client_id = (await session.execute(link)).scalar_one()
        return RedirectResponse(f"/clients/{client_id}", status_code=303)

    return app


def sign_in(browser: httpx.Client) -> None:
    """Sign in as the demo's first practitioner."""
    answer = browser.post("/sign-in", data={"email": EMAILS[0], "password": PASSWORD})
    assert answer.status_code == 303, answer.status_code


def measure(browser: httpx.Client) -> float:
    """Seconds of one click, answer read."""
    began = time.perf_counter()
    answer = browser.get("/open/cliniko", params={"patient_id": OLIVIA})
    seconds = time.perf_counter() - began
    assert answer.status_code == 303, answer.status_code
    time.sleep(PAUSE_SECONDS)
    return seconds


def main() -> dict[str, Any]:
    """Measure both and print the ratio."""
    with (
        running_world() as world,
        serving(bare_app(world)) as bare_url,
        httpx.Client(base_url=world.url, timeout=30) as browser,
    ):
        sign_in(browser)
        browser.get("/open/cliniko", params={"patient_id": OLIVIA})  # makes the client
        with httpx.Client(base_url=bare_url, cookies=browser.cookies, timeout=30) as bare:
            ours, theirs = [], []
            for number in range(CLICKS + WARM_UP):
                click, look_up = measure(browser), measure(bare)
                if number >= WARM_UP:
                    ours.append(click)
                    theirs.append(look_up)
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"known-client click   {summary(ours)}")
    print(f"bare two look-ups    {summary(theirs)}")
    print(f"ratio of medians     {ratio:.2f}   (aim: at most 2)")
    return {"ratio": ratio}


if __name__ == "__main__":
    main()
