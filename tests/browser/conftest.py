"""A real browser before the whole product, and staff who may draw."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from gis_server.command.system_packages import find_chromium
from tests.running import RunningCity

ARGUMENTS = [
    "--no-sandbox",
    "--headless",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
HARMLESS = ("GPU stall due to ReadPixels", "GL Driver Message")
"""What the software renderer says about itself."""
expect.set_options(timeout=20_000)  # patience, where a test sets no limit of its own: the machine may be busy


@dataclass
class Visitor:
    """A page with what it complained of and whom it asked."""

    page: Page
    root: str
    complaints: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def visit(self, path: str) -> Page:
        """Open a page and wait until its JavaScript says that it is ready."""
        self.page.goto(self.root + path)
        if path.startswith(("/navi", "/disaster")):
            self.page.locator("body[data-ready=true]").wait_for(state="attached", timeout=30_000)
        return self.page

    @property
    def foreign_addresses(self) -> list[str]:
        own = urlsplit(self.root).netloc
        return [a for a in self.addresses if urlsplit(a).scheme not in {"data", "blob"} and urlsplit(a).netloc != own]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with the module: Playwright's event loop would keep Django's database from later tests."""
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


def launch(playwright: Playwright) -> Browser:
    program = os.environ.get("GIS_CHROMIUM") or find_chromium()
    return playwright.chromium.launch(executable_path=program, args=ARGUMENTS)


@pytest.fixture
def visitor(browser: Browser, city: RunningCity) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, each with a browser profile of its own."""
    contexts: list[BrowserContext] = []

    def make(size: dict[str, int] = DESK, **options: Any) -> Visitor:
        context = browser.new_context(viewport=size, **({"locale": "ja-JP", "reduced_motion": "reduce"} | options))
        contexts.append(context)
        return _watched(context.new_page(), city.url)

    yield make
    for context in contexts:
        context.close()


def _watched(page: Page, root: str) -> Visitor:
    visitor = Visitor(page, root)
    page.on("request", lambda request: visitor.addresses.append(request.url))
    page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    page.on("console", lambda message: _note(visitor, message.type, message.text))
    return visitor


def _note(visitor: Visitor, kind: str, text: str) -> None:
    if kind in {"error", "warning"} and not any(words in text for words in HARMLESS):
        visitor.complaints.append(text)


@pytest.fixture(scope="session")
def staff_password(city: RunningCity) -> str:
    """The password of the disaster staff `hana`."""
    return city.gis("user", "add", "hana", "--role", "disaster-staff").strip().splitlines()[-1]


@pytest.fixture
def staff(visitor: Callable[..., Visitor], staff_password: str) -> Visitor:
    """Disaster staff, signed in."""
    person = visitor()
    sign_in(person, staff_password)
    return person


def sign_in(person: Visitor, password: str) -> None:
    person.visit("/sign-in/")
    person.page.fill("[name=username]", "hana")
    person.page.fill("[name=password]", password)
    person.page.click("main button[type=submit]")
    person.page.wait_for_url("**/disaster/**")


@pytest.fixture(autouse=True)
def _empty_picture(city: RunningCity) -> None:
    """Each test begins without damage."""
    city.sql("DELETE FROM layers_damagearea")


def ask(url: str, document: Any = None) -> dict[str, Any]:
    """JSON from the server; a problem document where it refuses."""
    body = None if document is None else json.dumps(document).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        return dict(json.load(error))


def tap_square(page: Page, half_px: int = 40) -> None:
    """Tap four corners around the middle of the map."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for number, (dx, dy) in enumerate(((-1, -1), (1, -1), (1, 1), (-1, 1)), start=1):
        page.mouse.click(x + dx * half_px, y + dy * half_px)
        page.locator(".corner").nth(number - 1).wait_for()


def describe(page: Page, kind: str = "浸水", description: str = "") -> None:
    """Fill the form of a damage area."""
    page.locator("#draw-kind label", has_text=kind).click()
    page.fill("#draw-description", description)
