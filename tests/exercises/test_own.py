"""A practice's own exercises: made, copied, shared, changed, archived, and nobody else's business."""

import asyncio
import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from tests.exercises.test_pages import names
from tests.programs.arrange import add_client, counted_queries, open_editor
from tests.programs.test_assigning import read_pdf
from tests.support import PASSWORD, Browser, Page


@pytest.fixture
def email(browser: Browser) -> str:
    """Who is signed in: the owner of a practice."""
    return browser.sign_up(name="Pat Nguyen")


@pytest.fixture
def colleague(browser: Browser, email: str) -> Browser:
    """A practitioner of the same practice, neither owner nor admin."""
    return browser.invite_colleague(name="Lee Okafor")


def add_own(browser: Browser, name: str = "Heel slide our way", **fields: Any) -> str:
    """Make an exercise with the form and return the path of its page; fields are given by label."""
    browser.get("/exercises/new")
    page = browser.press("Save exercise", **{"Name": name, **fields})
    assert page.h1 == name, page.text
    return page.path


def edit(browser: Browser, path: str, **fields: Any) -> Page:
    """Change fields of an exercise, given by label, and save."""
    browser.get(f"{path}/edit")
    return browser.press("Save exercise", **fields)


def field(page: Page, name: str) -> str:
    """What a field of the form holds."""
    found = page.soup.find(id=f"f-{name}")
    assert found is not None
    return found.get_text().removeprefix("\n") if found.name == "textarea" else str(found["value"])


def found_by(browser: Browser, typed: str) -> list[str]:
    return names(browser.get(f"/exercises?q={typed}"))


def offered(browser: Browser, client: str, typed: str) -> list[str]:
    """What the library beside a program of the client finds."""
    open_editor(browser, client)
    page = browser.press("Search", **{"Find an exercise": typed})
    return [name.get_text() for name in page.soup.select(".library-list strong")]


def add_to_program(browser: Browser, client: str, name: str) -> Page:
    """Begin a program of the client with the exercise."""
    offered(browser, client, name)
    return browser.press(f"Add {name}")


def test_an_exercise_made_from_scratch_shows_all_that_was_typed(browser: Browser, email: str) -> None:
    path = add_own(
        browser,
        **{
            "Other names": "Heel glide, Slide",
            "What it is for": "Bends your knee.",
            "Steps": "Lie down\nSlide your heel",
            "What it should feel like": "A stretch in front",
            "Take care": "Stop if it catches",
            "Sets": "3",
            "Reps": "8-10",
            "Mon": True,
            "Drawing": "bridge",
            "Video link": "https://video.example/heel",
            "Knee": True,
            "Towel": True,
            "Position": "lying-back",
        },
    )
    page = browser.get(path)
    for words in ("Heel glide, Slide", "Bends your knee.", "A stretch in front", "Stop if it catches", "Towel"):
        assert words in page.text
    assert "3 sets of 8-10, Monday" in page.text
    assert [step.get_text() for step in page.soup.select(".steps li")] == ["Lie down", "Slide your heel"]
    assert "Made by you, not shared" in page.text
    picture = page.soup.select_one(".figure img")
    assert picture is not None and str(picture["src"]).startswith("/exercises/bridge/figure.svg")


def test_a_video_opens_elsewhere_and_is_told_nothing_of_us(browser: Browser, email: str) -> None:
    page = browser.get(add_own(browser, **{"Video link": "https://video.example/heel"}))
    link = page.soup.find("a", href="https://video.example/heel")
    assert link is not None
    assert set(link["rel"]) == {"noopener", "noreferrer"}


def test_what_is_typed_is_only_text(browser: Browser, email: str) -> None:
    attack = "<script>alert(1)</script>"
    page = browser.get(add_own(browser, attack, Steps=attack, **{"Take care": attack, "Other names": attack}))
    assert page.text.count(attack) >= 4
    assert not [script for script in page.soup.find_all("script") if not script.has_attr("src")]


