"""Looks at what is open before anybody is signed in, at signing in, and at pages of errors."""

from playwright.sync_api import Page, expect

from app.guidance import PAGES
from tests.looks.rows import look, plain
from tests.looks.stage import AMARA, BEN, NOBODY, PASSWORD, Stage

plain("/sign-in", "/sign-up", "/reset-password", "/guide", "/styleguide", email=NOBODY)


def press(stage: Stage, path: str, button: str, who: str = AMARA, **fields: str) -> Page:
    """Open an address, fill fields by their names and press a button."""
    page = stage.open(path, who)
    for name, value in fields.items():
        page.locator(f"main [name={name}]:not([type=hidden])").first.fill(value)
    page.get_by_role("button", name=button, exact=True).first.click()
    page.wait_for_load_state()
    return page


@look("sign-in, with errors")
def sign_in_errors(stage: Stage) -> Page:
    page = press(stage, "/sign-in", "Sign in", NOBODY, email=AMARA, password="wrong")
    expect(page.locator("[aria-invalid]").first).to_be_visible()
    return page


@look("sign-up, with errors")
def sign_up_errors(stage: Stage) -> Page:
    page = press(stage, "/sign-up", "Create account", NOBODY)
    expect(page.get_by_role("alert")).to_be_visible()
    return page


@look("reset asked for")
def reset_asked(stage: Stage) -> Page:
    return press(stage, "/reset-password", "Email me a link", NOBODY, email="nobody@looks.example")


@look("reset, with an error")
def reset_error(stage: Stage) -> Page:
    return press(stage, "/reset-password", "Email me a link", NOBODY)


@look("reset link", "/reset-password/{token}")
def reset_link(stage: Stage) -> Page:
    return stage.open(stage.reset_path(BEN), NOBODY)


@look("reset link that is used up")
def reset_gone(stage: Stage) -> Page:
    former = stage.reset_path(BEN)
    stage.reset_path(BEN)
    return stage.open(former, NOBODY)


@look("invitation", "/join/{token}")
def invitation(stage: Stage) -> Page:
    page = press(stage, "/account/team", "Invite", email="lee@looks.example")
    field = page.locator("input[value*='/join/']").first
    stage.kept["join"] = field.input_value()
    return stage.open(stage.kept["join"], NOBODY)


@look("invitation, with errors")
def invitation_errors(stage: Stage) -> Page:
    return press(stage, stage.kept["join"], "Join practice", NOBODY)


@look("a broken link")
def broken_link(stage: Stage) -> Page:
    return stage.open("/join/nothing", NOBODY)


@look("what was typed before signing in again")
def kept_at_sign_in(stage: Stage) -> Page:
    context = stage.new_context()
    stage.people["a shared computer"] = context
    context.new_page()
    stage.send("/sign-in", "a shared computer", email=AMARA, password=PASSWORD)
    page = stage.open("/clients/new", "a shared computer")
    page.get_by_label("First name").first.fill("Robin")
    page.evaluate("document.querySelector('main [name=made_by]').remove()")  # as on a page of a release before
    context.clear_cookies()
    page.get_by_role("button", name="Add patient").click()
    expect(page.get_by_label("Password")).to_be_visible()
    return page


@look("what nobody knows who had typed")
def kept_form(stage: Stage) -> Page:
    page = stage.page("a shared computer")
    page.get_by_label("Email").fill(BEN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    return page


@look("what was typed for another practice, or not sent by itself")
def kept_for_another(stage: Stage) -> Page:
    page = stage.open("/clients/new", "a shared computer")
    page.get_by_label("First name").first.fill("Robin")
    page.evaluate("document.querySelector('main [name=made_by]').value = 'x'")
    page.get_by_role("button", name="Add patient").click()
    page.wait_for_load_state()
    return page


for _status in (400, 403, 404, 409, 413, 429, 500):
    look(f"error {_status}")(lambda stage, status=_status: stage.open(f"/broken/{status}"))  # type: ignore[misc]  # the default is the status
look("error 404, signed out")(lambda stage: stage.open("/nowhere", NOBODY))
look("error 403, of a page for owners")(lambda stage: stage.open("/account/activity", BEN))
look("error 404, of a client")(lambda stage: stage.open("/clients/nowhere"))

for _number, _guide_page in enumerate(PAGES):
    look(f"guide: {_guide_page.slug}", "/guide/{guide_page}", alike=_number > 1)(
        lambda stage, path=_guide_page.path: stage.open(path, NOBODY)  # type: ignore[misc]  # the default is the address
    )
