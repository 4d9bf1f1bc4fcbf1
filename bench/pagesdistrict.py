"""A drawn district behind the real pages: ledger, people, an unlocked vault and a case.

The same ten million scans are in the ledger, which boards, gates' pages and interfaces read, and in
the tables of people, which casework asks through the vault's own socket. Nobody in it is anybody.
"""

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench import traceledger, tracepeople
from bench.tracedistrict import DAYS, FIRST_DAY, Crowd
from bench.tracefill import JOURNAL, fill
from bench.traceserver import Server as Postgres
from collector import tokens
from collector.asking.server import Server, answerer
from collector.cases import schema as casework
from collector.cases.entries import State
from collector.cases.register import Opening
from collector.cases.roles import Actor, Role
from collector.cases.worklist import Change, Met
from collector.config import LedgerConfig
from collector.database.made import made
from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.ledger import opened
from collector.ledger.entries import Post, Report, Topic
from collector.localday import DAY_MS, HOUR_MS, day_of, midnight
from collector.people import schema
from collector.people.places import Place as VaultPlace
from collector.roster import Area, Kind, Place, Roster, Sector
from collector.tokens import Scope
from collector.trace.entries import Question, Rule
from collector.vault import client, custody, folder
from collector.vault.casework import Casework
from collector.vault.desk import Desk
from collector.vault.epochfile import EpochFile
from collector.vault.requests import Requests
from collector.vault.ring import Ring
from collector.vault.strongroom import Strongroom
from collector.web.casework.desk import Kind as By
from collector.web.casework.desk import Wanted
from collector.web.casework.vaultdesk import VaultDesk
from tests.collector.vault.conftest import CHEAP, PUBLIC, SECRETS, WORDS
from tests.collector.web.conftest import KEY, PLACES
from wire.state import Health, pack
from wire.state import State as Said

NOW = midnight(FIRST_DAY + DAYS) - 4 * HOUR_MS
"""In the evening of the last day that was filled."""
OFFICER = Role.DISTRICT.value
KINDS = {
    "school": Kind.SCHOOL,
    "office": Kind.OFFICE,
    "factory": Kind.PRODUCTION,
    "market": Kind.MARKET,
    "shop": Kind.SHOP,
    "clinic": Kind.CLINIC,
    "station": Kind.STATION,
}
INDEX_DAYS = 5
"""Since the first symptoms; the case's pages look two days further back."""
LISTED = 200
"""Contacts on the list of the case."""


class House(NamedTuple):
    """One kind of database with the district in it."""

    name: str
    ledger: LedgerConfig
    people: Database
    cases: Database


def houses(home: Path, server: Postgres) -> tuple[House, House]:
    """Return both, empty."""
    return (
        House(
            "sqlite",
            LedgerConfig(path=home / "ledger.db"),
            SqliteDatabase(home / "people.db"),
            SqliteDatabase(home / "cases.db"),
        ),
        House(
            "postgres",
            LedgerConfig(postgres=server.database()),
            PostgresDatabase(server.database()),
            PostgresDatabase(server.database()),
        ),
    )


def filled(found: tuple[House, ...], crowd: Crowd, home: Path) -> int:
    """Fill all of them with the same; return how many scans that is."""
    folder.prepare(home)
    folder.save(home, custody.wrapped(SECRETS, PUBLIC.kid, WORDS, 2, cost=CHEAP))
    databases = [each.people for each in found]
    for each in databases:
        made(each, schema.TABLES, schema.VERSION, schema.APPLICATION)
    tracepeople.fill(databases, Ring(SECRETS, EpochFile(home)), crowd.people)
    scans = fill(databases, crowd)
    with ExitStack() as stack:
        ledgers = [stack.enter_context(opened.ledger(each.ledger)) for each in found]
        again = Crowd(len(crowd.people), crowd.part)  # whose gates count from one again
        if traceledger.fill(ledgers, again, DAYS) != scans:
            msg = "the ledger and the people have seen different days"
            raise AssertionError(msg)
        for ledger in ledgers:
            ledger.commit(Post(reports=tuple(_reports(crowd))), NOW)
    for house in found:
        casework.make(house.cases)
        house.people.scrub()
    return scans


def _reports(crowd: Crowd) -> Iterator[Report]:
    for gate in (f"g{gate}" for place in crowd.places for gate in place.gates):
        said = Said(online=True, scanning=True, incarnation=1, wall=NOW, journal=JOURNAL)
        yield Report(gate, Topic.STATE, pack(said))
        yield Report(gate, Topic.HEALTH, pack(Health(waiting=0, days_of_room=200, wall=NOW)))


