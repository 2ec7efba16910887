"""Static files: named by their content, kept for a year, and small."""

import re

import pytest

from app.web.assets import STATIC_FOLDER, read_asset, read_assets, static_url

LARGEST_FILE_BYTES = 40_000


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("app.css", "text/css; charset=utf-8"),
        ("page.js", "text/javascript; charset=utf-8"),
        ("favicon.svg", "image/svg+xml"),
    ],
)
def test_a_static_file_is_served_by_its_hashed_name_and_may_be_kept_for_a_year(visitor, name, media_type):
    answer = visitor.get(static_url(name))
    assert answer.status_code == 200
    assert answer.content == (STATIC_FOLDER / name).read_bytes()
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_changed_file_has_another_name(tmp_path, monkeypatch):
    monkeypatch.setattr("app.web.assets.STATIC_FOLDER", tmp_path)
    path = tmp_path / "app.css"
    path.write_text("a {}")
    before = read_asset(path).url
    path.write_text("b {}")
    assert re.fullmatch(r"/static/app\.[0-9a-f]{12}\.css", before)
    assert read_asset(path).url != before


def test_a_script_imports_another_by_its_hashed_name_and_so_changes_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr("app.web.assets.STATIC_FOLDER", tmp_path)
    first, second = tmp_path / "first.js", tmp_path / "second.js"
    first.write_text('import { x } from "./second.js";')
    second.write_text("export const x = 1;")
    before = read_asset(first)
    assert before.content.decode() == f'import {{ x }} from ".{read_asset(second).url.removeprefix("/static")}";'
    second.write_text("export const x = 2;")
    assert read_asset(first).url != before.url


@pytest.mark.parametrize(
    "path", ["/static/app.css", "/static/app.000000000000.css", "/static/../rendering.py", "/static/%2e%2e/errors.py"]
)
def test_no_other_name_below_static_is_served_or_kept(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


def test_everything_a_page_refers_to_is_there(visitor):
    text = visitor.get("/signed-in").text
    urls = re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
    assert len(urls) >= 6
    assert [visitor.get(url).status_code for url in urls] == [200] * len(urls)


@pytest.mark.parametrize("name", sorted(read_assets()))
def test_a_static_file_stays_small(name):
    assert len(read_assets()[name].content) < LARGEST_FILE_BYTES
