"""What a campaign came to: every promised file held against what Cliniko has."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from app.demo.cliniko.state import Attachment, State
from tests.campaign.people import Ledger


@dataclass
class Report:
    """The figures of a campaign; it held if nothing is wrong with them."""

    programs: int = 0
    present: int = 0
    duplicates: int = 0
    archived_duplicates: int = 0
    lost: int = 0
    wrong_patient: int = 0
    promised_without_a_row: int = 0
    not_delivered: list[str] = field(default_factory=list)
    retried_by_hand: int = 0
    taken_over: int = 0
    busiest_minute: int = 0
    seconds: float = 0.0
    drain_seconds: float = 0.0
    exit_codes: list[int] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def holds(self) -> bool:
        """True when every program has exactly one identical file at the right patient and every process ended well."""
        wrong = self.duplicates + self.lost + self.wrong_patient + self.promised_without_a_row
        return (
            not wrong
            and not self.not_delivered
            and self.present == self.programs > 0
            and not any(self.exit_codes)
            and self.busiest_minute <= 200
        )

    def lines(self) -> list[str]:
        """The table, in Markdown."""
        rows: Sequence[tuple[str, object]] = [
            ("programs assigned", self.programs),
            ("files present, identical, at the right patient", self.present),
            ("duplicates", self.duplicates),
            ("lost", self.lost),
            ("at a wrong patient", self.wrong_patient),
            ("told as assigned but not stored", self.promised_without_a_row),
            ("not shown as delivered", len(self.not_delivered)),
            ("second files of our own that were archived", self.archived_duplicates),
            ("retried by hand", self.retried_by_hand),
            ("jobs taken over from killed or paused workers", self.taken_over),
            ("most requests of one key within a minute (Cliniko allows 200)", self.busiest_minute),
            ("exit codes of the processes", " ".join(map(str, self.exit_codes))),
            ("seconds in all", f"{self.seconds:.0f}"),
            ("seconds from the last fault until all was delivered", f"{self.drain_seconds:.0f}"),
            ("faults in all", self.faults.total()),
        ]
        rows = [*rows, *((f"- {kind}", count) for kind, count in sorted(self.faults.items()))]
        return ["| what | |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows)]


def hold_against_cliniko(report: Report, database: sa.Engine, state: State, ledger: Ledger) -> None:
    """Fill in what became of every program: by the bytes that the stand-in holds, not by what our rows say."""
    with database.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT d.client_id::text AS client_id, d.state, d.reason, c.sha256 "
            "FROM deliveries d JOIN documents c ON c.id = d.document_id"
        ).all()
    files = Counter((file.patient_id, _sha256(file.content)) for file in _files(state, archived=False))
    patients_with = Counter(sha256 for _, sha256 in files)
    report.programs = len(rows)
    for row in rows:
        there = files[ledger.patients[row.client_id], row.sha256]
        report.present += there >= 1
        report.lost += there == 0
        report.duplicates += max(there - 1, 0)
        report.wrong_patient += patients_with[row.sha256] - (there > 0)
        if row.state != "delivered":
            report.not_delivered.append(f"{row.state} {row.reason}".strip())
    promised = Counter(ledger.assigned)
    stored = Counter(row.client_id for row in rows)
    report.promised_without_a_row = (promised - stored).total()
    # What nobody asked for: bytes that belong to no program, or a program stored twice.
    report.duplicates += (stored - promised).total() + len(set(patients_with) - {row.sha256 for row in rows})
    report.archived_duplicates = len(_files(state, archived=True))


def _files(state: State, *, archived: bool) -> list[Attachment]:
    return [file for file in state.attachments.values() if (file.archived_at is not None) == archived]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
