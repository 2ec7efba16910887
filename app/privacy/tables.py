"""Every table, and how its rows belong to a practice and to a client: what exports take along and erasing removes.

A test walks the database's tables: a new one needs a row here. Conditions are SQL on the table's own columns with
``:practice_id`` and ``:client_ids``, a client and whoever became part of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Table

from app.db import Base
from app.migrations import import_all_models

OF_PRACTICE = "practice_id = :practice_id"
OF_MEMBERS = "membership_id IN (SELECT id FROM memberships WHERE practice_id = :practice_id)"
OF_CLIENTS = "client_id IN (SELECT id FROM clients WHERE practice_id = :practice_id)"
OF_CLIENT = "client_id = ANY(:client_ids)"
OF_PROGRAMS = "program_id IN (SELECT id FROM programs WHERE client_id = ANY(:client_ids))"
OF_BELL = "about = ANY(:client_ids) OR about IN (SELECT id FROM access_requests WHERE client_id = ANY(:client_ids))"
# They refer to others without saying so to the database.
POINTING = frozenset({"bell_notes", "bell_marks"})


@dataclass(frozen=True)
class Kept:
    """What is known of a table beside its columns.

    ``words`` tell a reader what it holds. ``of_client`` is "" for one that says nothing of a client. ``hidden`` columns
    are never exported: secrets, what is made of other columns, and bytes that are files of their own. With
    ``not_exported``, a reason, none of it is. ``stays`` is the reason why erasing leaves its rows.
    """

    words: str
    of_practice: str = OF_PRACTICE
    of_client: str = ""
    hidden: frozenset[str] = field(default_factory=frozenset)
    hidden_from_client: frozenset[str] = field(default_factory=frozenset)
    not_exported: str = ""
    stays: str = ""


TABLES: Mapping[str, Kept] = {
    "practices": Kept("The practice and its settings.", "id = :practice_id"),
    "letterheads": Kept("How programs look on paper; the logo is a file.", hidden=frozenset({"logo"})),
    "practitioners": Kept(
        "The people who sign in.",
        "id IN (SELECT practitioner_id FROM memberships WHERE practice_id = :practice_id)",
        hidden=frozenset(
            {"password_hash", "reset_id", "reset_until", "totp_secret", "totp_step", "active_practice_id"}
        ),
    ),
    "memberships": Kept("Who belongs to the practice, with which role and sharing rule."),
    "shared_colleagues": Kept(
        "Which colleagues a member shares their clients with.",
        "owner_id IN (SELECT id FROM memberships WHERE practice_id = :practice_id)",
    ),
    "invitations": Kept("Who was invited."),
    "connections": Kept("Whose Cliniko keys are saved, without the keys.", hidden=frozenset({"encrypted_key"})),
    "clients": Kept(
        "Names and details of clients.", of_client="id = ANY(:client_ids)", hidden=frozenset({"search", "sort_name"})
    ),
    "client_links": Kept("Which patients in Cliniko they are.", of_client=OF_CLIENT),
    "client_grants": Kept("What members may do with a colleague's client.", OF_CLIENTS, OF_CLIENT),
    "client_viewers": Kept(
        "What the release before knew of that.", OF_CLIENTS, OF_CLIENT, not_exported="client_grants has the same"
    ),
    "access_requests": Kept("Who asked to see a colleague's client.", of_client=OF_CLIENT),
    "client_changes": Kept("What Cliniko was seen to say differently.", OF_CLIENTS, OF_CLIENT),
    "client_combinations": Kept(
        "Which clients became part of another.",
        of_client="survivor_id = ANY(:client_ids) OR absorbed_id = ANY(:client_ids)",
        # Once it is undone, what was typed for the one is nothing of the other's.
        hidden_from_client=frozenset({"moved", "replaced"}),
    ),
    "clients_kept_apart": Kept(
        "Which clients somebody said are different people.",
        "first_id IN (SELECT id FROM clients WHERE practice_id = :practice_id)",
        "first_id = ANY(:client_ids) OR second_id = ANY(:client_ids)",
    ),
    "programs": Kept("Exercise programs with the drafts of their next versions.", of_client=OF_CLIENT),
    "program_versions": Kept("What was assigned, word for word: exercises, doses, notes.", of_client=OF_PROGRAMS),
    "program_templates": Kept("The practice's own templates."),
    "program_links": Kept(
        "When a program had a page for its client; without the address and code that open it.",
        of_client=OF_PROGRAMS,
        hidden=frozenset({"public_id", "encrypted_code"}),
    ),
    "diary_days": Kept("What clients noted at home, day by day.", of_client=OF_PROGRAMS),
    "documents": Kept("The PDFs; each is a file in pdfs/.", of_client=OF_CLIENT, hidden=frozenset({"content"})),
    "deliveries": Kept("How each PDF was brought to Cliniko.", of_client=OF_CLIENT),
    "delivery_attempts": Kept(
        "What was tried for it lately.",
        "delivery_id IN (SELECT id FROM deliveries WHERE practice_id = :practice_id)",
        "delivery_id IN (SELECT id FROM deliveries WHERE client_id = ANY(:client_ids))",
    ),
    "exercises": Kept("The practice's own exercises.", hidden=frozenset({"search_words", "sort_key", "entry_digest"})),
    "exercise_photos": Kept("Their photos; each is a file in photos/.", hidden=frozenset({"content"})),
    "favourite_exercises": Kept("Which exercises members marked.", OF_MEMBERS),
    "exercise_uses": Kept("When members last assigned an exercise.", OF_MEMBERS),
    "practice_discounts": Kept("Discounts the practice has entered."),
    "alerts": Kept("What kept programs from reaching Cliniko."),
    "alert_members": Kept(
        "Whose programs waited.", "alert_id IN (SELECT id FROM alerts WHERE practice_id = :practice_id)"
    ),
    "alert_recipients": Kept(
        "Who was told of it.", "alert_id IN (SELECT id FROM alerts WHERE practice_id = :practice_id)"
    ),
    "audit_events": Kept(
        "Who did what, when and from where.",
        of_client=OF_CLIENT,
        hidden_from_client=frozenset({"address"}),
        stays="it is the record that things were done; it holds ids only, and goes when its own time is over",
    ),
    "erasures": Kept(
        "What was erased.", of_client=OF_CLIENT, stays="it says that something was erased, without saying what"
    ),
    # Not exported.
    "day_readings": Kept(
        "The day's appointments as Cliniko last gave them.",
        OF_MEMBERS,
        # Nobody can tell whom one is about: all of the practice's go, and are read again when somebody looks.
        "encrypted_appointments IS NOT NULL AND membership_id IN (SELECT memberships.id FROM memberships JOIN clients "
        "ON clients.practice_id = memberships.practice_id WHERE clients.id = ANY(:client_ids))",
        not_exported="passing: what Cliniko says, encrypted, for two days",
    ),
    "exercise_imports": Kept("Files waiting to be imported.", not_exported="passing: the file came from the practice"),
    "exercise_import_photos": Kept(
        "Their photos.",
        "import_id IN (SELECT id FROM exercise_imports WHERE practice_id = :practice_id)",
        not_exported="passing: the file came from the practice",
    ),
    "discounts": Kept(
        "Codes for a lower fee.", "", not_exported="the operator's, for all practices", stays="it is the operator's"
    ),
    "patient_polls": Kept("How far the nightly look has come.", not_exported="says nothing of anybody"),
    "alert_digests": Kept("Days whose digest was sent.", not_exported="says nothing of anybody"),
    "bell_notes": Kept(
        "What the bell told members.", OF_MEMBERS, OF_BELL, not_exported="passing; what it points to is exported"
    ),
    "bell_marks": Kept(
        "What members have not read.", OF_MEMBERS, OF_BELL, not_exported="what it points to is exported"
    ),
    "connection_paces": Kept(
        "Requests of the last minute.",
        "connection_id IN (SELECT id FROM connections WHERE practice_id = :practice_id)",
        not_exported="says nothing of anybody",
    ),
    "sessions": Kept(
        "Where people are signed in.",
        "",
        not_exported="each person's own, in all their practices; they see it under My account > Security",
        stays="it goes with the person's account",
    ),
    "recovery_codes": Kept("Digests of codes.", "", not_exported="secret", stays="it goes with the person's account"),
    "wrong_tries": Kept(
        "Counts of wrong passwords.", "", not_exported="names nobody", stays="it names nobody and goes after a day"
    ),
    "outgoing_mails": Kept(
        "Mails on their way.",
        "",
        not_exported="their text is forgotten once sent",
        stays="it goes with the person's account, and after thirty days",
    ),
}


def tables_in_order() -> list[tuple[Table, Kept]]:
    """Return the tables with what is known of each, those referred to before those that refer to them."""
    import_all_models()
    tables = sorted(Base.metadata.sorted_tables, key=lambda table: table.name in POINTING)
    return [(table, TABLES[table.name]) for table in tables]
