"""Every route and every field has its row here: who may use it, and that ids of others in it open nothing."""

import re
import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support import Browser, Clinic
from tests.test_access import OF_MEMBERS, ROUTES, fingerprint, ids_of_ana, openapi

__all__ = ["ids_of_ana"]  # a fixture

# Ids in paths that the walks of tests/test_access.py do not have: where theirs are tried.
TRIED_ELSEWHERE = {
    "note_id": "tests/clients/test_requests.py",
    "combination_id": "tests/clients/test_combining.py",
    "token": "tests/security/test_signed_links.py",
    **dict.fromkeys(("day", "name"), "tests/test_access.py"),
    "guide_page": "tests/guide/test_pages.py",
}

# Of owners and admins alone, or the owner alone. Everybody else gets 403, or 404 where even that there is such a page
# is not for them; every other route is every member's, and says itself what of it is theirs.
LEADS = {
    ("POST", "/account/team"),
    ("POST", "/account/team/send-again"),
    ("POST", "/account/team/withdraw"),
    ("GET", "/account/team/ownership"),
    ("POST", "/account/team/ownership"),
    ("GET", "/account/team/{membership_id}"),
    ("POST", "/account/team/{membership_id}/role"),
    ("POST", "/account/team/{membership_id}/reactivate"),
    ("GET", "/account/team/{membership_id}/deactivate"),
    ("POST", "/account/team/{membership_id}/deactivate"),
    ("GET", "/account/team/{membership_id}/remove"),
    ("POST", "/account/team/{membership_id}/remove"),
    ("POST", "/account/letterhead"),
    ("GET", "/account/practice/signing-in"),
    ("POST", "/account/practice/signing-in"),
    ("POST", "/account/alerts/quiet-hours"),
    ("GET", "/account/sharing/practice"),
    ("POST", "/account/sharing/practice"),
    ("GET", "/account/activity"),
    ("GET", "/account/activity.csv"),
    ("GET", "/account/activity/keeping"),
    ("POST", "/account/activity/keeping"),
    ("POST", "/account/practice/settings"),
    ("POST", "/account/settings/wrong-clinic"),
    ("POST", "/account/practice/discount"),
    *(("GET", f"/account/data{end}") for end in ("", "/unseen")),
    *(("POST", f"/account/data/{end}") for end in ("find", "export", "erasure", "erasure/withdraw", "unseen")),
    ("GET", "/clients/{client_id}/record"),
    ("GET", "/clients/{client_id}/record.csv"),
    ("POST", "/clients/{client_id}/erasure"),
    ("POST", "/clients/{client_id}/erasure/withdraw"),
}
# What every member has, about themselves or the practice; what has an id in the path: tests/test_access.py.
EVERYBODYS = {
    *(("GET", f"/account{end}") for end in ("", "/settings", "/team", "/security", "/security/two-factor", "/alerts")),
    *(("GET", f"/account{end}") for end in ("/sharing", "/letterhead", "/letterhead/example.pdf")),
    *(("GET", f"/account/{end}") for end in ("letterhead/logo.png", "practice/settings", "practice/discount")),
    *(("POST", f"/account{end}") for end in ("/practice", "/settings", "/settings/title", "/settings/remove-key")),
    *(("POST", f"/account/security/{end}") for end in ("password", "email", "sign-out", "sign-out-elsewhere")),
    *(
        ("POST", f"/account/{end}")
        for end in ("security/two-factor", "security/two-factor/confirm", "sharing", "alerts")
    ),
    *(("GET", path) for path in ("/alerts", "/clients", "/clients/new", "/deliveries", "/deliveries.csv")),
    *(("POST", path) for path in ("/alerts/read", "/clients/new", "/deliveries/retry", "/templates", "/exercises/new")),
    *(("GET", f"/exercises{end}") for end in ("", "/new", "/archived", "/import", "/import/empty.csv", "/export.csv")),
    *(("GET", path) for path in ("/exercises/export.zip", "/programs/library", "/templates", "/templates/new")),
    ("POST", "/exercises/import"),
    *(("GET", f"/today{end}") for end in ("", "/appointments", "/test-page")),
    *(("POST", f"/today/{end}") for end in ("read", "hide-first-steps", "show-first-steps", "test-page")),
    *(("GET", f"/open/cliniko{end}") for end in ("", "/", "/asked")),
    *(("POST", f"/open/cliniko/{end}") for end in ("choose", "request-access")),
    *((method, "/access-requests/{token}") for method in ("GET", "POST")),
}


