"""What the practitioner sees and does: the link's page, and what came from home on the client page."""

import asyncio
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import AuditEvent
from app.accounts.tools import Tools
from app.clients.models import Client
from app.crypto import Vault
from app.db import transaction
from app.main import open_tools
from app.programs.home.links import code_of, document_link, ensure_link, read_token
from app.programs.models import Program, ProgramLink
from tests.programs.arrange import counted_queries
from tests.programs.home.arrange import NOON, TODAY, Given, Now, give_program, open_home
from tests.support import Browser

MARK = "<img src=x onerror=alert(1)>\"'`{{7*7}}</textarea><script>alert(2)</script>"


def link_row(database: sa.Engine, given: Given) -> ProgramLink:
    """The stored link of a program."""
    with Session(database) as session:
        return session.scalars(
            sa.select(ProgramLink).where(ProgramLink.program_id == given.program.rpartition("/")[2])
        ).one()


def test_the_links_page_gives_address_and_qr_code_and_says_what_opens_it(given: Given) -> None:
    page = given.link_page()
    assert page.h1 == "Patient's page"
    assert page.soup.find("input", value=f"http://testserver{given.path}") is not None
    picture = page.soup.find("img", alt="QR code of the address")
    assert picture is not None and str(picture["src"]).startswith("data:image/svg+xml")
    assert "Opens with the patient's date of birth, 27 Mar 1961." in page.text
    assert "code" not in page.text.replace("QR code", "")


def test_it_is_reached_from_the_client_page_and_the_programs_page(given: Given) -> None:
    for path in (given.client, given.program):
        assert given.member.get(path).link("Patient's page") == f"{given.program}/home"


def test_replacing_and_turning_off_say_first_what_becomes_of_printed_sheets(given: Given) -> None:
    page = given.link_page()
    for button in ("Replace the address", "Turn the page off"):
        form, _ = page.form(button)
        asked = next(form.iterancestors("details"), None)
        assert asked is not None and "open" not in asked.attrib
        assert "Sheets printed so far" in form.text_content()


def test_a_page_that_was_turned_off_is_turned_on_with_a_new_address(given: Given) -> None:
    given.link_page()
    page = given.member.press("Turn the page off")
    assert "The patient's page is turned off" in page.text
    assert page.soup.find("input", id="copy-address") is None
    assert "turned off" in given.link_page().text  # looking does not turn it on
    page = given.member.press("Turn on with a new address")
    field = page.soup.find("input", id="copy-address")
    assert field is not None and given.path not in str(field["value"])


def test_what_is_done_with_a_link_is_recorded(given: Given, database: sa.Engine) -> None:
    given.link_page()
    given.member.press("Replace the address")
    given.member.press("Turn the page off")
    with database.connect() as connection:
        query = sa.select(AuditEvent.action).where(
            AuditEvent.client_id == given.client.rpartition("/")[2], AuditEvent.action.like("program.link%")
        )
        actions = list(connection.scalars(query.order_by(AuditEvent.id)))
    assert [action for action in actions if action != "program.link_shown"] == [
        "program.link_made",
        "program.link_renewed",
        "program.link_turned_off",
    ]
    assert "program.link_shown" in actions


def test_neither_code_nor_whole_address_is_stored_in_plain_text(browser: Browser, database: sa.Engine) -> None:
    given = give_program(browser, database, born=None)
    row = link_row(database, given)
    assert given.code.replace(" ", "") not in row.encrypted_code
    assert row.public_id == given.path[3:15] and len(given.path) == len("/p/") + 20


def test_a_changed_letter_makes_an_address_nobodys(given: Given) -> None:
    vault = given.member.server.app.state.tools.vault  # type: ignore[attr-defined]  # our app's
    token = given.path.removeprefix("/p/")
    assert read_token(vault, token) == read_token(vault, token.upper()) == token[:12]
    for place in range(20):
        other = token[:place] + ("2" if token[place] != "2" else "3") + token[place + 1 :]
        assert read_token(vault, other) is None
    assert read_token(Vault(["o" * 40]), token) is None
    assert [read_token(vault, text) for text in ("", "ä" * 20, token[:8])] == [None] * 3


def test_a_sheet_prints_the_code_only_where_no_date_of_birth_opens_the_page(
    browser: Browser, database: sa.Engine
) -> None:
    given = give_program(browser, database, born=None)
    tools: Tools = browser.server.app.state.tools  # type: ignore[attr-defined]  # our app's
    row = link_row(database, given)
    printed = document_link(tools, row, Client(date_of_birth=None))
    assert printed is not None
    assert (printed.url, printed.code) == (f"http://testserver{given.path}", given.code.replace(" ", ""))
    known = document_link(tools, row, Client(date_of_birth=TODAY))
    assert known is not None and known.code == ""
    assert document_link(tools, None, Client()) is None


