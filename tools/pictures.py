#!/usr/bin/env python3
"""Make a picture of every page at two widths, into docs/images/pages: `make pictures`.

The pages are the real ones, over a made-up district: a vault in memory, and for the boards the
ledger and the counts of two hundred drawn gates, some of which fare badly.

  tools/pictures.py [--out FOLDER] [--dark] [--lang vi|en] [NAME...]
"""

import argparse
import json
import os
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright's loop runs in this thread

from playwright.sync_api import Browser  # noqa: E402

from bench import boardpages  # noqa: E402
from bench.district import DAYS, FIRST_DAY, WATCHED, District  # noqa: E402
from collector.cases.roles import Role  # noqa: E402
from collector.ledger.entries import STARTED  # noqa: E402
from collector.localday import HOUR_MS, midnight  # noqa: E402
from tests import browsing  # noqa: E402
from tests.collector.dispatch.conftest import SITE  # noqa: E402
from tests.collector.web import conftest, serving  # noqa: E402
from tests.collector.web.desk import MemoryDesk  # noqa: E402
from wire.record import Direction, Scan  # noqa: E402

GATE = "/gates/gate-3"
"""Whose view is out of focus."""
LONGEST = 2400
"""Of a picture, in pixels: a list of two hundred gates says no more."""
WIDTHS = {"phone": (360, 740), "desk": (1280, 800)}
TODAY = FIRST_DAY + DAYS - WATCHED
NOW = midnight(TODAY) + 10 * HOUR_MS
"""Ten in the morning of a drawn day."""


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
    _town(folder)
    from collector import clock  # noqa: PLC0415

    clock.wall_ms = now
    desk = MemoryDesk(folder, now)
    conftest.connect(desk)
    serving.accounts()
    serving.with_passes(folder, NOW)
    case = serving.half_worked(desk, now, Role.DISTRICT)
    pages = {**serving.pages(case), "gate": (Role.DISTRICT, GATE)}
    wanted = {k: v for k, v in pages.items() if not asked.names or k in asked.names}
    dispatch = serving.dispatched(folder / "dispatch")
    with dispatch as home, serving.serving() as address, browsing.chromium() as browser:
        home.stand(dict.fromkeys(home.doors, SITE) | {GATE.rpartition("/")[2]: "Nơi 1"})
        _counted(address)
        for name, (role, path) in wanted.items():
            for width, size in WIDTHS.items():
                file = asked.out / f"{name}-{width}.png"
                _picture(browser, asked, f"{address}{path}", role, size, file)
    return 0


def _town(folder: Path) -> None:
    """Lay out what the boards show; one of its markets is the keeper's."""
    district = District(1)
    boardpages.seed(folder, district, NOW, _passed(district))
    path = folder / "places.json"
    told = json.loads(path.read_bytes())
    told["areas"] += conftest.PLACES["areas"]
    market = next(each for each in told["places"] if each["kind"] == "market")
    market.update(id="cho", name="Chợ Mẫu", area="mau")
    path.write_text(json.dumps(told), encoding="utf-8")


def _passed(district: District) -> dict[str, list[Scan]]:
    """Return who has passed this morning at each gate."""
    found: dict[str, list[Scan]] = {}
    for each in (glance for slot in district.day(TODAY) for glance in slot):
        if each.outcome != STARTED and each.received <= NOW:
            found.setdefault(each.gate, []).append(boardpages.scan(each.wall, Direction(each.dir)))
    return {gate: sorted(scans, key=lambda scan: scan.wall) for gate, scans in found.items()}


def _counted(address: str) -> None:
    """Wait until the boards have counted the ledger, which they do once."""
    cookie = f"sessionid={serving.cookie(Role.DISTRICT, NOW)}; django_language=en"
    headers = {"User-Agent": serving.AGENT, "Cookie": cookie}
    request = urllib.request.Request(f"{address}/district", headers=headers)  # noqa: S310
    for _ in range(60):
        with urllib.request.urlopen(request) as answer:  # noqa: S310  # our own page
            if b"being counted" not in answer.read():
                return
        time.sleep(1)


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
    whole = int(page.evaluate("document.documentElement.scrollHeight"))
    page.evaluate(f"scrollTo(0, {whole})")  # what sticks to the screen's edge lies where it belongs
    clip = {"x": 0, "y": 0, "width": size[0], "height": min(whole, LONGEST)}
    page.screenshot(path=str(file), full_page=True, clip=clip)  # type: ignore[arg-type]
    wide = page.evaluate("document.documentElement.scrollWidth")
    print(f"{file.name}: {page.title()}{'  TOO WIDE' if wide > size[0] else ''}")
    context.close()


if __name__ == "__main__":
    sys.exit(main())
