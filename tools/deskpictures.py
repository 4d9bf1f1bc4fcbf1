#!/usr/bin/env python3
"""Make pictures of the desk's pages, into docs/images: `make desk-pictures`.

A real desk runs in a folder of its own, with made-up people; Vietnamese and English.
"""

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page  # noqa: E402

from provisioning import authority, desks  # noqa: E402
from tests import browsing  # noqa: E402
from tests.device.desk.counter import GATE, NAME, PASSWORD, Counter  # noqa: E402
from tests.device.site import NOW  # noqa: E402

OUT = ROOT / "docs/images"
SIZE = {"width": 1000, "height": 760}


def main() -> int:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder:
        home = authority.create(Path(folder) / "authority", "Xã Mẫu", now=NOW)
        counter = Counter(Path(folder) / "desk", home)
        counter.hire()
        ring = desks.make(home, GATE, counter.keys / "desk", NOW).ring
        inbox = counter.state / "inbox"
        inbox.mkdir(parents=True)
        (inbox / "keyring.json").write_bytes(ring.read_bytes())
        with counter.open(), browsing.chromium() as chromium:
            for language in ("vi", "en"):
                page = chromium.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]
                _walk(page, f"http://localhost:{counter.port}", language)
    return 0


def _walk(page: Page, address: str, language: str) -> None:
    page.goto(f"{address}/login")
    page.click(f"button.language[value={language}]")
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    page.click("main button.primary")
    _take(page, f"desk-{language}")
    page.goto(f"{address}/paper")
    _take(page, f"desk-paper-{language}")


def _take(page: Page, name: str) -> None:
    path = OUT / f"{name}.png"
    page.screenshot(path=path)
    print(os.path.relpath(path, ROOT))


if __name__ == "__main__":
    sys.exit(main())