def has_id(path: str) -> bool:
    return bool(re.search(r"\{(\w*_id|slug|key)", path))


def test_every_route_has_its_row() -> None:
    """Who adds a route says here whose it is."""
    without_id = {(method, path) for method, path in OF_MEMBERS if not has_id(path)}
    assert without_id - LEADS - EVERYBODYS == set(), "routes nobody has said anything about"
    assert (LEADS | EVERYBODYS) - set(ROUTES) == set(), "routes that are no more"
    assert set() == LEADS & EVERYBODYS


def test_every_id_in_a_path_is_tried(ids_of_ana: dict[str, str]) -> None:
    names = {name for _, path in ROUTES for name in re.findall(r"\{(\w+)", path)}
    assert names - ids_of_ana.keys() - TRIED_ELSEWHERE.keys() == set()


def test_what_is_for_owners_and_admins_is_refused_to_a_practitioner_and_changes_nothing(
    ben: Browser, ids_of_ana: dict[str, str], database: sa.Engine
) -> None:
    before = fingerprint(database)
    for method, pattern in sorted(LEADS):
        path = re.sub(r"\{(\w+)\}", lambda found: ids_of_ana[found[1]], pattern)
        typed = {"role": "admin", "email": "x@practice.example", "years": "1", "rule": "practice", "access": "edit"}
        data = {**typed, "action": "save", "idle_minutes": "60", "sign_in_hours": "24", "colour": "#14595a"}
        assert ben.send(method, path, data=data if method == "POST" else None).status in (403, 404), f"{method} {path}"
    assert fingerprint(database) == before


# Fields of forms and queries that hold an id, and of what.
OF_CLIENTS = {"client_id": "client_id", "other": "client_id", "client": "client_id", "program": "program_id"}
OF_CLIENTS |= {"source": "program_id", "id": "delivery_id", "copy": "slug"}
OF_PRACTICES = {
    "colleague": "membership_id",
    "successor": "membership_id",
    "to": "membership_id",
    "who": "membership_id",
}
OF_PRACTICES |= {"invitation_id": "invitation_id", "session_id": "session_id", "practice_id": "practice_id"}
OF_PRACTICES |= {"practice": "practice_id", "template": "key"}
PLAIN = """
name email password practice_name country next kept shared api_key action title role new_password
current_password new_email ticket code two_factor idle_minutes sign_in_hours mails is_on quiet_from quiet_until
q page rule access until keeps_sight field theirs restore seen region goal equipment position difficulty only
favourite v check problem state confirm_archived replaces notes revision for_whom day answer done pain_before
pain_after comment was_done was_pain_before was_pain_after was_comment version retried age which programs years
after kind from patient_id
time_zone patient_word paper code patient export_password erase_password typed_name unseen_years
"""


