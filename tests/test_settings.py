"""Configuration mistakes are told at start, in words, all at once."""

import stat
from pathlib import Path

import pytest

from app import cli
from app.settings import Settings, SettingsError, ensure_secret_keys, load_settings

GOOD = "n3Vq" * 12


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KINEBRIDGE_{name.upper()}", raising=False)


def test_nothing_needs_to_be_set_on_one_machine() -> None:
    settings = load_settings()
    assert settings.database_url is None
    assert settings.cliniko_api_url == "https://api.{shard}.cliniko.com/v1"
    assert settings.contact == "postmaster@127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEYS", "short", "shorter than 32"),
        ("SECRET_KEYS", "change-me-" + "x" * 40, "placeholder"),
        ("SECRET_KEYS", " , ", "is empty"),
        ("PUBLIC_URL", "kinebridge.example.org", "must be an address"),
        ("PUBLIC_URL", "https://kinebridge.example.org/app", "without a path"),
        ("CLINIKO_API_URL", "http://api.example.org/v1", "must start with https://"),
        ("CONTACT_EMAIL", "it (at) practice", "one email address"),
        ("TRUSTED_PROXIES", "*", "comma list of your proxies' addresses"),
        ("TRUSTED_PROXIES", "10.0.0.5, proxy.local", "comma list of your proxies' addresses"),
        ("TRUSTED_PROXIES", "10.0.0.5, 0.0.0.0/0", "comma list of your proxies' addresses"),
        ("TRUSTED_PROXIES", "::/0", "comma list of your proxies' addresses"),
        ("PUBLIC_URL", "", "must be an address"),
        ("PUBLIC_URL", "ftp://kinebridge.example.org", "must be an address"),
        ("CLINIKO_API_URL", "api.cliniko.com", "must start with https://"),
        ("METRICS_TOKEN", "replace-me-" * 5, "must be one word of 32"),
        ("MONTHLY_FEE", "0 AUD", "must be an amount above zero"),
        ("SMTP_PORT", "smtp", "valid integer"),
        ("METRICS_TOKEN", "short", "must be one word of 32"),
        ("METRICS_TOKEN", "with spaces in it " * 3, "must be one word of 32"),
        ("MONTHLY_FEE", "39 dollars", "must be an amount above zero"),
        ("REGIONS", "Europe", '"Europe" is no region'),
        ("REGIONS", "Europe=https://eu.kinebridge.example", "must list this deployment too"),
        ("SMTP_HOST", "mail.example.org", "KINEBRIDGE_MAIL_FROM must be set"),
        ("SMTP_PORT", "70000", "less than or equal to 65535"),
        ("SMTP_TLS", "ssl", "'starttls', 'tls' or 'off'"),
        ("MAIL_FROM", "kb at practice", "one email address"),
        ("MAIL_FROM", "a@practice.example, b@practice.example", "one email address"),
        ("MAIL_FROM", "kb@practice.example\nBcc: eve@elsewhere.example", "one email address"),
        ("DATABASE_URL", "postgresql://db/kinebridge", "KINEBRIDGE_SECRET_KEYS must be set"),
        ("DATABASE_URL", "mysql://db/kinebridge", "must look like postgresql://"),
        ("DATABASE_URL", "postgresql://user:pass/word@db:x/kinebridge", "must look like postgresql://"),
        ("DATABASE_URL", "kinebridge", "must look like postgresql://"),
    ],
)
def test_each_mistake_is_named_with_its_setting(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"KINEBRIDGE_{name}", value)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert words in error.value.message
    assert f"KINEBRIDGE_{name}" in error.value.message


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINEBRIDGE_PUBLIC_URL", "nonsense")
    monkeypatch.setenv("KINEBRIDGE_CLINIKO_API_URL", "ftp://x")
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert len(error.value.message.splitlines()) == 2


def test_what_does_not_go_together_is_told_with_the_other_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "CONTACT_EMAIL": "nobody",
        "DATABASE_URL": "postgresql://db/kinebridge",
        "REGIONS": "Europe=https://eu.kinebridge.example",
        "SMTP_HOST": "mail.example.org",
        "SMTP_TLS": "off",
        "SMTP_USER": "kb",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(f"KINEBRIDGE_{name}", value)
    with pytest.raises(SettingsError) as error:
        load_settings()
    lines = error.value.message.splitlines()
    begins = ("CONTACT_EMAIL", "REGIONS", "MAIL_FROM", "SMTP_TLS", "SMTP_USER", "SECRET_KEYS")
    assert [line.split()[0] for line in lines] == [f"KINEBRIDGE_{name}" for name in begins]


def test_of_a_wrong_setting_nothing_else_is_said_that_follows_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINEBRIDGE_DATABASE_URL", "postgresql://db/kinebridge")
    monkeypatch.setenv("KINEBRIDGE_SECRET_KEYS", "short")
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert len(error.value.message.splitlines()) == 1 and "shorter than 32" in error.value.message


