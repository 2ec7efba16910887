"""The list of changed patients: what is asked, page by page, and whom it leads to."""

from datetime import UTC, datetime

import httpx
import pytest
import respx

from app.cliniko.client import Cliniko
from app.cliniko.errors import MalformedAnswer

from .samples import API

pytestmark = pytest.mark.anyio

LIST = f"{API}/patients"
SINCE = datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)


def page(*patients: object, following: str = "") -> httpx.Response:
    return httpx.Response(200, json={"patients": list(patients), "links": {"next": following} if following else {}})


async def test_changes_are_asked_for_latest_first_with_archived_and_deleted_ones(
    respx_mock: respx.MockRouter, cliniko: Cliniko
) -> None:
    second = f"{LIST}?page=2"
    respx_mock.get(LIST).mock(side_effect=[page({"id": "1"}, {"id": None}, [], following=second), page({"id": 2})])
    first = await cliniko.list_changed_patients(SINCE)
    asked = respx_mock.calls.last.request.url.params
    filters = ["updated_at:>2026-11-25T01:02:03Z", "archived_at:*", "deleted_at:*"]
    assert (asked.get_list("q[]"), asked["sort"], asked["per_page"]) == (filters, "updated_at:desc", "100")
    assert [patient.id for patient in first.patients] == ["1"] and first.next_page == second
    last = await cliniko.list_changed_patients(SINCE, first.next_page)
    assert [patient.id for patient in last.patients] == ["2"] and last.next_page == ""


@pytest.mark.parametrize("following", ["https://evil.example/v1/patients?page=2", f"{API}/users?page=2", "x" * 10])
async def test_a_page_kept_for_later_leads_nowhere_else(
    respx_mock: respx.MockRouter, cliniko: Cliniko, following: str
) -> None:
    with pytest.raises(MalformedAnswer):
        await cliniko.list_changed_patients(SINCE, following)
    respx_mock.get(LIST).mock(return_value=page(following=following))
    with pytest.raises(MalformedAnswer):
        await cliniko.list_changed_patients(SINCE)
    assert respx_mock.calls.call_count == 1


@pytest.mark.parametrize(
    "body", [{}, {"patients": None}, [], {"patients": [], "links": {"next": f"{LIST}?{'x' * 2000}"}}]
)
async def test_what_is_no_list_is_malformed(respx_mock: respx.MockRouter, cliniko: Cliniko, body: object) -> None:
    respx_mock.get(LIST).respond(json=body)
    with pytest.raises(MalformedAnswer):
        await cliniko.list_changed_patients(SINCE)
