"""Stored keys are bound to their row, and secrets can be rotated."""

import pytest
from itsdangerous import URLSafeTimedSerializer

from app.crypto import SIGNERS_TO_COME, CannotDecryptError, Vault, _derive

OLD, NEW = "o" * 40, "n" * 40


def test_only_the_row_that_a_secret_was_stored_for_gets_it_back() -> None:
    vault = Vault([OLD])
    token = vault.encrypt("MS0x-au2", row="connection:1")
    assert "MS0x" not in token
    assert vault.decrypt(token, row="connection:1") == "MS0x-au2"
    with pytest.raises(CannotDecryptError):
        vault.decrypt(token, row="connection:2")


def test_a_new_secret_writes_and_the_old_one_still_reads() -> None:
    old_token, old_signature = Vault([OLD]).encrypt("x", row="r"), Vault([OLD]).sign("v", purpose="p")
    both = Vault([NEW, OLD])
    assert both.decrypt(old_token, row="r") == "x"
    assert both.unsign(old_signature, purpose="p") == "v"
    assert Vault([NEW]).decrypt(both.encrypt("x", row="r"), row="r") == "x"
    assert Vault([NEW]).unsign(both.sign("v", purpose="p"), purpose="p") == "v"
    with pytest.raises(CannotDecryptError):
        Vault([NEW]).decrypt(old_token, row="r")


def test_a_signature_is_good_for_its_purpose_only() -> None:
    vault = Vault([OLD])
    signed = vault.sign("42", purpose="invitation")
    assert vault.unsign(signed, purpose="invitation") == "42"
    assert vault.unsign(signed, purpose="session-cookie") is None
    assert vault.unsign(signed + "x", purpose="invitation") is None
    assert vault.unsign(signed, purpose="invitation", max_age_seconds=-1) is None


def test_a_mark_is_read_back_for_its_purpose_only() -> None:
    vault = Vault([OLD])
    marked = vault.mark("abc23", purpose="link")
    assert marked.startswith("abc23") and len(marked) == 13 and marked.isalnum()
    assert vault.unmark(marked, purpose="link") == "abc23"
    assert vault.unmark(marked, purpose="other") is None
    assert [vault.unmark(text, purpose="link") for text in ("", marked[:-1], "x" + marked[1:], "é" * 13)] == [None] * 4


def test_a_mark_made_with_an_old_secret_is_read_until_the_secret_is_removed() -> None:
    marked = Vault([OLD]).mark("abc23", purpose="link")
    assert Vault([NEW, OLD]).unmark(marked, purpose="link") == "abc23"
    assert Vault([NEW]).unmark(marked, purpose="link") is None


def test_what_the_next_release_signs_is_read_by_this_one_for_its_purpose_only() -> None:
    keys = [_derive(NEW, "sign")]
    vault = Vault([NEW])
    signed = URLSafeTimedSerializer(keys, salt="reset", signer_kwargs=SIGNERS_TO_COME).dumps("value")
    assert vault.unsign(signed, purpose="reset", max_age_seconds=60) == "value"
    assert vault.unsign(signed, purpose="invitation") is None
    assert vault.unsign(signed[:-1] + ("A" if signed[-1] != "A" else "E"), purpose="reset") is None
