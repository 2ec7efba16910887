"""The fixed sentences a page may show after a redirect, chosen by a code in the address (`?notice=saved`).

The address carries only the code, never the sentence, so nobody can make our pages say something by sending a link.
"patient" in a sentence becomes the practice's own word for those it treats. How to use it:
`return redirect("/account/settings", notice="saved")`; the base layout shows the sentence above the page's content. An
unknown code in an address shows nothing; an unknown code given to `redirect` is a KeyError.
"""

from typing import Literal, NamedTuple

NOTICE_PARAMETER = "notice"


class Notice(NamedTuple):
    """One sentence and the way it is shown: `info`, `success`, `warning` or `error`."""

    kind: Literal["info", "success", "warning", "error"]
    text: str


NOTICES: dict[str, Notice] = {
    # Signing in and practices
    "welcome": Notice("success", "Your account is ready. Next, save your Cliniko API key below."),
    "client-erasure-asked": Notice("success", "Everything about this patient will be erased on the day named below."),
    "practice-erasure-asked": Notice("success", "The practice will be erased on the day named above."),
    "erasure-withdrawn": Notice("success", "The erasure is cancelled. Nothing will be erased."),
    "signed-in-instead": Notice(
        "info", "You already have an account with this email, so you are signed in to it. No second one was made."
    ),
    "joined": Notice("success", "You have joined the practice."),
    "signed-out": Notice("info", "You are signed out."),
    "practice-changed": Notice("success", "You are now working in the practice named at the top of the page."),
    "practice-switched": Notice(
        "info", "This patient belongs to another of your practices. You are now working in the one named at the top."
    ),
    "reset-asked": Notice(
        "info",
        "If this email has an account, a link is on its way. It works for one hour, and only the newest link "
        "works. At most three are sent in an hour.",
    ),
    "password-reset": Notice("success", "Your password is changed. Sign in with it."),
    "second-step-late": Notice("info", "The code was not entered within ten minutes. Sign in again."),
    "form-not-kept": Notice(
        "warning",
        "You were signed out, so what you sent was not saved. Sign in, then go back and send it again.",
    ),
    "two-factor-off": Notice("success", "Two-factor sign-in is off."),
    "password-changed": Notice("success", "Your password is changed. Your other browsers are signed out."),
    "email-changed": Notice("success", "Your email is changed. Sign in with the new one from now on."),
    "signed-out-there": Notice("success", "That browser is signed out."),
    "signed-out-elsewhere": Notice("success", "All your other browsers are signed out."),
    # My account
    "saved": Notice("success", "Your changes are saved."),
    "nothing-changed": Notice("info", "Nothing was changed."),
    "key-saved": Notice("success", "The Cliniko API key is saved."),
    "key-checked": Notice("success", "Cliniko was asked again and accepts your key. It is as shown below."),
    "key-saved-limited": Notice(
        "warning",
        "The key is saved, but its role in Cliniko cannot add files. PDFs stay here until the role changes.",
    ),
    "key-removed": Notice("success", "The Cliniko API key is removed. PDFs wait here until a new key is saved."),
    "clinic-left": Notice("success", "The practice is disconnected. The next key connects it to its own clinic."),
    "sharing-saved": Notice("success", "Your sharing choice is saved."),
    "letterhead-saved": Notice("success", "The letterhead is saved. Programs assigned from now on carry it."),
    "title-saved": Notice("success", "Your title is saved. Programs you assign from now on carry it."),
    "discount-entered": Notice("success", "The discount applies to the whole practice."),
    "invited": Notice("success", "The invitation is on its way by email. You can also share its link yourself."),
    "invited-no-mail": Notice(
        "warning", "The invitation is ready. No mail server is set up here, so share its link yourself."
    ),
    "invitation-renewed": Notice(
        "warning",
        "The link works for seven more days. No mail server is set up here, so share it yourself.",
    ),
    "invited-unmailed": Notice(
        "warning",
        ("The invitation is ready, but was not emailed because there were many lately. Share its link yourself."),
    ),
    "invitation-sent-again": Notice("success", "The invitation was emailed again. Its link works for seven more days."),
    "invitation-unmailed": Notice(
        "warning",
        (
            "Nothing was emailed because there were many invitations lately. Try again later, or share the link "
            "yourself."
        ),
    ),
    "invitation-withdrawn": Notice("success", "The invitation is withdrawn. Its link no longer works."),
    "role-saved": Notice("success", "The role is saved and applies from now on."),
    "member-removed": Notice("success", "Your colleague no longer has access to this practice."),
    "member-deactivated": Notice("success", "Your colleague is deactivated and has no access until reactivated."),
    "member-reactivated": Notice("success", "Your colleague has access again."),
    "ownership-passed-on": Notice("success", "Ownership is transferred. You are now an admin."),
    # Clients, exercises and programs
    "client-added": Notice("success", "The patient is added."),
    "clients-linked": Notice("success", "The two are combined. You can undo this for 30 days."),
    "combining-undone": Notice(
        "success", ("The two patients are separate again. Anything added since stays with the other one.")
    ),
    "client-handed-over": Notice("success", "The patient is handed over. Your colleague is told."),
    "request-answered": Notice("success", "Your answer is saved. Your colleague is told."),
    "request-answered-before": Notice("info", "This request was already answered. The first answer counts."),
    "exercise-saved": Notice("success", "The exercise is saved."),
    "exercise-archived": Notice("success", "The exercise is archived. Programs and templates that hold it keep it."),
    "photos-added": Notice("success", "The photos are added."),
    "photo-removed": Notice("success", "The photo is removed. Programs assigned with it keep it."),
    "draft-saved": Notice("success", "The draft is saved. The patient has not been given it yet."),
    "draft-discarded": Notice("success", "The draft is discarded."),
    "program-assigned": Notice("success", "The program is assigned. Its PDF is on its way to Cliniko."),
    "program-assigned-needs-key": Notice(
        "success", "The program is assigned. Its PDF goes to Cliniko as soon as a working API key is saved."
    ),
    "program-assigned-limited": Notice(
        "warning",
        "The program is assigned. Your role in Cliniko cannot add files, so its PDF stays here until the role changes.",
    ),
    "program-assigned-no-cliniko": Notice(
        "success", "The program is assigned. This patient is not linked to Cliniko, so the PDF stays here."
    ),
    "version-sent": Notice("success", "The PDF is on its way to Cliniko."),
    "program-paused": Notice("success", "The program is paused."),
    "program-ended": Notice("success", "The program is ended."),
    "program-active": Notice("success", "The program is active again."),
    "link-renewed": Notice("success", "The page has a new address. The old one no longer opens it."),
    "link-off": Notice("success", "The page is turned off."),
    "program-copied": Notice("success", "The exercises are copied into this program."),
    "template-saved": Notice("success", "The template is saved."),
    "template-archived": Notice("success", "The template is archived."),
    "alert-dealt-with": Notice("success", "Done. You are not reminded of these programs again."),
    "delivery-retried": Notice("info", "Trying again now."),
    "delivery-not-retried": Notice(
        "info", "There is nothing to try again. It is on its way, has arrived, or is waiting for a working API key."
    ),
    "test-page-archived": Notice("success", "The test page is archived in Cliniko."),
    "delivery-cancelled": Notice("success", "The PDF will not be copied to Cliniko. It stays here."),
}


def find_notice(code: str | None) -> Notice | None:
    """Return the notice of a code from an address, or None when there is none of that name."""
    return NOTICES.get(code) if code else None
