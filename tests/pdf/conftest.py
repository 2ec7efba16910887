"""What tests of several files need."""

import pytest

from app.pdf import fonts


@pytest.fixture
def no_collection(monkeypatch):
    """Be without the extra that embeds East Asian text."""
    monkeypatch.setattr(fonts, "_has_collection", lambda: False)
    for known in (fonts._font_of, fonts._drawable):
        known.cache_clear()
    yield
    for known in (fonts._font_of, fonts._drawable):
        known.cache_clear()
