"""Cliniko's records are read whatever form their values come in, and say nothing of a patient in logs."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.cliniko.errors import MalformedAnswer
from app.cliniko.types import Account, Attachment, Patient, Phone, PresignedPost, User

from .samples import API, NOW, attachment_json, patient_json, post_json, settings_json, user_json


def read_patient(**changes: Any) -> Patient:
    return Patient.from_json(patient_json(**changes), clock=lambda: NOW)


def test_a_patient_is_read_as_documented() -> None:
    patient = read_patient()
    assert (patient.first_name, patient.last_name, patient.preferred_first_name) == ("Peter", "Patientman", "Pete")
    assert patient.date_of_birth == date(2001, 5, 26)
    assert patient.phone_numbers == (Phone("Mobile", "61444444444"),)
    assert patient.time_zone == "Australia/Melbourne"
    assert patient.created_at == datetime(2013, 3, 26, 14, tzinfo=UTC)
    assert (patient.archived_at, patient.merged_with_patient_id) == (None, None)


@pytest.mark.parametrize("sent", [1541, "1541"])
def test_an_id_may_be_a_number_or_a_text_and_is_kept_as_text(sent: object) -> None:
    assert read_patient(patient_id=sent).id == "1541"
    assert User.from_json(user_json(id=sent)).id == "1541"
    assert Attachment.from_json(attachment_json(sent)).id == "1541"  # type: ignore[arg-type]  # both forms on purpose


@pytest.mark.parametrize("sent", [None, "", "12a", -5, True, 1.5, "9" * 20, "\u0661", [1]])
def test_a_record_without_a_usable_id_is_malformed(sent: object) -> None:
    for read, sample in ((Patient, patient_json()), (User, user_json()), (Attachment, attachment_json())):
        with pytest.raises(MalformedAnswer):
            read.from_json(sample | {"id": sent})


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_anything_but_an_object_is_malformed(value: object) -> None:
    for read in (Patient, User, Account, Attachment, PresignedPost):
        with pytest.raises(MalformedAnswer):
            read.from_json(value)


def test_a_patient_may_consist_of_an_id_alone() -> None:
    patient = Patient.from_json({"id": "5", "something_new": {"a": 1}})
    assert (patient.first_name, patient.email, patient.phone_numbers) == ("", "", ())
    assert patient.date_of_birth is patient.time_zone is patient.accepted_privacy_policy is patient.updated_at is None


@pytest.mark.parametrize("nothing", [None, "", {}, [], True])
def test_null_and_empty_and_strange_values_are_all_nothing(nothing: object) -> None:
    patient = read_patient(
        title=nothing, email=nothing, archived_at=nothing, date_of_birth=nothing, time_zone=nothing, pronouns=nothing
    )
    assert (patient.title, patient.email, patient.pronouns) == ("", "", "")
    assert patient.archived_at is patient.date_of_birth is patient.time_zone is None


@pytest.mark.parametrize(
    "nonsense",
    [
        "1879-12-31",
        "0001-01-01",
        "2026-11-24",
        "2999-01-01",
        "2001-02-30",
        "26/05/2001",
        "2001-05-26T00:00:00Z",
        20010526,
    ],
)
def test_a_nonsense_date_of_birth_stays_empty_case_16(nonsense: object) -> None:
    assert read_patient(date_of_birth=nonsense).date_of_birth is None


@pytest.mark.parametrize("sent", ["1880-01-01", "2026-11-22", "2026-11-23"])
def test_the_oldest_and_the_newborn_keep_their_date_of_birth(sent: str) -> None:
    assert read_patient(date_of_birth=sent).date_of_birth == date.fromisoformat(sent)


def test_names_are_composed_and_freed_of_what_cannot_be_stored_case_18() -> None:
    patient = read_patient(
        first_name="Zoe\u0308\x00",
        last_name="O\u2019\x1bBrien\r\n<b>\ud800",
        preferred_first_name="李 \U0001f468\u200d\U0001f469 ثُريّا",
    )
    assert patient.first_name == "Zo\u00eb"
    assert patient.last_name == "O\u2019Brien <b>"
    assert patient.preferred_first_name == "李 \U0001f468\u200d\U0001f469 ثُريّا"
    assert patient.last_name.encode("utf-8")


def test_texts_are_cut_at_255_characters() -> None:
    assert len(read_patient(first_name="x" * 10_000).first_name) == 255


def test_phone_numbers_without_a_number_are_left_out() -> None:
    numbers = [{"phone_type": "Home", "number": ""}, "x", {"phone_type": None, "number": 61399}, {"number": None}]
    assert read_patient(patient_phone_numbers=numbers).phone_numbers == (Phone("", "61399"),)
    assert read_patient(patient_phone_numbers=None).phone_numbers == ()


@pytest.mark.parametrize("unknown", ["Melbourne", "Mars/Base", "../etc/passwd", "posixrules"])
def test_a_time_zone_nobody_knows_is_none(unknown: str) -> None:
    assert read_patient(time_zone=unknown).time_zone is None


@pytest.mark.parametrize(("sent", "read"), [(True, True), (False, False), (None, None), ("", None), ("true", None)])
def test_the_privacy_answer_is_yes_no_or_none_given_case_30(sent: object, read: bool | None) -> None:
    assert read_patient(accepted_privacy_policy=sent).accepted_privacy_policy is read


@pytest.mark.parametrize(
    ("sent", "hour"), [("2026-01-01T10:00:00Z", 10), ("2026-01-01T10:00:00+10:00", 0), ("2026-01-01T10:00:00", 10)]
)
def test_times_are_in_utc(sent: str, hour: int) -> None:
    assert read_patient(updated_at=sent).updated_at == datetime(2026, 1, 1, hour, tzinfo=UTC)


@pytest.mark.parametrize("nonsense", ["yesterday", "0001-01-01T00:00:00+10:00", 17])
def test_a_nonsense_time_is_none(nonsense: object) -> None:
    assert read_patient(updated_at=nonsense).updated_at is None


@pytest.mark.parametrize(
    ("link", "merged_into"),
    [
        (f"{API}/patients/1001", "1001"),
        (f"{API}/patients/1001/?a=b#c", "1001"),
        (f"{API}/patients/evil", None),
        ("https://[", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_the_patient_merged_into_is_the_links_last_segment_case_11(link: object, merged_into: str | None) -> None:
    assert read_patient(merged_with_patient={"links": {"self": link}}).merged_with_patient_id == merged_into
    assert read_patient(merged_with_patient=link).merged_with_patient_id is None


def test_a_patients_details_are_in_no_repr() -> None:
    shown = repr(read_patient(patient_id="77", pronouns="they")) + repr(Attachment.from_json(attachment_json()))
    assert "Patient(id='77'" in shown
    for told in ("Peter", "Patientman", "Pete", "Mr", "2001", "peter@", "6144", "Melbourne", "they", "Home program"):
        assert told not in shown


def test_a_permission_to_upload_keeps_its_signature_out_of_repr() -> None:
    post = PresignedPost.from_json(post_json())
    assert list(post.fields) == ["key", "policy", "x-amz-signature", "success_action_status", "acl"]
    assert "51gn" not in repr(post)


@pytest.mark.parametrize(
    "changes", [{"url": None}, {"fields": None}, {"fields": {}}, {"fields": {"key": 5}}, {"fields": {"key": ["a"]}}]
)
def test_a_permission_that_cannot_be_used_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedAnswer):
        PresignedPost.from_json(post_json(**changes))


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("administrator", True),
        ("practitioner", True),
        ("power_receptionist", True),
        ("power receptionist", True),
        ("receptionist", True),
        ("scheduler", False),
        ("Bookkeeper", False),
        ("", True),
    ],
)
def test_schedulers_and_bookkeepers_may_not_handle_files_case_21(role: str, may: bool) -> None:
    assert User.from_json(user_json(role=role)).may_handle_files is may


def test_both_spellings_of_power_receptionist_are_one_role() -> None:
    spellings = ("power_receptionist", "Power receptionist")
    assert {User.from_json(user_json(role=role)).role for role in spellings} == {"power_receptionist"}


@pytest.mark.parametrize(
    ("flags", "active"),
    [({"user_active": False}, False), ({"active": False, "user_active": None}, False), ({"active": True}, True)],
)
def test_a_user_is_active_by_either_name_of_the_flag(flags: dict[str, Any], active: bool) -> None:
    assert User.from_json(user_json(**flags)).active is active


def test_a_user_without_the_flag_is_active_and_named_as_far_as_known() -> None:
    user = User.from_json({"id": 3, "first_name": "Ana", "last_name": None})
    assert (user.active, user.name) == (True, "Ana")


def test_an_account_is_read_as_documented() -> None:
    account = Account.from_json(settings_json())
    assert (account.id, account.name, account.subdomain) == ("9", "Good Physio", "good-physio")
    assert (account.country, account.time_zone) == ("Australia", "Melbourne")
    assert (account.patient_word, account.requires_hipaa) == ("client", False)


@pytest.mark.parametrize("word", [None, "", "Patient", "customer", 5])
def test_any_other_word_for_patients_is_patient(word: object) -> None:
    assert Account.from_json(settings_json(terminology={"patient": word})).patient_word == "patient"


def test_the_hipaa_flag_is_found_wherever_the_settings_hold_it() -> None:
    flag = {"requires_hipaa_compliance": True}
    assert Account.from_json(settings_json(**flag)).requires_hipaa
    assert Account.from_json(settings_json(patient_privacy=flag)).requires_hipaa


def test_settings_without_an_account_are_malformed() -> None:
    with pytest.raises(MalformedAnswer):
        Account.from_json({"terminology": {}})


def test_an_attachment_is_read_before_and_after_processing() -> None:
    before = Attachment.from_json(attachment_json(filename="", size=-1))
    assert (before.processing_completed, before.filename, before.size, before.content_type) == (False, None, None, None)
    assert (before.patient_id, before.description) == ("1", "Home program KB-1")
    after = Attachment.from_json(
        attachment_json(
            processing_completed=True, filename="p.pdf", size=12, content_type="application/pdf", patient=None
        )
    )
    assert (after.processing_completed, after.filename, after.size, after.patient_id) == (True, "p.pdf", 12, None)


def test_processed_at_says_processed_too() -> None:
    changes = {"processing_completed": None, "processed_at": "2026-11-22T04:00:00Z"}
    assert Attachment.from_json(attachment_json(**changes)).processing_completed
