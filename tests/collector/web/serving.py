"""The pages over a vault in memory, served on loopback, with a case that is half worked off.

For whoever looks at them: the tests in a browser, and `make pictures`.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings

from collector.bulk import work
from collector.bulk.entries import Person
from collector.bulk.work import Wanted as Passes
from collector.cases.entries import State
from collector.cases.register import Opening
from collector.cases.roles import Actor, Role
from collector.cases.worklist import Change, Met
from collector.database.sqlite import SqliteDatabase
from collector.grants import Grants
from collector.trace.entries import Outside, Question
from collector.web.casework.desk import Kind, Wanted
from tests.collector.dispatch.conftest import FAST, OFFICER, SITE, District
from tests.collector.lists import ListDesk, declared
from tests.collector.web.conftest import PASSWORD, REACH
from tests.collector.web.desk import DAY, HOUR, MINUTE, SICK, MemoryDesk

AGENT = "Pictures"


class Silent(WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def serving() -> Iterator[str]:
    """Serve the configured pages; yield their address."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    application = StaticFilesHandler(get_wsgi_application())
    server: WSGIServer = make_server("127.0.0.1", 0, application, handler_class=Silent)
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        running.join()
        server.server_close()


def cookie(role: Role, now_ms: int) -> str:
    """Log an account in, past both steps; return its session."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from collector.web import sessions  # noqa: PLC0415
    from collector.web.models import Officer  # noqa: PLC0415

    Officer.objects.filter(username=role).update(must_change=False)
    client: Any = Client(headers={"user-agent": AGENT})
    client.force_login(get_user_model()._default_manager.get(username=role))
    session = client.session
    session.update(sessions.began(now_ms, sessions.browser(AGENT, "127.0.0.1")))
    session.save()
    return str(client.cookies["sessionid"].value)


def half_worked(desk: MemoryDesk, wall_ms: Callable[[], int], officer: str) -> int:
    """Open a case, trace, put contacts on the list, call some of them; return its number."""
    now = wall_ms()
    today = (now + 7 * HOUR) // DAY
    rule: dict[str, int | bool] = {"min_minutes": 15, "margin_ms": 10 * MINUTE}
    said = Opening("CDC-MT-012", "Quyết định 664/QĐ-UBND", "mau", now + 14 * DAY)
    made = desk.open_case(
        officer, Opening(said.ref, said.ground, said.area, said.expires_ms, today - 5, today, rule)
    )
    desk.find(officer, made.number, Wanted(Kind.NUMBER, "079190001234"))
    desk.add_index(officer, made.number, SICK)
    met = [
        Met(SICK + 100 + each, 1, (60 - 8 * each) * MINUTE, (95 - each) * MINUTE, now - 3 * DAY)
        for each in range(7)
    ]
    desk.enlist(officer, made.number, tuple(met))
    for person, state, note in (
        (SICK + 100, State.REACHED, "Ở nhà, chưa có triệu chứng"),
        (SICK + 101, State.NOT_REACHED, "Máy bận"),
        (SICK + 102, State.NO_CONTACT, "Trùng tên"),
    ):
        desk.change(officer, made.number, Change(person, 1, state, officer, note))
    desk.call("sector-officer", made.number, SICK + 103)
    desk.hand_over(officer, made.number, "Xã Khác", (SICK + 106,), "ab" * 32)
    return made.number


def referred(desk: MemoryDesk, wall_ms: Callable[[], int], case: int) -> None:
    """Let an officer of a commune hand over what lies beyond, which is more by now."""
    officer, now = Role.COMMUNE.value, wall_ms()
    desk.actors[officer] = Actor(officer, Role.COMMUNE, ("mau",))
    desk.trace(officer, case, Question((SICK,), now - 4 * DAY, now))
    desk.refer(officer, case)
    del desk.actors[officer]
    desk.outside = Outside(4, 3, 57)


def with_passes(folder: Path, now_ms: int) -> SqliteDatabase:
    """Give the pages a desk, and the keeper's market two teams with passes; return its register."""
    from collector.web.passes import own  # noqa: PLC0415  # needs the settings

    database = SqliteDatabase(folder / "made-up-passes.db")
    desk = ListDesk(database)
    desk.now_ms = now_ms
    declared(database, now_ms)
    settings.GATE_ISSUING = lambda: desk.counter
    day = work.day(now_ms)
    for team in ("Tổ 1", "Tổ 2"):
        people = tuple(
            Person(row, f"Mẫu {team} {'A' * row}", "1990", group=team) for row in range(1, 5)
        )
        wanted = Passes("cho", "", "worker", work.ends(day + timedelta(30)), team)
        made = work.listed(desk.counter, wanted, people)
        desk.counter.withdraw("cho", (made.passes[0].number,))
    for name, data in (("work", LIST), ("faults", LIST + b"7,32/01/2012,5A\n")):
        wanted = Passes("cho", "Chợ Mẫu", "worker", work.ends(day + timedelta(30)), name)
        do = partial(work.worked, desk.counter, wanted, ("list.csv", data), today=day)
        piece = own.workshop().take(Role.KEEPER, "cho", do)
        WORKED[name] = piece.name
        while not piece.is_over:
            time.sleep(0.01)
    return database


