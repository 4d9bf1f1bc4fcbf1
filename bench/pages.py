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
from urllib.parse import unquote
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults

from bench import pagesdistrict
from bench.pagesdistrict import NOW, House, Office
from bench.trace import PEOPLE, part_of
from bench.tracedistrict import Crowd
from bench.traceserver import Server
from collector import clock
from collector.cases.roles import Role
from collector.web.server import pages
from tests.collector.web import conftest, serving
from tests.collector.web.desk import SICK

ASKED = 100
"""Times that each page is asked for, beside the first."""
PATIENCE_S = 1200.0
"""Until the boards have counted the ledger."""
REFUSED = "refused"

Ask = Callable[[], int]
"""Asks for one page, to its last byte; returns the status."""


class Asked:
    """The pages as the server calls them, and who asks.

    Django's own client for tests is not used: with each answer it keeps something for itself, and
    the garbage collector is the slower for it.
    """

    def __init__(self, application: WSGIApplication, token: str) -> None:
        """Take what the server calls, and a program's token."""
        self._application, self._token = application, token

    def pages(self, office: Office) -> dict[str, Ask]:
        """Return every page by its name, and how whoever may open it asks for it."""
        cookies = {role: serving.cookie(role, NOW) for role, _ in _pages(office).values() if role}
        asks = {
            name: self._ask(path, f"sessionid={cookies[role]}" if role else "")
            for name, (role, path) in _pages(office).items()
        }
        bearer = f"Bearer {self._token}"
        return asks | {name: self._ask(path, "", bearer) for name, path in PROGRAMS.items()}

    def _ask(self, path: str, cookie: str, authorization: str = "") -> Ask:
        path, _, query = path.partition("?")
        asking = {
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_USER_AGENT": serving.AGENT,
            "HTTP_COOKIE": cookie,
            "HTTP_AUTHORIZATION": authorization,
        }

        def ask() -> int:
            statuses = []
            environ: dict[str, Any] = dict(asking)
            setup_testing_defaults(environ)

            def start(status: str, *_more: object) -> Callable[[bytes], object]:
                statuses.append(int(status.split(maxsplit=1)[0]))
                return lambda _written: None

            answer: Any = self._application(environ, start)
            for _part in answer:
                pass
            if hasattr(answer, "close"):  # not every answer has something to close
                answer.close()
            return statuses[0]

        return ask


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
        application = pages()
        gc.collect()
        gc.freeze()  # as the server does once it has loaded; the drawn crowd is none of its
        print(f"{scans} scans; load of this machine {os.getloadavg()[0]:.1f}", flush=True)
        with _district(Path(name)) as token:
            measured = [_measured(house, crowd, home, Asked(application, token)) for house in found]
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


def _measured(
    house: House, crowd: Crowd, home: Path, asked: Asked
) -> dict[str, tuple[float, float]]:
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
        figures = {name: _took(name, ask) for name, ask in asked.pages(office).items()}
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


def _took(name: str, ask: Ask) -> tuple[float, float]:
    """Ask for a page again and again; return how long that took, in ms."""
    wanted = (403,) if name == REFUSED else (200, 204)
    took = []
    for turn in range(1 + ASKED):
        began = time.perf_counter()
        status = ask()
        if turn:  # what is loaded at the first time is there for everybody after
            took.append(1000 * (time.perf_counter() - began))
        if status not in wanted:
            msg = f"{name}: {status}"
            raise AssertionError(msg)
    took.sort()
    return took[len(took) // 2], took[int(0.99 * len(took)) - 1]


if __name__ == "__main__":
    sys.exit(main())