def test_a_faulty_form_keeps_all_that_was_typed(browser: Browser, email: str) -> None:
    browser.get("/exercises/new")
    typed = {"Name": " ", "Steps": "One\nTwo", "Sets": "many", "Video link": "http://a.example", "Knee": True}
    page = browser.press(
        "Save exercise", **typed, **{"Fri": True, "Share with the practice": True, "Drawing": "bridge"}
    )
    assert page.status == 422
    for sentence in ("Give the exercise a name.", "Sets must be a whole number", "must begin with https://"):
        assert sentence in page.text
    assert (field(page, "steps"), field(page, "sets"), field(page, "video_url")) == (
        "One\nTwo",
        "many",
        "http://a.example",
    )
    ticked = [box["value"] for box in page.soup.select("main input[checked]")]
    assert sorted(ticked) == ["fri", "knee", "yes"]
    chosen = page.soup.select_one("#f-figure_slug option[selected]")
    assert chosen is not None and chosen["value"] == "bridge"
    assert names(browser.get("/exercises?only=own")) == []


def test_own_exercises_are_marked_found_and_used_in_a_program(
    browser: Browser, email: str, database: sa.Engine
) -> None:
    add_own(browser, "Zebra walk", Steps="Stride like one", Sets="4", Knee=True)
    page = browser.get("/exercises?only=own")
    assert names(page) == ["Zebra walk"]
    assert "Knee · Our own" in page.text
    assert found_by(browser, "stride")[0] == "Zebra walk"
    page = add_to_program(browser, add_client(database, email), "Zebra walk")
    assert field(page, "sets-0") == "4"


def test_a_copy_begins_with_what_the_library_says_and_is_private(browser: Browser, email: str) -> None:
    browser.get("/exercises/bridge")
    assert browser.page is not None
    steps = [step.get_text() for step in browser.page.soup.select(".steps li")]
    form = browser.get(browser.page.link("Copy and change"))
    assert field(form, "name") == "Bridge (copy)"
    assert field(form, "steps").splitlines() == steps
    page = browser.press("Save exercise", Name="Bridge our way", Steps="\n".join([*steps, "Smile"]))
    assert [step.get_text() for step in page.soup.select(".steps li")] == [*steps, "Smile"]
    assert "not shared" in page.text
    assert "Smile" not in browser.get("/exercises/bridge").text


def test_looking_at_a_copy_makes_nothing(browser: Browser, email: str) -> None:
    browser.get("/exercises/new?copy=bridge")
    assert names(browser.get("/exercises?only=own")) == []
    assert browser.get("/exercises/new?copy=no-such").status == 404


def test_a_form_sent_twice_makes_one_exercise(browser: Browser, email: str) -> None:
    browser.get("/exercises/new")
    form = browser.page
    first = browser.press("Save exercise", Name="Heel slide")
    browser.page = form
    assert browser.press("Save exercise", Name="Heel slide").path == first.path
    assert names(browser.get("/exercises?only=own")) == ["Heel slide"]


def test_a_form_sent_again_with_another_text_asks_and_loses_nothing(browser: Browser, email: str) -> None:
    browser.get("/exercises/new")
    form = browser.page
    browser.press("Save exercise", Name="Heel slide")
    browser.page = form
    page = browser.press("Save exercise", Name="Toe slide", Steps="Slide your toes")
    assert page.status == 409
    assert "makes a second exercise" in page.text
    assert field(page, "steps") == "Slide your toes"
    assert browser.press("Save exercise").h1 == "Toe slide"
    assert sorted(names(browser.get("/exercises?only=own"))) == ["Heel slide", "Toe slide"]