def test_a_code_whose_secret_is_gone_opens_nothing_and_is_not_printed(given: Given, database: sa.Engine) -> None:
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE program_links SET encrypted_code = :code WHERE public_id = :id"),
            {"code": Vault(["o" * 40]).encrypt("123456", row="program-link"), "id": given.path[3:15]},
        )
        connection.execute(
            sa.text("UPDATE clients SET date_of_birth = NULL WHERE id = :id"), {"id": given.client.rpartition("/")[2]}
        )
    tools: Tools = given.member.server.app.state.tools  # type: ignore[attr-defined]  # our app's
    row = link_row(database, given)
    assert code_of(tools.vault, row) == ""
    assert document_link(tools, row, Client(date_of_birth=None)) is None
    assert "Its code can no longer be read" in given.link_page().text
    assert given.member.another().post(f"{given.path}/open", {"answer": "123456"}).status == 422


def test_nothing_is_drawn_before_something_was_noted(given: Given) -> None:
    assert given.member.get(given.client).soup.select(".diary") == []


def test_the_client_page_shows_what_was_done_and_the_pain(given: Given, phone: Browser, now: Now) -> None:
    for back, (done, before, after) in enumerate([("0", "6", "5"), ("1", "5", "2")]):
        day = TODAY + timedelta(days=back)
        phone.post(
            f"{given.path}/days/{day}",
            {"version": "1", "done": done, "pain_before": before, "pain_after": after, "comment": f"Day {back}"},
        )
        now.move(days=1)
    page = given.member.get(given.client)
    (card,) = page.soup.select(".diary")
    words = " ".join(card.get_text(" ").split())
    assert "Knee: osteoarthritis and strength" in words
    assert "Done on 2 of the last 3 days, 14% of the exercises on those." in words
    assert "2 of 3 14% 5.5 before, 3.5 after" in words
    assert words.index("Day 1") < words.index("Day 0")
    assert len(card.select("rect.part")) == 2 and len(card.select("circle.after")) == 2


def test_a_comment_is_shown_to_the_practitioner_as_it_was_typed(given: Given, phone: Browser) -> None:
    phone.post(f"{given.path}/days/{TODAY}", {"version": "1", "done": "0", "comment": MARK})
    page = given.member.get(given.client)
    assert MARK in page.soup.select(".diary-comments dd")[0].get_text()
    assert page.soup.select(".diary-comments dd")[0]["dir"] == "auto"
    assert not page.soup.select("img[src='x'], [onerror]")
    assert all(script.get("src") for script in page.soup.find_all("script"))


def test_what_was_noted_stays_when_the_page_is_turned_off(given: Given, phone: Browser) -> None:
    phone.post(f"{given.path}/days/{TODAY}", {"version": "1", "done": "0"})
    given.link_page()
    given.member.press("Turn the page off")
    words = given.member.get(given.client).text
    assert "Done today, 14% of the exercises." in words and "The patient's page is off." in words


def test_what_was_noted_stays_in_sight_when_the_program_ends(given: Given, phone: Browser, database: sa.Engine) -> None:
    phone.post(f"{given.path}/days/{TODAY}", {"version": "1", "done": "0"})
    given.set_state(database, ended_at=NOON)
    assert "Done today, 14% of the exercises." in given.member.get(given.client).text


def test_diaries_of_many_programs_cost_the_client_page_one_query(given: Given, phone: Browser) -> None:
    phone.post(f"{given.path}/days/{TODAY}", {"version": "1", "done": "0"})
    with counted_queries(given.member) as queries:
        given.member.get(given.client)
    assert len([query for query in queries if "diary_days" in query]) == 1
    assert len(queries) <= 9, queries
    with counted_queries(given.member) as queries:
        given.member.get(f"{given.client}/deliveries")
    assert not any("diary_days" in query for query in queries)


def test_a_colleague_the_client_is_not_shared_with_sees_neither_link_nor_diary(given: Given, phone: Browser) -> None:
    colleague = given.member.invite_colleague()
    for method, rest in (("GET", "/home"), ("POST", "/home/new"), ("POST", "/home/off")):
        assert colleague.send(method, given.program + rest, data={} if method == "POST" else None).status == 404
    assert open_home(given).get(given.path).status == 200  # nothing was turned off or renewed


def test_two_first_looks_at_once_make_one_link(given: Given, database: sa.Engine) -> None:
    with database.begin() as connection:
        connection.execute(sa.text("DELETE FROM program_links WHERE public_id = :id"), {"id": given.path[3:15]})
    app = given.member.server.app

    async def look_twice() -> list[str]:
        async with open_tools(app.state.settings, app.state.database_url) as tools:  # type: ignore[attr-defined]  # ours
            begun = asyncio.Barrier(2)

            async def look() -> str:
                async with transaction(tools.sessions) as session:
                    program = await session.get_one(Program, given.program.rpartition("/")[2])
                    await begun.wait()
                    link = await ensure_link(session, tools.vault, program, NOON)
                    assert link is not None
                    return link.public_id

            return list(await asyncio.gather(look(), look()))

    first, second = asyncio.run(look_twice())
    assert first == second == link_row(database, given).public_id
