"""Searching a library of 5,000 exercises, with the counts of every choice, in the database's own time."""

import asyncio
import random
import statistics
import time
import uuid
from dataclasses import replace
from typing import Any

from sqlalchemy import insert, select, text

from app.accounts.access import Member
from app.accounts.models import Membership, Practice, Practitioner, Role
from app.db import transaction
from app.exercises.favourites import note_uses, set_favourite
from app.exercises.finding import LibrarySearch, search_library
from app.exercises.library import Exercise, all_exercises
from app.exercises.models import ExerciseRecord
from app.exercises.starter import record_values
from app.main import open_tools
from tests.bench.world import World, running_world, summary

EXERCISES = 5_000  # the starter library included
SEARCHES = {
    "(the library)": LibrarySearch(),
    "page 40": LibrarySearch(number=40),
    "s": LibrarySearch(typed="s"),
    "st": LibrarySearch(typed="st"),
    "knee": LibrarySearch(typed="knee"),
    "knee, filters": LibrarySearch(typed="knee", region="knee", goal="strength", equipment="band"),
    "filters alone": LibrarySearch(region="hip", position="standing", difficulty="easy"),
    "slow band pull": LibrarySearch(typed="slow band pull"),
    "ankle circles 17": LibrarySearch(typed="ankle circles 17"),
    "keep your back straight": LibrarySearch(typed="keep your back straight"),
    "hamsrting (a slip)": LibrarySearch(typed="hamsrting"),
    "xylophone (nothing)": LibrarySearch(typed="xylophone"),
    "favourites": LibrarySearch(only="favourites"),
    "our own, calf": LibrarySearch(typed="calf", only="own"),
}
FIRST = ["Slow", "Seated", "Single-leg", "Supported", "Banded", "Half", "Deep", "Wall", "Early", "Loaded", "Alternate"]
LAST = ["on a step", "with a band", "in sitting", "with hold", "for runners", "at the wall", "after surgery", "at home"]


async def fill(tools: Any) -> Member:
    """Put exercises of its own into the demo's practice, each like one of the starter library under another name."""
    chance = random.Random(7)
    starter = all_exercises()
    async with transaction(tools.sessions) as session:
        member = (await session.scalars(select(Membership))).all()[0]
        rows = [own_row(member, chance, number, tools.clock()) for number in range(EXERCISES - len(starter))]
        for start in range(0, len(rows), 500):
            await session.execute(insert(ExerciseRecord), rows[start : start + 500])
        practice = await session.get_one(Practice, member.practice_id)
        person = await session.get_one(Practitioner, member.practitioner_id)
        asking = Member(
            *(uuid.uuid4(), person.id, member.id, practice.id),
            *(Role.OWNER, person.name, person.email, practice.name, ()),
        )
        for exercise in starter[:40]:
            await set_favourite(session, asking, exercise.slug, is_marked=True, now=tools.clock())
        await note_uses(session, asking, [row["slug"] for row in rows[:300]], tools.clock())
        await session.execute(text("ANALYZE exercises, favourite_exercises, exercise_uses"))
        return asking


def own_row(author: Membership, chance: random.Random, number: int, now: Any) -> dict[str, Any]:
    """Return an exercise's row, made from a starter one."""
    like = chance.choice(all_exercises())
    exercise: Exercise = replace(
        like,
        slug=f"own-{uuid.uuid4().hex}",
        name=f"{chance.choice(FIRST)} {like.name.lower()} {chance.choice(LAST)} {number}",
        steps=tuple(chance.sample(like.steps, len(like.steps))),
    )
    return record_values(exercise) | {
        "id": uuid.uuid4(),
        "practice_id": author.practice_id,
        "author_id": author.id,
        "created_at": now,
        "updated_at": now,
        "is_shared": number % 2 == 0,
        "archived_at": None,
    }


async def measure(world: World) -> dict[str, list[float]]:
    """Seconds of each search: the page of exercises and the counts of all choices."""
    found: dict[str, list[float]] = {}
    async with open_tools(world.settings, world.database_url) as tools:
        member = await fill(tools)
        for _ in range(12):
            for name, search in SEARCHES.items():
                async with tools.sessions() as session:
                    began = time.perf_counter()
                    await search_library(session, member, search)
                    found.setdefault(name, []).append(time.perf_counter() - began)
    return {name: seconds[2:] for name, seconds in found.items()}


def main() -> dict[str, float]:
    """Print the time of each search and the slowest median."""
    with running_world() as world:
        times = asyncio.run(measure(world))
    for name, seconds in times.items():
        print(f"{name:24} {summary(seconds)}")
    slowest = max(statistics.median(seconds) for seconds in times.values())
    print(f"slowest median           {slowest * 1000:.1f} ms of {EXERCISES:,} exercises   (aim: under 50)")
    return {"slowest_ms": slowest * 1000}


if __name__ == "__main__":
    main()