def test_a_private_exercise_is_nowhere_for_a_colleague(
    browser: Browser, colleague: Browser, email: str, database: sa.Engine
) -> None:
    path = add_own(colleague, "Zebra walk")
    client = add_client(database, email)
    assert found_by(browser, "zebra") == []
    assert offered(browser, client, "zebra") == []
    slug = path.rpartition("/")[2]
    editor = browser.post(open_editor(browser, client).path, {"revision": "0", "action": f"add:{slug}"})
    assert "Zebra walk" not in editor.text
    assert not editor.soup.select(".item")
    for address in (path, f"{path}/edit", f"/exercises/new?copy={slug}"):
        assert browser.get(address).status == 404, address
    for address in (f"{path}/edit", f"{path}/archive", f"{path}/photos", f"{path}/favourite"):
        assert browser.post(address, {"name": "Mine"}).status == 404, address


def test_a_shared_exercise_is_read_and_used_by_colleagues_and_changed_by_its_author_and_who_runs_the_team(
    browser: Browser, colleague: Browser, email: str, database: sa.Engine
) -> None:
    path = add_own(browser, "Zebra walk", **{"Share with the practice": True})
    assert found_by(colleague, "zebra") == ["Zebra walk"]
    page = colleague.get(path)
    assert "Made by Pat Nguyen, shared with the practice" in page.text
    assert not page.has_button("Archive")
    assert not page.has_button("Add photos")
    for address in (f"{path}/edit", f"{path}/archive", f"{path}/photos"):
        assert colleague.post(address, {"name": "Mine"}).status == 403, address
    assert colleague.get(f"{path}/edit").status == 403
    theirs = add_own(colleague, "Yak walk", **{"Share with the practice": True})
    assert edit(browser, theirs, Steps="Walk like one").path == theirs
    assert "Walk like one" in colleague.get(theirs).text
    browser.get(theirs)
    browser.press("Archive")
    assert found_by(colleague, "yak") == []


def test_only_its_author_says_whether_an_exercise_is_shared(browser: Browser, colleague: Browser) -> None:
    path = add_own(colleague, "Yak walk", **{"Share with the practice": True})
    form = browser.get(f"{path}/edit")
    assert "Share with the practice" not in form.text
    browser.press("Save exercise", Steps="Walk like one")
    assert "shared with the practice" in colleague.get(path).text
    edit(colleague, path, **{"Share with the practice": False})
    assert browser.get(path).status == 404
    assert "Walk like one" in colleague.get(path).text


def test_another_practice_never_sees_an_own_exercise_even_a_shared_one(browser: Browser, email: str) -> None:
    path = add_own(browser, "Zebra walk", **{"Share with the practice": True})
    stranger = browser.another()
    stranger.sign_up()
    assert found_by(stranger, "zebra") == []
    slug = path.rpartition("/")[2]
    for address in (path, f"{path}/edit", f"/exercises/new?copy={slug}"):
        assert stranger.get(address).status == 404
    for address in (f"{path}/edit", f"{path}/archive", f"{path}/photos"):
        assert stranger.post(address, {"name": "Mine"}).status == 404


def test_an_exercise_of_the_library_cannot_be_changed(browser: Browser, email: str) -> None:
    assert browser.get("/exercises/bridge/edit").status == 404
    for address in ("/exercises/bridge/edit", "/exercises/bridge/archive", "/exercises/bridge/photos"):
        assert browser.post(address, {"name": "Mine"}).status == 404
    page = browser.get("/exercises/bridge")
    assert not page.has_button("Archive")


def test_an_archived_exercise_leaves_the_lists_and_can_be_brought_back(
    browser: Browser, email: str, database: sa.Engine
) -> None:
    path = add_own(browser, "Zebra walk")
    client = add_client(database, email)
    browser.get(path)
    assert "archived" in browser.press("Archive").text
    assert found_by(browser, "zebra") == []
    assert names(browser.get("/exercises?only=own")) == []
    assert offered(browser, client, "zebra") == []
    page = browser.get(browser.get("/exercises?only=own").link("Archived"))
    assert names(page) == ["Zebra walk"]
    browser.get(page.link("Zebra walk"))
    browser.press("Bring back")
    assert names(browser.get("/exercises?only=own")) == ["Zebra walk"]
    assert names(browser.get("/exercises/archived")) == []


