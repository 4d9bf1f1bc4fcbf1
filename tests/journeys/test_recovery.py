"""Everything that was online is stolen, and two people take it back in one ceremony.

A hundred gates: each one's own keys, enrolment, inbox and mandate, and the collector's folder of
what is published; only the socket is left out. Then three of them over a real Mosquitto, with a
real intake, whose broker changes its CA beneath them.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from broker.launch import from_folder, launch
from collector.errors import CollectorError
from collector.outgoing import Outgoing, checked, ring
from collector.roster import load as roster_of
from demo import district as demo
from device import clock, config, enrol
from device.accepted import Accepted
from device.cards import deeds
from device.cards.orders import Heeded, Orders
from device.cards.posts import Posts
from device.cards.used import UsedCards
from device.credential import classify
from device.errors import BrokerForeign, LinkDown, LinkRefused
from device.flow import Instant
from device.inbox import Inbox
from device.journal.store import CardJournal, Limits
from device.mandate import Mandate
from device.uplink.link import Address, Down, Link, Up, Will
from device.uplink.tray import Tray
from device.uplink.uplink import Uplink
from device.verdict.judge import judge
from device.verdict.standing import Standing
from device.wiring import road
from device.wiring.attendance import mandate
from provisioning import (
    authority,
    ceremony,
    files,
    gates,
    passes,
    policies,
    turnover,
    withdrawal,
)
from provisioning import clock as calendar
from provisioning.authority import Authority
from provisioning.keyfile import load_ed25519
from wire import controlcard, keyring, policy, receipt, signers, site, statuslist
from wire.controlcard import Card
from wire.keys import Keyring, Use
from wire.policy import Kind, Policy, Take
from wire.record import ClockState, Direction, Outcome, Reason, What
from wire.site import Summary
from wire.statuslist import StatusList

BIN = Path(sys.executable).parent
GATES, PLACES = 100, 10
SECRET = b"bon tu hoan toan khac nhau"
NOW = calendar.now()
STOLEN = NOW - timedelta(days=3)
S = 10**9
LOOKS = 30
"""More than there are documents."""


class Gate:
    """One gate's folders, and what its scanner and its uplink make of what comes."""

    def __init__(self, folder: Path, home: Authority, number: int) -> None:
        self.name, self.place = f"cong-{number}", f"Chợ {number % PLACES}"
        self.keys, self.inbox = folder / "keys", folder / "inbox"
        self.accepted = folder / "accepted"
        self.keys.mkdir(parents=True)
        shutil.copy(home.folder / "root.json", self.keys / enrol.ROOT)
        self.root = enrol.root_key(self.keys / enrol.ROOT)
        answer = gates.enrol(
            home,
            enrol.make_keys(self.keys),
            gate=self.name,
            place=self.place,
            area="Xã Mẫu",
            sector="economy",
            directions=(Direction.IN,),
            now=NOW - timedelta(days=30),
        )
        enrol.accept(self.keys, answer, self.root)
        self.tray = Tray(self.inbox)
        self.tray.open()
        self._up_s = 0.0
        self.restart()

    def restart(self) -> None:
        """Start the scanner anew."""
        self.accepted.mkdir(exist_ok=True)
        enrolment = enrol.held(self.keys, self.root)
        self.told = Mandate(Accepted(self.inbox, self.accepted), enrolment, self.root)
        self.receipts = Inbox(self.inbox, self.told.ring)
        posts = Posts(self.accepted, enrolment)
        posts.begin()
        known = deeds.known(
            lambda _count, _why: pytest.fail("no card is obeyed here"), posts, lambda _card: None
        )
        told = Heeded(self.told.ring, self.name, frozenset({self.name}))
        used = UsedCards(self.accepted)
        self.orders = Orders(told, used, known, lambda: self.told.past_ms)

    def hear(self, leaf: str, payload: bytes) -> None:
        """Let the uplink lay something, and the scanner look for a while."""
        self.tray.document(leaf, payload)
        self.look()

    def look(self) -> None:
        for _ in range(LOOKS):
            self._up_s += 1.1
            self.told.refresh(self.now)

    @property
    def now(self) -> Instant:
        return Instant(int(self._up_s * S), calendar.millis(NOW), ClockState.SYNCED, "0a0b0c0d")

    def answer(self, text: str) -> Outcome:
        """Show a pass; return what the door says."""
        told = self.told
        seen = classify(text.encode())
        return judge(seen, Direction.IN, told.policy, told.trust, Standing(), self.now).outcome

    def card(self, text: str) -> Reason:
        shown = controlcard.parse(text)
        return self.orders.judge(shown, Direction.IN, self.now).reason

    def receipt(self, data: bytes) -> bool:
        """Say whether the scanner believes a receipt."""
        self.tray.receipt(data, int(self._up_s * S))
        self.tray.flush()
        return self.receipts.receipt() is not None


