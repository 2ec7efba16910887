"""Looks at the day, clients, programs, deliveries and the patient's own page."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from app.demo.colleagues import OF_AMARA, OF_BEN
from app.demo.diary import PEGGY, SIOBHAN
from app.demo.patients import ARCHIVED, OLIVIA, OLIVIA_TWICE
from tests.looks.entering import press
from tests.looks.rows import look, plain
from tests.looks.stage import AMARA, BEN, NOBODY, Stage

# The longest name Cliniko takes, one written from right to left, and one with signs of HTML in it.
LONG_NAME, RIGHT_TO_LEFT, MARKUP = "1530277160945582246", "1530277160945582217", "1530277160945582239"
DANIEL, GIORGOS = "1404918245177431061", "1404918245177431090"


@look("today, with appointments", "/today")
def today(stage: Stage) -> Page:
    page = stage.open("/today")
    expect(page.get_by_role("region", name="Appointments").get_by_role("link", name="Open").last).to_be_visible()
    return page


@look("today, searched")
def today_searched(stage: Stage) -> Page:
    stage.client(RIGHT_TO_LEFT)
    page = stage.open("/today")
    page.get_by_label("Find a patient by name").press_sequentially("H")
    expect(page.locator("#results a").first).to_be_visible()
    return page


look("today, another day without bookings")(lambda stage: stage.open("/today?day=2030-01-01"))


@look("today, Cliniko away")
def today_away(stage: Stage) -> Page:
    stage.cliniko.answer("GET", "/v1/bookings", 503, times=None)
    earlier = datetime.now(UTC).date() - timedelta(days=2)  # read by nothing else: the page asks by itself
    page = stage.open(f"/today?day={earlier.isoformat()}")
    expect(page.locator(".outages .notice.warning")).to_be_visible(timeout=20_000)  # tries as long as a person waits
    stage.cliniko.clear_faults()
    return page


@look("today, of a new practice", "/today")
def today_new(stage: Stage) -> Page:
    stage.kept["grace"] = stage.sign_up("Grace Whitlam", "Seaview Physiotherapy and Sports Medicine")
    return stage.open("/today", stage.kept["grace"])


look("clients, of a new practice", "/clients")(lambda stage: stage.open("/clients", stage.kept["grace"]))
look("deliveries, none", "/deliveries")(lambda stage: stage.open("/deliveries", stage.kept["grace"]))
look("alerts, none", "/alerts")(lambda stage: stage.open("/alerts", stage.kept["grace"]))
look("settings, without a key", "/account/settings")(lambda s: s.open("/account/settings", s.kept["grace"]))
look("team, alone", "/account/team")(lambda stage: stage.open("/account/team", stage.kept["grace"]))
look("a patient, without a key")(lambda stage: stage.patient(OLIVIA, stage.kept["grace"]))

plain("/today/test-page", "/today/test-page?patient=none")


@look("test page, to be confirmed")
def test_page_sure(stage: Stage) -> Page:
    return stage.open(f"/today/test-page?patient={PEGGY}")


@look("test page, arrived", "/today/test-page/{test_page_id}")
def test_page_sent(stage: Stage) -> Page:
    page = stage.page()
    page.get_by_role("button", name="Send the test page").click()
    expect(page.locator("main")).to_contain_text("It works. Programs you assign arrive the same way", timeout=30_000)
    return page


plain("/clients", "/clients?q=nobody-of-this-name", "/clients/new")
look("client added, with errors")(lambda stage: press(stage, "/clients/new", "Add patient", date_of_birth="yesterday"))
look("client of the longest name", "/clients/{client_id}")(lambda stage: stage.patient(LONG_NAME))
look("client of a name from right to left")(lambda stage: stage.patient(RIGHT_TO_LEFT))
look("client of a name with markup")(lambda stage: stage.patient(MARKUP))
look("client, archived in Cliniko")(lambda stage: stage.patient(ARCHIVED))
look("client, merged in Cliniko")(lambda stage: stage.patient(OLIVIA_TWICE))
look("client, perhaps the same person")(lambda stage: stage.patient(SIOBHAN))


@look("client, the same person, chosen", "/clients/{client_id}/same-person")
def same_person(stage: Stage) -> Page:
    stage.kept["siobhan"] = stage.client(SIOBHAN)
    return stage.open(f"{stage.kept['siobhan']}/same-person")


@look("client, the same person, sure")
def same_person_sure(stage: Stage) -> Page:
    page = stage.page()
    page.get_by_role("link", name="Same person").first.click()
    expect(page.get_by_role("button", name="Combine them")).to_be_visible()
    return page


@look("client, combined, with the question whether to undo it")
def combined(stage: Stage) -> Page:
    page = stage.page()
    page.get_by_role("button", name="Combine them").click()
    page.locator(".confirm > summary").first.click()
    expect(page.get_by_role("button", name="Make them two patients again")).to_be_visible()
    return page


@look("client, deleted in Cliniko")
def deleted(stage: Stage) -> Page:
    client = stage.client(GIORGOS)
    stage.world.state.delete_patient(GIORGOS)
    stage.patient(GIORGOS)
    return stage.wait_for(client, "no longer visible in Cliniko")


@look("client, to be edited", "/clients/{client_id}/edit")
def edited(stage: Stage) -> Page:
    stage.kept["daniel"] = stage.client(DANIEL)
    return stage.open(f"{stage.kept['daniel']}/edit")


@look("client, edited with errors")
def edited_with_errors(stage: Stage) -> Page:
    return press(stage, f"{stage.kept['daniel']}/edit", "Save changes", first_name="", last_name="", email="no address")


@look("client, edited here and in Cliniko")
def differing(stage: Stage) -> Page:
    press(stage, f"{stage.kept['daniel']}/edit", "Save changes", email="ours@example.com")
    stage.world.state.update_patient(DANIEL, email="theirs@example.com", date_of_birth="1970-02-03")
    stage.patient(DANIEL)
    return stage.wait_for(stage.kept["daniel"], "Cliniko now has something different")


@look("client, who sees them", "/clients/{client_id}/sharing")
def sharing(stage: Stage) -> Page:
    return stage.open(f"{stage.kept['daniel']}/sharing")


look("client, sharing with an error")(lambda stage: press(stage, f"{stage.kept['daniel']}/sharing", "Save changes"))


@look("client, to be handed over", "/clients/{client_id}/hand-over")
def handing_over(stage: Stage) -> Page:
    page = stage.open(f"{stage.kept['daniel']}/sharing")
    page.get_by_label("New owner").select_option(index=1)
    page.get_by_role("button", name="Continue").click()
    return page


look("client, who has seen them", "/clients/{client_id}/record")(lambda s: s.open(f"{s.kept['daniel']}/record"))
look("client, all that is kept", "/clients/{client_id}/data")(lambda s: s.open(f"{s.kept['daniel']}/data"))


@look("client, view only")
def view_only(stage: Stage) -> Page:
    client = stage.client(OF_BEN["patient_id"], BEN)
    page = stage.open(f"{client}/sharing", BEN)
    page.get_by_role("combobox", name="Colleague").select_option(index=1)
    page.get_by_label("May only view").check()
    page.get_by_role("button", name="Save changes").click()
    stage.assign_program(client, "neck-pain", BEN)
    page = stage.open(client)
    expect(page.locator("main")).to_contain_text("View only")
    return page


look("program, view only")(lambda stage: follow(stage.page(), re.compile("^Neck")))


def follow(page: Page, name: str | re.Pattern[str]) -> Page:
    """Follow the first link of that name in the page's main part."""
    page.locator("main").get_by_role("link", name=name).first.click()
    page.wait_for_load_state()
    return page