def lay_out(site: Path, crowd: Crowd) -> None:
    """Write the roster that pages read."""
    places = tuple(
        Place(
            *(f"place-{each.key}", f"Nơi {each.key}", KINDS[each.kind.name], f"area-{each.area}"),
            "economy",
        )
        for each in crowd.places
    )
    gates = [
        {"gate": f"g{gate}", "place": f"Nơi {place.key}", "area": f"area-{place.area}"}
        | {"sector": "economy", "directions": ["in", "out"], "records": KEY}
        for place in crowd.places
        for gate in place.gates
    ]
    whole = {"authority": "Huyện Mẫu", "help_line": "0299", "gates": gates}
    (site / "roster.json").write_bytes(msgspec.json.encode(whole))
    codes = sorted({each.area for each in crowd.places})
    areas = [
        *msgspec.convert(PLACES["areas"], list[Area]),
        *(Area(f"area-{code}", f"Xã {code}", "huyen") for code in codes),
    ]
    document = {"areas": areas, "sectors": [Sector("economy", "Kinh tế")], "places": places}
    (site / "places.json").write_bytes(msgspec.json.encode(document))


def token(path: Path) -> str:
    """Return a token by which other programs ask for everything that is not bound to a place."""
    scopes = tuple(each for each in Scope if each not in tokens.BOUND)
    return tokens.add(path, "bench", scopes, NOW)


class Office(NamedTuple):
    """The vault as the pages ask it, and a case in it."""

    desk: VaultDesk
    case: int
    ill: int
    """The index person."""
    contacts: tuple[int, ...]


@contextmanager
def office(house: House, crowd: Crowd, home: Path, roster: Roster) -> Iterator[Office]:
    """Unlock a vault over one of them, answer at a socket, and work half of a case off."""

    def place_of(gate: str) -> VaultPlace:
        return VaultPlace(gate, gate)

    def actor(name: str) -> Actor:
        return Actor(name, Role(name))

    with ExitStack() as stack:
        view = stack.enter_context(opened.view(house.ledger, opened.VAULT))
        room = Strongroom(folder.load(home), view, house.people, EpochFile(home), place_of)
        for name in list(WORDS)[:2]:
            room.unlock(name, WORDS[name], NOW)
        own = Desk(
            *(room, house.people, Casework(house.cases, room, lambda area: frozenset({area}))),
            lambda: NOW,
        )
        answer = answerer(Requests, lambda name, args: getattr(own, name)(**args))
        path = home / f"{house.name}.socket"
        stack.enter_context(Server(path, frozenset({os.geteuid()}), answer))
        desk = VaultDesk(client.connected(path), actor, lambda: roster, lambda: NOW)
        yield _half_worked(desk, crowd)


def _half_worked(desk: VaultDesk, crowd: Crowd) -> Office:
    """Open a case about somebody who met many, and put these on its list."""
    dice, today = random.Random(664), day_of(NOW)  # noqa: S311  # a bench, no secret
    rule: dict[str, int | bool] = {"min_minutes": 15}
    said = Opening(
        "CDC-1", "Quyết định 1", "mau", NOW + 14 * DAY_MS, today - INDEX_DAYS, today, rule
    )
    case = desk.open_case(OFFICER, said).number
    for number in dice.sample(range(len(crowd.people)), 50):
        card = tracepeople.fields_of(number, crowd.people[number])
        (found,) = desk.find(OFFICER, case, Wanted(By.NUMBER, str(card["number"])))
        desk.add_index(OFFICER, case, found.person)
        question = Question((found.person,), NOW - 14 * DAY_MS, NOW, Rule(min_minutes=15))
        met = desk.trace(OFFICER, case, question).contacts[:LISTED]
        if len(met) >= min(LISTED, len(crowd.people) // 100):
            break
        desk.remove_index(OFFICER, case, found.person)
    else:
        msg = "nobody met anybody"
        raise AssertionError(msg)
    listed = [Met(each.person, 1, each.least_ms, each.most_ms, each.last_ms) for each in met]
    desk.enlist(OFFICER, case, tuple(listed))
    persons = tuple(each.person for each in met)
    change = Change(persons[0], 1, State.REACHED, OFFICER, "khỏe")
    desk.change(OFFICER, case, change)
    desk.hand_over(OFFICER, case, "Xã Khác", persons[6:7], "ab" * 32)
    return Office(desk, case, found.person, persons)
