"""Shared by the tests of the stand-in, which drive it with plain httpx and know nothing of the product's client."""

from collections.abc import Iterator

import pytest

from tests.demo.world import World
from tests.fakes.cliniko import FakeCliniko


@pytest.fixture
def world() -> Iterator[World]:
    """A stand-in of this test's own, with one clinic."""
    with FakeCliniko() as fake:
        yield World(fake)


@pytest.fixture
def fake(world: World) -> FakeCliniko:
    """The running fake of this test's world."""
    return world.fake