WORKED: dict[str, str] = {}
"""The lists that were worked on, by what they show."""
LIST = "Họ và tên,Ngày sinh,Lớp\nMẫu Một,2012,Tổ 3\n".encode()


@contextmanager
def dispatched(folder: Path) -> Iterator[District]:
    """Give the pages a dispatch with one policy taken back, and another one being edited."""
    from django.conf import settings  # noqa: PLC0415  # only when asked for

    folder.mkdir()
    home = District(folder, 'path = "ledger.db"', 12)
    home.open()
    home.start()
    home.past(days=2)
    home.sign(FAST, takes=[])
    home.step()
    home.pass_by(6)
    draft = home.counter.draft(OFFICER, SITE)
    takes = [{"kind": "id-card", "identity": "declared"}]
    hours = {"openings": [{"days": ["mon-fri"], "from": "07:00", "until": "17:30"}], "closed": []}
    home.counter.save(
        OFFICER, SITE, draft.revision, {**draft.document, "takes": takes, "hours": hours}
    )
    before, settings.GATE_DISPATCH = settings.GATE_DISPATCH, lambda: home.counter
    try:
        yield home
    finally:
        settings.GATE_DISPATCH = before
        home.close()


def pages(case: int) -> dict[str, tuple[Role | None, str]]:
    """Return the pages that are looked at: who looks, and where."""
    officer, base = Role.DISTRICT, f"/cases/{case}"
    return {
        "login": (None, "/login"),
        "account": (officer, "/account"),
        "password": (officer, "/account/password"),
        "accounts": (Role.OPERATOR, "/accounts"),
        "gates": (officer, "/gates"),
        "district": (officer, "/district"),
        "district-places": (officer, "/district/places"),
        "cases": (officer, "/cases"),
        "case-new": (officer, "/cases/new"),
        "case": (officer, base),
        "case-change": (officer, f"{base}/change"),
        "find": (officer, f"{base}/find"),
        "find-name": (officer, f"{base}/find?kind=name"),
        "places": (officer, f"{base}/places"),
        "contacts": (officer, f"{base}/contacts"),
        "graph": (officer, f"{base}/graph"),
        "timeline": (officer, f"{base}/timeline/{SICK}"),
        "list": (officer, f"{base}/list"),
        "contact": (officer, f"{base}/list/{SICK + 104}"),
        "pair": (officer, f"{base}/pair?person={SICK + 100}&person={SICK + 105}"),
        "approvals": (officer, f"{base}/approvals"),
        "holds": (officer, f"{base}/holds"),
        "export": (officer, f"{base}/export"),
        "handover": (officer, f"{base}/handover"),
        "tasks": (Role.COMMUNE, "/tasks"),
        "own": (Role.KEEPER, "/own"),
        "passes": (Role.KEEPER, "/passes"),
        "passes-new": (Role.KEEPER, "/passes/new"),
        "passes-team": (Role.KEEPER, "/passes/team?place=cho&team=T%E1%BB%95%201"),
        "passes-work": (Role.KEEPER, f"/passes/work/{WORKED.get('work', '')}"),
        "passes-faults": (Role.KEEPER, f"/passes/work/{WORKED.get('faults', '')}"),
        "audit": (Role.AUDITOR, "/audit"),
        "vault": (Role.CUSTODIAN, "/vault"),
        "policies": (officer, "/policies"),
        "policy": (officer, f"/policies/edit?site={quote(SITE)}"),
        "policy-review": (officer, f"/policies/review?site={quote(SITE)}"),
        "rollout": (officer, "/policies/rollouts/1"),
        "audit-orders": (Role.AUDITOR, "/audit/orders"),
        "refused": (Role.AUDITOR, "/cases"),
    }


def accounts() -> None:
    """Make one account for each role, named like it."""
    from collector.web import accounts as making  # noqa: PLC0415  # needs the settings

    for role in Role:
        lacking = Grants().lacks(role)
        making.add(role, PASSWORD, role, REACH[lacking] if lacking else Grants())
