"""A pass of the district's desk at a gate: as good as its way, until somebody withdraws it.

The authority, the keys it hands over, the desk's process with its sockets, and the gate's judge are
the real ones; what is published is read as a gate reads it.
"""

import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector import outgoing
from collector.issuing import client, keys
from collector.issuing.entries import Batch, Entry
from collector.roster import RosterFile
from device.credential import classify
from device.credential.dcc_trust import TrustList
from device.flow import Instant, Signal, Verdict
from device.statuses import HeldLists
from device.verdict.judge import judge
from device.verdict.standing import NOTHING
from device.verdict.trust import Trust
from provisioning import authority, deskkeys, issuers, making, withdrawal
from provisioning.authority import Authority
from provisioning.errors import WithdrawnForGood
from tests.collector.issuing import running, sent
from tests.collector.plain import PLAIN
from tests.device.verdict.cases import policy
from wire import gatepass, statuslist
from wire.errors import WireError
from wire.keys import Keyring, Use
from wire.policy import Policy
from wire.record import ClockState, Direction, Identity, Outcome, Reason
from wire.statuslist import INVALID, VALID, StatusList

CONFIG = (
    PLAIN
    + """\
[issuing]
keys = "keys"
state = "desk"
"""
)
TAKES = policy(takes=[{"kind": "pass", "signature": "checked"}])
SEEN_ONLY = policy(takes=[{"kind": "pass", "signature": "checked", "identity": "seen"}])


