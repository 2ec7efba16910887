"""deploy/backup.sh on a real database: what it writes can be read, old ones go, a failed one says so."""

import os
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.database_server import tool
from tests.processes import wait_until

SCRIPT = Path(__file__).parents[2] / "deploy" / "backup.sh"


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    parts = urlsplit(database_url)
    return {
        "PATH": f"{Path(tool('pg_dump')).parent}:{os.environ['PATH']}",
        "PGHOST": parse_qs(parts.query)["host"][0],
        "PGUSER": parts.username or "postgres",
        "PGDATABASE": parts.path.strip("/"),
        "BACKUP_FOLDER": str(tmp_path),
        "BACKUP_KEEP": "2",
    }


def back_up(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", str(SCRIPT)], env=environment, capture_output=True, text=True)


def test_a_backup_can_be_read_and_the_oldest_give_way(environment: dict[str, str], tmp_path: Path) -> None:
    old = [tmp_path / f"kinebridge-2020010{day}T000000Z.dump" for day in (1, 2, 3)]
    for file in old:
        file.write_text("of another day")
    other = tmp_path / "notes.txt"
    other.touch()
    ended = back_up(environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    kept = sorted(tmp_path.glob("kinebridge-*.dump"))
    assert kept[0] == old[2] and len(kept) == 2 and other.exists()
    listed = subprocess.run([tool("pg_restore"), "--list", kept[1]], capture_output=True, text=True, check=True)
    assert "TABLE DATA public clients" in listed.stdout
    assert kept[1].stat().st_mode & 0o077 == 0
    assert (tmp_path / "last_success").exists() and not list(tmp_path.glob(".part-*"))


def test_a_failed_backup_says_so_and_takes_no_older_one_away(environment: dict[str, str], tmp_path: Path) -> None:
    old = tmp_path / "kinebridge-20200101T000000Z.dump"
    old.write_text("the only one")
    for change in ({"PGDATABASE": "there_is_none"}, {"PGDATABASE": "template1"}):  # template1: a database, but not ours
        ended = back_up(environment | change)
        assert ended.returncode == 1 and "BACKUP FAILED" in ended.stderr
    assert [file.name for file in tmp_path.glob("kinebridge-*.dump")] == [old.name]
    assert not (tmp_path / "last_success").exists()


def test_a_folder_with_a_space_and_a_dump_put_aside_are_no_trouble(environment: dict[str, str], tmp_path: Path) -> None:
    folder, beside = tmp_path / "my backups", tmp_path / "my"
    folder.mkdir()
    beside.write_text("what a path that falls apart at its space names")
    for day in (1, 2, 3):
        (folder / f"kinebridge-2020010{day}T000000Z.dump").write_text("of another day")
    aside = folder / "kinebridge-before-the-move.dump"
    aside.write_text("put aside")
    ended = back_up(environment | {"BACKUP_FOLDER": str(folder)})
    assert ended.returncode == 0, ended.stderr
    assert beside.exists() and aside.exists()
    assert len(list(folder.glob("kinebridge-2*.dump"))) == 2


@pytest.mark.parametrize("keep", ["0", "-1", "all", "00"])
def test_a_number_to_keep_that_is_none_takes_no_backup_away(
    keep: str, environment: dict[str, str], tmp_path: Path
) -> None:
    old = tmp_path / "kinebridge-20200101T000000Z.dump"
    old.write_text("the only one")
    assert back_up(environment | {"BACKUP_KEEP": keep}).returncode != 0
    assert old.exists()


def test_a_restart_makes_no_backup_before_the_next_is_due(environment: dict[str, str], tmp_path: Path) -> None:
    last = tmp_path / "last_success"
    last.touch()
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(["sh", str(SCRIPT), "--every", "86400"], env=environment, capture_output=True, timeout=1)
    assert not list(tmp_path.glob("*.dump"))
    os.utime(last, (0, 0))
    ended = subprocess.Popen(["sh", str(SCRIPT), "--every", "86400"], env=environment)
    try:
        wait_until(lambda: list(tmp_path.glob("*.dump")) != [], "a backup")
    finally:
        ended.terminate()
    assert ended.wait(10) == 0