@look("editor, empty, with an error", "/clients/{client_id}/programs/{program_id}/edit")
def editor_empty(stage: Stage) -> Page:
    stage.kept["long"] = stage.client(LONG_NAME)
    stage.start_program(stage.kept["long"])
    page = stage.page()
    page.get_by_role("button", name="Assign program").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    return page


@look("editor")
def editor(stage: Stage) -> Page:
    page = stage.page()
    page.get_by_label("Start from template").select_option("knee-osteoarthritis")
    page.get_by_role("button", name="Start from template").click()
    expect(page.get_by_label("Sets").first).to_be_visible()
    stage.kept["program"] = urlsplit(page.url).path.removesuffix("/edit")
    return page


@look("editor, with sections, more of a dose, and something to undo")
def editor_full(stage: Stage) -> Page:
    page = stage.page()
    page.get_by_text(re.compile("^More for")).first.click()
    page.get_by_label("Section").first.select_option("warm-up")
    expect(page.locator(".section-head").first).to_be_visible()
    page.get_by_role("button", name="Remove").last.click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    return page


@look("editor, changed somewhere else")
def editor_changed(stage: Stage) -> Page:
    page, path = stage.page(), stage.kept["program"]
    other = page.context.new_page()
    other.goto(stage.url(f"{path}/edit"))
    other.get_by_label("Program title").fill("Knees, another tab")
    other.get_by_role("button", name="Save draft").last.click()
    expect(other.locator("#editor-status")).to_contain_text("saved")
    other.close()
    page.evaluate(
        "() => { const form = document.getElementById('editor'); HTMLFormElement.prototype.submit.call(form); }"
    )
    expect(page.get_by_role("heading", name="This program was changed somewhere else")).to_be_visible()
    return page


