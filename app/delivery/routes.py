"""The page of deliveries, its export, and what a person does to a delivery."""

import math
import uuid
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import anyio.to_thread
from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.models import Practice
from app.accounts.tools import Tools
from app.clients.queries import get_client, get_client_to_edit
from app.delivery.filters import AGES, GROUPS, Counts, Filter, count, read_filter
from app.delivery.listing import (
    MOST_EXPORTED,
    PAGE_LENGTH,
    fits,
    is_view_only,
    list_deliveries,
    member_names,
    tally,
    write_export,
)
from app.delivery.models import Delivery
from app.delivery.outages import describe_outage
from app.delivery.queries import get_document_content
from app.delivery.reasons import REASONS
from app.delivery.retrying import retry_deliveries, retry_delivery
from app.delivery.shown import look_at, show
from app.delivery.states import describe
from app.errors import NotFoundError
from app.spreadsheet import CSV_TYPE
from app.web.files import attached, show_pdf
from app.web.filters import with_query
from app.web.rendering import page, redirect

router = APIRouter()

# In one press; each is a job of its own.
MOST_RETRIED = 200
ALL, CHOSEN = "all", "chosen"


def _choices(
    state: Annotated[str, Query()] = "", who: Annotated[str, Query()] = "", age: Annotated[str, Query()] = ""
) -> Filter:
    return read_filter(state, who, age)


Choices = Annotated[Filter, Depends(_choices)]


@router.get("/deliveries")
async def show_deliveries(
    request: Request,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    chosen: Choices,
    number: Annotated[str, Query(alias="page")] = "",
    retried: Annotated[str, Query()] = "",
) -> Response:
    """List deliveries under the choices made, with how many there are under each."""
    now = tools.clock()
    tallies = await tally(session, member, now)
    counts = count(tallies, chosen)
    pages = max(math.ceil(counts.shown / PAGE_LENGTH), 1)
    at_page = min(_read_number(number) or 1, pages)
    rows = await list_deliveries(session, member, chosen, now, skip=(at_page - 1) * PAGE_LENGTH)
    standing = await look_at(session, [row.delivery for row in rows], now)
    practice = await session.get_one(Practice, member.practice_id)
    zone = practice.time_zone or "UTC"
    names = await member_names(session, {each.who for each in tallies}) if member.runs_team else []
    return page(
        request,
        "deliveries/list.html",
        member=member,
        chosen=chosen,
        rows=rows,
        deliveries=await show(session, standing),
        outages=[describe_outage(each, now, zone, whose=each.member_name) for each in standing.outages.values()],
        zone=zone,
        counts=counts,
        at_page=at_page,
        pages=pages,
        retried=_read_number(retried),
        most_retried=MOST_RETRIED,
        most_exported=MOST_EXPORTED,
        here_without_page=_address(chosen),
        **_offered(chosen, counts, names),
    )


def _offered(chosen: Filter, counts: Counts, names: list[tuple[uuid.UUID, str]]) -> dict[str, Any]:
    """Return the choices of the page, each with its number: groups as (address, words, is chosen), selects' options."""
    return {
        "groups": [
            (
                with_query("/deliveries", **chosen.as_query(state=group)),
                words,
                counts.groups[group],
                group == chosen.group,
            )
            for group, (words, _) in GROUPS.items()
        ],
        "members": [("", f"Everybody ({counts.members[None]})")]
        + [(str(id_), f"{name} ({counts.members.get(id_, 0)})") for id_, name in names],
        "ages": [(age, f"{words} ({counts.ages[age]})") for age, (words, _) in AGES.items()],
    }


@router.get("/deliveries.csv")
async def export_deliveries(member: SignedIn, session: Database, tools: ToolsDep, chosen: Choices) -> Response:
    """Send the newest deliveries under the choices made as a CSV."""
    now = tools.clock()
    rows = await list_deliveries(session, member, chosen, now, most=MOST_EXPORTED)
    audit.record_by(session, member, "delivery.exported", at=now, deliveries=len(rows))
    practice = await session.get_one(Practice, member.practice_id)
    states = [(describe(row.delivery, now)[1], REASONS.get(row.delivery.reason, "")) for row in rows]
    today = now.astimezone(ZoneInfo(practice.time_zone or "UTC")).date()
    content = await anyio.to_thread.run_sync(write_export, rows, states)
    headers = {"Cache-Control": "no-store", **attached(f"deliveries-{today.isoformat()}.csv")}
    return Response(content, media_type=CSV_TYPE, headers=headers)


@router.post("/deliveries/retry")
async def retry_many(
    session: Database,
    member: SignedIn,
    tools: ToolsDep,
    state: Annotated[str, Form()] = "",
    who: Annotated[str, Form()] = "",
    age: Annotated[str, Form()] = "",
    which: Annotated[str, Form()] = CHOSEN,
    ids: Annotated[list[str] | None, Form(alias="id")] = None,
) -> RedirectResponse:
    """Try deliveries again that the member sees on the page: one, those ticked, or all under its choices."""
    chosen, now = read_filter(state, who, age), tools.clock()
    wanted = fits(member, chosen if which == ALL else Filter(), now) & ~is_view_only(member)
    if which != ALL:
        wanted &= Delivery.id.in_(_read_ids((ids or []) if which == CHOSEN else [which]))
    went = await retry_deliveries(session, wanted, now, most=MOST_RETRIED)
    if went:
        audit.record_by(session, member, "delivery.retried_many", at=now, deliveries=went)
    return redirect(with_query(_address(chosen), retried=went))


@router.post("/deliveries/{delivery_id}/retry")
async def retry(delivery_id: uuid.UUID, session: Database, member: SignedIn, tools: ToolsDep) -> RedirectResponse:
    """Try a delivery again that has stopped, or now rather than later, for whoever may edit its client."""
    delivery = await _get_delivery(session, member, delivery_id, to_edit=True)
    retried = await retry_delivery(session, delivery_id, tools.clock())
    if retried:
        _record(session, "delivery.retried", member, delivery, tools)
    notice = "delivery-retried" if retried else "delivery-not-retried"
    return redirect(f"/clients/{delivery.client_id}", notice=notice)


@router.get("/deliveries/{delivery_id}/program.pdf")
async def show_document(delivery_id: uuid.UUID, session: Database, member: SignedIn, tools: ToolsDep) -> Response:
    """Answer with the PDF that is delivered, for whoever may see its client."""
    delivery = await _get_delivery(session, member, delivery_id)
    _record(session, "delivery.pdf_viewed", member, delivery, tools)
    return show_pdf(*await get_document_content(session, delivery.document_id))


async def _get_delivery(
    session: AsyncSession, member: Member, delivery_id: uuid.UUID, *, to_edit: bool = False
) -> Delivery:
    delivery = await session.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFoundError
    await (get_client_to_edit if to_edit else get_client)(session, member, delivery.client_id)
    return delivery


def _record(session: AsyncSession, action: str, member: Member, delivery: Delivery, tools: Tools) -> None:
    audit.record_by(
        session, member, action, at=tools.clock(), client_id=delivery.client_id, delivery_id=str(delivery.id)
    )


def _address(chosen: Filter) -> str:
    return with_query("/deliveries", **chosen.as_query())


def _read_number(text: str) -> int | None:
    """Return a number of an address, or None where there is none to speak of."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _read_ids(texts: list[str]) -> list[uuid.UUID]:
    ids = []
    for text in texts[:MOST_RETRIED]:
        try:
            ids.append(uuid.UUID(text))
        except ValueError:
            continue
    return ids