class District:
    """An authority's folder, and a desk beside it that was handed its keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home: Authority = authority.create(
            folder / "authority",
            "Huyện Mẫu",
            now=datetime.now(UTC),  # noqa: TID251
        )
        deskkeys.hand(self.home, folder)
        roster = {"authority": "Huyện Mẫu", "help_line": "0900", "gates": []}
        (folder / "roster.json").write_bytes(msgspec.json.encode(roster))
        (folder / "places.json").write_bytes(
            msgspec.json.encode({"areas": [{"code": "x", "name": "Xã Mẫu"}]})
        )
        (folder / "collector.toml").write_text(CONFIG)
        self.declaring = client.declaring(folder / "desk/declaring")
        self.issuing = client.issuing(folder / "desk/officers")
        self.ring = Keyring(self.home.public.keys)

    def start(self) -> "subprocess.Popen[bytes]":
        return running.start(self.folder)

    def lists(self) -> list[StatusList]:
        """Return what is published for the gates, as far as a gate believes it."""
        folder = self.folder / "road/outgoing/all"
        return [statuslist.unpack(path.read_bytes(), self.ring) for path in folder.glob("list-*")]

    def publish(self, paths: list[Path]) -> None:
        """Bring what the authority has signed to the gates, as `collector publish` does."""
        ring, roster = (
            outgoing.ring(self.folder / "public.json"),
            RosterFile(self.folder / "roster.json").current(),
        )
        for path in paths:
            parcels = outgoing.checked(path.read_bytes(), ring, roster)
            outgoing.Outgoing(self.folder / "road/outgoing").put(parcels, ring, roster)

    def shown(self, text: str, rules: Policy = TAKES) -> Verdict:
        """Hold a code before a gate that has heard everything."""
        trust = Trust(self.ring, TrustList(()), HeldLists(self.lists()))
        now = Instant(1, time.time_ns() // 1_000_000, ClockState.SYNCED, "0badcafe")  # noqa: TID251
        return judge(classify(text.encode()), Direction.IN, rules, trust, NOTHING, now)


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    found = District(tmp_path)
    process = found.start()
    yield found
    process.terminate()
    assert process.wait(30) == 0


def declared(district: District, form: bytes = b"f" * 16, task: str = "") -> str:
    ends = int(time.time()) + 86_000  # noqa: TID251
    return sent.declared(district.declaring, form, ends, task)


def enlisted(district: District, *pupils: int) -> list[str]:
    """Have a school give its pupils passes; return their texts."""
    ends = int(time.time()) + 86_400  # noqa: TID251
    entries = tuple(Entry(bytes([n]) * 32, bytes([n]) * 16, b"sealed", "5A") for n in pupils)
    made = district.issuing.enlist(Batch("truong", f"{pupils}", "pupil", ends, entries))
    return [each.text for each in made.passes]


def withdrawn(district: District, text: str) -> None:
    """Have the school withdraw one of them."""
    district.issuing.withdraw("truong", (gatepass.parse(text).claims.number,))


def test_who_declared_passes_as_far_as_a_declaration_goes_and_no_further(
    district: District,
) -> None:
    text = declared(district)
    verdict = district.shown(text)
    assert (verdict.outcome, verdict.identity) == (Outcome.ACCEPTED, Identity.DECLARED)
    assert district.shown(text, SEEN_ONLY).outcome is not Outcome.ACCEPTED
    (seen,) = enlisted(district, 1)
    assert district.shown(seen, SEEN_ONLY).identity is Identity.SEEN
    assert gatepass.parse(seen).verify(district.ring) is Use.PASS_SEEN


def test_a_pass_that_follows_from_symptoms_asks_for_the_attendant(district: District) -> None:
    verdict = district.shown(declared(district, task="symptoms"))
    assert (verdict.outcome, verdict.signal) == (Outcome.REJECTED, Signal.ATTENDANT)


def test_one_pass_withdrawn_at_the_desk_is_refused_and_the_next_is_not(district: District) -> None:
    first, other = enlisted(district, 1, 2)
    withdrawn(district, first)
    assert district.shown(first).reason is Reason.WITHDRAWN
    assert district.shown(other).outcome is Outcome.ACCEPTED


def test_what_the_authority_withdraws_of_the_desk_stays_so_whatever_the_desk_says(
    district: District,
) -> None:
    first, other = declared(district), declared(district, b"o" * 16)
    kid = issuers.current(district.home, Use.PASS_DECLARED, "self-service")
    assert gatepass.parse(first).kid == kid
    now = datetime.now(UTC)  # noqa: TID251
    district.publish(withdrawal.mark(district.home, kid=kid, standing=INVALID, now=now))
    for text in (first, other):
        assert district.shown(text).reason is Reason.WITHDRAWN
    withdrawn(district, *enlisted(district, 1))  # and so its lists are signed anew
    assert district.shown(other).reason is Reason.WITHDRAWN
    with pytest.raises(WithdrawnForGood):
        withdrawal.mark(district.home, kid=kid, standing=VALID, now=now)
    (seen,) = enlisted(district, 2)
    assert district.shown(seen).outcome is Outcome.ACCEPTED, "the other ways go on"


def test_a_gate_holds_on_to_a_final_list_whatever_comes_after(district: District) -> None:
    kid = issuers.current(district.home, Use.PASS_DECLARED, "self-service")
    now = datetime.now(UTC)  # noqa: TID251
    (path,) = withdrawal.mark(district.home, kid=kid, standing=INVALID, now=now)
    final = statuslist.unpack(path.read_bytes(), district.ring)
    later = msgspec.structs.replace(final, issued=final.issued + 10**6, every=False, final=False)
    key = _desk_key(district)
    thiefs = statuslist.unpack(statuslist.pack(later, key), district.ring)
    for lists in ((final, thiefs), (thiefs, final)):
        assert HeldLists(lists).of(kid, 1, now.timestamp()).status.name == "WITHDRAWN"


def test_the_desks_key_lists_no_pass_of_the_authoritys(district: District) -> None:
    kid = issuers.current(district.home, Use.PASS_SEEN)
    made = StatusList(kid, 1_700_000_000, 1, b"\0", every=True)
    with pytest.raises(WireError):
        statuslist.unpack(statuslist.pack(made, _desk_key(district)), district.ring)


def test_the_authority_restores_nothing_of_the_desks(district: District) -> None:
    kid = issuers.current(district.home, Use.PASS_SEEN, "institution")
    made = StatusList(kid, 1_700_000_000, 1, b"\0")
    key = district.home.signing_key(Use.STATUS)
    with pytest.raises(WireError):
        statuslist.unpack(statuslist.pack(made, key), district.ring)


def _desk_key(district: District) -> Ed25519PrivateKey:
    return keys.load(district.home.folder / making.DESK_STATUS)
