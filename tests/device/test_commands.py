"""What a gate does at the district's word: once, in time, for itself, and answered."""

import secrets
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device import config
from device.cards.used import UsedCards
from device.commands import NAME, USED, Commands
from device.flow import Instant, Order, Signal
from device.setup.bidden import Bidden
from tests.device.fakes import S
from tests.device.site import GATE, NOW, Site
from wire import command
from wire.command import Command, Does, Outcome
from wire.keys import Keyring, Use, entry
from wire.record import ClockState

KEY = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))
RING = Keyring([entry(KEY.public_key(), Use.COMMAND)])
NOW_MS = 1_790_000_000_000
PAST_MS = NOW_MS - 86_400_000


class Gate:
    """The inbox of one gate, and what looks into it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.up_ns = folder, 10 * S
        self.clock, self.wall_ms = ClockState.SYNCED, NOW_MS
        self.handed: list[bytes] = []
        self.can_hand_on = True
        self.start()

    def start(self) -> None:
        used = UsedCards(self.folder, USED)
        used.begin(0)
        self.commands = Commands(self.folder, RING, GATE, used, lambda: PAST_MS, self._hand_on)

    def _hand_on(self, data: bytes) -> bool:
        self.handed.append(data)
        return self.can_hand_on

    def lay(self, data: bytes) -> None:
        new = self.folder / "new"
        new.write_bytes(data)
        new.replace(self.folder / NAME)

    def look(self, *, may_open: bool = True) -> Order | None:
        self.up_ns += S
        now = Instant(self.up_ns, self.wall_ms, self.clock, "b")
        return self.commands.heed(now, may_open=may_open)

    def told(self, does: str, *, may_open: bool = True, **changes: object) -> str:
        """Bring a command; return its answer, "" for none."""
        self.lay(command.pack(asked(does, **changes), KEY))
        order = self.look(may_open=may_open)
        return "" if order is None else str(order.remark.data["outcome"])


def asked(does: str, **changes: object) -> Command:
    usual = {"gate": GATE, "does": does, "nonce": secrets.token_hex(8), "issued": NOW_MS}
    return Command(**(usual | {"expires": NOW_MS + 60_000} | changes))  # type: ignore[arg-type]


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


def test_a_command_is_done_once_and_its_answer_names_it(gate: Gate) -> None:
    one = asked(Does.IDENTIFY)
    gate.lay(command.pack(one, KEY))
    order = gate.look()
    assert order is not None
    assert order.signal is Signal.IDENTIFY
    assert order.remark.data == {"does": "identify", "nonce": one.nonce, "outcome": "done"}
    assert gate.look() is None


def test_a_replay_is_not_obeyed_nor_answered_again_over_a_restart_either(gate: Gate) -> None:
    data = command.pack(asked(Does.OPEN_ONCE), KEY)
    gate.lay(data)
    order = gate.look()
    assert order is not None
    assert order.opens
    gate.lay(data)
    assert gate.look() is None
    gate.start()
    gate.lay(data)
    assert gate.look() is None


@pytest.mark.parametrize("does", list(Does))
def test_an_expired_command_is_answered_and_not_done(gate: Gate, does: Does) -> None:
    assert gate.told(does, issued=NOW_MS - 60_000, expires=NOW_MS) == Outcome.EXPIRED
    assert gate.handed == []


def test_a_foreign_command_is_neither_obeyed_nor_noted(gate: Gate) -> None:
    assert gate.told(Does.IDENTIFY, gate="cong-khac") == ""
    thief = Ed25519PrivateKey.generate()
    gate.lay(command.pack(asked(Does.IDENTIFY), thief))
    assert gate.look() is None
    for rubbish in (b"", b"{", b"[" * 9000, bytes(30_000)):
        gate.lay(rubbish)
        assert gate.look() is None


def test_an_unsure_clock_opens_no_door_and_shows_a_gate_all_the_same(gate: Gate) -> None:
    gate.clock = ClockState.UNSYNCED
    gate.wall_ms = 0
    assert gate.told(Does.OPEN_ONCE) == Outcome.CLOCK_UNSURE
    assert gate.told(Does.IDENTIFY) == Outcome.DONE
    assert gate.told(Does.IDENTIFY, issued=PAST_MS - 2, expires=PAST_MS) == Outcome.EXPIRED


def test_a_door_opens_only_where_the_policy_allows_it(gate: Gate) -> None:
    assert gate.told(Does.OPEN_ONCE, may_open=False) == Outcome.NOT_ALLOWED


def test_what_an_older_gate_does_not_know_it_says_so(gate: Gate) -> None:
    assert gate.told("sing") == Outcome.UNKNOWN


def test_a_self_test_is_handed_on_and_a_failure_is_told(gate: Gate) -> None:
    assert gate.told(Does.SELF_TEST) == Outcome.HANDED_ON
    gate.can_hand_on = False
    assert gate.told(Does.SELF_TEST) == Outcome.FAILED
    assert len(gate.handed) == 2


def test_a_command_that_cannot_be_remembered_is_not_done(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UsedCards, "add", lambda *_: False)
    assert gate.told(Does.OPEN_ONCE) == ""


# Root's side


class Root:
    """What gate-setup does with a command that the scanner has laid down."""

    def __init__(self, site: Site) -> None:
        self.site, self.folders = site, config.load(site.config).folders
        self.done = 0
        (self.folders.run / "asked").mkdir(parents=True, exist_ok=True)

    def look(self, data: bytes) -> bool:
        (self.folders.run / "asked/command.json").write_bytes(data)
        now = Instant(S, int(NOW.timestamp() * 1000) + 1000, ClockState.SYNCED, "b")
        return Bidden(self.folders, lambda: now, {Does.SELF_TEST: self._do}).run()

    def _do(self) -> None:
        self.done += 1


def test_root_checks_a_command_again_and_does_only_what_is_its_own(site: Site) -> None:
    root, key = Root(site), site.home.signing_key(Use.COMMAND)
    issued = int(NOW.timestamp() * 1000)
    times = {"issued": issued, "expires": issued + 60_000}
    good = command.pack(asked(Does.SELF_TEST, **times), key)
    assert root.look(good)
    assert root.done == 1
    assert not root.look(good), "used"
    for data in (
        command.pack(asked(Does.SELF_TEST, **times), Ed25519PrivateKey.generate()),
        command.pack(asked(Does.SELF_TEST, **times), site.home.signing_key(Use.CARD)),
        command.pack(asked(Does.SELF_TEST, **times, gate="cong-khac"), key),
        command.pack(asked(Does.SELF_TEST, issued=issued - 9000, expires=issued), key),
        command.pack(asked(Does.OPEN_ONCE, **times), key),
        b"rubbish",
    ):
        assert not root.look(data)
        assert not (root.folders.run / "asked/command.json").exists()
    assert root.done == 1
