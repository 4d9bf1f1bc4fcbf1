"""Withdrawing passes, up to what a gate says of them."""

import shutil
from datetime import datetime, timedelta

import pytest

from device.statuses import HeldLists
from device.verdict.trust import Status
from provisioning import authority, issuers, passes, withdrawal
from provisioning.authority import Authority
from provisioning.errors import IssuerUnknown, KeyMissing, PassUnknown
from provisioning.passes import Issued
from wire import gatepass, statuslist
from wire.keys import Keyring, Use
from wire.statuslist import INVALID, SUSPENDED, VALID, StatusList


class Gate:
    """A gate that is brought whatever is published, in any order."""

    def __init__(self, home: Authority) -> None:
        self._home = home
        self._ring = Keyring(home.public.keys)
        self.held = HeldLists()

    def hear(self) -> None:
        for path in sorted((self._home.folder / "published").glob("list-*")):
            kid = path.name.removeprefix("list-")
            self.held.take(statuslist.unpack(path.read_bytes(), self._ring, kid))

    def says(self, issued: Issued, now: datetime) -> Status:
        shown = gatepass.parse(issued.text)
        return self.held.of(shown.kid, shown.claims.status, now.timestamp()).status


def listed(home: Authority, kid: str) -> StatusList:
    path = home.folder / "published" / f"list-{kid}"
    return statuslist.unpack(path.read_bytes(), Keyring(home.public.keys), kid)


def hex_of(issued: Issued) -> str:
    return issued.claims.number.hex()


def test_one_pass_is_withdrawn_and_no_other(home: Authority, now: datetime) -> None:
    gate = Gate(home)
    issued = [passes.issue(home, "visitor", days=1, now=now) for _ in range(5)]
    assert gate.says(issued[0], now) is Status.UNLISTED
    (path,) = withdrawal.mark(home, numbers=(hex_of(issued[2])[-6:],), standing=INVALID, now=now)
    assert path.name == f"list-{issuers.current(home, Use.PASS_SEEN)}"
    gate.hear()
    good = Status.GOOD
    assert [gate.says(each, now) for each in issued] == [good, good, Status.WITHDRAWN, good, good]


def test_a_suspended_pass_may_be_restored(home: Authority, now: datetime) -> None:
    gate, issued = Gate(home), passes.issue(home, "driver", days=1, now=now)
    said = []
    for standing in (SUSPENDED, VALID, INVALID, VALID):
        withdrawal.mark(home, numbers=(hex_of(issued),), standing=standing, now=now)
        gate.hear()
        said.append(gate.says(issued, now))
    assert said == [Status.SUSPENDED, Status.GOOD, Status.WITHDRAWN, Status.GOOD]


def test_a_class_is_withdrawn_under_all_keys(home: Authority, now: datetime) -> None:
    gate = Gate(home)
    kinds = [("guest", "seen"), ("guest", "declared"), ("staff", "seen"), ("staff", "declared")]
    issued = [passes.issue(home, who, days=1, now=now, identity=how) for who, how in kinds]
    assert len(withdrawal.mark(home, holder="guest", standing=INVALID, now=now)) == 2
    gate.hear()
    out, good = Status.WITHDRAWN, Status.GOOD
    assert [gate.says(each, now) for each in issued] == [out, out, good, good]


def test_all_passes_of_a_stolen_key_are_withdrawn_also_those_its_thief_made(
    home: Authority, now: datetime
) -> None:
    gate = Gate(home)
    honest = passes.issue(home, "staff", days=1, now=now)
    stolen = home.pass_key(Use.PASS_SEEN)
    kid = issuers.current(home, Use.PASS_SEEN)
    forged = [
        Issued(gatepass.issue(claims, stolen), claims, "seen")
        for claims in (
            gatepass.Pass(bytes(8), "staff", 1, 2**40 - 1, 1, place, None)
            for place in (None, 0, 2**32 - 1)
        )
    ]
    issuers.turn(home, Use.PASS_SEEN, now)
    fresh = passes.issue(home, "staff", days=1, now=now)
    withdrawal.mark(home, kid=kid, standing=INVALID, now=now)
    withdrawal.renew(authority.load(home.folder), now)
    gate.hear()
    assert {gate.says(each, now) for each in (honest, *forged)} == {Status.WITHDRAWN}
    assert gate.says(fresh, now) is Status.GOOD