class Desk:
    """The authority, its pages, and the collector's folder of what is published."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        founded = NOW - timedelta(days=60)
        self.home, pages = ceremony.found(
            *(folder / "authority", "Huyện Mẫu"), now=founded, secret=SECRET, sheets=folder / "p"
        )
        self.pages = pages[1:]  # two of the three people
        self.outgoing = Outgoing(folder / "outgoing")

    @property
    def joined(self) -> Authority:
        found = Authority(self.home.folder, self.home.public, ask=lambda: SECRET)
        return ceremony.joined(turnover.again(found), self.pages)

    def publish(self, paths: list[Path]) -> None:
        """Do what `collector publish` does."""
        public = self.home.folder / "public.json"
        good, listed = (
            ring(public, calendar.millis(NOW)),
            roster_of(self.home.folder / "roster.json"),
        )
        for path in paths:
            self.outgoing.put(checked(path.read_bytes(), good, listed), ring(public), listed)

    def deliver(self, to: list[Gate], *, backwards: bool = False) -> None:
        """Let the broker bring what is published."""
        found = list(self.outgoing.parcels(calendar.millis(NOW), unreadable))
        found.sort(key=lambda each: each[1] == "keyring", reverse=not backwards)
        for gate in to:
            for name, leaf, payload in found:
                if name in ("all", gate.name):
                    gate.hear(leaf, payload)

    def rules(self, place: int) -> Path:
        draft = self.folder / "policy.toml"
        draft.write_text(f'site = "Chợ {place}"\n', encoding="utf-8")
        home = self.joined
        return policies.publish(home, policies.draft(home, draft, NOW - timedelta(days=20)))


def unreadable(error: CollectorError) -> None:
    raise error


class Thief:
    """Has copied everything that was online, and the passphrase."""

    def __init__(self, home: Authority, folder: Path) -> None:
        shutil.copytree(home.folder, folder)
        shutil.rmtree(folder / "offline")
        self.home = Authority(folder, home.public, ask=lambda: SECRET)
        self.version = 2**40
        self.receipt_key = load_ed25519(folder / "collector/receipt.pem")

    def policy(self, place: str) -> bytes:
        """Let everybody pass who holds up any identity card."""
        self.version += 1
        loose = Policy(
            site=place,
            version=self.version,
            issued=calendar.millis(NOW),
            takes=(Take(kind=Kind.ID_CARD),),
        )
        return policy.pack(loose, self.home.signing_key(Use.POLICY))

    def documents(self, gate: Gate) -> dict[str, bytes]:
        """Return everything that a gate might be told."""
        now_ms, status = calendar.millis(NOW), self.home.signing_key(Use.STATUS)
        self.version += 1
        rules = self.home.signing_key(Use.POLICY)
        summary = Summary(gate.name, gate.place, ("x",), 0, now_ms + self.version % 1000, 0)
        own = keyring.unpack(self.home.keyring(), Keyring([gate.root]))
        grown = msgspec.structs.replace(own, version=self.version, issued=now_ms)
        told = {
            "policy": self.policy(gate.place),
            "signers": signers.pack(signers.of(self.version, now_ms, ()), rules),
            "site": site.pack(summary, self.receipt_key),
            "keyring": keyring.pack(grown, rules),
        }
        for key in self.home.issuers():
            made = StatusList(key.kid, now_ms // 1000, *statuslist.packed(64, {3: 1}), every=True)
            told[f"list-{key.kid}"] = statuslist.pack(made, status)
        return told

    def card(self, gate: Gate) -> str:
        at = int(NOW.timestamp())
        made = Card(os.urandom(8), "identify", gate.name, at - 60, at + 3600)
        return controlcard.issue(made, self.home.signing_key(Use.CARD))

    def receipt(self, gate: Gate) -> bytes:
        said = receipt.Receipt(gate.name, "j", 10**6, "ab" * 32, calendar.millis(NOW))
        return receipt.pack(said, self.receipt_key)


def fingerprint(gate: Gate) -> tuple[object, ...]:
    told = gate.told
    return (told.policy, told.ring.version, told.past_ms)


@pytest.mark.timeout(300)
def test_a_hundred_gates_believe_the_new_keys_without_a_visit_and_the_thief_no_more(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    home = desk.joined
    everyone = [Gate(tmp_path / f"gate-{number}", home, number) for number in range(GATES)]
    asleep, awake = everyone[:10], everyone[10:]
    old_pass = passes.issue(home, "resident", days=60, now=STOLEN).text
    desk.publish([desk.rules(place) for place in range(PLACES)])
    desk.publish(withdrawal.renew(home, NOW - timedelta(days=10)))
    desk.deliver(everyone)
    assert {gate.told.policy.version for gate in everyone} == {everyone[0].told.policy.version}
    assert {gate.answer(old_pass) for gate in everyone} == {Outcome.ACCEPTED}

    thief = Thief(home, tmp_path / "thief")
    forged = passes.issue(thief.home, "official", days=300, now=NOW).text
    assert everyone[0].answer(forged) is Outcome.ACCEPTED, "he has what it takes, so far"
    for gate in everyone:  # a broken broker brings them what he signs
        gate.hear("policy", thief.policy(gate.place))
        assert gate.told.takes("id-card")
        assert gate.card(thief.card(gate)) is Reason.OBEYED
        assert gate.receipt(thief.receipt(gate))

    desk.publish(turnover.recover(desk.joined, NOW))  # the ceremony
    desk.deliver(awake)
    desk.deliver(asleep, backwards=True)  # policies come before the ring that explains them
    version = keyring.unpack(desk.home.keyring(), Keyring([home.public.root])).version
    fresh = passes.issue(desk.joined, "resident", days=60, now=NOW).text
    for gate in everyone:
        assert gate.told.ring.version == version
        assert gate.told.policy.version < thief.version
        assert gate.told.policy.version > 0, "the place's own rules are in force again"
        assert not gate.told.takes("id-card")
        assert gate.answer(fresh) is Outcome.ACCEPTED
        assert gate.answer(old_pass) is gate.answer(forged) is Outcome.REJECTED

    first = thief.home.keyring()
    for gate in everyone:  # and now he tries everything
        before = fingerprint(gate)
        for leaf, payload in thief.documents(gate).items():
            gate.hear(leaf, payload)
        gate.hear("keyring", first)
        assert gate.card(thief.card(gate)) is Reason.BAD_SIGNATURE
        assert not gate.receipt(thief.receipt(gate))
        assert fingerprint(gate) == before
        gate.restart()
        gate.look()
        assert fingerprint(gate) == before, "not even over a restart"
        assert gate.answer(fresh) is Outcome.ACCEPTED
        assert gate.answer(forged) is Outcome.REJECTED

    desk.publish([desk.rules(place) for place in range(PLACES)])
    desk.deliver(everyone)
    assert {gate.told.policy.version for gate in everyone} == {version_of(desk)}


def version_of(desk: Desk) -> int:
    path = next((desk.home.folder / "published").glob("policy-*.json"))
    return int(msgspec.json.decode(path.read_bytes())["doc"]["version"])


def text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


class Door:
    """A gate of the demonstration: its journal and mandate, driven by hand, and its real uplink."""

    def __init__(self, made: demo.Door) -> None:
        self.found = config.load(made.config)
        folders = self.found.folders
        self.root = enrol.root_key(folders.keys / enrol.ROOT)
        self.enrolment = enrol.held(folders.keys, self.root)
        folders.run.mkdir(parents=True, exist_ok=True)
        self.told = mandate(folders, self.enrolment, self.root)
        inbox = Inbox(folders.inbox, self.told.ring)
        self.journal = CardJournal(
            folders.journal,
            folders.run,
            self.enrolment.gate,
            self.told.ring.seal,
            inbox.receipt,
            Limits(segment_records=8),
        )

    def store(self) -> None:
        self.journal.note(What.ALIVE, now())

    def tend(self) -> None:
        self.told.refresh(now())
        self.journal.tend(now())

    def address(self, port: int, ca: str, shown: Path | None = None) -> Address:
        keys = self.found.folders.keys / "uplink"
        return Address("localhost", port, self.enrolment.gate, keys, 30, ca, shown)

    @property
    def shown(self) -> Path:
        return self.found.folders.inbox / "certificate.pem"


def now() -> Instant:
    return Instant(clock.up_ns(), calendar.millis(calendar.now()), ClockState.VOUCHED, "0a0b0c0d")


def until(doors: list[Door], happened: Callable[[], bool]) -> None:
    """Let the scanners go on until something has happened."""
    for _ in range(4000):
        for door in doors:
            door.tend()
        if happened():
            return
        threading.Event().wait(0.025)
    pytest.fail("it never happened")


@contextmanager
def uplink(door: Door) -> Iterator[Uplink]:
    """Run a gate's uplink in a thread."""
    made = road.uplink(door.found)
    thread = threading.Thread(target=made.run)
    thread.start()
    try:
        yield made
    finally:
        made.stop()
        thread.join(20)
        assert not thread.is_alive()


