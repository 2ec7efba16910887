"""Looks at the account, the team, exercises and templates."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from app.demo.patients import OLIVIA
from tests.looks.entering import press
from tests.looks.rows import look, plain
from tests.looks.stage import AMARA, BEN, NEW_PASSWORD, Stage
from tests.test_images import picture

plain(
    *(f"/account/{end}" for end in ("settings", "security", "sharing", "sharing/practice", "alerts", "team")),
    *(f"/account/{end}" for end in ("team/ownership", "letterhead", "activity", "activity/keeping", "data")),
    *(f"/account/{end}" for end in ("data/unseen", "practice/settings", "practice/signing-in", "practice/discount")),
    "/account/security/two-factor",
)


@look("settings, a key refused")
def key_refused(stage: Stage) -> Page:
    page = stage.open("/account/settings")
    page.get_by_label("Cliniko API key").fill("MS0xLUFBQQ-au1")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#f-api_key-error")).to_be_visible()
    return page


@look("settings, the key to be removed, the bookmark by hand")
def settings_open(stage: Stage) -> Page:
    page = stage.open("/account/settings")
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
    return page


@look("settings, a role that may not add files")
def scheduler(stage: Stage) -> Page:
    person = stage.sign_up("Sam Ito", "Harbour Street Physiotherapy", key=stage.world.clinics.scheduler.key)
    stage.kept["sam"] = person
    return stage.open("/account/settings", person)


look("a patient the role may not see")(lambda stage: stage.patient(OLIVIA, stage.kept["sam"]))
look("security, with errors")(lambda stage: press(stage, "/account/security", "Change password"))
look("sharing, chosen colleagues")(lambda stage: check(stage, "/account/sharing", "Chosen colleagues"))
look("letterhead, with errors")(lambda s: press(s, "/account/letterhead", "Save changes", phone="x" * 40))
look("practice, with errors")(lambda s: press(s, "/account/practice/settings", "Save changes", name="", time_zone="?"))
look("invited, with errors")(lambda stage: press(stage, "/account/team", "Invite", email="nobody"))
look("discount, with an error")(lambda stage: press(stage, "/account/practice/discount", "Use code", code="NONE"))
look("discount, used")(lambda stage: press(stage, "/account/practice/discount", "Use code", code="CLINIKO20"))
look("ownership, with errors")(lambda stage: press(stage, "/account/team/ownership", "Transfer ownership"))


def check(stage: Stage, path: str, label: str) -> Page:
    """Open an address and check a choice."""
    page = stage.open(path)
    page.get_by_label(label).first.check()
    return page


@look("a colleague", "/account/team/{membership_id}")
def colleague(stage: Stage) -> Page:
    page = stage.open("/account/team")
    page.get_by_role("link", name="Manage Ben").click()
    page.wait_for_url("**/account/team/*-*")
    stage.kept["ben"] = urlsplit(page.url).path
    return page


@look("a colleague to be deactivated", "/account/team/{membership_id}/deactivate")
def deactivating(stage: Stage) -> Page:
    return stage.open(f"{stage.kept['ben']}/deactivate")


@look("a colleague to be removed", "/account/team/{membership_id}/remove")
def removing(stage: Stage) -> Page:
    return stage.open(f"{stage.kept['ben']}/remove")


look("removed without a successor")(lambda s: press(s, f"{s.kept['ben']}/remove", "Remove Ben Sorensen"))
look("a colleague deactivates nobody")(lambda stage: stage.open("/account/team", BEN))


@look("signing in with two factors, to be set up")
def two_factor_begun(stage: Stage) -> Page:
    stage.kept["tess"] = person = stage.sign_up("Tess Moran", "Two Steps Physio")
    page = stage.open("/account/security/two-factor", person)
    page.get_by_label("Your password").first.fill(NEW_PASSWORD)
    page.get_by_role("button", name="Set up").click()
    expect(page.locator("strong.reference")).to_be_visible()
    return page


@look("recovery codes")
def recovery_codes(stage: Stage) -> Page:
    return stage.set_up_two_factor(stage.kept["tess"])


look("two factors, on")(lambda stage: stage.open("/account/security/two-factor", stage.kept["tess"]))


@look("the second step of signing in", "/sign-in/code")
def second_step(stage: Stage) -> Page:
    context = stage.people["tess elsewhere"] = stage.new_context()
    context.new_page()
    page = stage.open("/sign-in", "tess elsewhere")
    page.get_by_label("Email").fill(stage.kept["tess"])
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    return page


@look("the second step, with an error")
def second_step_error(stage: Stage) -> Page:
    page = stage.page("tess elsewhere")
    page.get_by_label("Code").fill("1")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("[aria-invalid]")).to_be_visible()
    return page


@look("held until two factors are set up")
def held(stage: Stage) -> Page:
    page = stage.open("/account/team", stage.kept["tess"])
    page.get_by_label("Colleague's email").fill(stage.kept["grace"])
    page.get_by_role("button", name="Invite").click()
    link = page.locator("input[value*='/join/']").first.input_value()
    join = stage.open(link, stage.kept["grace"])
    join.get_by_role("button", name="Join practice").click()
    expect(join.locator("main")).to_contain_text("You have joined the practice.")
    page = stage.open("/account/practice/signing-in", stage.kept["tess"])
    page.get_by_label("Everybody uses two-factor sign-in").check()
    page.get_by_role("button", name="Save changes").click()
    return stage.open("/today", stage.kept["grace"])


@look("which practice is meant")
def which_practice(stage: Stage) -> Page:
    person = stage.sign_up("Rosa Lind", "Riverside Podiatry", key=stage.world.clinics.podiatrist.key)
    page = stage.open("/account/team", AMARA)
    page.get_by_label("Colleague's email").fill(person)
    page.get_by_role("button", name="Invite").click()
    join = stage.open(page.locator("input[value*='/join/']").first.input_value(), person)
    join.get_by_role("button", name="Join practice").click()
    # She has no key for the practice she has just joined: whether it has the patient cannot be said.
    there = stage.world.state.add_patient(stage.world.clinics.riverside, "Olive", "Hartley")
    page = stage.patient(there.id, person)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Which practice")
    stage.kept["rosa"] = person
    return page


@look("the menu of practices, open")
def menu(stage: Stage) -> Page:
    page = stage.open("/today", stage.kept["rosa"])
    page.locator("header summary").click()
    return page


plain("/exercises", "/exercises?q=nothing-like-this", "/exercises/new", "/exercises/archived")
plain("/exercises?only=own")
look("exercise", "/exercises/{slug}")(lambda stage: stage.open("/exercises/bridge"))
look("own exercise, with errors")(lambda stage: press(stage, "/exercises/new", "Save exercise", video_url="no link"))


@look("own exercise, with photos")
def own(stage: Stage) -> Page:
    page = press(stage, "/exercises/new", "Save exercise", name="Bridge our way")
    stage.kept["own"] = urlsplit(page.url).path
    files = [{"name": "a.png", "mimeType": "image/png", "buffer": picture("PNG", (800, 600))}]
    page.get_by_label("Photos", exact=True).set_input_files([*files, {**files[0], "buffer": b"no picture"}])  # type: ignore[list-item]  # dicts of what it takes
    page.get_by_role("button", name="Add photos").click()
    expect(page.get_by_text("This file is not")).to_be_visible()
    page.get_by_label("Photos", exact=True).set_input_files(files)  # type: ignore[arg-type]  # as above
    page.get_by_role("button", name="Add photos").click()
    expect(page.get_by_role("img", name="Photo 1")).to_be_visible()
    return page


look("own exercise, to be edited", "/exercises/{slug}/edit")(lambda stage: stage.open(f"{stage.kept['own']}/edit"))
look("our own exercises")(lambda stage: stage.open("/exercises?only=own"))


@look("own exercise, archived")
def own_archived(stage: Stage) -> Page:
    page = press(stage, stage.kept["own"], "Archive")
    expect(page.get_by_role("link", name="Archived exercises")).to_be_visible()
    return page


look("archived exercises", "/exercises/archived")(lambda stage: stage.open("/exercises/archived"))
plain("/exercises/import")
look("import, with errors")(lambda stage: press(stage, "/exercises/import", "Check the file"))


@look("import to be checked", "/exercises/import/{import_id}")
def importing(stage: Stage) -> Page:
    page = stage.open("/exercises/import")
    page.get_by_label("File").set_input_files(
        {"name": "own.csv", "mimeType": "text/csv", "buffer": b"Name,Goal\nHeel dig,Strength\nOdd one,Fame\n"}
    )
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("button", name="Import 1 exercise")).to_be_visible()
    return page


plain("/templates")
look("template", "/templates/{key}")(lambda stage: stage.open("/templates/neck-pain"))
look("template, for whom", "/templates/{key}/use")(lambda stage: stage.open("/templates/neck-pain/use"))


@look("own template")
def own_template(stage: Stage) -> Page:
    program = stage.start_program(stage.client(OLIVIA), "neck-pain").rpartition("/")[2]
    page = press(stage, f"/templates/new?program={program}", "Save template", name="Neck, our way")
    stage.kept["template"] = urlsplit(page.url).path
    return page


look("own template, to be edited", "/templates/{key}/edit")(lambda s: s.open(f"{s.kept['template']}/edit"))
look("templates, own and archived")(lambda stage: press(stage, stage.kept["template"], "Archive"))


@look("data, found by a patient's address")
def data_found(stage: Stage) -> Page:
    return press(stage, "/account/data", "Find", patient=OLIVIA)


@look("data, the practice to be erased")
def data_open(stage: Stage) -> Page:
    page = stage.open("/account/data")
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
    return page
