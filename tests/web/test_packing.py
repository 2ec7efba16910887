"""Answers gzipped on their way, for who can read them so, and longer by chance where a length could tell something."""

import gzip

import pytest
from starlette.datastructures import Headers

from app.web.assets import static_url
from app.web.packing import MOST_PADDING, accepts_gzip, pack_file, pack_page


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "GZIP", "*", "deflate, *;q=0.1", "*;q=0, gzip"])
def test_what_can_read_gzip_is_known(accepted):
    assert accepts_gzip(Headers({"Accept-Encoding": accepted}))


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "gzip; q=0.000", "br", "*, gzip;q=0", "gzipped"])
def test_what_cannot_read_gzip_is_known(accepted):
    assert not accepts_gzip(Headers({"Accept-Encoding": accepted}))


@pytest.mark.parametrize("path", ["/signed-in", "/raise/unexpected", "/nowhere", static_url("app.css")])
def test_pages_those_of_errors_and_static_files_are_packed_for_who_can_read_it(visitor, path):
    packed = visitor.get(path, headers={"Accept-Encoding": "gzip"})
    plain = visitor.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) < len(plain.content)
    if "unexpected" not in path:  # which has another reference each time
        assert packed.content == plain.content


@pytest.mark.parametrize("path", ["/kept", "/streamed", "/packed-already"])
def test_small_answers_other_kinds_and_streams_go_as_they_are(visitor, path):
    answer = visitor.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.content
    assert answer.headers.get("content-encoding") == ("gzip" if path == "/packed-already" else None)


def test_the_same_page_comes_in_many_lengths_so_that_none_tells_what_is_in_it():
    page = b"<p>Olivia Hart</p>" * 100
    packed = [pack_page(page) for _ in range(60)]
    assert {gzip.decompress(each) for each in packed} == {page}
    lengths = {len(each) for each in packed}
    assert len(lengths) > 20
    assert max(lengths) - min(lengths) < MOST_PADDING


def test_a_file_is_packed_into_the_same_bytes_each_time():
    assert pack_file(b"x" * 100) == pack_file(b"x" * 100)
