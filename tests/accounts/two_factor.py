"""Shared by the tests of two-factor sign-in: somebody who has it, and setting it up."""

import re

import pyotp

from tests.programs.home.arrange import Now
from tests.support import PASSWORD, Browser, Page

PAGE = "/account/security/two-factor"


class Enrolled:
    """Somebody with two-factor sign-in: the app on their phone, their recovery codes, a browser signed in."""

    def __init__(self, browser: Browser, now: Now, email: str = "") -> None:
        """Sign up and set it up; with an email in the browser in which they are signed in, from the page if open."""
        self.browser, self.now = browser, now
        self.email = email or browser.sign_up()
        if browser.page is None or browser.page.path != PAGE:
            browser.get("/account/security")
            browser.get(browser.page.link("Set up"))
        page = browser.press("Set up", **{"Your password": PASSWORD})
        self.app = pyotp.TOTP(str(page.soup.select_one("strong.reference").get_text()).replace(" ", ""))
        self.page: Page = browser.press("Turn on", Code=self.code())
        self.recovery_codes = re.findall(r"\b(?:\w{4}-){3}\w{4}\b", self.page.text)

    def code(self) -> str:
        """What the app shows at the moment; never the same twice."""
        self.now.move(seconds=30)
        return self.app.at(self.now())

    def first_step(self, target: str | None = None) -> Browser:
        """Another browser, in which the right password was given."""
        other = self.browser.another()
        page = other.sign_in(self.email, target=target)
        assert page.h1 == "Enter your code" and other.cookies == {}
        return other