@contextmanager
def intake(configured: Path) -> Iterator[None]:
    command = [str(BIN / "collector"), "intake", "--config", str(configured)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as child:
        try:
            yield
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(20)


def connected(address: Address) -> bool:
    """Say whether a broker is one that we believe and that believes us."""
    ours = f"gq/v1/{address.gate}/"
    try:
        link = Link(address, Will(f"{ours}state", b"{}"), (f"{ours}ack",), calendar.now())
    except BrokerForeign:
        return False
    try:
        for _ in range(3000):
            link.turn(readable=True, writable=bool(link.writable))
            while link.events:
                happened = link.events.popleft()
                if isinstance(happened, Down):
                    assert isinstance(happened.error, LinkRefused | LinkDown)  # or cut off before
                    return False
                if isinstance(happened, Up):
                    return True
            threading.Event().wait(0.01)
    finally:
        link.close()
    return pytest.fail("neither way")


@pytest.mark.journey
@pytest.mark.timeout(300)
def test_over_a_real_broker_the_ring_arrives_and_the_broker_changes_its_ca_beneath_it(
    tmp_path: Path,
) -> None:
    made = demo.build(tmp_path / "district")
    home, port = made.authority, made.broker_port
    broker, publish = home.folder / "broker", home.folder / "published"
    pages = ceremony.share(home, tmp_path / "pages", calendar.now())[:2]
    stolen = Path(shutil.copytree(broker, tmp_path / "stolen"))
    doors = [Door(each) for each in made.doors]

    def all_confirmed() -> bool:
        return all(door.journal.waiting == 0 for door in doors)

    with ExitStack() as stack:
        for door in doors:
            stack.enter_context(door.journal)
            door.store()
            stack.enter_context(uplink(door))
        with launch(from_folder(broker, port=port), tmp_path / "b1"), intake(made.collector):
            until(doors, all_confirmed)
        turnover.recover(ceremony.joined(authority.load(home.folder), pages), calendar.now())
        for door in doors:
            door.store()
        with launch(from_folder(broker, port=port), tmp_path / "b2"), intake(made.collector):
            command = [str(BIN / "collector"), "publish"]
            paths = [str(path) for path in publish.iterdir()]
            subprocess.run([*command, "--config", str(made.collector), *paths], check=True)
            until(doors, lambda: all(door.told.ring.version for door in doors))
            until(doors, all_confirmed)  # by receipts of the new key
            until(doors, lambda: all(door.told.certificate in text(door.shown) for door in doors))
        assert {door.told.ring.ca for door in doors} == {(home.folder / "ca.pem").read_text()}
    ca = doors[0].told.ring.ca
    with launch(from_folder(stolen, port=port), tmp_path / "b3"):
        assert connected(doors[0].address(port, "")), "as it would have been without the ring"
        assert not connected(doors[0].address(port, ca))
    with launch(from_folder(broker, port=port), tmp_path / "b4"):
        assert connected(doors[0].address(port, ca)), "the old certificate does for a while"
    turnover.renew(ceremony.joined(authority.load(home.folder), pages), calendar.now())
    with launch(from_folder(broker, port=port), tmp_path / "b5"):
        for door in doors:
            assert connected(door.address(port, ca, door.shown))
            assert not connected(door.address(port, ca)), "the old CA lets nobody in any more"
    assert files.read(home.folder / "expiry.json", 10_000)
