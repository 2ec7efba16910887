"""Links to videos: https to a site with a name, nothing hidden in them."""

import pytest

from app.exercises.video import LONGEST_URL, find_video_error, tidy_video_url


@pytest.mark.parametrize(
    "typed",
    [
        "https://youtu.be/abc",
        "  https://www.youtube.com/watch?v=abc&t=3s#top  ",
        "HTTPS://Vimeo.com/1234",
        "https://videos.practice.example:8443/knee.mp4",
        "https://xn--bcher-kva.example/knie",
    ],
)
def test_links_to_a_sites_page_are_taken(typed: str) -> None:
    assert find_video_error(tidy_video_url(typed)) == ""


def test_letters_beyond_ascii_are_written_as_browsers_send_them() -> None:
    tidy = tidy_video_url("https://video.example/übung")
    assert tidy == "https://video.example/%C3%BCbung"
    assert find_video_error(tidy) == ""


@pytest.mark.parametrize(
    "typed", ["http://youtu.be/abc", "youtu.be/abc", "javascript:alert(1)", "data:text/html,x", "//a.example"]
)
def test_anything_but_https_is_refused(typed: str) -> None:
    assert "must begin with https://" in find_video_error(tidy_video_url(typed))


@pytest.mark.parametrize(
    "typed", ["https://ana@video.example/", "https://ana:secret@video.example/", "https://a.example\\@b.example/"]
)
def test_a_name_or_password_in_the_link_is_refused(typed: str) -> None:
    assert "name or password" in find_video_error(tidy_video_url(typed))


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f.1", "1.2.3.0x7f", "[::1]", "[::ffff:127.0.0.1]", "localhost"),
        *("", ".", "a..b", "a.example.", "-a.example", "a_b.example", "bücher.example", "%31.example"),
        *("a.example:0", "a.example:99999", "a.example:x"),
    ],
)
def test_the_host_must_be_a_name(host: str) -> None:
    assert find_video_error(tidy_video_url(f"https://{host}/knee"))


@pytest.mark.parametrize(
    "url", ["https://a.example/a b", "https://a.example/\t", "https://a.exa\nmple/", "https://a.example/\x00"]
)
def test_nothing_that_browsers_would_read_otherwise_is_taken(url: str) -> None:
    assert find_video_error(url)


def test_an_endless_link_is_refused() -> None:
    assert "at most 500" in find_video_error("https://a.example/" + "x" * LONGEST_URL)
