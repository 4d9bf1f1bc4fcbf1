"""A turn of the keys that a power cut ends: at every step all of it counts, or nothing does."""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from provisioning import (
    authority,
    ceremony,
    cli,
    clock,
    expiry,
    files,
    halfway,
    keyfile,
    making,
    passes,
    passphrase,
    policies,
    turnover,
    withdrawal,
)
from provisioning.authority import Authority
from provisioning.errors import FileUnusable
from provisioning.halfway import Left
from provisioning.issuers import LOCK
from tests.provisioning.power import Power
from tests.provisioning.test_authority_commands import found, given
from wire import gatepass, keyring, policy
from wire.keys import Keyring
from wire.sealing import DataKey, open_data_key

pytestmark = [pytest.mark.timeout(180), pytest.mark.usefixtures("unflushed")]
Turn = Callable[[Authority, datetime], object]
TURNS: dict[Left, Turn] = {
    Left.RENEWAL: turnover.renew,
    Left.RECOVERY: lambda home, now: turnover.recover(home, now, seal=True),
}
each_turn = pytest.mark.parametrize("work", TURNS)


@pytest.fixture
def home(home: Authority, tmp_path: Path, now: datetime) -> Authority:
    """Return an authority with something of every kind that is signed again."""
    draft = tmp_path / "policy.toml"
    draft.write_text('site = "Chợ Mẫu"\n', encoding="utf-8")
    policies.publish(home, policies.draft(home, draft, now))
    withdrawal.renew(home, now)
    turnover.tell(home, now)
    return home


