"""Keys for passes in turn: no gate meets a key that it does not know."""

import os
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from provisioning import (
    authority,
    ceremony,
    cli,
    files,
    issuers,
    keyfile,
    making,
    passes,
    turnover,
)
from provisioning.authority import Authority
from provisioning.errors import FileUnusable, IssuerInUse, IssuerUnknown, KeyMissing
from provisioning.issuers import Stage
from tests.provisioning.power import Power
from wire import gatepass, keyring
from wire.errors import SignatureInvalid
from wire.keys import Keyring, Use, kid_of, raw_public

USE = Use.PASS_SEEN
BOTH = pytest.mark.parametrize("use", [Use.PASS_SEEN, Use.PASS_DECLARED])
EACH = pytest.mark.parametrize(("use", "way"), making.TURNS)


def again(home: Authority) -> Authority:
    return authority.load(home.folder)


def stages(home: Authority, use: Use = USE, way: str = "") -> list[Stage]:
    found = [key for key in home.issuers() if (key.use, key.way) == (use, way)]
    return [issuers.stage(home, key) for key in found]


@BOTH
def test_a_gate_enrolled_before_the_turn_knows_passes_issued_after_it(
    home: Authority, now: datetime, use: Use
) -> None:
    gate = Keyring(home.public.keys)
    identity = {Use.PASS_SEEN: "seen", Use.PASS_DECLARED: "declared"}[use]
    before = gatepass.parse(passes.issue(home, "staff", days=9, now=now, identity=identity).text)
    turned = issuers.turn(home, use, now)
    after = gatepass.parse(passes.issue(home, "staff", days=9, now=now, identity=identity).text)
    assert after.kid == turned.kid != before.kid
    for shown in (before, after):
        assert shown.verify(gate) is use
        assert shown.verify(Keyring(again(home).public.keys)) is use


@EACH
def test_each_turn_moves_one_key_on_and_makes_one(
    home: Authority, use: Use, way: str, now: datetime
) -> None:
    path = home.folder / making.issuing(use, way)
    assert stages(home, use, way) == [Stage.USED, Stage.RESERVE]
    for before in ([Stage.OLD], [Stage.OLD, Stage.OLD]):
        turned = issuers.turn(again(home), use, now, way)
        assert stages(again(home), use, way) == [*before, Stage.USED, Stage.RESERVE]
        assert kid_of(raw_public(keyfile.load_ed25519(path))) == turned.kid
        assert issuers.current(again(home), use, way) == turned.kid
        assert turned.way == way


def test_turning_one_use_leaves_the_other_alone(home: Authority, now: datetime) -> None:
    issuers.turn(home, Use.PASS_SEEN, now)
    assert stages(again(home), Use.PASS_DECLARED) == [Stage.USED, Stage.RESERVE]


def test_the_private_half_in_reserve_is_only_where_nothing_is_issued(
    home: Authority, now: datetime
) -> None:
    turned = issuers.turn(home, USE, now)
    kept = {path.name for path in (home.folder / "offline").glob("reserve-*.pem")}
    assert kept == {f"reserve-{kid}.pem" for kid in again(home).public.reserve}
    assert turned.kid not in "".join(kept)
    assert {path.stat().st_mode & 0o777 for path in (home.folder / "offline").iterdir()} == {0o600}


def test_without_the_offline_part_no_key_is_turned(home: Authority, now: datetime) -> None:
    shutil.rmtree(home.folder / "offline")
    before = (home.folder / "public.json").read_bytes()
    with pytest.raises(KeyMissing):
        issuers.turn(home, USE, now)
    assert (home.folder / "public.json").read_bytes() == before


