"""A whole attendant for tests: real parts on a folder, and whatever a district may send to a gate.

Codes are named by what they are, such as PASS-A; `text_of` says what each of them holds.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from device.accepted import Accepted
from device.attendant import Attendant
from device.cards import deeds
from device.cards.orders import Orders
from device.cards.used import UsedCards
from device.mandate import POLICY, SITE, Mandate
from device.memory import Memory
from device.passages.countfile import CountFile
from device.passages.doubt import Doubts
from device.passages.entries import Entries
from device.passages.inside import Inside
from device.passages.passages import Passages, Past
from device.verdict.direction import Ways
from wire import controlcard, gatepass, policy, site
from wire.controlcard import Card, scope_of
from wire.enrolment import Enrolment
from wire.gatepass import Pass
from wire.keys import Keyring, Use, entry
from wire.policy import Policy
from wire.record import Direction
from wire.sealing import seal_key
from wire.site import Summary

NOW_S = 1_790_000_000
DAY_S = 86_400
GATE, PLACE = "cong-mau", "Chợ Mẫu"
KEYS = {
    use: Ed25519PrivateKey.from_private_bytes(bytes([number] * 32))
    for number, use in enumerate(
        (Use.PASS_SEEN, Use.PASS_DECLARED, Use.CARD, Use.POLICY, Use.RECEIPT, Use.STATUS), 1
    )
}
VAULT = seal_key(X25519PrivateKey.from_private_bytes(bytes([9] * 32)).public_key())
ENTRIES = tuple(entry(key.public_key(), use) for use, key in KEYS.items())


def text_of(name: str) -> bytes:
    """Return what the code of that name holds."""
    kind, _, who = name.partition("-")
    maker = _CARDS.get(kind) or _PASSES.get(kind)
    if maker is not None:
        return maker(who.encode().ljust(8, b".")[:8]).encode()
    texts = {"LINK": f"https://example.org/{who}", "TEXT": f"a text of {who}"}
    return texts[kind].encode()


def _pass(number: bytes, use: Use = Use.PASS_SEEN, /, **changes: object) -> str:
    usual = Pass(number, "resident", NOW_S - DAY_S, NOW_S + DAY_S, NOW_S - DAY_S)
    return gatepass.issue(msgspec.structs.replace(usual, **changes), KEYS[use])


def _card(number: bytes, does: str, use: Use = Use.CARD, /, **changes: object) -> str:
    usual = Card(number, does, "*", NOW_S - DAY_S, NOW_S + DAY_S)
    return controlcard.issue(msgspec.structs.replace(usual, **changes), KEYS[use])


_LATE: dict[str, Any] = {"issued": NOW_S - 9 * DAY_S, "expires": NOW_S - DAY_S}
_PASSES: dict[str, Callable[[bytes], str]] = {
    "PASS": _pass,
    "DECLARED": lambda number: _pass(number, Use.PASS_DECLARED),
    "EXPIRED": lambda number: _pass(number, **_LATE, not_before=NOW_S - 9 * DAY_S),
    "EARLY": lambda number: _pass(number, not_before=NOW_S + DAY_S),
    "FORGED": lambda number: _pass(number)[:-4] + "0000",
    "TORN": lambda number: _pass(number)[:-9],
    "TWICE": lambda number: _pass(number, entries=2),
}
_CARDS: dict[str, Callable[[bytes], str]] = {
    "RESET": lambda number: _card(number, "count-reset"),
    "THREE": lambda number: _card(number, "count-reset", needs={"count": 3}),
    "IDENTIFY": lambda number: _card(number, "identify"),
    "HERE": lambda number: _card(number, "count-reset", scope=scope_of(PLACE)),
    "AWAY": lambda number: _card(number, "count-reset", scope="cong-khac"),
    "NEWER": lambda number: _card(number, "sing"),
    "ODD": lambda number: _card(number, "count-reset", needs={"count": "many"}),
    "LATE": lambda number: _card(number, "count-reset", **_LATE),
    "SOON": lambda number: _card(number, "count-reset", issued=NOW_S + 3600),
    "FALSE": lambda number: _card(number, "count-reset", Use.PASS_SEEN),
}


def enrolment(directions: tuple[Direction, ...]) -> Enrolment:
    """Return what the authority told the gate."""
    issued = (NOW_S - 2 * DAY_S) * 1000
    return Enrolment(
        GATE, "Huyện Mẫu", PLACE, directions, ENTRIES, VAULT, certificate="", ca="", issued=issued
    )


class Doorstep:
    """Folders of one gate, and who stands at its door."""

    def __init__(self, folder: Path, directions: tuple[Direction, ...]) -> None:
        """Make the folders."""
        self.inbox, self.accepted = folder / "inbox", folder / "accepted"
        self.presence, self.run = folder / "presence", folder / "run"
        for each in (self.inbox, self.accepted, self.run):
            each.mkdir(exist_ok=True)
        self._enrolment = enrolment(directions)

    def attendant(self, past: Past, passed_within_s: float | None = None) -> Attendant:
        """Return an attendant who takes up where the last one stopped."""
        told = self.mandate()
        passages = Passages(
            inside=Inside(self.run, Memory(self.run).tag),
            entries=Entries(self.presence),
            base=CountFile(self.presence),
            past=past,
            doubts=Doubts(passed_within_s),
        )
        used = UsedCards(self.accepted)
        used.begin(told.past_ms // 1000)
        cards = Orders(
            Keyring(ENTRIES),
            frozenset({GATE, scope_of(PLACE)}),
            used,
            {"identify": deeds.identify(), "count-reset": deeds.count_reset(passages.set_count)},
            lambda: told.past_ms,
        )
        ways = Ways(told.policy.direction, self._enrolment.directions[0])
        return Attendant(told, passages, cards, ways)

    def mandate(self) -> Mandate:
        """Return what is in force."""
        return Mandate(Accepted(self.inbox, self.accepted), self._enrolment)

    def cut_power(self) -> None:
        """Empty what a power cut empties."""
        for path in self.run.iterdir():
            path.unlink()

    def bring_policy(self, version: int, **rules: object) -> None:
        """Lay a signed policy into the inbox."""
        document = {"site": PLACE, "version": version, "issued": NOW_S * 1000} | rules
        data = policy.pack(msgspec.convert(document, Policy), KEYS[Use.POLICY])
        (self.inbox / POLICY).write_bytes(data)

    def bring_siblings(self, inside: int, time_s: float, since_s: int = 0) -> None:
        """Lay a signed summary of the other gates into the inbox."""
        summary = Summary(GATE, PLACE, ("cong-hai",), inside, int(time_s * 1000), since_s * 1000)
        (self.inbox / SITE).write_bytes(site.pack(summary, KEYS[Use.RECEIPT]))
