"""The list of clients. A client's own page is in the programs room, since it shows their programs."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.accounts.access import Database, SignedIn, ToolsDep
from app.accounts.connecting.connections import find_connection
from app.clients.pasted import WrongPageError, find_pasted
from app.clients.queries import list_clients
from app.web.filters import with_query
from app.web.rendering import page, redirect

router = APIRouter()

LONGEST_SEARCH = 200
MOST_PAGES = 10_000


# Sent by search.js with what is typed so far: half an address must not open anybody.
TYPING = "x-kinebridge-typing"


@router.get("/clients")
async def show_clients(
    request: Request,
    session: Database,
    member: SignedIn,
    tools: ToolsDep,
    q: Annotated[str, Query()] = "",
    number: Annotated[str, Query(alias="page")] = "1",
) -> Response:
    """List the clients the member may see, or those whose names begin with what was typed.

    The address of a patient's page in Cliniko leads on as a click there would.
    """
    typed = q[:LONGEST_SEARCH]
    patient_url = refusal = None
    try:
        click = await find_pasted(session, member, typed, tools.settings.cliniko_api_url)
    except WrongPageError as error:
        refusal = error.args[0]
    else:
        patient_url = with_query("/open/cliniko", **click) if click else None
    if patient_url and TYPING not in request.headers:
        return redirect(patient_url)
    asked = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    clients = await list_clients(session, member, typed=typed, number=min(max(asked, 1), MOST_PAGES))
    connection = await find_connection(session, member.membership_id)
    return page(
        request,
        "clients/list.html",
        typed=typed,
        patient_url=patient_url,
        refusal=refusal,
        clients=clients,
        member=member,
        is_connected=connection is not None,
    )
