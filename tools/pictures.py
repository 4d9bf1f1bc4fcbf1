#!/usr/bin/env python3
"""Make a picture of every page at two widths, into docs/images/pages: `make pictures`.

The pages are the real ones, over a made-up district in memory.

  tools/pictures.py [--out FOLDER] [--dark] [--lang vi|en] [NAME...]
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright's loop runs in this thread

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from collector.cases.roles import Role  # noqa: E402
from tests.collector.web import conftest, serving  # noqa: E402
from tests.collector.web.desk import MemoryDesk  # noqa: E402

WIDTHS = {"phone": (360, 740), "desk": (1280, 800)}
NOW = 1_790_000_000_000


def now() -> int:
    """Return a time that is the same in every picture."""
    return NOW


def main() -> int:
    """Take all pictures; say which."""
    parser = argparse.ArgumentParser(description="pictures of every page")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/images/pages")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--lang", default="vi")
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        return _take(asked, Path(folder))


def _take(asked: argparse.Namespace, folder: Path) -> int:
    conftest.set_up(folder)
    from collector import clock  # noqa: PLC0415

    clock.wall_ms = now
    desk = MemoryDesk(folder, now)
    conftest.connect(desk)
    serving.accounts()
    serving.with_passes(folder, NOW)
    case = serving.half_worked(desk, now, Role.DISTRICT)
    wanted = {k: v for k, v in serving.pages(case).items() if not asked.names or k in asked.names}
    dispatch = serving.dispatched(folder / "dispatch")
    with dispatch, serving.serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (role, path) in wanted.items():
            for width, size in WIDTHS.items():
                file = asked.out / f"{name}-{width}.png"
                _picture(browser, asked, f"{address}{path}", role, size, file)
        browser.close()
    return 0


def _picture(
    browser: Browser,
    asked: argparse.Namespace,
    url: str,
    role: Role | None,
    size: tuple[int, int],
    file: Path,
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        user_agent=serving.AGENT,
        color_scheme="dark" if asked.dark else "light",
    )
    cookies = [{"name": "django_language", "value": asked.lang, "url": url}]
    if role:
        cookies.append({"name": "sessionid", "value": serving.cookie(role, NOW), "url": url})
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url)
    time.sleep(0.05)
    page.screenshot(path=str(file), full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth")
    print(f"{file.name}: {page.title()}{'  TOO WIDE' if wide > size[0] else ''}")
    context.close()


if __name__ == "__main__":
    sys.exit(main())