def test_a_secret_may_be_a_file_of_docker_or_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker, systemd = tmp_path / "docker", tmp_path / "systemd"
    for folder in (docker, systemd):
        folder.mkdir()
    (docker / "kinebridge_secret_keys").write_text(f"{GOOD}\n")
    (systemd / "kinebridge_database_url").write_text("postgresql://kb:hush@db/kb\n")
    monkeypatch.setattr("app.settings.DOCKER_SECRETS", docker)
    assert load_settings().secret_keys == [GOOD]
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(systemd))
    assert load_settings().database_url == "postgresql://kb:hush@db/kb"
    monkeypatch.setenv("KINEBRIDGE_SECRET_KEYS", f"{GOOD}2")
    assert load_settings().secret_keys == [f"{GOOD}2"]  # the environment comes first
    (docker / "kinebridge_smtp_tls").write_text("ssl")
    with pytest.raises(SettingsError, match="KINEBRIDGE_SMTP_TLS"):
        load_settings()


def test_a_public_url_in_a_file_counts_for_the_web_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else cookies would travel without Secure, and every form would be refused as another site's."""
    monkeypatch.setattr("app.settings.DOCKER_SECRETS", tmp_path)
    assert cli._settings_for(8123).public_url == "http://127.0.0.1:8123"
    (tmp_path / "kinebridge_public_url").write_text("https://kinebridge.example.org\n")
    assert cli._settings_for(8123).public_url == "https://kinebridge.example.org"


def test_a_file_of_secrets_that_cannot_be_read_is_told_without_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.settings.DOCKER_SECRETS", tmp_path)
    (tmp_path / "kinebridge_smtp_password").write_bytes(b"hush\xff")
    with pytest.raises(SettingsError, match="smtp_password") as error:
        load_settings()
    assert "hush" not in error.value.message and error.value.__cause__ is None


def test_regions_are_a_line_that_lists_this_deployment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINEBRIDGE_MONTHLY_FEE", "")
    monkeypatch.setenv("KINEBRIDGE_REGIONS", "")  # as compose files pass on what is not set
    assert (load_settings().regions, load_settings().monthly_fee) == ((), None)
    monkeypatch.setenv("KINEBRIDGE_PUBLIC_URL", "https://eu.kinebridge.example/")
    monkeypatch.setenv(
        "KINEBRIDGE_REGIONS", "Australia=https://au.kinebridge.example,Europe=https://eu.kinebridge.example"
    )
    assert [region.name for region in load_settings().regions] == ["Australia", "Europe"]


def test_a_refused_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINEBRIDGE_SECRET_KEYS", "tooShortButPrivate")
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert "tooShortButPrivate" not in error.value.message


def test_several_secrets_are_taken_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINEBRIDGE_SECRET_KEYS", f"{GOOD}A, {GOOD}B")
    assert ensure_secret_keys(load_settings()) == [f"{GOOD}A", f"{GOOD}B"]


def test_a_secret_is_made_once_and_kept_for_the_owner_only(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "var")
    first = ensure_secret_keys(settings)
    assert ensure_secret_keys(settings) == first
    file = tmp_path / "var" / "secret_keys"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first[0] not in repr(settings)


def test_proxies_are_named_by_address_or_network(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().trusted_proxies is None
    monkeypatch.setenv("KINEBRIDGE_TRUSTED_PROXIES", "10.0.0.5, 172.16.0.0/12,::1")
    assert load_settings().trusted_proxies == ["10.0.0.5/32", "172.16.0.0/12", "::1/128"]
    monkeypatch.setenv("KINEBRIDGE_TRUSTED_PROXIES", "")
    assert load_settings().trusted_proxies is None


def test_the_readme_lists_every_setting_with_what_it_is_unless_set_and_no_other() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text()
    table = readme.partition("### Settings")[2].partition("\n## ")[0]
    rows = [[cell.strip(" `") for cell in row.split("|")] for row in table.splitlines() if row.startswith("| `KINEB")]
    fields = Settings.model_fields.items()
    assert {row[1]: row[2] for row in rows} == {
        f"KINEBRIDGE_{name.upper()}": str(field.get_default() or "") for name, field in fields
    }
    assert all(len(row) == 5 and row[3] for row in rows)


MAIL = {"SMTP_HOST": "mail.example.org", "MAIL_FROM": "Kinebridge <kb@practice.example>"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"SMTP_TLS": "off"}, "only when KINEBRIDGE_SMTP_HOST is this machine"),
        ({"SMTP_USER": "kb"}, "must be set together"),
        ({"SMTP_PASSWORD": "very s3cret"}, "must be set together"),
    ],
)
def test_mail_travels_encrypted_and_its_password_is_never_repeated(
    more: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (MAIL | more).items():
        monkeypatch.setenv(f"KINEBRIDGE_{name}", value)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert words in error.value.message
    assert "s3cret" not in error.value.message


def test_a_mail_server_needs_its_name_and_a_sender_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "USER", "PASSWORD", "TLS"):
        monkeypatch.setenv(f"KINEBRIDGE_SMTP_{name}", "")  # as compose files pass on what is not set
    assert load_settings().smtp_address is None
    for name, value in (MAIL | {"SMTP_USER": "kb", "SMTP_PASSWORD": "very s3cret"}).items():
        monkeypatch.setenv(f"KINEBRIDGE_{name}", value)
    settings = load_settings()
    assert settings.smtp_address == ("mail.example.org", 587)
    assert load_settings(smtp_tls="tls").smtp_address == ("mail.example.org", 465)
    assert str(settings.mail_sender) == "Kinebridge <kb@practice.example>"
    assert "s3cret" not in repr(settings)
