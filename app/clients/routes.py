"""The list of clients. A client's own page is in the programs room, since it shows their programs."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from app.accounts.access import Database, SignedIn
from app.accounts.connections import find_connection
from app.clients.queries import list_clients
from app.web.rendering import page

router = APIRouter()

LONGEST_SEARCH = 200
MOST_PAGES = 10_000


@router.get("/clients")
async def show_clients(
    request: Request,
    session: Database,
    member: SignedIn,
    q: Annotated[str, Query()] = "",
    number: Annotated[str, Query(alias="page")] = "1",
) -> HTMLResponse:
    """List the clients the member may see, or those whose names begin with what was typed."""
    typed = q[:LONGEST_SEARCH]
    asked = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    clients = await list_clients(session, member, typed=typed, number=min(max(asked, 1), MOST_PAGES))
    connection = await find_connection(session, member.membership_id)
    return page(
        request,
        "clients/list.html",
        typed=typed,
        clients=clients,
        member=member,
        is_connected=connection is not None,
    )
