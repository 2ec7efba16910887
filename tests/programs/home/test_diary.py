"""Noting a day: with the form's button and by the page's script, which days it takes, and two pages at once."""

import asyncio
import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.db import transaction
from app.main import open_tools
from app.programs.home import service
from app.programs.home.notes import DayNote
from app.programs.home.queries import read_content
from app.programs.models import DiaryDay, Program
from tests.programs.home.arrange import NOON, TODAY, Given, Now, open_home
from tests.support import Browser, Page

JSON = {"accept": "application/json"}


def note(phone: Browser, given: Given, day: date = TODAY, **fields: object) -> Page:
    """Send a day's form as the page's script does."""
    data = {"version": "1", **fields}
    return phone.send("POST", f"{given.path}/days/{day}", data=data, headers=JSON)


def noted(row: DiaryDay) -> tuple[object, ...]:
    return row.day, row.done, row.pain_before, row.pain_after, row.comment


def test_a_day_is_noted_without_javascript(given: Given, phone: Browser, database: sa.Engine) -> None:
    phone.get(given.path)
    phone.press("Save", **{"Done : Sit to stand": True, "How did it go?": "Sore\nafterwards"})
    assert phone.page is not None
    assert phone.page.path == given.path and "Saved 25 Nov 2026, 12:00 pm" in phone.page.text
    ticked = phone.page.soup.select("[name=done][checked]")
    assert [box["value"] for box in ticked] == ["1"]
    page = phone.press("Save", **{"Done : Mini squat": True, "Done : Sit to stand": False})
    assert "Sore\nafterwards" in page.soup.find("textarea").get_text()  # type: ignore[union-attr]  # it is there
    (row,) = given.rows(database)
    assert noted(row) == (TODAY, [2], None, None, "Sore\nafterwards")
    assert (row.version_number, row.exercise_count) == (1, 7)


def test_pain_before_and_after_is_noted(given: Given, phone: Browser, database: sa.Engine) -> None:
    phone.get(given.path)
    assert phone.page is not None
    phone.post(f"{given.path}/days/{TODAY}", {"version": "1", "pain_before": "10", "pain_after": "0"})
    assert [field["value"] for field in phone.page.soup.select(".pain [checked]")] == ["10", "0"]
    assert noted(given.rows(database)[0]) == (TODAY, [], 10, 0, "")


def test_the_pages_script_is_answered_with_what_is_kept_now(given: Given, phone: Browser) -> None:
    answer = note(phone, given, done=["4", "1"], pain_before="3", comment=" Fine ")
    assert answer.status == 200
    assert answer.headers["x-kinebridge-program"] == "open"
    assert answer.content.decode() == (
        '{"savedAt":"2026-11-25T12:00:00+00:00","version":1,'
        '"note":{"done":[1,4],"before":3,"after":null,"comment":"Fine"},"newest":1}'
    )


@pytest.mark.parametrize("typed", ["11", "-1", "9999999", "x", "5.5"])
def test_pain_outside_the_scale_is_not_kept(given: Given, phone: Browser, database: sa.Engine, typed: str) -> None:
    assert note(phone, given, pain_before=typed, pain_after="4").status == 200
    assert noted(given.rows(database)[0]) == (TODAY, [], None, 4, "")


def test_the_database_itself_refuses_pain_outside_the_scale(given: Given, phone: Browser, database: sa.Engine) -> None:
    note(phone, given, pain_before="4")
    for column in ("pain_before", "pain_after"):
        with pytest.raises(sa.exc.IntegrityError), database.begin() as connection:
            connection.exec_driver_sql(f"UPDATE diary_days SET {column} = 11")


def test_a_comment_is_bounded_and_nothing_unstorable_breaks_it(
    given: Given, phone: Browser, database: sa.Engine
) -> None:
    assert note(phone, given, comment="a\0b" + "x" * 600).status == 200
    assert given.rows(database)[0].comment == "ab" + "x" * 498


