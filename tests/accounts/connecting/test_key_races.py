"""A key that is replaced or removed while Cliniko is asked about the old one."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.accounts.arrange import email_of
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic


@pytest.mark.parametrize("meanwhile", ["replaced", "removed"])
def test_checking_the_saved_key_again_undoes_nothing_done_meanwhile(
    meanwhile: str, ana: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    ana.get("/account/settings")
    hold = cliniko.hold("GET", "/v1/user", when="before")
    other_tab = ana.another()
    other_tab.cookies = ana.cookies
    check = threading.Thread(target=ana.press, args=("Check again",))
    check.start()
    assert hold.reached.wait(10)
    if meanwhile == "replaced":
        other_tab.save_key(clinic.ben.key)
    else:
        other_tab.get("/account/settings")
        other_tab.press("Remove key")
    hold.release()
    check.join(20)
    assert ana.page is not None and "Nothing was changed" in ana.page.text
    settings = other_tab.get("/account/settings")
    assert ("Ben Cole" in settings.text) == (meanwhile == "replaced")
    assert "Ana Ruiz" not in settings.text


def test_a_key_saved_while_the_former_one_is_being_removed_is_kept(
    ana: Browser, clinic: Clinic, database: sa.Engine, wait_for_blocked: Callable[[int], None]
) -> None:
    email, other_tab = email_of(ana), ana.another()
    other_tab.cookies = dict(ana.cookies)
    other_tab.get("/account/settings")
    row = (
        "SELECT 1 FROM connections c JOIN memberships m ON m.id = c.membership_id "
        "JOIN practitioners p ON p.id = m.practitioner_id WHERE p.email = :email FOR UPDATE OF c"
    )
    with ThreadPoolExecutor() as pool:
        with database.begin() as holder:
            holder.execute(sa.text(row), {"email": email})
            removing = pool.submit(other_tab.press, "Remove key")
            wait_for_blocked(1)
            saving = pool.submit(ana.save_key, clinic.ben.key)
            wait_for_blocked(2)
        assert "The Cliniko API key is removed." in removing.result().text
        assert "The Cliniko API key is saved." in saving.result().text
    assert "Ben Cole" in ana.get("/account/settings").text
