"""A practitioner's bookings: what is asked, and what is made of records of every shape."""

from datetime import UTC, datetime

import httpx
import pytest
import respx

from app.cliniko.bookings import (
    find_practitioner_id,
    list_appointment_types,
    list_bookings,
    list_business_names,
    list_patients,
    read_booking,
)
from app.cliniko.client import Cliniko
from app.cliniko.errors import MalformedAnswer

from .samples import API

pytestmark = pytest.mark.anyio

SINCE, UNTIL = datetime(2026, 11, 25, 13, tzinfo=UTC), datetime(2026, 11, 26, 13, tzinfo=UTC)


def link(kind: str, id_: str) -> dict[str, object]:
    return {"links": {"self": f"{API}/{kind}/{id_}"}}


# As on github.com/redguava/cliniko-api, page Bookings, and in newer answers.
INDIVIDUAL = {
    "id": "1009",
    "cancelled_at": None,
    "did_not_arrive": False,
    "patient_arrived": True,
    "patient_name": "Ada Cummerata",
    "starts_at": "2026-11-25T22:30:00Z",
    "ends_at": "2026-11-25T23:00:00Z",
    "appointment_type": link("appointment_types", "1"),
    "business": link("businesses", "3"),
    "practitioner": link("practitioners", "7"),
    "patient": link("patients", "773"),
}
GROUP = {
    "id": 1011,
    "max_attendees": 2,
    "patient_ids": [48, "49", 48, "x", None],
    "starts_at": "2026-11-25T21:00:00Z",
    "practitioner": link("practitioners", "7"),
}
BLOCK = {"id": 1010, "starts_at": "2026-11-25T23:00:00Z", "practitioner": link("practitioners", "7")}


def answer(name: str, *records: object, following: str = "") -> httpx.Response:
    return httpx.Response(200, json={name: list(records), "links": {"next": following} if following else {}})


async def test_a_day_is_asked_for_by_practitioner_and_time_and_comes_in_order(
    respx_mock: respx.MockRouter, cliniko: Cliniko
) -> None:
    pages = [answer("bookings", INDIVIDUAL, following=f"{API}/bookings?page=2"), answer("bookings", BLOCK, {}, GROUP)]
    respx_mock.get(f"{API}/bookings").mock(side_effect=pages)
    found = await list_bookings(cliniko, "7", SINCE, UNTIL)
    asked = respx_mock.calls[0].request.url.params
    times = ["starts_at:>=2026-11-25T13:00:00Z", "starts_at:<2026-11-26T13:00:00Z"]
    assert (asked.get_list("q[]"), asked["per_page"]) == (["practitioner_id:=7", *times], "100")
    assert [each.id for each in found] == ["1011", "1009"]
    group, individual = found
    assert (group.is_group, group.patient_ids, group.patient_name, group.ends_at) == (True, ("48", "49"), "", None)
    assert (individual.is_group, individual.patient_ids, individual.has_arrived) == (False, ("773",), True)
    assert (individual.type_id, individual.business_id) == ("1", "3")
    assert "Cummerata" not in repr(individual)


async def test_a_list_without_end_is_read_for_so_long_only(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    route = respx_mock.get(f"{API}/bookings").mock(
        return_value=answer("bookings", INDIVIDUAL, following=f"{API}/bookings?page=2")
    )
    assert await list_bookings(cliniko, "7", SINCE, UNTIL)
    assert route.call_count == 3


@pytest.mark.parametrize(
    "change",
    [
        {"cancelled_at": "2026-11-25T00:00:00Z"},
        {"archived_at": "2026-11-25T00:00:00Z"},
        {"deleted_at": "2026-11-25T00:00:00Z"},
        {"practitioner": link("practitioners", "8")},
        {"starts_at": None},
        {"starts_at": "soon"},
        {"patient": None},
        {"patient": {"links": {"self": "patients/x"}}},
    ],
)
async def test_what_is_no_appointment_of_theirs_is_none(change: dict[str, object]) -> None:
    assert read_booking(INDIVIDUAL | change, "7") is None


@pytest.mark.parametrize("user", [link("users", "5"), None])
async def test_a_users_practitioner_is_found(
    respx_mock: respx.MockRouter, cliniko: Cliniko, user: dict[str, object] | None
) -> None:
    respx_mock.get(f"{API}/practitioners").mock(
        return_value=answer("practitioners", {"id": "6", "user": link("users", "4")}, {"id": "7", "user": user})
    )
    assert await find_practitioner_id(cliniko, "5") == "7"
    assert respx_mock.calls.last.request.url.params["q[]"] == "user_id:=5"


async def test_who_is_no_practitioner_is_none(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/practitioners").mock(
        return_value=answer("practitioners", {"id": "6", "user": link("users", "4")})
    )
    assert await find_practitioner_id(cliniko, "5") is None


async def test_names_are_read_by_id_and_what_cannot_be_read_is_left_out(
    respx_mock: respx.MockRouter, cliniko: Cliniko
) -> None:
    kinds = [{"id": 1, "name": "Check-up", "telehealth_enabled": True}, {"id": "2", "name": None}, {"name": "x"}, []]
    respx_mock.get(f"{API}/appointment_types").mock(return_value=answer("appointment_types", *kinds))
    found = await list_appointment_types(cliniko)
    assert {id_: (each.name, each.is_telehealth) for id_, each in found.items()} == {
        "1": ("Check-up", True),
        "2": ("", False),
    }
    places = [{"id": "3", "business_name": "Harbour"}, {"id": 4, "business_name": "", "display_name": "Manly"}]
    respx_mock.get(f"{API}/businesses").mock(return_value=answer("businesses", *places, None))
    assert await list_business_names(cliniko) == {"3": "Harbour", "4": "Manly"}


async def test_patients_are_asked_for_at_once_and_at_most_a_hundred(
    respx_mock: respx.MockRouter, cliniko: Cliniko
) -> None:
    assert await list_patients(cliniko, []) == {}
    route = respx_mock.get(f"{API}/patients").mock(
        return_value=answer("patients", {"id": 7, "first_name": "Ada"}, {"first_name": "Nobody"})
    )
    found = await list_patients(cliniko, [str(number % 150) for number in range(300)])
    assert {id_: patient.first_name for id_, patient in found.items()} == {"7": "Ada"}
    filters = route.calls.last.request.url.params.get_list("q[]")
    assert filters == ["id:=" + ",".join(str(number) for number in range(100)), "archived_at:*"]


@pytest.mark.parametrize("body", [{}, [], {"bookings": None}, {"bookings": {}}])
async def test_what_is_no_list_is_malformed(respx_mock: respx.MockRouter, cliniko: Cliniko, body: object) -> None:
    respx_mock.get(f"{API}/bookings").respond(json=body)
    with pytest.raises(MalformedAnswer):
        await list_bookings(cliniko, "7", SINCE, UNTIL)
