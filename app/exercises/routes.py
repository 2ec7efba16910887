"""The exercise library: its list with search and filters, one exercise, and the pictures of both."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from app.accounts.access import Database, SignedIn, ToolsDep
from app.accounts.forms import drop_unstorable
from app.errors import NotFoundError
from app.exercises.exercise_page import show_page
from app.exercises.favourites import set_favourite
from app.exercises.finding import FILTERS, ONLY, LibraryPage, LibrarySearch, search_library
from app.exercises.library import DIFFICULTIES, REGIONS, find_exercise
from app.exercises.pictures import draw_picture, picture_of, picture_version
from app.web.assets import KEEP_A_YEAR, SVG
from app.web.filters import with_query
from app.web.packing import answer_packed
from app.web.rendering import local_path, page, redirect

router = APIRouter()

LONGEST_SEARCH = 100

FILTER_LABELS = {
    "region": "Body region",
    "goal": "Goal",
    "equipment": "Equipment",
    "position": "Position",
    "difficulty": "Difficulty",
}

Filter = Annotated[str, Query(max_length=40)]


async def read_search(
    q: str = "",
    region: Filter = "",
    goal: Filter = "",
    equipment: Filter = "",
    position: Filter = "",
    difficulty: Filter = "",
    only: Filter = "",
    number: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1,
) -> LibrarySearch:
    """Read what was typed and chosen from the address (a FastAPI dependency)."""
    return LibrarySearch(
        typed=drop_unstorable(q[:LONGEST_SEARCH]),
        region=drop_unstorable(region),
        goal=drop_unstorable(goal),
        equipment=drop_unstorable(equipment),
        position=drop_unstorable(position),
        difficulty=drop_unstorable(difficulty),
        only=only if only in ONLY else "",
        number=number,
    )


@router.get("/exercises")
async def show_library(
    request: Request, member: SignedIn, session: Database, search: Annotated[LibrarySearch, Depends(read_search)]
) -> Response:
    """Show the exercises that fit what was typed and chosen; no choice shows all."""
    found = await search_library(session, member, search)
    chosen = {name: getattr(search, name) for name in FILTERS if getattr(search, name)}
    return page(
        request,
        "exercises/list.html",
        found=found,
        search=search,
        chosen=chosen,
        tabs=[(tab_url(search, key), label, key == search.only) for key, label in ONLY.items()],
        filters=[
            (name, FILTER_LABELS[name], choice_options(name, found, getattr(search, name)), getattr(search, name))
            for name in FILTERS
        ],
        longest_search=LONGEST_SEARCH,
        page_url=with_query("/exercises", q=search.typed, only=search.only, **chosen),
        is_filtered=bool(search.typed.strip() or chosen or search.only),
        regions=REGIONS,
        difficulties=DIFFICULTIES,
        picture_of=picture_of,
    )


def tab_url(search: LibrarySearch, only: str) -> str:
    """Return the address of the same search in another part of the library."""
    return with_query("/exercises", **({"q": search.typed} if search.typed else {}), **({"only": only} if only else {}))


def choice_options(name: str, found: LibraryPage, chosen: str) -> list[tuple[str, str]]:
    """Return the choices of a filter, each with how many exercises it leaves; those that leave none are left out."""
    return [
        ("", f"Any {FILTER_LABELS[name].lower()}"),
        *((key, f"{label} ({count})") for key, label, count in found.facets[name] if count or key == chosen),
    ]


@router.get("/exercises/{slug}")
async def show_exercise(request: Request, member: SignedIn, session: Database, slug: str) -> Response:
    """Show one exercise."""
    return await show_page(request, session, member, slug)


@router.post("/exercises/{slug}/favourite")
async def change_favourite(
    slug: str,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    favourite: Annotated[str, Form(max_length=10)] = "",
    target: Annotated[str, Form(alias="next", max_length=500)] = "",
) -> Response:
    """Mark an exercise as a favourite, or take the mark off, and go back to where the star was pressed."""
    await set_favourite(session, member, drop_unstorable(slug), is_marked=favourite == "yes", now=tools.clock())
    return redirect(local_path(target, "/exercises"))


@router.get("/exercises/{slug}/figure.svg")
def show_figure(request: Request, member: SignedIn, slug: str, v: str = "") -> Response:
    """Answer with an exercise's picture; kept for a year by browsers when asked for by its present version.

    Not async: the first drawing of a picture takes some 25 ms, which a thread spends better than the event loop.
    """
    # Asked first, since drawings are kept by name: names that are none would be kept for ever.
    packed = draw_picture(slug) if find_exercise(slug) else None
    if packed is None:
        raise NotFoundError
    return answer_packed(request, packed, SVG, {"Cache-Control": KEEP_A_YEAR} if v == picture_version(slug) else {})