def test_the_days_shown_are_those_since_the_program_was_given_at_most_seven(
    given: Given, phone: Browser, now: Now
) -> None:
    for days, shown in ((0, 1), (1, 2), (9, 7)):
        now.moment = NOON + timedelta(days=days)
        strip = phone.get(given.path).soup.select(".day-strip a")
        today = TODAY + timedelta(days=days)
        assert [link["data-day"] for link in strip] == [
            str(today - timedelta(days=back)) for back in reversed(range(shown))
        ]


def test_a_day_before_is_opened_and_noted(given: Given, phone: Browser, database: sa.Engine, now: Now) -> None:
    now.move(days=2)
    page = phone.get(given.path)
    page = phone.get(page.link("Thursday 26 November"))
    assert "Thursday 26 November" in page.text and "Today, Thursday" not in page.text
    phone.press("Save", **{"Done : Sit to stand": True})
    assert [noted(row)[:2] for row in given.rows(database)] == [(date(2026, 11, 26), [1])]
    page = phone.get(given.path)
    assert "Today, Friday 27 November" in page.text
    assert [link["data-day"] for link in page.soup.select(".day-strip a") if "done" in link.get_text()] == [
        "2026-11-26"
    ]


@pytest.mark.parametrize(
    ("day", "is_taken"),
    [
        *[("2026-12-25", True), ("2026-11-26", True), ("2026-11-25", False)],
        *[("2026-12-26", False), ("2999-01-01", False), ("today", False), ("2026-13-01", False)],
    ],
)
def test_future_days_and_days_too_long_ago_are_refused(
    given: Given, phone: Browser, database: sa.Engine, now: Now, day: str, is_taken: bool
) -> None:
    now.move(days=30)
    answer = phone.send("POST", f"{given.path}/days/{day}", data={"version": "1", "done": "1"}, headers=JSON)
    assert answer.status == (200 if is_taken else 409)
    assert len(given.rows(database)) == (1 if is_taken else 0)
    if not is_taken:
        page = phone.post(f"{given.path}/days/{day}", {"version": "1", "done": "1"})
        assert page.status == 409 and "That was not saved" in page.text and "Sit to stand" in page.text


def test_days_before_the_program_was_given_are_refused(given: Given, phone: Browser, database: sa.Engine) -> None:
    assert note(phone, given, TODAY - timedelta(days=1), done="1").status == 409
    assert given.rows(database) == []


@pytest.mark.parametrize("column", ["paused_at", "ended_at"])
def test_a_stopped_program_takes_notes_up_to_the_day_it_was_stopped(
    given: Given, phone: Browser, database: sa.Engine, now: Now, column: str
) -> None:
    now.move(days=1)
    given.set_state(database, **{column: now()})
    now.move(days=1)
    assert note(phone, given, TODAY + timedelta(days=1), done="1").status == 200
    assert note(phone, given, TODAY + timedelta(days=2), done="1").status == 409


@pytest.mark.parametrize("version", ["0", "2", "x", "", "99999999999"])
def test_a_version_that_was_never_given_takes_no_notes(given: Given, phone: Browser, version: str) -> None:
    assert note(phone, given, version=version, done="1").status == 409


def test_a_phone_that_has_to_be_let_in_again_is_told_that_nothing_was_saved(given: Given, database: sa.Engine) -> None:
    stranger = given.member.another()
    answer = note(stranger, given, done="1")
    assert (answer.status, answer.headers["x-kinebridge-program"]) == (401, "door")
    page = stranger.post(f"{given.path}/days/{TODAY}", {"version": "1", "done": "1"})
    assert page.status == 401 and "Nothing was saved" in page.text
    assert given.rows(database) == []


def test_the_same_note_sent_again_changes_nothing(given: Given, phone: Browser, database: sa.Engine) -> None:
    for _ in range(3):
        assert note(phone, given, done=["1", "2"], pain_before="4").status == 200
    assert [noted(row) for row in given.rows(database)] == [(TODAY, [1, 2], 4, None, "")]


