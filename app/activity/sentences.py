"""Each recorded action in one sentence. Pure.

A sentence says who, what and about whom. Names are those of the moment of looking; a client whom the reader may not see
is "a client".
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SYSTEM = "Kinebridge"
SOMEBODY = "Somebody unknown"

# What stands before the dot of an action, and how it is called where one kind is chosen.
KINDS: Mapping[str, str] = {
    "session": "Signing in and out",
    "account": "Passwords and security",
    "client": "Clients",
    "program": "Programs",
    "delivery": "Deliveries",
    "connection": "Cliniko keys",
    "invitation": "Invitations",
    "sharing": "Sharing",
    "practice": "Practice",
    "member": "People",
    "letterhead": "Letterhead",
    "alert": "Alerts",
    "exercises": "Exercises",
    "activity": "This record",
    "data": "Exporting and erasing",
}

# {who} begins every sentence; {client} is a name or "a client"; the rest are parts made of the detail.
SENTENCES: Mapping[str, str] = {
    "session.started": "{who} signed in.",
    "session.refused": "A sign-in as {who} was refused.",
    "session.ended": "{who} signed out.",
    "account.password_changed": "{who} changed their password.",
    "account.email_changed": "{who} changed the email they sign in with.",
    "account.reset_mailed": "{who} was emailed a link for a new password.",
    "account.reset_link_made": "Whoever runs Kinebridge made a link for a new password of {who}.",
    "account.two_factor_off_for_them": "Whoever runs Kinebridge turned two-factor sign-in off for {who}.",
    "account.signed_out_elsewhere": "{who} signed out other browsers.",
    "account.recovery_codes_renewed": "{who} renewed their recovery codes.",
    "account.two_factor_on": "{who} turned two-factor sign-in on.",
    "account.two_factor_off": "{who} turned two-factor sign-in off.",
    "client.opened": "{who} clicked Open in Kinebridge and was led to {client}.",
    "client.opened_shared": "{who} clicked Open in Kinebridge and was led to {client}, a {word} of {owner}.",
    "client.made": "{who} clicked Open in Kinebridge and added {client}.",
    "client.refused": "{who} clicked Open in Kinebridge{about_client} and was refused: {outcome}.",
    "client.viewed": "{who} looked at the page of {client}.",
    "client.made_by_hand": "{who} added {client} by hand.",
    "client.edited": "{who} edited details of {client}: {fields}.",
    "client.field_settled": "{who} decided on {field} of {client}.",
    "client.kept_apart": "{who} marked {client} and another {word} as different people.",
    "client.combined": "{who} combined {client} with another {word}.",
    "client.combining_undone": "{who} separated {client} from another {word} again.",
    "client.merge_followed": "{who} followed a merge in Cliniko for {client}.",
    "client.handed_over": "{who} handed {client} over to {owner}.",
    "client.record_viewed": "{who} looked at the record of {client}.",
    "client.record_exported": "{who} exported the record of {client}.",
    "program.begun": "{who} began a program for {client}.",
    "program.viewed": "{who} looked at a program of {client}.",
    "program.preview_viewed": "{who} previewed the PDF of a program for {client}.",
    "program.pdf_viewed": "{who} opened the PDF of version {version} of a program of {client}.",
    "program.assigned": "{who} assigned version {version} of a program to {client}.",
    "program.active": "{who} resumed a program of {client}.",
    "program.paused": "{who} paused a program of {client}.",
    "program.ended": "{who} ended a program of {client}.",
    "program.discarded": "{who} discarded a draft for {client}.",
    "program.copied": "{who} copied another {word}'s program for {client}.",
    "program.link_made": "{who} made the address of a program's page for {client}.",
    "program.link_shown": "{who} looked at the address of the page of {client}.",
    "program.link_renewed": "{who} made a new address for the page of {client}.",
    "program.link_turned_off": "{who} turned off the page of {client}.",
    "program.opened_at_home": "Somebody with the right answer opened the page of {client}.",
    "program.home_refused": "A wrong answer was given at the page of {client}.",
    "program.home_locked": "Too many wrong answers shut the page of {client} for a while.",
    "delivery.arrived": "{who} put a PDF for {client} into their Files in Cliniko.",
    "delivery.stopped": "A PDF for {client}, sent by {who}, did not reach Cliniko.",
    "delivery.retried": "{who} tried a delivery of {client} again.",
    "delivery.retried_many": "{who} tried {deliveries} again.",
    "delivery.duplicate_archived": "{who} archived a second copy of a program of {client} in Cliniko.",
    "delivery.test_page_sent": "{who} sent a test page to {client} in Cliniko.",
    "delivery.test_page_archived": "{who} archived a test page of {client} in Cliniko.",
    "delivery.pdf_viewed": "{who} opened the PDF of a delivery of {client}.",
    "delivery.exported": "{who} exported {deliveries}.",
    "connection.saved": "{who} saved a Cliniko key.",
    "connection.removed": "{who} removed their Cliniko key.",
    "connection.refused": "{who} entered a Cliniko key that was not accepted.",
    "connection.clinic_left": "{who} disconnected the practice from its clinic in Cliniko.",
    "connection.rejected": "Cliniko rejected the key of {owner}.",
    "invitation.made": "{who} invited a colleague.",
    "invitation.sent_again": "{who} sent an invitation again.",
    "invitation.withdrawn": "{who} withdrew an invitation.",
    "invitation.accepted": "{who} joined the practice.",
    "sharing.changed": "{who} set that {rule} their {word}s{viewing}.",
    "sharing.practice_changed": "{who} set that, where a member never chose, {rule} their {word}s{viewing}.",
    "sharing.client_changed": "{who} set that {owner} {may} {client}.",
    "sharing.requested": "{who} asked to see {client}.",
    "sharing.passed_on": "{who} sent an unanswered request to see {client} on to the owners and admins.",
    "sharing.granted": "{who} answered a request: {owner} {may} {client}.",
    "sharing.declined": "{who} declined a request of {owner} to see {client}.",
    "practice.created": "{who} created the practice.",
    "practice.created_for_them": "Whoever runs Kinebridge created the practice for {who}.",
    "practice.settings_saved": "{who} changed the practice's settings: {fields}.",
    "practice.discount_entered": "{who} entered a discount code: {percent}% off for the practice.",
    "practice.discount_replaced": "{who} replaced the practice's discount by one of {percent}%.",
    "practice.discount_refused": "{who} entered a discount code that cannot be used.",
    "practice.discount_ended": "Whoever runs Kinebridge ended the practice's discount.",
    "practice.quiet_hours_saved": "{who} saved the practice's quiet hours.",
    "practice.audit_years_saved": "{who} set how long this record is kept: {years}.",
    "practice.switched": "{who} switched to this practice.",
    "practice.ownership_passed_on": "{who} transferred ownership of the practice to {owner}.",
    "member.role_changed": "{who} made {owner} {role}.",
    "member.deactivated": "{who} deactivated {owner} and handed {clients} and {deliveries} on.",
    "member.removed": "{who} removed {owner} and handed {clients} and {deliveries} on.",
    "member.reactivated": "{who} reactivated {owner}.",
    "practice.sign_in_rules_saved": "{who} saved the practice's rules for signing in: two-factor sign-in is {needed}.",
    "member.title_saved": "{who} saved their title.",
    "member.alert_mails_saved": "{who} turned their alert emails {on}.",
    "letterhead.saved": "{who} saved the letterhead.",
    "letterhead.logo_saved": "{who} saved the logo.",
    "letterhead.logo_removed": "{who} removed the logo.",
    "alert.dealt_with": "{who} marked an alert as dealt with.",
    "exercises.imported": "{who} imported exercises: {exercises}.",
    "exercises.exported": "{who} exported the practice's own exercises.",
    "activity.exported": "{who} exported {events} of this record.",
    "data.client_looked_up": "{who} looked at what can be exported and erased of {client}.",
    "data.client_exported": "{who} exported everything kept about {client}.",
    "data.client_erasure_asked": "{who} asked to erase everything about {client}.",
    "data.client_erasure_withdrawn": "{who} cancelled the erasure of {client}.",
    "data.client_erased": "Everything about a {word} was erased, as {who} asked.",
    "data.practice_exported": "{who} exported the whole practice.",
    "data.practice_erasure_asked": "{who} asked to erase the practice.",
    "data.practice_erasure_withdrawn": "{who} cancelled the erasure of the practice.",
    "data.practice_erased": "The practice was erased, as {who} asked.",
    "data.unseen_years_saved": "{who} set after how long unseen {word}s are listed.",
}
OUTCOMES: Mapping[str, str] = {
    "not_shared": "it is not shared with them",
    "no_key": "no working Cliniko key",
    "not_visible": "Cliniko does not show it to them",
    "not_permitted": "their role in Cliniko does not allow it",
    "cliniko_trouble": "Cliniko did not answer as it should",
}
RULES: Mapping[str, str] = {
    "nobody": "nobody else sees",
    "practice": "everyone in the practice sees",
    "default": "the practice's rule says who sees",
    "chosen": "chosen colleagues see",
}
MAY: Mapping[str, str] = {
    "edit": "may edit",
    "view": "may view",
    "none": "may not see",
    "rule": "may do what the owner's rule says with",
}


@dataclass(frozen=True)
class Event:
    """One row of the record, without names."""

    action: str
    practitioner_id: uuid.UUID | None = None
    client_id: uuid.UUID | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Names:
    """The names that the reader may know: people by practitioner id, members and clients by theirs."""

    people: Mapping[uuid.UUID, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    clients: Mapping[uuid.UUID, str] = field(default_factory=dict)
    # What the practice calls its clients.
    word: str = "client"


def who_did(event: Event, names: Names) -> str:
    """Return who did it: a person's name, Kinebridge itself, or the client on their own page."""
    if event.practitioner_id is not None:
        return names.people.get(event.practitioner_id, "A former colleague")
    if event.action in ("program.opened_at_home", "program.home_refused", "program.home_locked"):
        return "Visitor"
    if event.action == "session.refused":
        return SOMEBODY
    return SYSTEM


