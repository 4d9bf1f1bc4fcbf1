"""What tests in a browser share."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect, sync_playwright

PATIENCE_MS = 30_000
"""Many may be at work on this machine; how fast a page is, its bench says."""
GRAVE = {"error", "warning"}
QUIET = (
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium, speaking to nobody but the pages that it is shown."""
    expect.set_options(timeout=PATIENCE_MS)
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET) as browser,
    ):
        yield browser


def complaints(page: Page) -> list[str]:
    """Return a list that fills with what the browser complains of on this page.

    Its informations are none: that a field had the focus before `autofocus` came to it depends on
    who was faster.
    """
    said: list[str] = []
    page.on("console", lambda each: said.append(each.text) if each.type in GRAVE else None)
    return said
