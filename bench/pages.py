"""How fast every page answers: `make bench-pages` (ARGS=--quick: a twentieth).

Behind the pages are ten million scans of 100,000 people at 500 gates in 30 days, once in SQLite and
once in PostgreSQL: in the ledger, and in the tables of people, which the vault asks behind its own
socket. Every page that the pictures show, the addresses that pages ask by themselves and those for
other programs are asked again and again by whoever may open them, one after another.

The last line is JSON: the slowest page's p99 in the slower of the two databases, and which that is.
"""

import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench import pagesdistrict
from bench.pagesdistrict import NOW, House, Office
from bench.trace import PEOPLE, part_of
from bench.tracedistrict import Crowd
from bench.traceserver import Server
from collector import clock
from collector.cases.roles import Role
from tests.collector.web import conftest, serving
from tests.collector.web.desk import SICK

ASKED = 100
"""Times that each page is asked for, beside the first."""
PATIENCE_S = 1200.0
"""Until the boards have counted the ledger."""
REFUSED = "refused"

Ask = Callable[[], Any]
"""Asks for one page; returns Django's answer."""


def main() -> int:
    """Fill, measure, print, and end with the figures."""
    part = part_of(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as name, Server() as server:
        site, home = Path(name) / "site", Path(name) / "vault"
        site.mkdir()
        conftest.set_up(site)
        clock.wall_ms = lambda: NOW
        serving.accounts()
        crowd = Crowd(PEOPLE // part, part)
        pagesdistrict.lay_out(site, crowd)
        found = pagesdistrict.houses(Path(name), server)
        scans = pagesdistrict.filled(found, crowd, home)
        server.settle()
        gc.collect()
        gc.freeze()  # the drawn crowd is none of the pages', and not to be walked through for them
        print(f"{scans} scans; load of this machine {os.getloadavg()[0]:.1f}", flush=True)
        with _district(Path(name)) as token:
            measured = [_measured(house, crowd, home, token) for house in found]
    worst: dict[str, float] = {}
    for house, figures in zip(found, measured, strict=True):
        print(f"{house.name}: p50 and p99 of each page, in ms")
        for page in sorted(figures, key=lambda page: -figures[page][1]):
            print("  {:<16}{:8.1f}{:8.1f}".format(page, *figures[page]))
        worst = {page: max(ms, worst.get(page, 0.0)) for page, (_, ms) in figures.items()}
    page = max(worst, key=lambda each: worst[each])
    last = {"pages_ms_p99": round(worst[page], 1), "worst_page": page, "pages": len(worst)}
    print(json.dumps(last | {"scans": scans}))
    return 0


@contextmanager
def _district(folder: Path) -> Iterator[str]:
    """Give the pages what does not hang on the scans; lend a token for programs."""
    from django.conf import settings  # noqa: PLC0415  # set up only now

    with ExitStack() as stack:
        register = serving.with_passes(folder, NOW)
        stack.callback(register.close)
        stack.enter_context(serving.dispatched(folder / "dispatch"))
        yield pagesdistrict.token(Path(settings.GATE_TOKENS))


def _measured(house: House, crowd: Crowd, home: Path, token: str) -> dict[str, tuple[float, float]]:
    """Return the median and the p99 of each page over one of the databases, in ms."""
    from django.conf import settings  # noqa: PLC0415  # set up only now

    from collector.web import districtviews, frame, views  # noqa: PLC0415  # the same

    settings.GATE_LEDGER = house.ledger
    settings.GATE_FIGURES = str(home.with_name(f"figures-{house.name}.db"))
    cached = (districtviews.watch, districtviews.overview, districtviews.questions, views.snapshot)
    for each in cached:
        each.cache_clear()
    with pagesdistrict.office(house, crowd, home, frame.listed()) as office:
        settings.GATE_DESK = lambda: office.desk
        _counted(districtviews.watch())
        figures = {name: _took(name, ask) for name, ask in _asks(office, token).items()}
        districtviews.watch().stop()
    return figures


def _counted(watch: Any) -> None:  # noqa: ANN401  # the pages' own, which need the settings
    """Wait until the boards have counted the ledger, as they have within minutes of a start."""
    until = time.monotonic() + PATIENCE_S
    while watch.seen.counting or not watch.seen.round:
        if time.monotonic() > until:
            msg = "the ledger was not counted in time"
            raise AssertionError(msg)
        time.sleep(0.2)


def _asks(office: Office, token: str) -> dict[str, Ask]:
    """Return every page by its name, and how whoever may open it asks for it."""
    asks: dict[str, Ask] = {}
    whose: dict[Role | None, Any] = {}
    for name, (role, path) in _pages(office).items():
        if role not in whose:
            whose[role] = _client(role)
        asks[name] = _asking(whose[role], path)
    program = _client(None, authorization=f"Bearer {token}")
    for name, path in PROGRAMS.items():
        asks[name] = _asking(program, path)
    return asks


PROGRAMS = {
    "api-records": "/api/v1/records",
    "api-gates": "/api/v1/gates",
    "metrics": "/metrics",
}


def _pages(office: Office) -> Mapping[str, tuple[Role | None, str]]:
    """Return those that the pictures show, with this case's people, and a few more."""
    people = {SICK: office.ill}
    people |= {SICK + 100 + at: person for at, person in enumerate(office.contacts[:8])}
    found = {}
    for name, (role, path) in serving.pages(office.case).items():
        for drawn, person in people.items():
            path = path.replace(str(drawn), str(person))  # noqa: PLW2901  # bit by bit
        found[name] = (role, path)
    more = {
        "gate": "/gates/g1",
        "board": "/board?since=",
        "district-parts": "/district/parts?since=",
        "contacts-all": f"/cases/{office.case}/contacts?minutes=1",
    }
    return found | {name: (Role.DISTRICT, path) for name, path in more.items()}


def _client(role: Role | None, **headers: str) -> Any:  # noqa: ANN401  # Django's, typed nowhere
    from django.test import Client  # noqa: PLC0415  # needs the settings

    made = Client(headers={"user-agent": serving.AGENT, **headers})
    if role is not None:
        made.cookies["sessionid"] = serving.cookie(role, NOW)
    return made


def _asking(client: Any, path: str) -> Ask:  # noqa: ANN401  # the same
    return lambda: client.get(path)


def _took(name: str, ask: Ask) -> tuple[float, float]:
    """Ask for a page again and again; return how long that took, in ms."""
    wanted = (403,) if name == REFUSED else (200, 204)
    took = []
    for turn in range(1 + ASKED):
        began = time.perf_counter()
        answer = ask()
        if turn:  # what is loaded at the first time is there for everybody after
            took.append(1000 * (time.perf_counter() - began))
        if answer.status_code not in wanted:
            msg = f"{name}: {answer.status_code}"
            raise AssertionError(msg)
    took.sort()
    return took[len(took) // 2], took[int(0.99 * len(took)) - 1]


if __name__ == "__main__":
    sys.exit(main())