def tell(event: Event, names: Names) -> str:
    """Return the event as one sentence; one of a word that this release does not know says the word."""
    a_client = f"a {names.word}"
    client = names.clients.get(event.client_id, a_client) if event.client_id else a_client
    parts = {
        "who": who_did(event, names),
        "client": client,
        "word": names.word,
        "about_client": f" on {client}" if event.client_id else "",
        **_details(event.detail, names),
    }
    return SENTENCES.get(event.action, "{who}: {action}.").format_map(_Parts(parts, action=_words(event.action)))


def _details(detail: Mapping[str, Any], names: Names) -> dict[str, str]:
    """Return the parts of sentences that come from the detail."""
    member = str(detail.get("owner_id") or detail.get("membership_id") or "")
    exercises = [f"{detail.get(word, 0)} {word}" for word in ("added", "changed")]
    return {
        "owner": names.members.get(member, "a colleague"),
        "outcome": OUTCOMES.get(str(detail.get("outcome")), _words(str(detail.get("outcome", "")))),
        "fields": ", ".join(_words(str(name)) for name in detail.get("fields", [])),
        "field": _words(str(detail.get("field", "a field"))),
        "viewing": ", for viewing only" if detail.get("access") == "view" else "",
        "may": MAY.get(str(detail.get("access")), "may see"),
        "rule": RULES.get(str(detail.get("rule")), "other people see"),
        "version": str(detail.get("version", "")),
        "percent": str(detail.get("percent", "")),
        "needed": "needed" if detail.get("requires_two_factor") else "not needed",
        "on": "on" if detail.get("is_on") else "off",
        "deliveries": _count(detail.get("deliveries"), "delivery", "deliveries"),
        "clients": _count(detail.get("clients"), names.word, f"{names.word}s"),
        "role": "an admin" if detail.get("role") == "admin" else "a practitioner",
        "events": _count(detail.get("events"), "line", "lines"),
        "years": _count(detail.get("years"), "year", "years"),
        "exercises": " and ".join(exercises),
    }


class _Parts(dict[str, str]):
    """A part that is not there is said as such, not a failure of the page."""

    def __missing__(self, key: str) -> str:
        return "something"


def _words(word: str) -> str:
    return word.replace(".", " ").replace("_", " ")


def _count(number: object, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
