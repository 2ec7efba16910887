"""How many clicks and keys the journeys of README take; their seconds: ``python -m tests.bench``."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.bench import journeys
from tests.bench.journeys import Hand

AMARAS_PATIENT = "1530277160945582217"  # given a program in this journey


@pytest.fixture
def hand(chrome: Browser) -> Hand:
    page: Page = chrome.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(20_000)
    return Hand(page)


def test_a_new_account_has_its_first_pdf_in_cliniko_after_eleven_clicks(
    demo: tuple[str, str], demo_log: Path, hand: Hand
) -> None:
    key = re.search(r"(\S+)\s+belongs to another clinic", demo_log.read_text())
    assert key is not None
    journeys.new_account_to_first_pdf(hand, demo[0], key[1])
    assert hand.clicks == 11


def test_from_the_clients_page_to_a_program_assigned_from_a_template_takes_four_clicks(
    demo: tuple[str, str], hand: Hand
) -> None:
    journeys.sign_in(hand, demo[0])
    journeys.click_in_cliniko_to_assigned_program(hand, demo[0], AMARAS_PATIENT)
    assert (hand.clicks, hand.keys) == (4, 0)
    journeys.find_an_exercise(hand, demo[0])
    assert hand.clicks == 3
    assert hand.keys <= len("hamstring")
    journeys.paste_a_new_key(hand, demo[0], "no key at all", "alert")
    assert (hand.clicks, hand.keys) == (3, 1)
