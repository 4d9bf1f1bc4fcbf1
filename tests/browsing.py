"""What tests in a browser share."""

from playwright.sync_api import Page

GRAVE = {"error", "warning"}


def complaints(page: Page) -> list[str]:
    """Return a list that fills with what the browser complains of on this page.

    Its informations are none: that a field had the focus before `autofocus` came to it depends on
    who was faster.
    """
    said: list[str] = []
    page.on("console", lambda each: said.append(each.text) if each.type in GRAVE else None)
    return said
