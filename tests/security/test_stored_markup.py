"""Markup in anything that is stored, here or in Cliniko, is shown as the characters it is made of, on every page."""

from app.accounts.signing_in.sign_in_rules_routes import RULES_PAGE
from tests.support import Browser, Clinic, Page

MARK = "<img src=x onerror=alert(1)>\"'`{{7*7}}</title></textarea><script>alert(2)</script>"


def assert_inert(page: Page, *, shown: bool = True) -> None:
    """The page shows the mark (where it should) and has no element or attribute of its making."""
    assert page.status in (200, 404, 409, 422), page.url
    soup = page.soup
    assert not soup.select("img[src='x'], [onerror]"), page.url
    assert all(script.get("src") for script in soup.find_all("script")), page.url
    assert "49" not in soup.get_text().partition(MARK[:20])[2][:60], page.url
    if shown:
        values = [str(field.get("value", "")) for field in soup.find_all("input")]
        assert "onerror=alert(1)>" in soup.get_text() + "".join(values), page.url


def test_markup_in_every_stored_text_is_inert_on_every_page(browser: Browser, clinic: Clinic) -> None:
    clinic.account.name = MARK
    clinic.ana.first_name, clinic.ana.last_name = MARK, MARK
    clinic.ana.role = "<b>practitioner</b>"
    patient_id = clinic.add_patient(
        MARK,
        MARK,
        preferred_first_name=MARK,
        title="<b>x</b>",
        email=f"{MARK}@x.example",
        phone_numbers=[(MARK, MARK)],
        pronouns=MARK,
    )
    browser.sign_up(name=MARK, practice=MARK)
    assert_inert(browser.save_key(clinic.ana.key))
    client = browser.open_patient(patient_id)
    assert_inert(client)
    assert_inert(browser.get("/clients"))
    assert_inert(browser.get(f"/clients?q={MARK[:20]}"))
    browser.get(client.path)
    editor = browser.press("New program").path
    form = {"title": MARK, "note": MARK, "slug-0": "pendulum-swing", "load-0": MARK[:38], "note-0": MARK}
    form["revision"] = "0"
    assert_inert(browser.post(editor, {**form, "action": "save", "find": MARK[:60]}))
    assert_inert(browser.post(editor, {**form, "action": "save", "revision": "7", "title": "other" + MARK}))
    assert browser.post(editor, {**form, "action": "assign", "revision": "1"}).path == client.path
    for path in (client.path, f"{client.path}/deliveries", editor.removesuffix("/edit")):
        assert_inert(browser.get(path))
    assert_inert(browser.get(f"{editor.removesuffix('/edit')}/home"))
    pdf = browser.send("GET", f"{editor.removesuffix('/edit')}/versions/1.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["x-content-type-options"] == "nosniff"
    assert not set("<>\r\n'") & set(pdf.headers["content-disposition"])


def test_markup_in_names_is_inert_where_colleagues_and_strangers_see_it(browser: Browser, clinic: Clinic) -> None:
    browser.sign_up(name=MARK, practice=MARK)
    browser.save_key(clinic.ana.key)
    assert_inert(browser.another().get(browser.invite()))
    colleague = browser.invite_colleague(name=MARK)
    colleague.save_key(clinic.ben.key)
    letterhead = {"address": MARK, "phone": MARK[:39] + "0", "footer": MARK, "stop_when": MARK}
    assert browser.post("/account/letterhead", letterhead).status == 200
    assert_inert(browser.post("/account/settings/title", {"title": MARK[:100]}))
    accounts = ("/account/team", "/account/sharing", "/account/settings", "/account/letterhead")
    for path in (*accounts, "/exercises", "/clients"):
        assert_inert(colleague.get(path))
    patient = clinic.add_patient(MARK, MARK)
    client = browser.open_patient(patient).path
    assert_inert(colleague.open_patient(patient))  # names the owner
    for path in ("/account/activity", f"{client}/record", RULES_PAGE):
        assert_inert(browser.get(path))


def test_markup_sent_to_any_form_comes_back_inert(browser: Browser) -> None:
    for path, fields in {
        "/sign-in": {"email": MARK, "password": MARK},
        "/sign-up": {"name": MARK, "email": MARK, "practice_name": MARK, "country": MARK, "next": f"/{MARK}"},
    }.items():
        assert_inert(browser.post(path, fields))
    browser.sign_up()
    assert_inert(browser.post("/account/team", {"email": MARK, "role": MARK}))
    assert_inert(browser.post("/account/sharing", {"rule": MARK, "colleague": MARK}), shown=False)
    assert_inert(browser.post("/account/letterhead", {"phone": MARK, "address": MARK, "colour": MARK, "layout": MARK}))
    assert_inert(browser.post("/account/settings", {"api_key": MARK, "next": f"/{MARK}"}), shown=False)
    assert_inert(browser.get(f"/exercises?q={MARK[:30]}&region={MARK[:30]}"))
    assert_inert(browser.get(f"/sign-in?next=/{MARK}"), shown=False)