for _ending in ("copy", "discard"):
    look(f"program, to {_ending}", f"/clients/{{client_id}}/programs/{{program_id}}/{_ending}")(
        lambda stage, ending=_ending: stage.open(f"{stage.kept['program']}/{ending}")  # type: ignore[misc]  # the default is the ending
    )
look("a program as a template", "/templates/new")(
    lambda stage: stage.open(f"/templates/new?program={stage.kept['program'].rpartition('/')[2]}")
)


@look("a template saved without a name")
def template_error(stage: Stage) -> Page:
    return press(stage, f"/templates/new?program={stage.kept['program'].rpartition('/')[2]}", "Save template", name="")


@look("client with a program, just assigned")
def assigned(stage: Stage) -> Page:
    page = stage.open(f"{stage.kept['program']}/edit")
    page.get_by_role("button", name="Assign program").click()
    expect(page.locator("main")).to_contain_text("Version 1")
    expect(page.locator("main")).to_contain_text("In Cliniko")
    return page


look("program", "/clients/{client_id}/programs/{program_id}")(lambda stage: stage.open(stage.kept["program"]))


@look("program of two versions, one to be assigned again")
def versions(stage: Stage) -> Page:
    page = stage.page()
    page.get_by_role("button", name="Edit program").click()
    page.get_by_label("Program title").fill("Knee: osteoarthritis and strength, second half of the year")
    page.get_by_role("button", name="Assign program").click()
    expect(page.locator("main")).to_contain_text("Version 2")
    page = stage.open(stage.kept["program"])
    page.get_by_role("button", name="Edit program").click()
    page = stage.open(stage.kept["program"])
    page.locator(".confirm > summary").first.click()
    return page


@look("the patient's page, for the practitioner", "/clients/{client_id}/programs/{program_id}/home")
def home_link(stage: Stage) -> Page:
    page = stage.open(f"{stage.kept['program']}/home")
    stage.kept["home"] = page.get_by_label("Address").input_value()
    page.locator(".confirm > summary").first.click()
    return page


look("patient's door", "/p/{token}")(lambda stage: stage.open(stage.kept["home"], NOBODY))


@look("patient's door, with an error")
def door_error(stage: Stage) -> Page:
    page = stage.page(NOBODY)
    page.get_by_role("textbox").fill("1/1/1999")
    page.get_by_role("button", name="Open my program").click()
    expect(page.locator("[aria-invalid]")).to_be_visible()
    return page


