"""Which passwords are refused for being guessed first."""

import time

import pytest

from app.accounts.security.weak_passwords import is_weak

ABOUT = ("Ana Ruiz-Ibáñez", "ana.ruiz@harbourphysio.example", "Harbour Street Physiotherapy")


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password123!",
        "P@ssw0rd2026!",
        "passwordpassword",
        "PASSWORD PASSWORD",
        "qwertyuiop12",
        "1qaz2wsx3edc",
        "1q2w3e4r5t6y",
        "zaq12wsxcde3",
        "123456789012",
        "abcdefghijkl",
        "asdfghjklqwerty",
        "aaaaaaaaaaaaaaaa",
        "xyxyxyxyxyxyxyxy",
        "abc123abc123abc123",
        "Sunshine2026!",
        "summerholiday",
        "iloveyou2026",
        "melbourne2026",
        "physiotherapy",
        "Physiotherapist1",
        "administrator",
        "kinebridge-2026",
        "welcome-welcome",
        "changeme1234",
        "!@#$%^&*()!@#",
        "harbourphysio1",
        "Ruiz-Ibanez-1985",
        "Ana Ruiz 1985",
        "harbour street!",
        "y" * 1000,
        "password" * 125,
    ],
)
def test_what_is_guessed_first_is_weak(password: str) -> None:
    assert is_weak(password, ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "purple otter canoe",
        "a boat that sails at noon",
        "xK7#9mQ2pL4z",
        "summer holiday sunshine monkey",
        "Das Pferd frisst keinen Gurkensalat",
        "смородина под дождём",
        "山の上の小さな青い家に住む人",
        "the river runs slowly past my old window " * 24,
    ],
)
def test_phrases_and_random_characters_are_not(password: str) -> None:
    assert not is_weak(password, ABOUT)


def test_a_name_is_weak_for_its_bearer_only() -> None:
    assert is_weak("okafor-adeyemi", ("Lee Okafor Adeyemi",))
    assert not is_weak("okafor-adeyemi", ("Pat Nguyen",))


@pytest.mark.parametrize(
    "text", ["ana" * 334, "@" * 1000, "ab" * 500, "4@8({[<369&#!1/|0$57%2" * 45, "ana.ruiz@" * 111]
)
def test_no_password_takes_long_to_judge(text: str) -> None:
    begun = time.process_time()
    is_weak(text[:1000], ABOUT)
    assert time.process_time() - begun < 0.25
