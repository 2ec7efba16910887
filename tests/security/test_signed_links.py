"""What we signed is good for what it was signed for, unaltered, and for nothing else."""

import re
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

import app
from app.accounts.colleagues.invitations import INVITATION_PURPOSE
from app.accounts.security.resets import RESET_PURPOSE
from app.accounts.sessions import COOKIE_PURPOSE
from app.clients.request_queries import REQUEST_PURPOSE
from app.crypto import Vault
from tests.conftest import SECRET
from tests.programs.arrange import start_from_template
from tests.support import Browser, Clinic

VAULT = Vault([SECRET])


def altered(signed: str) -> list[str]:
    """The text with one character another one, at every fifth place, without its end, and doubled."""
    places = range(0, len(signed) - 1, 5)  # of the very last letter not every bit counts
    changed = [signed[:at] + ("B" if signed[at] != "B" else "C") + signed[at + 1 :] for at in places]
    return [*changed, signed[:-1], signed.rpartition(".")[0] or "x", signed + signed, signed.swapcase()]


def test_each_purpose_has_a_word_of_its_own() -> None:
    text = "\n".join(path.read_text() for path in Path(app.__path__[0]).rglob("*.py"))
    words = re.findall(r"^\w*PURPOSE = \"(.+)\"", text, re.M)
    assert len(words) >= 8 and len(set(words)) == len(words)


def test_an_altered_cookie_signs_nobody_in(ana: Browser) -> None:
    cookie = ana.cookies["kinebridge"]
    for value in altered(cookie):
        stranger = ana.another()
        stranger.cookies = {"kinebridge": value}
        assert stranger.get("/clients").path == "/sign-in", value


def signed_values(database: sa.Engine, email: str, invitation: str) -> dict[str, str]:
    """Values such as are signed, each for another purpose than it is used for below."""
    with database.connect() as connection:
        query = sa.text("SELECT id FROM practitioners WHERE email = :email")
        person = str(connection.execute(query, {"email": email}).scalar_one())
    session = VAULT.unsign(invitation, purpose=INVITATION_PURPOSE)
    assert session is not None
    return {"person": person, "invitation": session}


def test_a_link_for_one_purpose_opens_nothing_else(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    invitation = browser.invite().rpartition("/")[2]
    values = signed_values(database, email, invitation)
    cookie = browser.cookies["kinebridge"]
    token = VAULT.unsign(cookie, purpose=COOKIE_PURPOSE)
    assert token is not None
    stranger = browser.another()
    for purpose in (INVITATION_PURPOSE, RESET_PURPOSE, REQUEST_PURPOSE, "second-step", "kinebridge"):
        stranger.cookies = {"kinebridge": VAULT.sign(token, purpose=purpose)}
        assert stranger.get("/clients").path == "/sign-in", purpose
    stranger.cookies = {"kinebridge": token}
    assert stranger.get("/clients").path == "/sign-in", "the token without its signature"
    stranger.cookies = {}
    for path in ("/join/", "/reset-password/"):
        for value in (cookie, VAULT.sign(values["person"], purpose=COOKIE_PURPOSE), values["invitation"]):
            assert stranger.get(path + value).status in (404, 410), path
    for value in (invitation, cookie, VAULT.sign(str(uuid.uuid4()), purpose=INVITATION_PURPOSE)):
        assert browser.get(f"/access-requests/{value}").status == 404
        assert browser.post(f"/access-requests/{value}", {"access": "edit"}).status == 404
    assert stranger.get(f"/join/{invitation}").status == 200, "the link itself is good"


@pytest.mark.parametrize("secret", ["x" * 48, SECRET + "x"])
def test_what_others_signed_is_worth_nothing(secret: str, browser: Browser) -> None:
    browser.sign_up()
    value = VAULT.unsign(browser.cookies["kinebridge"], purpose=COOKIE_PURPOSE)
    assert value is not None
    browser.cookies = {"kinebridge": Vault([secret]).sign(value, purpose=COOKIE_PURPOSE)}
    assert browser.get("/clients").path == "/sign-in"


def test_altered_links_lead_nowhere(ana: Browser, clinic: Clinic) -> None:
    stranger = ana.another()
    invitation = ana.invite().rpartition("/")[2]
    for value in altered(invitation):
        assert stranger.get(f"/join/{value}").status in (404, 410)
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart", date_of_birth="1961-03-27")).path
    program = start_from_template(ana, client).path.removesuffix("/edit")
    ana.press("Assign program")
    field = ana.get(f"{program}/home").soup.find("input", id="copy-address")
    assert field is not None
    link = str(field["value"]).rpartition("/")[2]
    for at in range(len(link)):
        other = link[:at] + ("3" if link[at] != "3" else "4") + link[at + 1 :]
        answer = stranger.send("POST", f"/p/{other}/open", data={"answer": "27/3/1961"})
        assert (answer.status, answer.h1) == (404, "No program here")
