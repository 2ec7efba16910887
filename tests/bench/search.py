"""Finding one of 100,000 clients by name, in the database's own time."""

import asyncio
import random
import statistics
import time
import uuid
from typing import Any

from sqlalchemy import insert, select, text

from app.accounts.access import Member
from app.accounts.models import Membership, Practice, Practitioner, Role
from app.clients.models import Client
from app.clients.queries import list_clients
from app.clients.search import index_words, sort_name
from app.db import transaction
from app.main import open_tools
from tests.bench.world import World, running_world, summary

CLIENTS = 100_000
TYPED = ["ng", "nguyen", "smi jo", "o'br", "王", "παπα", "maria gar", "z", "a", "tran thi", "", "lee"]
FIRST = ["Olivia", "James", "Thị Hồng", "María", "小明", "Γιώργος", "Joan", "Ahmed", "Zoë", "Anna", "Sean", "Peter"]
LAST = ["Nguyễn", "Smith", "O'Brien", "García", "王", "Παπαδόπουλος", "Tran", "Lee", "Jones", "Müller", "Brown", "Khan"]


async def fill(tools: Any) -> Member:
    """Put the clients into the demo's practice, half of them owned by each practitioner."""
    chance = random.Random(7)
    async with transaction(tools.sessions) as session:
        members = (await session.scalars(select(Membership))).all()
        rows = []
        for number in range(CLIENTS):
            first, last = f"{chance.choice(FIRST)} {chr(97 + number % 26)}{number}", chance.choice(LAST)
            rows.append(
                {
                    "id": uuid.uuid4(),
                    "practice_id": members[0].practice_id,
                    "owner_id": members[number % 2].id,
                    "first_name": first,
                    "last_name": last,
                    "refreshed_at": tools.clock(),
                    "sort_name": sort_name(first_name=first, last_name=last),
                    "search": " ".join(
                        f"'{word}'" for word in index_words(first_name=first, preferred_first_name="", last_name=last)
                    ),
                }
            )
        for start in range(0, CLIENTS, 5000):
            await session.execute(insert(Client), rows[start : start + 5000])
        await session.execute(text("ANALYZE clients"))
        practice = await session.get_one(Practice, members[0].practice_id)
        person = await session.get_one(Practitioner, members[0].practitioner_id)
        return Member(
            uuid.uuid4(),
            person.id,
            members[0].id,
            practice.id,
            Role.OWNER,
            person.name,
            person.email,
            practice.name,
            (),
        )


async def measure(world: World) -> dict[str, list[float]]:
    """Seconds of each search, owners looked up included."""
    found: dict[str, list[float]] = {}
    async with open_tools(world.settings, world.database_url) as tools:
        member = await fill(tools)
        for _ in range(12):
            for typed in TYPED:
                async with tools.sessions() as session:
                    began = time.perf_counter()
                    await list_clients(session, member, typed=typed)
                    found.setdefault(typed, []).append(time.perf_counter() - began)
    return {typed: seconds[2:] for typed, seconds in found.items()}


def main() -> dict[str, float]:
    """Print the time of each search and the slowest median."""
    with running_world() as world:
        times = asyncio.run(measure(world))
    for typed, seconds in times.items():
        print(f"{typed or '(the list)':12} {summary(seconds)}")
    slowest = max(statistics.median(seconds) for seconds in times.values())
    print(f"slowest median       {slowest * 1000:.1f} ms of {CLIENTS:,} clients   (aim: under 50)")
    return {"slowest_ms": slowest * 1000}


if __name__ == "__main__":
    main()