look("patient's address that opens nothing")(lambda stage: stage.open(stage.kept["home"][:-1], NOBODY))


@look("patient's program")
def patients_page(stage: Stage) -> Page:
    page = stage.open(stage.kept["home"], NOBODY)
    page.get_by_role("textbox").fill("1/1/1980")
    page.get_by_role("button", name="Open my program").click()
    page.get_by_label("Done:").first.check(force=True)
    expect(page.locator("#state")).to_contain_text("Saved at")
    return page


@look("patient's program, paused")
def patients_page_paused(stage: Stage) -> Page:
    stage.send(f"{stage.kept['program']}/state", state="paused")
    page = stage.page(NOBODY)
    page.reload()
    expect(page.locator("main")).to_contain_text("This program is paused")
    return page


look("program, paused")(lambda stage: stage.open(stage.kept["program"]))


@look("client with a diary")
def diary(stage: Stage) -> Page:
    page = stage.open(stage.kept["long"])
    expect(page.get_by_role("region", name="At home")).to_be_visible()
    return page


@look("the patient's page, turned off")
def home_off(stage: Stage) -> Page:
    stage.send(f"{stage.kept['program']}/home/off")
    return stage.open(f"{stage.kept['program']}/home")


@look("client, ended program")
def ended(stage: Stage) -> Page:
    stage.send(f"{stage.kept['program']}/state", state="ended")
    return stage.open(stage.kept["long"])


@look("client, Cliniko away")
def delivery_waits(stage: Stage) -> Page:
    stage.cliniko.answer("POST", "/v1/patient_attachments", 503, times=None)
    stage.cliniko.answer("GET", "/v1/patients/*/attachment_presigned_post", 503, times=None)
    stage.assign_program(stage.kept["daniel"])
    return stage.wait_for(stage.kept["daniel"], "Waiting|tried|Trying|away|does not answer")


@look("what was tried for a delivery")
def tried(stage: Stage) -> Page:
    page = stage.page()
    if page.locator(".tried > summary").count():
        page.locator(".tried > summary").first.click()
    return page


@look("today, with deliveries that wait")
def today_waiting(stage: Stage) -> Page:
    return stage.open("/today")


plain("/deliveries", "/deliveries?state=waiting", "/deliveries?state=attention")
plain("/alerts")


@look("a patient while Cliniko does not answer", "/open/cliniko")
def try_again(stage: Stage) -> Page:
    stage.cliniko.answer("GET", "/v1/patients/*", 503, times=None)
    page = stage.patient("404040404")
    stage.cliniko.clear_faults()
    return page


look("a patient Cliniko does not show")(lambda stage: stage.patient("404040405"))
look("a patient a colleague keeps")(lambda stage: stage.patient(OF_AMARA["patient_id"], BEN))


@look("a patient a colleague keeps, who may be asked")
def not_shared(stage: Stage) -> Page:
    client = stage.client(PEGGY)
    page = stage.open(f"{client}/sharing")
    page.get_by_role("combobox", name="Colleague").select_option(index=1)
    page.get_by_label("Cannot see the patient").check()
    page.get_by_role("button", name="Save changes").click()
    page = stage.patient(PEGGY, BEN)
    expect(page.get_by_role("button", name="Request access")).to_be_visible()
    return page


@look("access asked for", "/open/cliniko/asked")
def asked(stage: Stage) -> Page:
    page = stage.page(BEN)
    page.get_by_role("button", name="Request access").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have asked for access")
    return page


@look("alerts, with a question")
def alerts(stage: Stage) -> Page:
    return stage.open("/alerts", AMARA)


@look("a colleague asks for access", "/access-requests/{token}")
def request(stage: Stage) -> Page:
    page = stage.page()
    link = page.locator("main a[href^='/access-requests/']").first
    stage.kept["request"] = link.get_attribute("href")
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("asks to see a patient")
    return page
