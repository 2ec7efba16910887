"""Whatever host a request names, what we mail leads to the public address."""

import re

import sqlalchemy as sa

from tests.alerts.arrange import rows
from tests.support import PASSWORD, Browser, Clinic

HOSTILE = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
HOSTILE |= {"x-original-url": "/evil", "x-forwarded-proto": "https", "x-host": "evil.example"}


def test_no_mail_and_no_page_leads_to_the_host_a_request_names(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    ben.open_patient(patient)
    email = ana.another().sign_up(name="Dana Whitfield")
    before = rows(database, "SELECT id FROM outgoing_mails")
    taken = {"name": "Eve", "email": email, "password": PASSWORD + " not", "practice_name": "B", "country": "AU"}
    stranger = ana.another()
    answers = [
        ana.send("POST", "/account/team", data={"email": "new@practice.example", "role": "admin"}, headers=HOSTILE),
        ben.send("POST", "/open/cliniko/request-access", data={"patient_id": patient}, headers=HOSTILE),
        stranger.send("POST", "/reset-password", data={"email": email}, headers=HOSTILE),
        stranger.send("POST", "/sign-up", data=taken, headers=HOSTILE),
        ana.send("GET", "/account/team", headers=HOSTILE),
        ana.send("GET", "/account/settings", headers=HOSTILE),
    ]
    for answer in answers:
        assert answer.status < 500
        assert "evil" not in answer.content.decode() + answer.headers.get("location", ""), answer.url
    old = {row.id for row in before}
    texts = [row.text for row in rows(database, "SELECT id, text FROM outgoing_mails") if row.id not in old]
    links = [link for text in texts for link in re.findall(r"https?://[^/\s]+", text)]
    assert len(texts) >= 3 and set(links) == {"http://testserver"}
