"""Picks the parts of a desk: a gate without a camera, whose page is for this machine alone."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from device import config, enrol, health
from device.cards.posts import Posts, posted
from device.credential import classify
from device.desk import lens
from device.desk.attendants import Attendants
from device.desk.book import Book
from device.desk.desk import Desk
from device.desk.entrance import Entrance
from device.desk.forms import Forms, Stamp
from device.desk.pages import Pages
from device.desk.passes import Passes
from device.desk.requests import About
from device.desk.server import Server
from device.desk.sessions import Sessions
from device.flow import Instant
from device.inbox import Inbox
from device.journal.quarantine import Quarantine
from device.journal.store import CardJournal
from device.memory import Memory
from device.watchdog import Watchdog
from device.wiring.about import about
from device.wiring.attendance import attendant, mandate
from device.wiring.door import records
from device.wiring.past import JournalPast, Oldest
from device.wiring.timepiece import ceiling, timekeeper
from wire.keys import Use

LOOKED_AT = 256
"""Records in which that of the last form is looked for after a crash; it is among the last few."""


def attendants(found: config.Config) -> Attendants:
    """Return who may log in at this desk."""
    return Attendants(found.folders.keys / "desk")


@contextmanager
def desk(found: config.Config) -> Iterator[Desk]:
    """Build a desk; raise a GateError if a part is missing."""
    folders = found.folders
    root = enrol.root_key(folders.keys / enrol.ROOT)
    enrolled, records_key = enrol.load(folders.keys, root)
    folders.run.mkdir(parents=True, exist_ok=True, mode=0o755)
    memory = Memory(folders.run)
    posts = Posts(folders.accepted, enrolled)
    posts.begin()
    enrolment = posted(enrolled, posts.lasting)
    told = mandate(folders, enrolment, root)
    times = timekeeper(found, enrolled, told.past_ms, folders.accepted, folders.run)
    times.extend(ceiling(told.certificate))
    inbox = Inbox(folders.inbox, told.ring)
    journal = records(found, told, lambda: times.heard(inbox.receipt), records_key)
    doorman = attendant(found, enrolment, told, memory, journal, posts, times.notes)
    forms = Forms(folders.desk)
    book = Book(journal, times, forms, doorman.answer, doorman.stored)
    wellbeing = health.HealthFile(
        folders.run,
        lambda: (journal.waiting, journal.refusing),
        about=lambda: about(told, times),
        oldest=Oldest(folders.journal, journal).up_ms,
    )
    refused = Quarantine(folders.journal, folders.inbox, enrolment.gate, told.ring, journal.refused)
    watchdog = Watchdog.of()

    def report(now: Instant) -> None:
        watchdog.feed(now.up_ns, journal.answers)
        times.look(journal.journal, journal.last, now.up_ns)
        wellbeing.report(None, now)
        times.extend(ceiling(told.certificate))
        refused.tend(now.up_ns)

    def believed(kid: str) -> Use | None:
        return told.trust.issuers.use_of(kid)  # of the ring that is in force now

    section = found.desk
    here = About(
        place=f"{enrolment.place}",
        ways=enrolment.directions,
        names=frozenset({*config.LOOPBACK, section.host, *section.names, socket.gethostname()}),
        secure=section.certificate is not None,
        printer=section.printer,
        roll_mm=section.paper_mm,
    )
    pages = Pages(
        about=here,
        book=book,
        passes=Passes(
            folders.keys / "desk",
            believed,
            section.holder,
            section.pass_days,
        ),
        classify=classify,
        codes=lens.codes,
    )
    entrance = Entrance(
        here,
        attendants(found),
        Sessions(section.idle_min * 60 * 10**9),
        book.has,
        pages.answer,
    )
    yield Desk(
        counter=Server(section.host, section.port, section.certificate, section.key),
        answer=entrance.answer,
        book=book,
        forms=forms,
        is_stored=lambda stamp: _is_stored(found, journal, stamp),
        doorman=doorman,
        journal=journal,
        clock=times,
        report=report,
    )


def _is_stored(found: config.Config, journal: CardJournal, stamp: Stamp) -> bool:
    """Say whether one of the journal's last records is a scan with this stamp."""
    past = JournalPast(found.folders.journal, journal)
    return any(
        record.get("t") == "scan" and (record.get("boot"), record.get("up")) == stamp
        for record in past.since(max(0, past.last - LOOKED_AT))
    )