def test_a_colleague_finds_only_shared_ones_among_the_archived(browser: Browser, colleague: Browser) -> None:
    for name, is_shared in (("Zebra walk", True), ("Yak walk", False)):
        browser.get(add_own(browser, name, **{"Share with the practice": is_shared}))
        browser.press("Archive")
    assert names(browser.get("/exercises/archived")) == ["Yak walk", "Zebra walk"]
    assert names(colleague.get("/exercises/archived")) == ["Zebra walk"]


def test_what_holds_an_archived_exercise_keeps_it(browser: Browser, email: str, database: sa.Engine) -> None:
    path = add_own(browser, "Zebra walk", Steps="Walk like one")
    client = add_client(database, email)
    editor = add_to_program(browser, client, "Zebra walk").path
    template = browser.post("/templates", {"program": editor.split("/")[4], "name": "Zebras"}).path
    browser.get(path)
    browser.press("Archive")
    browser.get(editor)
    assert browser.press("Assign program").path == client
    assert "Walk like one" in read_pdf(browser, client)[1]
    again = browser.post(f"{template}/use", {"client_id": client.rpartition("/")[2]})
    assert [name.get_text().strip() for name in again.soup.select(".item h3")] == ["Zebra walk"]


def test_a_copy_prints_with_the_text_of_the_day_it_was_assigned(
    browser: Browser, email: str, database: sa.Engine
) -> None:
    browser.get("/exercises/new?copy=bridge")
    path = browser.press("Save exercise", Name="Bridge our way", Steps="Lift like a crane").path
    client = add_client(database, email)
    add_to_program(browser, client, "Bridge our way")
    browser.press("Assign program")
    before, text = read_pdf(browser, client)
    assert "Bridge our way" in text
    edit(browser, path, Name="Bridge anew", Steps="Lift like a lift")
    after, text = read_pdf(browser, client)
    assert after.content == before.content
    assert "Lift like a crane" in text
    browser.get(client)
    assert browser.page is not None
    assert "Bridge our way" in browser.get(browser.page.link("Exercise program")).text


def test_an_exercise_of_just_a_name_can_be_assigned(browser: Browser, email: str, database: sa.Engine) -> None:
    add_own(browser, "Zebra walk")
    client = add_client(database, email)
    add_to_program(browser, client, "Zebra walk")
    assert browser.press("Assign program").path == client
    text = read_pdf(browser, client)[1]
    assert "Zebra walk" in text
    assert "As advised" in text


def test_a_changed_exercise_is_found_by_what_it_says_now(browser: Browser, email: str) -> None:
    path = add_own(browser, "Zebra walk", Steps="Stride along")
    edit(browser, path, Name="Yak walk", Steps="Plod along")
    assert found_by(browser, "plod") == found_by(browser, "yak") == ["Yak walk"]
    assert found_by(browser, "zebra") == []


def test_a_stale_tab_overwrites_nothing_unasked(browser: Browser, email: str) -> None:
    path = add_own(browser, Steps="One")
    browser.get(f"{path}/edit")
    stale = browser.page
    edit(browser, path, Steps="Two")
    browser.page = stale
    page = browser.press("Save exercise", Steps="Three", **{"What it is for": "Typed at length"})
    assert page.status == 409
    assert "changed in another tab" in page.text
    assert (field(page, "steps"), field(page, "purpose")) == ("Three", "Typed at length")
    assert "Two" in browser.get(path).text
    browser.page = page
    assert "Three" in browser.press("Save exercise").text


