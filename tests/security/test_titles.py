"""What a browser keeps in its history, and shows above a page, names no client and nothing of a program."""

from tests.programs.arrange import start_from_template
from tests.support import Browser, Clinic

NAMES = ("Wilhelmina", "Featherstonehaugh", "Zanzibar")


def test_neither_titles_nor_addresses_name_a_client_or_a_program(ana: Browser, ben: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Wilhelmina", "Featherstonehaugh", date_of_birth="1961-03-27")
    client = ana.open_patient(patient).path
    editor = start_from_template(ana, client).path
    form = {"title": "Zanzibar", "note": "", "slug-0": "pendulum-swing", "revision": "1", "action": "assign"}
    assert ana.post(editor, form).path == client
    program = editor.removesuffix("/edit")
    ends = ("", "/edit", "/sharing", "/hand-over", "/same-person", "/record")
    pages = [ana.get(client + end) for end in ends] + [ana.get(program + end) for end in ("", "/home")]
    ana.post(f"{program}/revise")
    pages += [ana.get(editor), ana.get(f"{program}/discard"), ana.get(f"{program}/copy"), ana.get("/clients")]
    pages += [ana.get("/alerts"), ana.get("/deliveries"), ana.get("/account/activity"), ben.open_patient(patient)]
    for page in pages:
        assert page.status in (200, 403, 404) and page.soup.title is not None, page.url
        assert not [name for name in NAMES if name in page.soup.title.get_text() + page.url], page.url
    assert pages[0].h1 == "Wilhelmina Featherstonehaugh", "the page itself does"
