"""A pasted key is read forgivingly, refused plainly, never shown, and sends us only to Cliniko's own hosts."""

import pytest

from app.cliniko.errors import KeyFormatError
from app.cliniko.key import api_base_url, is_loopback, is_record_id, parse_key

TEMPLATE = "https://api.{shard}.cliniko.com/v1"


@pytest.mark.parametrize(
    ("pasted", "shard"),
    [
        ("MS0xLWl4SzYY-au2", "au2"),
        ("MS0xLWl4SzYY-uk12", "uk12"),
        ("MS0-xLW-l4SzYY-eu1", "eu1"),
        ("MS0xLWl4SzYY", "au1"),
        ("MS0xLWl4-SzYY", "au1"),
        ("MS0xLWl4SzYY-AU2", "au1"),
        ("MS0xLWl4SzYY-au2.evil.com", "au1"),
        ("MS0xLWl4SzYY-au123", "au1"),
        ("MS0xLWl4SzYY-au2/", "au1"),
        ("MS0xLWl4SzYY-au2@evil", "au1"),
        ("MS0xLWl4SzYY-xau2", "au1"),
    ],
)
def test_the_shard_is_what_follows_the_last_hyphen_if_it_has_a_shards_shape(pasted: str, shard: str) -> None:
    key = parse_key(pasted)
    assert key.shard == shard
    assert key.secret_text == pasted
    assert api_base_url(TEMPLATE, key.shard) == f"https://api.{shard}.cliniko.com/v1"


@pytest.mark.parametrize(
    "pasted",
    [
        "  abcdefgh-au2\n",
        "\u200babcdefgh-au2\u200b",
        "\ufeff \u2060abcdefgh-au2\u00a0\u200d \u200c",
        "abcdefgh-au2\r\n\t",
    ],
)
def test_what_a_copy_brings_along_unseen_is_dropped(pasted: str) -> None:
    assert parse_key(pasted).secret_text == "abcdefgh-au2"


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        " \u200b\n",
        "abcd efgh-au2",
        "abcd\nefgh-au2",
        "abcd\u00a0efgh-au2",
        "abcd\u200befgh-au2",
        "abcd\x00efgh-au2",
        "abcd\x7fefgh-au2",
        "abcdefgh-a\u0443\u0032",
        "abcdefgh-au\u0662",
        "abcdefgh-au\uff12",
        "abcdefgh\u2013au2",
        "abcd:efgh-au2",
        "-au2",
        "x" * 301,
    ],
)
def test_what_cannot_be_a_key_is_refused_with_a_sentence_that_does_not_repeat_it(pasted: str) -> None:
    with pytest.raises(KeyFormatError) as refusal:
        parse_key(pasted)
    assert refusal.value.message.endswith(".")
    assert str(refusal.value) == refusal.value.message
    assert "efgh" not in refusal.value.message
    assert refusal.value.family == "config"


def test_a_key_of_300_characters_is_taken() -> None:
    assert parse_key("x" * 296 + "-au2").shard == "au2"


def test_a_key_never_shows_more_than_its_last_four_characters_and_shard() -> None:
    key = parse_key("VERYsecretabcd-au2")
    assert repr(key) == str(key) == f"{key}" == "ApiKey(...abcd, au2)"
    assert key.last_four == "abcd"
    assert parse_key("VERYsecretabcd").last_four == "abcd"


def test_a_secret_too_short_to_hide_anything_shows_nothing() -> None:
    assert parse_key("abcdefg-au2").last_four == ""


def test_a_template_without_a_shard_is_used_as_it_is() -> None:
    assert api_base_url("http://127.0.0.1:9000/v1/", "au2") == "http://127.0.0.1:9000/v1"


@pytest.mark.parametrize("address", ["http://localhost:1/v1", "http://127.8.0.1/v1", "http://[::1]:9/v1"])
def test_plain_http_is_for_this_machine_only(address: str) -> None:
    assert api_base_url(address, "au1") == address


@pytest.mark.parametrize(
    "template",
    [
        "http://api.{shard}.cliniko.com/v1",
        "http://localhost.example.com/v1",
        "http://127.0.0.1.example.com/v1",
        "http://10.0.0.1/v1",
        "ftp://api.{shard}.cliniko.com/v1",
        "https://user:pass@api.{shard}.cliniko.com/v1",
        "https://api.{shard}.cliniko.com/v1?a=b",
        "https://api.{shard}.cliniko.com/v1#part",
        "https:///v1",
        "https://api.{shard}.cliniko.com:port/v1",
        "api.cliniko.com/v1",
        "",
    ],
)
def test_an_address_that_would_carry_the_key_unsafely_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="Cliniko API address"):
        api_base_url(template, "au1")


@pytest.mark.parametrize("shard", ["", "au", "au2.evil.com", "au2\n", "AU2", "a\u0443\u0032", "../x", "au\u0662"])
def test_no_misshapen_shard_reaches_an_address(shard: str) -> None:
    with pytest.raises(ValueError, match="shard"):
        api_base_url(TEMPLATE, shard)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("1", True),
        ("0042", True),
        ("9" * 19, True),
        ("9" * 20, False),
        ("", False),
        ("-1", False),
        ("1 ", False),
        ("1\n", False),
        ("\u0661", False),
        ("1a", False),
    ],
)
def test_an_id_is_1_to_19_plain_digits(text: str, is_one: bool) -> None:
    assert is_record_id(text) is is_one


def test_only_this_machine_is_loopback() -> None:
    assert is_loopback("localhost") and is_loopback("127.0.0.1") and is_loopback("::1")
    assert not is_loopback("0.0.0.0") and not is_loopback("example.com") and not is_loopback("")