def test_a_turn_cut_off_at_any_write_can_be_made_again(
    home: Authority, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Keyring(home.public.keys)
    real = files.write

    for cut in range(3):
        written: list[Path] = []

        def until_cut(
            path: Path, data: bytes, mode: int = 0o644, cut: int = cut, log: list[Path] = written
        ) -> None:
            if len(log) == cut:
                raise FileUnusable(path=path, detail="cut")
            log.append(path)
            real(path, data, mode)

        with monkeypatch.context() as patched:
            patched.setattr(files, "write", until_cut)
            with pytest.raises(FileUnusable):
                issuers.turn(again(home), USE, now)
        shown = gatepass.parse(passes.issue(again(home), "staff", days=1, now=now).text)
        assert shown.verify(gate) is USE
    issuers.turn(again(home), USE, now)
    assert Stage.RESERVE in stages(again(home))
    assert gatepass.parse(passes.issue(again(home), "staff", days=1, now=now).text).verify(gate)


def test_an_old_key_without_good_passes_can_be_retired(home: Authority, now: datetime) -> None:
    shown = gatepass.parse(passes.issue(home, "staff", days=1, now=now).text)
    issuers.turn(home, USE, now)
    ended = shown.claims.expires
    with pytest.raises(IssuerInUse):
        issuers.retire(again(home), shown.kid, ended, ended - 1)
    issuers.retire(again(home), shown.kid, ended, ended)
    assert stages(again(home)) == [Stage.USED, Stage.RESERVE]
    with pytest.raises(SignatureInvalid):
        shown.verify(Keyring(again(home).public.keys))


def test_keys_in_use_or_in_reserve_are_not_retired(home: Authority) -> None:
    for key in home.issuers():
        with pytest.raises(IssuerInUse):
            issuers.retire(home, key.kid, None, 0)


def test_only_keys_that_issue_passes_are_retired(home: Authority) -> None:
    others = [key.kid for key in home.public.keys if key not in home.issuers()]
    for kid in (*others, home.public.root.kid, "00" * 8, ""):
        with pytest.raises(IssuerUnknown):
            issuers.retire(home, kid, None, 0)


def test_a_turn_that_was_cut_off_before_it_was_told_is_told_and_not_done_twice(
    home: Authority,
    now: datetime,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    issuers.turn(home, Use.PASS_SEEN, now)
    cut = authority.load(home.folder).public
    turn = ["issuer", "turn", "--authority", str(home.folder), "--identity", "seen"]
    assert cli.main(turn) == 0
    assert capsys.readouterr().out.startswith("NOTE: the last new key was made")
    assert authority.load(home.folder).public == cut
    told = keyring.unpack(home.keyring(), Keyring([home.public.root]))
    assert told.keys == cut.keys
    assert cli.main(turn) == 0
    assert "NOTE" not in capsys.readouterr().out
    assert authority.load(home.folder).public.reserve != cut.reserve


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("unflushed")
def test_a_turn_that_is_killed_at_any_step_and_repeated_turns_once_and_leaves_no_key_about(
    home: Authority, power: Power, capsys: pytest.CaptureFixture[str]
) -> None:
    made, steps = home.folder, 0
    while True:
        folder = Path(shutil.copytree(made, made.with_name(f"cut-{steps}")))
        turn = ["issuer", "turn", "--authority", str(folder), "--identity", "seen"]
        with power.fails_after(steps):
            cli.main(turn)
        if not power.is_cut:
            break
        assert cli.main(turn) == 0
        cut = authority.load(folder)
        assert stages(cut) == [Stage.OLD, Stage.USED, Stage.RESERVE], f"killed at step {steps}"
        ring = (folder / "published/keyring.json").read_bytes()
        assert ring == cut.keyring()
        told = keyring.unpack(ring, Keyring([home.public.root]))
        assert {key.kid for key in told.keys} == {key.kid for key in cut.public.keys}
        kept = {path.name for path in (folder / "offline").glob("reserve-*.pem")}
        assert kept == {f"reserve-{kid}.pem" for kid in cut.public.reserve}
        assert not list(folder.rglob(f"*{files.MAKING}"))
        steps += 1
    assert steps > 10
    capsys.readouterr()


def test_what_is_being_written_is_not_swept_away(tmp_path: Path) -> None:
    handle, name = files._begun(tmp_path / "key.pem")
    files.sweep(tmp_path)
    assert Path(name).exists()
    os.close(handle)  # as it is when its process is killed
    files.sweep(tmp_path)
    assert not Path(name).exists()


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("unflushed")
def test_while_the_root_leaves_the_folder_a_kill_at_any_step_takes_no_key_from_anybody(
    home: Authority, power: Power, now: datetime, tmp_path: Path
) -> None:
    made, root, steps = home.folder, home.root(), 0
    while True:
        folder = Path(shutil.copytree(made, made.with_name(f"cut-{steps}")))
        cut = replace(authority.load(folder), joined=root)
        with power.fails_after(steps):
            ceremony.share(cut, tmp_path, now, write=lambda *_: [])
        was_cut = power.is_cut
        issuers.turn(cut, USE, now)
        ceremony.share(turnover.again(cut), tmp_path, now, write=lambda *_: [])
        offline = {*(folder / "offline").iterdir()}
        assert folder / "offline/root.pem" not in offline
        keys = [path for path in offline if not path.name.endswith(files.MAKING)]
        assert all(map(keyfile.is_closed, keys)), f"killed at step {steps}"
        if not was_cut:
            break
        steps += 1
    assert steps > 10