def test_a_faulty_form_of_a_stale_tab_overwrites_nothing_either(browser: Browser, email: str) -> None:
    path = add_own(browser, Steps="One")
    browser.get(f"{path}/edit")
    stale = browser.page
    edit(browser, path, Steps="Two")
    browser.page = stale
    assert browser.press("Save exercise", Name="", Steps="Three").status == 422
    assert browser.press("Save exercise", Name="Heel slide").status == 409


def test_pressing_save_twice_is_saving_once(browser: Browser, email: str) -> None:
    path = add_own(browser, Steps="One")
    browser.get(f"{path}/edit")
    form = browser.page
    for _ in range(2):
        browser.page = form
        assert browser.press("Save exercise", Steps="Two").path == path


def test_two_who_send_one_form_at_the_same_moment_make_one_exercise(browser: Browser, email: str) -> None:
    key = str(uuid.uuid4())

    async def send_both() -> list[str]:
        sends = (
            asyncio.to_thread(browser.send, "POST", "/exercises/new", data={"name": "Heel slide", "key": key})
            for _ in "12"
        )
        return [page.headers["location"] for page in await asyncio.gather(*sends)]

    first, second = asyncio.run(send_both())
    assert first == second
    assert names(browser.get("/exercises?only=own")) == ["Heel slide"]


def test_nobody_takes_over_an_exercise_by_its_forms_key(browser: Browser, email: str) -> None:
    key = str(uuid.uuid4())
    browser.post("/exercises/new", {"name": "Heel slide", "key": key})
    stranger = browser.another()
    stranger.sign_up()
    page = stranger.post("/exercises/new", {"name": "Heel slide", "key": key})
    assert page.status == 409
    assert stranger.press("Save exercise").h1 == "Heel slide"
    assert len(names(browser.get("/exercises?only=own"))) == 1


def test_a_form_of_another_practice_changes_nothing(browser: Browser, email: str) -> None:
    other = str(uuid.uuid4())
    path = add_own(browser)
    for address in ("/exercises/new", f"{path}/edit", f"{path}/archive", f"{path}/photos"):
        assert browser.post(address, {"name": "Mine", "made_by": other}).status == 409, address
    assert names(browser.get("/exercises?only=own")) == ["Heel slide our way"]


@pytest.mark.parametrize("path", ["/exercises", "/exercises?only=own"])
def test_lists_with_own_exercises_ask_the_database_little(browser: Browser, email: str, path: str) -> None:
    add_own(browser)
    with counted_queries(browser) as statements:
        browser.get(path)
    assert len(statements) <= 3, statements


@pytest.mark.parametrize("is_new", [True, False], ids=["new", "changed"])
def test_what_was_typed_when_the_session_ended_is_kept_and_saved_after_signing_in(
    browser: Browser, email: str, is_new: bool
) -> None:
    path = "/exercises/new" if is_new else add_own(browser) + "/edit"
    form = browser.get(path)
    browser.cookies.clear()
    browser.page = form
    page = browser.press("Save exercise", Name="Slow heel slide", Steps="Lie down\nSlide", Knee=True)
    assert page.status == 401 and "You are signed out" in page.text
    browser.press("Sign in", Email=email, Password=PASSWORD)
    saved = browser.press("Send what you typed")
    assert saved.h1 == "Slow heel slide" and "Slide" in saved.text and "Knee" in saved.text


def test_a_form_in_letters_that_are_none_is_no_crash(browser: Browser, email: str) -> None:
    kind = {"content-type": "multipart/form-data; boundary=x; charset=undefined"}
    part = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nBr\xc3\xbccke\r\n--x--\r\n'
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    answer = browser.server.post("/exercises/new", content=part, headers={**kind, "cookie": cookies})
    assert answer.status_code == 400


def test_the_foot_of_every_page_of_an_exercise_names_the_same_release(browser: Browser, email: str) -> None:
    path = add_own(browser)
    feet = {browser.get(page).soup.footer.get_text() for page in (path, f"{path}/edit", "/exercises/new")}
    assert len(feet) == 1
