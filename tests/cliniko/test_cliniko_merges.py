"""Merged patients lead to the one who remains, through chains, loops and dead ends (case 11)."""

import httpx
import pytest
import respx

from app.cliniko.client import Cliniko
from app.cliniko.errors import ServerTrouble

from .samples import API, merged_json, patient_json

pytestmark = pytest.mark.anyio


def serve(router: respx.MockRouter, *patients: dict[str, object]) -> None:
    for patient in patients:
        router.get(f"{API}/patients/{patient['id']}").respond(json=patient)


async def ends(cliniko: Cliniko, patient_id: str, **options: int) -> tuple[str, tuple[str, ...]]:
    trail = await cliniko.follow_merges(await cliniko.get_patient(patient_id), **options)
    return trail.survivor.id, trail.passed_ids


async def test_a_patient_never_merged_survives_without_another_request(
    respx_mock: respx.MockRouter, cliniko: Cliniko
) -> None:
    serve(respx_mock, patient_json("1"))
    assert await ends(cliniko, "1") == ("1", ())
    assert respx_mock.calls.call_count == 1


async def test_a_chain_of_merges_ends_at_its_last_patient(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    serve(respx_mock, merged_json("1", into="2"), merged_json("2", into="3"), patient_json("3"))
    assert await ends(cliniko, "1") == ("3", ("1", "2"))
    assert respx_mock.calls.call_count == 3


@pytest.mark.parametrize("entry", ["1", "2", "3"])
async def test_a_loop_ends_at_the_target_of_its_latest_merge(
    respx_mock: respx.MockRouter, cliniko: Cliniko, entry: str
) -> None:
    respx_mock._assert_all_called = False
    serve(
        respx_mock,
        merged_json("1", into="2", at="2024-01-01T00:00:00Z"),
        merged_json("2", into="3", at="2024-03-01T00:00:00Z"),
        merged_json("3", into="1", at="2024-02-01T00:00:00Z"),
    )
    survivor, passed = await ends(cliniko, entry)
    assert survivor == "3"
    assert set(passed) == {"1", "2"}


@pytest.mark.parametrize("entry", ["9", "10"])
async def test_a_loop_of_equal_times_ends_at_the_smallest_id(
    respx_mock: respx.MockRouter, cliniko: Cliniko, entry: str
) -> None:
    serve(respx_mock, merged_json("9", into="10"), merged_json("10", into="9"))
    assert (await ends(cliniko, entry))[0] == "9"


async def test_a_loop_entered_from_outside_never_ends_outside(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    serve(
        respx_mock,
        merged_json("1", into="2", at="2025-01-01T00:00:00Z"),
        merged_json("2", into="3", at="2024-01-01T00:00:00Z"),
        merged_json("3", into="2", at="2023-01-01T00:00:00Z"),
    )
    assert await ends(cliniko, "1") == ("3", ("1", "2"))


async def test_a_patient_merged_into_itself_survives(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    serve(respx_mock, merged_json("4", into="4"))
    assert await ends(cliniko, "4") == ("4", ())


async def test_a_dead_end_leaves_the_last_visible_patient(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    serve(respx_mock, merged_json("1", into="2"), merged_json("2", into="3"))
    respx_mock.get(f"{API}/patients/3").respond(404)
    assert await ends(cliniko, "1") == ("2", ("1",))


async def test_trouble_on_the_way_is_not_a_dead_end(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    serve(respx_mock, merged_json("1", into="2"))
    respx_mock.get(f"{API}/patients/2").respond(503)
    with pytest.raises(ServerTrouble):
        await ends(cliniko, "1")


async def test_no_more_merges_are_followed_than_the_limit(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    serve(respx_mock, *(merged_json(str(n), into=str(n + 1)) for n in range(1, 4)))
    assert await ends(cliniko, "1", limit=2) == ("3", ("1", "2"))


async def test_ten_merges_are_followed_by_default(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        patient_id = int(request.url.path.rpartition("/")[2])
        return httpx.Response(200, json=merged_json(str(patient_id), into=str(patient_id + 1)))

    respx_mock.get(url__startswith=f"{API}/patients/").mock(side_effect=answer)
    assert (await ends(cliniko, "100"))[0] == "110"