def tree(folder: Path) -> dict[str, bytes]:
    """Return all that is in a folder, but the register and locks."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix not in {".sqlite", ".lock"}
        and not path.name.startswith(f".{expiry.NAME}.")  # dates, half written
    }


def copied(folder: Path, name: str) -> Path:
    shutil.rmtree(folder.with_name(name), ignore_errors=True)
    return Path(shutil.copytree(folder, folder.with_name(name)))


def cut_once_turned(home: Authority, power: Power, now: datetime, turn: Turn) -> None:
    """Cut a turn off right after it has come to count."""
    spare = replace(home, folder=copied(home.folder, "spare"))
    with power.fails_after(10**6):
        turn(spare, now)
    with power.fails_after(power.turned):
        turn(home, now)
    assert list(home.folder.glob(".turned.*"))


@each_turn
def test_cut_off_before_it_counts_nothing_has_changed_and_no_key_is_left_about(
    home: Authority, power: Power, now: datetime, work: Left
) -> None:
    before = tree(home.folder)
    steps, left = 0, Left.UNMADE
    while left is Left.UNMADE:
        with power.fails_after(steps):
            TURNS[work](home, now)
        cut = list(home.folder.glob(".turning.*"))
        turned = list(home.folder.glob(".turned.*"))
        if not turned:
            assert halfway.settle(home.folder) is (Left.UNMADE if cut else None)
            assert tree(home.folder) == before, f"cut off after {steps} steps"
        else:
            assert not cut
            left = work
        steps += 1
    assert steps > 50


@each_turn
def test_cut_off_once_it_counts_whoever_comes_next_finishes_it(
    home: Authority, power: Power, now: datetime, work: Left
) -> None:
    """Without the root and without a passphrase; each time the same comes of it."""
    cut_once_turned(home, power, now, TURNS[work])
    whole = copied(home.folder, "whole")
    assert halfway.settle(whole) is work
    expected = tree(whole)
    assert halfway.settle(whole) is None
    steps = 0
    while True:
        folder = copied(home.folder, "cut")
        with power.fails_after(steps):
            halfway.settle(folder)
        is_cut = bool(list(folder.glob(".turned.*")))
        assert halfway.settle(folder) is (work if is_cut else None)
        assert tree(folder) == expected, f"cut off after {steps} steps"
        assert not list(folder.glob(".turn*.*"))
        if not is_cut:
            break
        steps += 1
    assert steps > 50


@each_turn
def test_what_was_finished_is_as_if_it_had_never_been_cut_off(
    home: Authority, power: Power, now: datetime, work: Left
) -> None:
    old, sealed = home.public.seal, DataKey.fresh().sealed_to(home.public.seal)
    cut_once_turned(home, power, now, TURNS[work])
    halfway.settle(home.folder)
    home = turnover.again(home)
    data = (home.folder / "published/keyring.json").read_bytes()
    assert data == home.keyring()
    ring = Keyring(keyring.unpack(data, Keyring([home.public.root])).keys)
    text = passes.issue(home, "resident", days=30, now=now).text
    gatepass.parse(text).verify(ring)
    (path,) = (home.folder / "published").glob("policy-*.json")
    policy.unpack(path.read_bytes(), ring, "Chợ Mẫu")
    lists = {path.name for path in (home.folder / "published").glob("list-*")}
    assert lists >= {f"list-{key.kid}" for key in home.issuers() if not key.way}
    if work is Left.RECOVERY:
        pem = (home.folder / f"vault/seal-{old.kid}.pem").read_bytes()
        vault = load_pem_private_key(pem, None)
        assert isinstance(vault, X25519PrivateKey)
        open_data_key(sealed, vault)


def test_the_next_command_says_so_and_a_renewal_is_not_done_twice(
    home: Authority,
    power: Power,
    now: datetime,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    renew = ["authority", "renew", "--authority", str(home.folder)]
    with power.fails_after(20):
        turnover.renew(home, now)
    assert cli.main(["status", "--authority", str(home.folder)]) == 0
    assert capsys.readouterr().err.startswith("NOTE: making new keys was cut off")
    cut_once_turned(home, power, now, turnover.renew)
    reserve = authority.load(home.folder / ".turned.renew").public.reserve
    assert cli.main(renew) == 0
    told = capsys.readouterr()
    assert told.err.startswith("NOTE: a renewal was cut off")
    assert f"{home.folder}/published/keyring.json" in told.out
    assert authority.load(home.folder).public.reserve == reserve
    assert cli.main(renew) == 0
    assert capsys.readouterr().err == ""
    assert authority.load(home.folder).public.reserve != reserve


def test_who_has_forgotten_the_passphrase_of_a_recovery_that_was_cut_off_starts_anew(
    tmp_path: Path,
    power: Power,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    monkeypatch.setenv(passphrase.FOLDER, str(tmp_path))
    word = tmp_path / passphrase.CREDENTIAL
    word.write_text("the words of before")
    folder, pages = found(tmp_path)
    home = ceremony.joined(authority.load(folder), pages[:2])
    home = replace(home, ask=lambda: b"words that are forgotten")
    cut_once_turned(home, power, clock.now(), turnover.recover)
    capsys.readouterr()
    word.write_text("words that are new")
    recover = ["authority", "recover", "--authority", str(folder), *given(pages[1:])]
    for is_opened in (False, True):
        assert cli.main(recover) == 0
        assert ("NOTE: a recovery was cut off" in capsys.readouterr().err) is not is_opened
        assert keyfile.opens(folder / making.ENROL_KEY, b"words that are new") is is_opened


def test_a_turn_waits_for_the_one_that_is_going_on(
    home: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody deletes keys under the hands of who is making them."""
    asked: list[Path] = []

    @contextmanager
    def noted(path: Path) -> Iterator[None]:
        asked.append(path)
        yield

    monkeypatch.setattr(files, "alone", noted)
    with halfway.making_in(home.folder) as folder:
        assert asked == [home.folder / LOCK]
        assert folder.is_dir()
        halfway.settle(home.folder)
        assert asked == [home.folder / LOCK] * 2
    assert not folder.exists()


def test_a_folder_that_nothing_can_be_written_to_is_said(home: Authority) -> None:
    (home.folder / ".turning.x").write_text("no folder")
    with pytest.raises(FileUnusable):
        halfway.settle(home.folder)


def test_a_part_that_lies_on_another_disk_is_turned_too(
    home: Authority, power: Power, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_once_turned(home, power, now, turnover.renew)
    expected = tree(home.folder / ".turned.renew")
    real = Path.replace

    def on_one_disk(path: Path, target: Path) -> Path:
        if ".turned.renew/signing" in str(path):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return real(path, target)

    monkeypatch.setattr(Path, "replace", on_one_disk)
    assert halfway.settle(home.folder) is Left.RENEWAL
    assert expected.items() <= tree(home.folder).items()
    assert (home.folder / "signing/card.pem").stat().st_mode & 0o777 == 0o600
