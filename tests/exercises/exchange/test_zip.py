"""The zip of free-exercise-db with its photos: imported, exported, and what a zip may not do."""

import io
import json
import zipfile

import pytest
import sqlalchemy as sa
from PIL import Image

from app.exercises.exchange import upload
from app.exercises.exchange.archive import MOST_ENTRIES
from app.exercises.exchange.csv_reader import read_csv
from tests.exercises.exchange.samples import entry, packed, picture
from tests.exercises.exchange.sending import count, own_names, press_import, rows, send, send_bytes
from tests.support import Browser, Page


@pytest.fixture
def ana(browser: Browser) -> Browser:
    """Somebody who owns a practice here."""
    browser.sign_up(name="Ana Ruiz", practice="Harbour Physio")
    return browser


def bike(*images: str, **parts: object) -> dict[str, object]:
    """An exercise with these photos."""
    return entry("Air Bike", images=list(images), **parts)


def photos_of(browser: Browser, name: str) -> list[Page]:
    """The photos on an exercise's page."""
    page = browser.get(browser.get("/exercises?only=own").link(name))
    return [browser.send("GET", str(image["src"])) for image in page.soup.select("main .figure img")]


def test_a_zip_brings_exercises_with_their_photos(ana: Browser) -> None:
    photos = {"exercises/Air_Bike/0.jpg": picture("red"), "exercises/Air_Bike/1.png": picture("blue", kind="PNG")}
    data = packed([bike("Air_Bike/0.jpg", "Air_Bike/1.png"), entry("Bridge")], **photos, **{"README.md": b"Hello"})
    page = send_bytes(ana, data, name="exercises.zip")
    assert rows(page, "add") == [("1", "Air Bike", "Only for you, 2 photos"), ("2", "Bridge", "Only for you")]
    assert "In the zip, 1 other file was not read." in page.text
    press_import(ana)
    shown = photos_of(ana, "Air Bike")
    colours = [Image.open(io.BytesIO(photo.content)).getpixel((10, 10)) for photo in shown]
    assert [photo.headers["content-type"] for photo in shown] == ["image/jpeg"] * 2
    assert colours[0][0] > 200 and colours[1][2] > 200, "in the order the file names them"


def test_photos_are_found_in_a_folder_of_any_depth(ana: Browser) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("free-exercise-db-main/dist/exercises.json", json.dumps([bike("Air_Bike/0.jpg")]))
        made.writestr("free-exercise-db-main/exercises/Air_Bike/0.jpg", picture())
        made.writestr("free-exercise-db-main/exercises/Air_Bike.json", "{}")
    assert rows(send_bytes(ana, target.getvalue()), "add") == [("1", "Air Bike", "Only for you, 1 photo")]


def test_metadata_of_photos_is_not_kept(ana: Browser) -> None:
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Olivia Hart at home"
    Image.new("RGB", (60, 40), "teal").save(target, "JPEG", exif=exif, comment=b"Olivia Hart")
    send_bytes(ana, packed([bike("0.jpg")], **{"exercises/0.jpg": target.getvalue()}))
    press_import(ana)
    (photo,) = photos_of(ana, "Air Bike")
    assert b"Olivia" not in photo.content


def test_photos_that_cannot_be_taken_are_named_and_the_exercise_still_comes(ana: Browser) -> None:
    data = packed(
        [bike("a.jpg", "b.jpg", "../c.jpg", "d.jpg", "e.jpg")],
        **{"a.jpg": b"PK\x03\x04 not a picture", "d.jpg": picture(), "e.jpg": picture("red")},
    )
    ((_, _, said),) = rows(send_bytes(ana, data), "add")
    assert "“a.jpg” is left out: This file is not a JPEG, PNG or WebP" in said
    assert "The photo “b.jpg” is not in the zip." in said
    assert "The photo “../c.jpg” is not in the zip." in said
    assert "Of its 5 photos the first 4 are taken." in said
    assert said.startswith("Only for you, 1 photo ")


def test_an_exercise_with_photos_keeps_them_and_one_without_is_given_them(ana: Browser) -> None:
    send_bytes(ana, packed([bike()]))
    press_import(ana)
    data = packed([bike("0.jpg")], **{"0.jpg": picture("red")})
    assert rows(send_bytes(ana, data), "change") == [("1", "Air Bike", "1 photo")]
    press_import(ana)
    assert len(photos_of(ana, "Air Bike")) == 1
    other = packed([bike("0.jpg")], **{"0.jpg": picture("blue")})
    assert [row[1] for row in rows(send_bytes(ana, other), "same")] == ["Air Bike"]


def test_json_without_its_zip_says_that_the_photos_are_not_there(ana: Browser) -> None:
    page = send_bytes(ana, json.dumps([bike("0.jpg")]).encode(), name="exercises.json")
    assert "The photos are not in this file." in page.text
    assert "force, mechanic and secondary muscles have no equal here" in page.text
    press_import(ana)
    assert own_names(ana) == ["Air Bike"]


def test_photos_that_wait_are_deleted_with_the_import(ana: Browser, database: sa.Engine) -> None:
    before = count(database, "exercise_import_photos")
    data = packed([bike("0.jpg")], **{"0.jpg": picture()})
    send_bytes(ana, data)
    send_bytes(ana, data)
    assert count(database, "exercise_import_photos") == before + 1
    press_import(ana)
    assert count(database, "exercise_import_photos") == before


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("../evil.jpg", b"x", "leads out of its folder"),
        ("/evil.jpg", b"x", "begins at the root"),
        ("more.zip", packed([]), "archive inside the archive"),
        ("big.jpg", b"\0" * (11 * 1024 * 1024), "packed so tightly"),
    ],
)
def test_tricks_in_a_zip_refuse_the_whole_of_it(ana: Browser, path: str, content: bytes, words: str) -> None:
    page = send_bytes(ana, packed([bike(path)], **{path: content}))
    assert page.status == 422 and words in page.text


