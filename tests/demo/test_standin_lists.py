"""The stand-in's lists are paged, filtered and sorted as Cliniko's, and its log counts every call."""

import time
from datetime import timedelta

import pytest

from tests.demo.world import World


def test_lists_come_in_pages_tied_by_links(world: World) -> None:
    for number in range(6):
        world.state.add_patient(world.account, f"Number {number}", "Test")
    seen, url = [], "/patients?per_page=3"
    while url:
        page = world.api.get(url).json()
        assert page["total_entries"] == 7
        seen.append([patient["first_name"] for patient in page["patients"]])
        url = page["links"].get("next")
    assert [len(names) for names in seen] == [3, 3, 1]
    assert seen[0][0] == "Olivia"
    assert page["links"]["previous"].startswith(world.fake.api_url)


def test_a_page_holds_50_unless_asked_and_100_at_most(world: World) -> None:
    for number in range(119):
        world.state.add_patient(world.account, f"Number {number}", "Test")
    sizes = [len(world.api.get("/patients", params=p).json()["patients"]) for p in ({}, {"per_page": 500})]
    assert sizes == [50, 100]


def test_next_keeps_the_filters(world: World) -> None:
    for number in range(4):
        world.state.add_patient(world.account, f"Number {number}", "Test")
    page = world.api.get("/patients", params={"q[]": "last_name:=Test", "per_page": 2}).json()
    following = world.api.get(page["links"]["next"]).json()
    assert [p["first_name"] for p in following["patients"]] == ["Number 2", "Number 3"]
    assert "next" not in following["links"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["description:=mark-1"], {"mark-1"}),
        (["description:=mark"], set()),
        (["description:!=mark-1"], {"other mark-2"}),
        (["description:~mark"], {"mark-1", "other mark-2"}),
        (["description:~~mark%"], {"mark-1"}),
        (["description:~mark", "filename:=plan.pdf"], {"mark-1", "other mark-2"}),
        (["filename:=other.pdf"], set()),
        (["size:>5"], {"mark-1", "other mark-2"}),
        (["size:<=5"], set()),
        (["patient_id:=1,2"], set()),
        (["description:?"], set()),
        (["description:!?"], {"mark-1", "other mark-2"}),
        (["created_at:>2014-08-30T18:00:00Z"], {"mark-1", "other mark-2"}),
        (["created_at:<2014-08-30T18:00:00Z"], set()),
    ],
)
def test_files_are_found_by_filters(world: World, filters: list[str], found: set[str]) -> None:
    world.add_file("mark-1")
    world.add_file("other mark-2")
    mine = f"patient_id:={world.patient.id}"
    answer = world.api.get("/patient_attachments", params={"q[]": [mine, *filters]}).json()
    assert {file["description"] for file in answer["patient_attachments"]} == found


def test_a_patient_changed_later_is_found_by_updated_at(world: World) -> None:
    later = world.state.clock() + timedelta(minutes=5)
    world.state.clock = lambda: later
    changed = world.state.add_patient(world.account, "Ben", "Ito", updated_at=later - timedelta(hours=1))
    world.state.update_patient(changed.id, email="ben@example.com")
    since = (later - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = world.api.get("/patients", params={"q[]": f"updated_at:>{since}"}).json()
    assert [patient["id"] for patient in answer["patients"]] == [changed.id]


def test_lists_are_sorted_on_request(world: World) -> None:
    world.state.add_patient(world.account, "Zoe", "Adams")
    answer = world.api.get("/patients", params={"sort": "first_name:desc"}).json()
    assert [patient["first_name"] for patient in answer["patients"]] == ["Zoe", "Olivia"]


@pytest.mark.parametrize(
    "asked",
    [{"q[]": "secret:=1"}, {"q[]": "nonsense"}, {"q[]": "created_at:>yesterday"}, {"page": "0"}, {"sort": "x"}],
)
def test_a_list_asked_for_wrongly_is_refused(world: World, asked: dict[str, str]) -> None:
    assert world.api.get("/patients", params=asked).status_code == 400


def test_the_log_counts_calls_and_measures_them_without_their_words(world: World) -> None:
    world.api.get("/patients", params={"q[]": "last_name:=Hart"})
    world.add_file("about Olivia")
    (listed,) = world.fake.calls("GET", "/v1/patients")
    (recorded,) = world.fake.calls("POST", "/v1/patient_attachments")
    assert (listed.status, listed.user_id, recorded.status) == (200, world.user.id, 201)
    assert 0 < recorded.seconds < 5
    assert listed.at < recorded.at < time.monotonic()
    assert len(world.fake.calls("POST", "/bucket/")) == 1
    assert len(world.fake.calls("GET", "/v1/patients/*/attachment_presigned_post")) == 1
    assert "Hart" not in repr(world.fake.log)
    assert "Olivia" not in repr(world.fake.log)