def test_a_whole_issuer_can_be_restored(home: Authority, now: datetime) -> None:
    issued, kid = passes.issue(home, "staff", days=1, now=now), issuers.current(home, Use.PASS_SEEN)
    gate = Gate(home)
    for standing, expected in ((INVALID, Status.WITHDRAWN), (VALID, Status.GOOD)):
        withdrawal.mark(home, kid=kid, standing=standing, now=now)
        gate.hear()
        assert gate.says(issued, now) is expected


def test_each_list_is_newer_than_the_one_before_whatever_the_clock_does(
    home: Authority, now: datetime
) -> None:
    kid = issuers.current(home, Use.PASS_SEEN)
    dates = []
    for at in (now, now, now - timedelta(days=9)):
        withdrawal.renew(home, at)
        dates.append(listed(home, kid).issued)
    assert dates == [int(now.timestamp()) + n for n in range(3)]


def test_renewing_signs_a_list_for_every_key_that_gates_believe(
    home: Authority, now: datetime
) -> None:
    names = {path.name for path in withdrawal.renew(home, now)}
    own = [key for key in home.issuers() if not key.way]
    assert names == {f"list-{key.kid}" for key in own}
    for key in own:
        assert listed(home, key.kid).ttl == 86_400


def test_what_is_published_is_small(home: Authority, now: datetime) -> None:
    issued = [passes.issue(home, "visitor", days=1, now=now) for _ in range(40)]
    numbers = tuple(hex_of(each) for each in issued)
    (path,) = withdrawal.mark(home, numbers=numbers, standing=INVALID, now=now)
    assert path.stat().st_size < 600


def test_without_the_key_for_lists_nothing_is_marked(home: Authority, now: datetime) -> None:
    issued = passes.issue(home, "visitor", days=1, now=now)
    kept = home.folder / "signing"
    shutil.move(kept, home.folder / "elsewhere")
    with pytest.raises(KeyMissing):
        withdrawal.mark(home, numbers=(hex_of(issued),), standing=INVALID, now=now)
    shutil.move(home.folder / "elsewhere", kept)
    (standing, *_) = withdrawal.standings(home, now)
    assert standing.tally.withdrawn == 0


def test_a_number_that_is_none_withdraws_nothing(home: Authority, now: datetime) -> None:
    issued = passes.issue(home, "visitor", days=1, now=now)
    with pytest.raises(PassUnknown):
        withdrawal.mark(home, numbers=(hex_of(issued), "0" * 16), standing=INVALID, now=now)
    with pytest.raises(IssuerUnknown):
        withdrawal.mark(
            home, numbers=(hex_of(issued),), kid=home.public.root.kid, standing=INVALID, now=now
        )
    assert withdrawal.standings(home, now)[0].tally.withdrawn == 0


def test_standings_tell_keys_passes_and_lists(home: Authority, now: datetime) -> None:
    issued = [passes.issue(home, "visitor", days=1, now=now) for _ in range(3)]
    withdrawal.mark(home, numbers=(hex_of(issued[0]),), standing=INVALID, now=now)
    withdrawal.mark(home, numbers=(hex_of(issued[1]),), standing=SUSPENDED, now=now)
    used, reserve = (
        each
        for each in withdrawal.standings(home, now)
        if each.key.use is Use.PASS_SEEN and not each.key.way
    )
    assert (used.stage, reserve.stage) == (issuers.Stage.USED, issuers.Stage.RESERVE)
    assert used.tally[:4] == (3, 1, 1, 1)
    assert used.listed is not None
    assert used.listed.issued == int(now.timestamp()) + 1
    assert (reserve.tally.issued, reserve.listed, reserve.every) == (0, None, False)
    assert withdrawal.standings(home, now + timedelta(days=1))[0].tally.good == 0


def test_a_damaged_list_is_signed_again(home: Authority, now: datetime) -> None:
    (path, *_) = withdrawal.renew(home, now)
    path.write_bytes(b"damaged")
    assert withdrawal.standings(home, now)[0].listed is None
    withdrawal.renew(home, now)
    assert withdrawal.standings(home, now)[0].listed is not None
