"""Two things at once around a leaver: whichever comes first counts, and nothing is left behind."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from tests.clients.arrange import run_beside
from tests.delivery.arrange import change, query, row
from tests.fakes.cliniko import FakeCliniko
from tests.leaving.arrange import end, membership_of
from tests.programs.arrange import open_editor
from tests.support import PASSWORD, Browser, Clinic, Page, send_pdf

PRESIGN = "/v1/patients/*/attachment_presigned_post"
HOLD_MEMBER = "SELECT 1 FROM memberships WHERE id = :id FOR UPDATE"
HOLD_PRACTICE = "SELECT 1 FROM practices WHERE id = (SELECT practice_id FROM memberships WHERE id = :id) FOR UPDATE"


def at_once(
    database: sa.Engine, held: str, membership_id: str, calls: dict[str, Callable[[], Page]]
) -> dict[str, Page]:
    """Start calls in this order while what they need is held, and then let them go on."""
    with database.begin() as connection:
        connection.execute(sa.text(held), {"id": membership_id})
        answers = run_beside(database, *calls.values())
        connection.commit()
        return dict(zip(calls, answers(), strict=True))


def in_order(first: str, calls: dict[str, Callable[[], Page]]) -> dict[str, Callable[[], Page]]:
    return dict(sorted(calls.items(), key=lambda each: each[0] != first))


def active_members(database: sa.Engine, membership_id: str) -> list[Any]:
    """Id and role of whoever is active in the practice of this membership."""
    return query(
        database,
        "SELECT m.id, m.role FROM memberships m JOIN memberships mine USING (practice_id) "
        "WHERE mine.id = :id AND m.ended_at IS NULL ORDER BY m.role",
        id=membership_id,
    )


@pytest.mark.parametrize("first", ["assign", "remove"])
def test_case_7_a_program_assigned_while_its_author_is_removed_is_handed_on_or_refused(
    first: str, ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient()
    client = ben.open_patient(patient).path
    editor = open_editor(ben, client).path
    id_ = membership_of(ana, "Ben Cole")
    ana.get("/account/sharing")
    box = ana.page.soup.find("input", {"name": "made_by"}) if ana.page else None
    assert box is not None
    anas = uuid.UUID(str(box["value"]))
    form = {"title": "Knees", "note": "", "slug-0": "pendulum-swing", "revision": "0", "action": "assign"}
    calls = {
        "assign": lambda: ben.post(editor, form),
        "remove": lambda: ana.post(f"/account/team/{id_}/remove", {"successor": str(anas)}),
    }
    answers = at_once(database, HOLD_MEMBER, id_, in_order(first, calls))
    assert "no longer has access" in answers["remove"].text
    ana.run_jobs(hurry=True, rounds=4)
    deliveries = query(database, "SELECT state, membership_id FROM deliveries WHERE client_id = :c", c=client[-36:])
    if first == "assign":
        assert [tuple(each) for each in deliveries] == [("delivered", anas)]
        assert "Version 1" in ana.get(client).text
    else:
        assert answers["assign"].h1 == "Sign in to continue" and not deliveries
        assert "Version 1" not in ana.get(client).text
    assert not query(database, "SELECT 1 FROM clients WHERE owner_id = :id", id=id_)


def test_case_7_a_click_under_way_at_cliniko_makes_no_client_of_who_was_removed_meanwhile(
    ana: Browser, ben: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient, id_ = clinic.add_patient(), membership_of(ana, "Ben Cole")
    hold = cliniko.hold("GET", f"/v1/patients/{patient}", when="after")
    answers: list[Page] = []
    click = threading.Thread(target=lambda: answers.append(ben.open_patient(patient)))
    click.start()
    assert hold.reached.wait(10)
    end(ana, "Ben Cole")
    hold.release()
    click.join(20)
    assert answers[0].path == "/sign-in"
    assert not query(database, "SELECT 1 FROM clients WHERE owner_id = :id", id=id_)
    assert ana.open_patient(patient).h1 == "Olivia Hart"


def test_case_7_a_key_checked_while_its_owner_is_removed_is_not_saved(
    ana: Browser, ben: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    id_ = membership_of(ana, "Ben Cole")
    hold = cliniko.hold("GET", "/v1/user", when="after")
    saving = threading.Thread(target=lambda: ben.post("/account/settings", {"api_key": clinic.ben.key}))
    saving.start()
    assert hold.reached.wait(10)
    end(ana, "Ben Cole")
    hold.release()
    saving.join(20)
    assert not query(database, "SELECT 1 FROM connections WHERE membership_id = :id", id=id_)


@contextmanager
def worker(browser: Browser) -> Iterator[None]:
    """Run the jobs that are due beside the block and wait for their end after it."""
    thread = threading.Thread(target=browser.run_jobs)
    thread.start()
    try:
        yield
    finally:
        thread.join(30)


@pytest.mark.parametrize(
    ("answer", "how"), [("done", "Remove"), ("refused", "Remove"), ("refused", "Deactivate"), ("killed", "Deactivate")]
)
def test_case_7_a_file_being_sent_when_its_sender_leaves_arrives_once(
    answer: str, how: str, ana: Browser, ben: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient()
    delivery_id = send_pdf(ben, ben.open_patient(patient).path)
    if answer == "refused":
        clinic.ben.key_archived = True
    if answer == "killed":
        change(database, "UPDATE deliveries SET state = 'uploading', claim = 3 WHERE id = :id", id=delivery_id)
        end(ana, "Ben Cole", how, to="Ana Ruiz")
        change(database, "UPDATE deliveries SET started_at = now() - interval '1 hour' WHERE id = :id", id=delivery_id)
        ana.run_job("delivery.find_forgotten", timestamp=0)
    else:
        hold = cliniko.hold("GET", PRESIGN, when="after")
        with worker(ana):
            assert hold.reached.wait(10)
            end(ana, "Ben Cole", how, to="Ana Ruiz")
            hold.release()
    ana.run_job("leaving.find_left_behind", timestamp=0)
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"
    assert len(clinic.state.files_of(patient)) == 1


def test_case_7_a_worker_that_takes_a_delivery_up_amid_the_leaving_does_not_use_the_leavers_key(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient, id_ = clinic.add_patient(), membership_of(ana, "Ben Cole")
    client = ben.open_patient(patient).path
    ben.run_jobs()
    delivery_id = send_pdf(ben, client)
    anas = next(each.id for each in active_members(database, id_) if each.role == "owner")
    clinic.ben.key_archived = True
    held = sa.text("SELECT 1 FROM deliveries WHERE id = :id FOR UPDATE")
    with database.begin() as connection:
        connection.execute(held, {"id": delivery_id})
        successor = {"successor": str(anas)}
        done = run_beside(
            database, lambda: ana.post(f"/account/team/{id_}/deactivate", successor), lambda: ben.run_jobs()
        )
        connection.commit()
        done()
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"
    attempts = query(database, "SELECT result FROM delivery_attempts WHERE delivery_id = :id", id=delivery_id)
    assert attempts and {each.result for each in attempts} == {"done"}


def test_of_two_admins_who_remove_each_other_at_once_one_does(ana: Browser, database: sa.Engine) -> None:
    leads = {name: ana.invite_colleague(name=name) for name in ("Kim Adler", "Lee Okafor")}
    ids = {name: membership_of(ana, name) for name in leads}
    for name, id_ in ids.items():
        ana.get(f"/account/team/{id_}")
        assert "saved" in ana.press("Save role", **{"Role at": "admin"}).text, name
    calls: dict[str, Callable[[], Page]] = {
        "Kim": lambda: leads["Kim Adler"].post(f"/account/team/{ids['Lee Okafor']}/remove"),
        "Lee": lambda: leads["Lee Okafor"].post(f"/account/team/{ids['Kim Adler']}/remove"),
    }
    answers = at_once(database, HOLD_PRACTICE, ids["Kim Adler"], calls)
    assert "no longer has access" in answers["Kim"].text
    assert (
        answers["Lee"].status == 403 and "You are no longer an owner or admin of this practice" in answers["Lee"].text
    )
    assert [each.role for each in active_members(database, ids["Kim Adler"])] == ["admin", "owner"]
    assert "Kim Adler" in ana.get("/account/team").text


def test_of_two_who_remove_the_same_colleague_at_once_one_does_and_clients_go_where_it_says(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    kim = ana.invite_colleague(name="Kim Adler")
    bens, kims = membership_of(ana, "Ben Cole"), membership_of(ana, "Kim Adler")
    ana.get(f"/account/team/{kims}")
    ana.press("Save role", **{"Role at": "admin"})
    client = ben.open_patient(clinic.add_patient()).path[-36:]
    anas = next(each.id for each in active_members(database, kims) if each.role == "owner")
    calls: dict[str, Callable[[], Page]] = {
        "Kim": lambda: kim.post(f"/account/team/{bens}/remove", {"successor": kims}),
        "Ana": lambda: ana.post(f"/account/team/{bens}/deactivate", {"successor": str(anas)}),
    }
    answers = at_once(database, HOLD_PRACTICE, kims, calls)
    assert "no longer has access" in answers["Kim"].text and answers["Ana"].status == 404
    assert query(database, "SELECT owner_id FROM clients WHERE id = :c", c=client)[0].owner_id == uuid.UUID(kims)
    assert query(database, "SELECT ended_as FROM memberships WHERE id = :b", b=bens)[0].ended_as == "removed"


def test_saving_a_choice_to_share_with_a_leaver_and_the_leaving_do_not_wait_for_each_other(
    ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    kim = ana.invite_colleague(name="Kim Adler")
    lee = ana.invite_colleague(name="Lee Okafor")
    bens, kims = membership_of(ana, "Ben Cole"), membership_of(ana, "Kim Adler")
    choice = {"rule": "chosen", "colleague": bens}
    assert "saved" in lee.post("/account/sharing", choice).text
    end(ana, "Kim Adler", "Deactivate")
    assert kim.get("/clients").path == "/sign-in"
    change(database, "UPDATE memberships SET handed_to_id = :ben WHERE id = :kim", ben=bens, kim=kims)
    calls: dict[str, Callable[[], Page]] = {
        "remove": lambda: ana.post(f"/account/team/{bens}/remove"),
        "save": lambda: lee.post("/account/sharing", choice),
    }
    # The removal has begun and is held at what Ben took over from Kim.
    answers = at_once(database, HOLD_MEMBER, kims, calls)
    assert "no longer has access" in answers["remove"].text and answers["save"].status == 200


@pytest.mark.parametrize("first", ["pass on", "remove"])
def test_a_practice_keeps_one_owner_when_the_new_one_is_removed_at_once(
    first: str, ana: Browser, database: sa.Engine
) -> None:
    leads = {name: ana.invite_colleague(name=name) for name in ("Kim Adler", "Lee Okafor")}
    ids = {name: membership_of(ana, name) for name in leads}
    ana.get(f"/account/team/{ids['Kim Adler']}")
    ana.press("Save role", **{"Role at": "admin"})
    calls = {
        "pass on": lambda: ana.post("/account/team/ownership", {"colleague": ids["Lee Okafor"], "password": PASSWORD}),
        "remove": lambda: leads["Kim Adler"].post(f"/account/team/{ids['Lee Okafor']}/remove"),
    }
    answers = at_once(database, HOLD_PRACTICE, ids["Kim Adler"], in_order(first, calls))
    members = active_members(database, ids["Kim Adler"])
    if first == "pass on":
        assert "Ownership is transferred." in answers["pass on"].text and answers["remove"].status == 403
        assert [(str(each.id) == ids["Lee Okafor"]) for each in members if each.role == "owner"] == [True]
    else:
        assert answers["pass on"].status == 409
        assert len(members) == 2
    assert [each.role for each in members].count("owner") == 1
