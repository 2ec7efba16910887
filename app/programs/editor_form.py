"""The program editor's form as sent: what stands in it, the button pressed, and what its library shows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request

from app.accounts import form_fields
from app.accounts.forms import drop_unstorable
from app.exercises.finding import LibrarySearch
from app.programs.drafts import Draft, read_draft
from app.web.filters import with_query

LONGEST_FIND = 100
LAST_PAGE = 1000
# Nine digits are more revisions than a draft will ever have.
LONGEST_NUMBER = 9


@dataclass(frozen=True)
class EditorForm:
    """The editor's form; ``revision`` is the one its page was made from, -1 for none.

    ``is_part`` asks for the program alone, without the page around it; ``tab`` names the page that sends ("" where no
    script runs).
    """

    draft: Draft
    action: str
    template: str
    search: LibrarySearch
    revision: int
    confirms_archived: bool
    is_part: bool
    tab: str


async def read_form(request: Request) -> EditorForm:
    """Read the editor's form (a FastAPI dependency); odd values count as none.

    Raises BadRequestError when the form itself cannot be read.
    """
    form = await form_fields.read_form(request)
    action = _text(form, "action") or "save"
    return EditorForm(
        draft=read_draft(form),
        action=action,
        template=_text(form, "template"),
        search=_turned(read_search(form), action),
        revision=_number(form, "revision", -1),
        confirms_archived=_text(form, "confirm_archived") == "yes",
        is_part=_text(form, "part") == "program",
        tab=_text(form, "tab")[:40],
    )


def _turned(search: LibrarySearch, action: str) -> LibrarySearch:
    """Turn to the page of the library that a button asks for: "search" the first, "more:2" the second."""
    verb, _, number = action.partition(":")
    return replace(search, number=_page_number({"number": number})) if verb in ("search", "more") else search


# The first parameter of its route, so that the whole form is here before the database is asked for anything.
SentForm = Annotated[EditorForm, Depends(read_form)]


def read_search(values: Mapping[str, object]) -> LibrarySearch:
    """Read what the library beside the program shows, from the editor's form or from its address."""
    return LibrarySearch(
        typed=_text(values, "find"),
        region=_text(values, "region"),
        goal=_text(values, "goal"),
        equipment=_text(values, "equipment"),
        only=_text(values, "only"),
        number=_page_number(values),
    )


def read_address(request: Request) -> LibrarySearch:
    """Read what the library shows from the query of an address (a FastAPI dependency)."""
    return read_search(request.query_params)


AskedSearch = Annotated[LibrarySearch, Depends(read_address)]


def with_search(url: str, search: LibrarySearch) -> str:
    """Return the address with what the library shows; nothing is added where nothing is chosen."""
    chosen = {"find": search.typed, "region": search.region, "goal": search.goal}
    chosen |= {"equipment": search.equipment, "only": search.only}
    chosen |= {"number": str(search.number) if search.number > 1 else ""}
    chosen = {name: value for name, value in chosen.items() if value}
    return with_query(url, **chosen) if chosen else url


def _page_number(values: Mapping[str, object]) -> int:
    return min(max(_number(values, "number", 1), 1), LAST_PAGE)


def _text(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    return drop_unstorable(value.strip()[:LONGEST_FIND]) if isinstance(value, str) else ""


def _number(values: Mapping[str, object], name: str, default: int) -> int:
    text = _text(values, name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else default
