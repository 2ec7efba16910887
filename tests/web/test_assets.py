"""Static files: named by their content, kept for a year, and small."""

import re

import pytest

from app.web.assets import STATIC_FOLDER, read_asset, static_url

MOST_BYTES = 40_000  # of all styles, and of all scripts, as they lie there


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("app.css", "text/css; charset=utf-8"),
        ("parts.js", "text/javascript; charset=utf-8"),
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
    assert len(urls) >= 5
    assert [visitor.get(url).status_code for url in urls] == [200] * len(urls)


@pytest.mark.parametrize("suffix", [".css", ".js"])
def test_all_styles_and_all_scripts_stay_small(suffix):
    sizes = {path.name: path.stat().st_size for path in STATIC_FOLDER.rglob(f"*{suffix}")}
    assert sum(sizes.values()) < MOST_BYTES, sizes


# What a rule says in paper's own measures, or in those of a picture that is scaled as a whole.
PRINT = re.compile(r"@media print \{.*?\n\}", re.DOTALL)
IN_PICTURES = re.compile(r"\.diary-chart text \{.*?\}")
TOKENS = re.compile(r":root \{.*?\}", re.DOTALL)
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(|(?<![-\w])(?:white|black|gr[ae]y|red|green|blue)(?![-\w])", re.IGNORECASE
)
SIZE = re.compile(r"(?<=font-size: )[^;]+|(?<= font: )[^;]+")


def declarations(css: str) -> list[str]:
    """What stands between braces, without comments and what is exempt."""
    for exempt in (re.compile(r"/\*.*?\*/", re.DOTALL), PRINT, IN_PICTURES, TOKENS):
        css = exempt.sub("", css)
    return re.findall(r"\{([^{}]*)\}", css)


@pytest.mark.parametrize("path", sorted(STATIC_FOLDER.glob("*.css")), ids=lambda path: path.name)
def test_colours_and_type_sizes_are_named_in_one_place(path):
    rules = declarations(path.read_text())
    assert len(rules) > 20
    assert [rule for rule in rules if COLOUR.search(rule)] == []
    sizes = {size for rule in rules for size in SIZE.findall(rule)}
    assert {size for size in sizes if not re.fullmatch(r"var\(--\w+\).*|inherit", size)} == set()


def test_there_are_five_sizes_of_type_and_every_token_is_used_and_known_in_both_schemes():
    css = "\n".join(path.read_text() for path in sorted(STATIC_FOLDER.glob("*.css")))
    light, dark, *_others = (dict(re.findall(r"(--[\w-]+): ([^;]+);", block)) for block in TOKENS.findall(css))
    used = set(re.findall(r"var\((--[\w-]+)\)", css))
    assert used == set(light)
    assert set(dark) < set(light)
    lengths = {name for name in light if re.fullmatch(r"[\d.]+rem", light[name])}
    assert len(lengths - {"--gap", "--inset", "--touch"}) == 5


def test_no_style_is_kept_that_no_page_uses():
    css = "".join(path.read_text() for path in STATIC_FOLDER.glob("*.css"))
    selectors = " ".join(re.findall(r"[^{}]+(?=\{)", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)))
    app = STATIC_FOLDER.parent.parent
    pages = [*app.rglob("*.html"), *app.rglob("*.py"), *STATIC_FOLDER.glob("*.js")]
    words = set(re.findall(r"[\w-]+", " ".join(path.read_text() for path in pages)))
    classes = set(re.findall(r"(?<=\.)[a-z][\w-]*", selectors))
    assert len(classes) > 100
    assert classes - words == set()
