"""The pages of the guide, and which of them helps with what. Pure.

The texts are Markdown (``app/guide/pages``); here is what every room may know of them without knowing that room.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Group = Literal["Start", "Every day", "When something goes wrong", "For who runs it"]
GROUPS: tuple[Group, ...] = get_args(Group)

GUIDE_PATH = "/guide"


@dataclass(frozen=True)
class GuidePage:
    """A page: the name of its file, which is its address too, its title, and what is in it in one line.

    Title and line say "patient" in small letters only, so that a practice's own word can take its place. It is searched
    for by the words of ``SOUGHT_AS`` too.
    """

    slug: str
    title: str
    summary: str
    group: Group

    @property
    def path(self) -> str:
        """Where it is read."""
        return f"{GUIDE_PATH}/{self.slug}"


# In the order in which they are read.
PAGES: tuple[GuidePage, ...] = (
    GuidePage(
        "connect-cliniko", "Connect Cliniko", "Three steps: a key, saved here, and a button in Cliniko.", "Start"
    ),
    GuidePage(
        "first-program", "Your first program", "From the button in Cliniko to the PDF in the patient's Files.", "Start"
    ),
    GuidePage("app-url", "The App URL of your region", "Which address your practice enters in Cliniko.", "Start"),
    GuidePage("roles", "Roles in Cliniko", "What each role may do, and why Schedulers get no PDFs.", "Start"),
    GuidePage(
        "open-a-patient",
        "Find and open a patient",
        "By the button, by name, by a pasted address or by a bookmark.",
        "Every day",
    ),
    GuidePage(
        "exercises-and-templates",
        "Exercises and templates",
        "Find an exercise, add your own, and save what you often give.",
        "Every day",
    ),
    GuidePage(
        "sheet-and-page",
        "The sheet and the patient's page",
        "The PDF, its QR code, and what the patient notes at home.",
        "Every day",
    ),
    GuidePage(
        "sharing", "Sharing and asking for access", ("Who sees which patients, and how to change it."), "Every day"
    ),
    GuidePage("colleagues", "Colleagues who come and go", "Invite, give a role, hand over, deactivate.", "Every day"),
    GuidePage("alerts-and-deliveries", "Alerts and Deliveries", "See what has not reached Cliniko yet.", "Every day"),
    GuidePage(
        "belongs-to-a-colleague",
        "This patient belongs to a colleague",
        "The button led to a page that asks you to request access.",
        "When something goes wrong",
    ),
    GuidePage(
        "not-in-cliniko",
        "Cliniko does not show this patient",
        "Another clinic, another person's key, or deleted there.",
        "When something goes wrong",
    ),
    GuidePage(
        "no-pdf",
        "The PDF is not in Cliniko",
        "Where it is now, and how it gets there.",
        "When something goes wrong",
    ),
    GuidePage(
        "key-refused",
        "Cliniko refuses the key",
        "Not accepted, archived, or of another clinic.",
        "When something goes wrong",
    ),
    GuidePage(
        "cliniko-away",
        "Cliniko does not answer",
        "You can keep working. Waiting PDFs go out by themselves.",
        "When something goes wrong",
    ),
    GuidePage(
        "wrong-person",
        "The wrong person is signed in",
        "On a shared computer: switch, and come back to the same patient.",
        "When something goes wrong",
    ),
    GuidePage(
        "archived-and-merged",
        "Archived and merged in Cliniko",
        "What happens here when a patient is archived, merged or linked anew there.",
        "When something goes wrong",
    ),
    GuidePage(
        "same-person-twice",
        "The same person is here twice",
        "Combine two entries of one person, and undo it.",
        "When something goes wrong",
    ),
    GuidePage(
        "page-not-found",
        "A page is not found",
        "A link, a bookmark or an email leads to “Not found”.",
        "When something goes wrong",
    ),
    GuidePage(
        "cannot-sign-in",
        "I cannot sign in",
        "A forgotten password, a wait, or no account yet.",
        "When something goes wrong",
    ),
    GuidePage(
        "lost-phone",
        "The phone for sign-in codes is lost",
        "Recovery codes, and who can help without them.",
        "When something goes wrong",
    ),
    GuidePage(
        "exporting-and-erasing",
        "Exporting and erasing",
        "One person's data, or the whole practice's, and what can be undone.",
        "For who runs it",
    ),
    GuidePage(
        "running-kinebridge",
        "Running Kinebridge",
        "Backups, new releases, secrets: where each is described.",
        "For who runs it",
    ),
)
# What people type who look for a page, where it does not say so itself: messages of other programs, words of the trade.
SOUGHT_AS: Mapping[str, str] = {
    "connect-cliniko": "setup install integration",
    "roles": "403 forbidden permission",
    "open-a-patient": "missing button find lookup",
    "sheet-and-page": "handout printout locked",
    "colleagues": "staff users handover leaver",
    "alerts-and-deliveries": "notification status",
    "belongs-to-a-colleague": "404 not found no access",
    "not-in-cliniko": "404 not found missing",
    "no-pdf": "missing attachment upload storage full failed stuck",
    "key-refused": "401 unauthorised wrong invalid revoked expired",
    "cliniko-away": "outage down offline slow timeout 429 503",
    "wrong-person": "wrong login user logged in",
    "archived-and-merged": "duplicate unarchive unlink",
    "same-person-twice": "duplicate merge unlink",
    "page-not-found": "404 broken link expired",
    "cannot-sign-in": "login log in logged out reset password timeout expired session",
    "lost-phone": "2fa mfa authenticator",
    "exporting-and-erasing": "gdpr delete download",
    "running-kinebridge": "server update operator",
}
BY_SLUG: Mapping[str, GuidePage] = {page.slug: page for page in PAGES}


@dataclass(frozen=True)
class NoPage:
    """A cause that needs no page, and why."""

    because: str


BY_ITSELF = NoPage("it goes on by itself, and the sentence beside it says when")
TOLD_IN_FULL = NoPage("what it says, and its link, are all there is to it")

# Cause -> page of the guide, with an anchor where only a part of it is about that. The words before the dot say whose
# causes they are: of a click, a saved key, a delivery, an alert, a note of the bell; or a place in a page.
HELP: Mapping[str, str | NoPage] = {
    "click.opened": NoPage("the patient is there"),
    "click.made": NoPage("the patient is there"),
    "click.asked": TOLD_IN_FULL,
    "click.not_shared": "belongs-to-a-colleague",
    "click.no_key": "connect-cliniko",
    "click.not_permitted": "roles",
    "click.not_visible": "not-in-cliniko",
    "click.cliniko_trouble": "cliniko-away",
    "click.bad_id": "open-a-patient#this-link-has-no-patient-in-it",
    "click.signed_out": NoPage("signing in leads on to the patient"),
    "click.failed": NoPage("our fault; the page has a reference to tell"),
    "key.refused": "key-refused",
    "key.not_checked": "cliniko-away",
    "connection.working": NoPage("nothing is wrong"),
    "connection.rejected": "key-refused",
    "connection.not_permitted": "roles",
    "delivery.": NoPage("nothing is wrong"),
    "delivery.no_key": "no-pdf#it-needs-a-key",
    "delivery.key_rejected": "key-refused",
    "delivery.key_unreadable": "no-pdf#it-needs-a-key",
    "delivery.role": "roles",
    "delivery.held": "cliniko-away",
    "delivery.unreachable": BY_ITSELF,
    "delivery.server_trouble": BY_ITSELF,
    "delivery.busy": BY_ITSELF,
    "delivery.upload_expired": BY_ITSELF,
    "delivery.storage_full": "no-pdf#cliniko-has-no-room",
    "delivery.patient_not_visible": "not-in-cliniko",
    "delivery.patient_changed": "archived-and-merged#the-patient-is-linked-to-another-one-now",
    "delivery.removed": "no-pdf#it-was-there-and-is-gone",
    "delivery.altered": "no-pdf#it-is-not-the-file-that-was-sent",
    "delivery.refused_once": BY_ITSELF,
    "delivery.refused": "no-pdf#cliniko-refused-it-or-three-days-are-over",
    "delivery.gave_up": "no-pdf#cliniko-refused-it-or-three-days-are-over",
    "delivery.stuck": "no-pdf#cliniko-is-still-processing-it",
    "delivery.processing": BY_ITSELF,
    "delivery.duplicate": NoPage("the second file is out of the way already"),
    "delivery.broken_off": BY_ITSELF,
    "delivery.trouble": BY_ITSELF,
    "delivery.not_linked": "no-pdf#the-patient-is-not-linked-to-cliniko",
    "alert.cliniko_down": "cliniko-away",
    "alert.storage_full": "no-pdf#cliniko-has-no-room",
    "alert.needs_key": "no-pdf#it-needs-a-key",
    "alert.not_permitted": "roles",
    "alert.needs_attention": "no-pdf",
    "note.access_asked": TOLD_IN_FULL,
    "note.access_passed_on": TOLD_IN_FULL,
    "note.access_given": TOLD_IN_FULL,
    "note.access_declined": "belongs-to-a-colleague#if-your-request-is-declined",
    "note.client_given": TOLD_IN_FULL,
    "note.client_handed_over": TOLD_IN_FULL,
    "note.client_handed_on": "colleagues#hand-one-patient-over",
    "note.practice_sharing": "sharing#the-practices-own-rule",
    "client.archived": "archived-and-merged",
    "client.combined": "archived-and-merged#merged",
    "client.not_visible": "not-in-cliniko",
    "client.privacy_policy": "open-a-patient#has-not-accepted-your-privacy-policy",
    "client.same_person": "same-person-twice",
    "client.added_by_hand": "no-pdf#the-patient-is-not-linked-to-cliniko",
    "client.view_only": "sharing#view-only",
    "page.not_found": "page-not-found",
    "address.refused": "open-a-patient#by-the-address-of-their-page-in-cliniko",
    "invitation.gone": "colleagues#the-invitation-no-longer-works",
    "sign_in.refused": "cannot-sign-in",
    "sign_in.no_code": "lost-phone",
    "sign_in.wrong_person": "wrong-person",
    "data.erasing": "exporting-and-erasing",
}


@dataclass(frozen=True)
class GuideLink:
    """Where to read what to do: the page's title, and its path, with an anchor where there is one."""

    title: str
    path: str


def guide_for(cause: str) -> GuideLink | None:
    """Return where a cause of ``HELP`` is explained; None without a page, and for a word of a newer release."""
    found = HELP.get(cause)
    if not isinstance(found, str):
        return None
    slug, hash_sign, anchor = found.partition("#")
    page = BY_SLUG[slug]
    return GuideLink(page.title, page.path + hash_sign + anchor)
