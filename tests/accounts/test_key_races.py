"""A key that is replaced or removed while Cliniko is asked about the old one."""

import threading

import pytest

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
    assert ana.page is not None and "nothing was changed" in ana.page.text
    settings = other_tab.get("/account/settings")
    assert ("Ben Cole" in settings.text) == (meanwhile == "replaced")
    assert "Ana Ruiz" not in settings.text