def test_two_tabs_that_note_one_day_do_not_undo_each_other(given: Given, phone: Browser, database: sa.Engine) -> None:
    other = open_home(given)
    phone.get(given.path)
    other.get(given.path)
    phone.press("Save", **{"Done : Sit to stand": True, "How did it go?": "Well"})
    page = other.press("Save", **{"Done : Mini squat": True})
    assert [box["value"] for box in page.soup.select("[name=done][checked]")] == ["1", "2"]
    assert noted(given.rows(database)[0]) == (TODAY, [1, 2], None, None, "Well")


@pytest.mark.parametrize("is_noted", [False, True], ids=["on an empty day", "on a noted day"])
def test_two_saves_at_the_same_moment_are_both_kept(
    given: Given, phone: Browser, database: sa.Engine, is_noted: bool
) -> None:
    if is_noted:
        note(phone, given, done="6", was_done="6")
    app = phone.server.app
    program_id = given.program.rpartition("/")[2]

    async def save_both() -> None:
        async with open_tools(app.state.settings, app.state.database_url) as tools:  # type: ignore[attr-defined]  # ours
            # Both have begun before either ends: the second waits for the row of the first.
            begun = asyncio.Barrier(2)

            async def save(mine: DayNote) -> None:
                async with transaction(tools.sessions) as session:
                    program = await session.get_one(Program, program_id)
                    content = await read_content(session, program.id, 1)
                    assert content is not None
                    await begun.wait()
                    await service.keep_note(
                        session, program, TODAY, number=1, content=content, base=DayNote(), mine=mine, now=NOON
                    )

            await asyncio.gather(save(DayNote(done=(1,), pain_before=5)), save(DayNote(done=(3,), comment="Well")))

    asyncio.run(save_both())
    assert [noted(row) for row in given.rows(database)] == [(TODAY, [1, 3], 5, None, "Well")]


def test_a_crowd_of_saves_over_http_leaves_every_tick(given: Given, phone: Browser, database: sa.Engine) -> None:
    threads = [threading.Thread(target=note, args=(phone, given), kwargs={"done": str(place)}) for place in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [noted(row)[:2] for row in given.rows(database)] == [(TODAY, [0, 1, 2, 3, 4, 5, 6])]


def test_ticks_go_with_their_exercise_into_the_next_version(given: Given, phone: Browser) -> None:
    note(phone, given, done=["0", "2"], comment="Fine")
    given.remove_first_exercise()
    page = phone.get(given.path)
    assert [box["value"] for box in page.soup.select("[name=done][checked]")] == ["1"]
    assert "Fine" in page.soup.find("textarea").get_text()  # type: ignore[union-attr]  # it is there


def test_a_page_of_the_version_before_may_still_send_what_was_ticked_on_it(
    given: Given, phone: Browser, database: sa.Engine
) -> None:
    given.remove_first_exercise()
    answer = note(phone, given, done=["0", "2"])
    assert answer.status == 200 and b'"newest":2' in answer.content
    (row,) = given.rows(database)
    assert (row.version_number, row.done, row.exercise_count) == (1, [0, 2], 7)


def test_pages_of_two_versions_note_one_day_by_exercise_not_by_place(
    given: Given, phone: Browser, database: sa.Engine
) -> None:
    note(phone, given, done=["2"])
    given.remove_first_exercise()
    note(phone, given, version="2", done=["1", "4"], was_done=["1"])
    (row,) = given.rows(database)
    assert (row.version_number, row.done, row.exercise_count) == (2, [1, 4], 6)
    # The page of version 1 is still open somewhere; there, Mini squat is the third.
    note(phone, given, done=["2", "3"], was_done=["2"], pain_after="2")
    (row,) = given.rows(database)
    assert (row.version_number, row.done, row.pain_after) == (2, [1, 2, 4], 2)


def test_forms_of_other_sites_are_refused(given: Given, phone: Browser, database: sa.Engine) -> None:
    foreign = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    for rest in (f"/days/{TODAY}", "/open", "/leave"):
        answer = phone.send("POST", given.path + rest, data={"version": "1", "done": "1"}, headers=foreign)
        assert answer.status == 403 and "set-cookie" not in answer.headers
    assert given.rows(database) == []
    assert phone.get(given.path).h1 == "Knee: osteoarthritis and strength"