def fields_of_routes() -> dict[tuple[str, str], set[str]]:
    """The fields each route takes, of its query and of its form."""
    schema = openapi()
    found: dict[tuple[str, str], set[str]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            names = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
            for content in operation.get("requestBody", {}).get("content", {}).values():
                model = content["schema"].get("$ref", "").rpartition("/")[2]
                names |= set(schema["components"]["schemas"].get(model, {}).get("properties", ()))
            found[method.upper(), path] = names
    return found


FIELDS = fields_of_routes()


def test_every_field_is_known_as_an_id_or_as_none() -> None:
    """Who adds a field says here whether it holds an id: those are tried with somebody else's."""
    names = set().union(*FIELDS.values())
    assert names - set(PLAIN.split()) - OF_CLIENTS.keys() - OF_PRACTICES.keys() == set()


def practice_of(database: sa.Engine, client_id: str) -> str:
    """The id of a client's practice."""
    with database.connect() as connection:
        found = connection.execute(sa.text("SELECT practice_id FROM clients WHERE id = :id"), {"id": client_id})
        return str(found.scalar_one())


def rows_of_practice(database: sa.Engine, practice_id: str) -> dict[str, Any]:
    """A digest of every row of one practice, but for the record and who was last seen when."""
    tables = sa.inspect(database)
    with database.connect() as connection:
        return {
            name: connection.execute(
                sa.text(f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {name} t WHERE practice_id = :id"),
                {"id": practice_id},
            ).scalar_one()
            for name in tables.get_table_names()
            if name != "audit_events" and any(each["name"] == "practice_id" for each in tables.get_columns(name))
        }


# What gets a request as far as it goes.
LIKELY = {"action": "save", "access": "edit", "rule": "chosen", "state": "failed", "which": "all", "name": "Mine"}
LIKELY |= {"field": "email", "revision": "0", "until": "", "role": "admin", "q": "oliv"}


@pytest.mark.parametrize("who", ["another practice", "a colleague"])
def test_ids_of_others_in_queries_and_forms_open_and_change_nothing(
    who: str, ana: Browser, ben: Browser, clinic: Clinic, ids_of_ana: dict[str, str], database: sa.Engine
) -> None:
    stranger, fields = ben, OF_CLIENTS
    if who == "another practice":
        stranger, fields = ana.another(), OF_CLIENTS | OF_PRACTICES
        stranger.sign_up(name="Cleo Marsh", practice="Riverside Podiatry")
        stranger.save_key(clinic.ben.key)
    client = stranger.open_patient(clinic.add_patient("Noah", "Webb")).path
    stranger.get(client)
    own = {"client_id": client.rpartition("/")[2], "program_id": stranger.press("New program").path.split("/")[4]}
    own["slug"] = stranger.post("/exercises/new", {"name": f"Own of {who}"}).path.rpartition("/")[2]
    ana.invite("somebody@practice.example")
    invitation = ana.page.soup.find("input", {"name": "invitation_id"}) if ana.page else None
    sessions = ana.get("/account/security").soup.find("input", {"name": "session_id"})
    assert invitation is not None
    theirs = ids_of_ana | {
        "invitation_id": invitation["value"],
        "practice_id": practice_of(database, ids_of_ana["client_id"]),
    }
    theirs["session_id"] = str(sessions["value"]) if sessions is not None else str(uuid.uuid4())
    before = rows_of_practice(database, theirs["practice_id"])
    tried = 0
    for (method, pattern), names in FIELDS.items():
        for name in names & fields.keys():
            path = re.sub(r"\{(\w+)\}", lambda found: own.get(found[1], str(uuid.uuid4())), pattern)
            sent = {each: LIKELY[each] for each in names & LIKELY.keys()} | {name: theirs[fields[name]]}
            sent |= {"client_id": own["client_id"]} if "client_id" in names and name != "client_id" else {}
            if method == "POST":
                answer = stranger.send("POST", path, data=sent)
            else:
                answer = stranger.send("GET", str(stranger.server.build_request("GET", path, params=sent).url))
            where = f"{method} {pattern} {name}"
            assert answer.status < 500, where
            assert "Olivia" not in answer.content.decode(), where
            tried += 1
    assert tried > (30 if who == "another practice" else 10)
    changed = {name for name, rows in rows_of_practice(database, theirs["practice_id"]).items() if rows != before[name]}
    allowed = (
        {"programs", "templates", "exercises"} if who == "a colleague" else set()
    )  # Ben's own, in the same practice
    assert changed <= allowed