def test_a_photo_larger_than_a_photo_may_be_refuses_the_zip(ana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "MOST_BYTES", 1024 * 1024)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        made.writestr("exercises.json", json.dumps([bike("0.jpg")]))
        made.writestr("0.jpg", bytes(2 * 1024 * 1024))
    assert "“0.jpg” in the zip is larger than 1 MB" in send_bytes(ana, target.getvalue()).text


def test_a_picture_with_too_many_pixels_is_left_out_undecoded(ana: Browser) -> None:
    bomb = picture("white", size=(7000, 7000), kind="PNG")
    assert len(bomb) < 200_000
    ((_, _, said),) = rows(send_bytes(ana, packed([bike("0.png")], **{"0.png": bomb})), "add")
    assert "too many pixels" in said


def test_many_pictures_may_not_hold_too_much_together(ana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed([bike("0.jpg", "1.jpg")], **{"0.jpg": picture("red"), "1.jpg": picture()})
    monkeypatch.setattr(upload, "MOST_PIXELS", 60 * 40)
    assert "too many pixels together" in send_bytes(ana, data).text
    monkeypatch.undo()
    monkeypatch.setattr(upload, "MOST_DRAWN_BYTES", 100)
    assert "too large together" in send_bytes(ana, data).text


def test_a_zip_of_too_many_files_is_refused(ana: Browser) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for number in range(MOST_ENTRIES + 1):
            made.writestr(f"{number}", b"")
    assert "more than 5,000 files" in send_bytes(ana, target.getvalue()).text


def test_the_exported_zip_is_of_the_format_and_comes_back_without_a_change(ana: Browser) -> None:
    data = packed([bike("0.jpg", "1.jpg"), entry("Bridge")], **{"0.jpg": picture("red"), "1.jpg": picture("blue")})
    send_bytes(ana, data)
    press_import(ana)
    send(ana, "Name,Regions,Equipment,Goal,Sets\nSlow walk,Balance,Chair; Wall,Control,3\n")
    press_import(ana)
    answer = ana.get("/exercises/export.zip")
    assert answer.headers["content-type"] == "application/zip"
    assert 'filename="exercises.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        entries = {found["name"]: found for found in json.loads(opened.read("exercises.json"))}
        assert entries["Air Bike"]["images"] == ["Air_Bike/0.jpg", "Air_Bike/1.jpg"]
        assert set(opened.namelist()) == {
            "exercises.json",
            "exercises/Air_Bike/0.jpg",
            "exercises/Air_Bike/1.jpg",
        }
        assert Image.open(opened.open("exercises/Air_Bike/1.jpg")).getpixel((5, 5))[2] > 200
    page = send_bytes(ana, answer.content)
    assert {row[1] for row in rows(page, "same")} == {"Air Bike", "Bridge", "Slow walk"}
    stranger = ana.another()
    stranger.sign_up(practice="Riverside Podiatry")
    assert len(rows(send_bytes(stranger, answer.content), "add")) == 3


def test_exports_hold_what_the_member_may_see_and_nothing_else(ana: Browser) -> None:
    ben = ana.invite_colleague(name="Ben Cole")
    stranger = ana.another()
    stranger.sign_up(practice="Riverside Podiatry")
    data = packed([entry("Secret", images=["0.jpg"])], **{"0.jpg": picture()})
    send_bytes(ana, data)
    press_import(ana)
    send(ana, "Name,Shared\nOurs,yes\n")
    press_import(ana)
    for who, names in ((ana, ["Ours", "Secret"]), (ben, ["Ours"]), (stranger, [])):
        exported = read_csv(who.get("/exercises/export.csv").content, most_rows=1000)
        assert sorted(row.name for row in exported.rows) == names
        with zipfile.ZipFile(io.BytesIO(who.get("/exercises/export.zip").content)) as opened:
            assert sorted(found["name"] for found in json.loads(opened.read("exercises.json"))) == names
            assert ("exercises/Secret/0.jpg" in opened.namelist()) is ("Secret" in names)


def test_archived_exercises_are_not_exported_and_their_names_are_free(ana: Browser) -> None:
    send(ana, "Name\nBridge\n")
    press_import(ana)
    slug = ana.get("/exercises?only=own").link("Bridge")
    ana.post(f"{slug}/archive")
    assert "Bridge" not in ana.get("/exercises/export.csv").content.decode()
    assert [row[1] for row in rows(send(ana, "Name\nBridge\n"), "add")] == ["Bridge"]


def test_a_csv_export_comes_back_without_a_change_for_who_may_only_see(ana: Browser) -> None:
    ben = ana.invite_colleague(name="Ben Cole")
    send(ana, 'Name,Steps,Shared,Load\n"=Bridge",Lie down|Lift,yes,2 kg\nSquat,,yes,\n')
    press_import(ana)
    for who in (ana, ben):
        page = send_bytes(who, who.get("/exercises/export.csv").content)
        assert {row[1] for row in rows(page, "same")} == {"=Bridge", "Squat"}
        assert not rows(page, "add") + rows(page, "change") + rows(page, "refuse")
