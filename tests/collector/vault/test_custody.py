"""The wrapped keys: enough custodians open them, and nothing else does."""

import base64
import itertools
import os
import shutil
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.vault import custody, folder
from collector.vault.custody import Cost, Custody, Secrets
from collector.vault.errors import (
    CustodiansInvalid,
    CustodianUnknown,
    CustodyBroken,
    PassphraseWeak,
    PassphraseWrong,
    VaultBusy,
    VaultExists,
    VaultUnusable,
)
from tests.conftest import left_out

CHEAP = Cost(log2_n=4)
WORDS = {
    "lan": "một hai ba bốn năm sáu",
    "minh": "trâu bò lợn gà vịt ngan",
    "hoa": "xuân hạ thu đông mưa nắng",
}
SECRETS = Secrets(bytes(range(32)), bytes(range(32, 64)))


def wrapped(
    passphrases: Mapping[str, str] = WORDS, threshold: int = 2, *, demo: bool = False
) -> Custody:
    return custody.wrapped(SECRETS, "kid", passphrases, threshold, demo=demo, cost=CHEAP)


def unlocked(kept: Custody, *names: str) -> Secrets:
    return custody.opened(
        kept, dict(custody.opened_share(kept, each, WORDS[each]) for each in names)
    )


@pytest.mark.parametrize("names", [*itertools.permutations(WORDS, 2)])
def test_any_two_of_three_open_the_keys_in_any_order(names: tuple[str, str]) -> None:
    kept = custody.read(msgspec.json.encode(wrapped()))
    assert unlocked(kept, *names) == SECRETS


def test_three_of_three_open_them_too() -> None:
    assert unlocked(wrapped(), *WORDS) == SECRETS


@pytest.mark.parametrize("name", WORDS)
def test_one_alone_opens_nothing(name: str) -> None:
    kept = wrapped()
    number, share = custody.opened_share(kept, name, WORDS[name])
    for guess in (share, bytes(16)):
        with pytest.raises(CustodyBroken):
            custody.opened(kept, {number: share, number % 3 + 1: guess})


def test_a_wrong_passphrase_opens_no_share() -> None:
    with pytest.raises(PassphraseWrong):
        custody.opened_share(wrapped(), "lan", WORDS["minh"])


def test_a_passphrase_is_one_however_the_keyboard_composes_it() -> None:
    kept = wrapped()
    assert custody.opened_share(kept, "lan", unicodedata.normalize("NFD", WORDS["lan"]) + "\n")


def test_who_has_no_share_is_told_so() -> None:
    with pytest.raises(CustodianUnknown):
        custody.opened_share(wrapped(), "ai", "x" * 20)


def test_a_share_of_another_set_is_none_of_this_one() -> None:
    ours, theirs = wrapped(), wrapped()
    mixed = msgspec.structs.replace(ours, shares=(theirs.shares[0], *ours.shares[1:]))
    with pytest.raises(CustodyBroken, match="another set"):
        custody.opened_share(mixed, "lan", WORDS["lan"])
    renamed = msgspec.structs.replace(theirs.shares[0], set=ours.set)
    forged = msgspec.structs.replace(ours, shares=(renamed, *ours.shares[1:]))
    with pytest.raises(PassphraseWrong):
        custody.opened_share(forged, "lan", WORDS["lan"])


def test_a_share_does_not_open_under_another_name() -> None:
    kept = wrapped()
    stolen = msgspec.structs.replace(kept.shares[0], custodian="minh")
    swapped = msgspec.structs.replace(kept, shares=(stolen, *kept.shares[2:]))
    with pytest.raises(PassphraseWrong):
        custody.opened_share(swapped, "minh", WORDS["lan"])


def test_a_threshold_lowered_in_the_file_opens_nothing() -> None:
    kept = msgspec.structs.replace(wrapped(), threshold=1)
    number, share = custody.opened_share(kept, "lan", WORDS["lan"])
    with pytest.raises(CustodyBroken):
        custody.opened(kept, {number: share})


@given(st.data())
def test_a_damaged_file_is_broken_or_opens_nothing_and_never_opens_wrongly(
    data: st.DataObject,
) -> None:
    kept = msgspec.json.encode(wrapped())
    at = data.draw(st.integers(0, len(kept) - 1))
    other = data.draw(st.integers(0, 255))
    damaged = kept[:at] + bytes([other]) + kept[at + 1 :]
    try:
        found = unlocked(custody.read(damaged), "lan", "minh")
    except (CustodyBroken, PassphraseWrong, CustodianUnknown):
        return
    assert found == SECRETS


@pytest.mark.parametrize(
    ("names", "threshold", "demo"),
    [
        (("lan",), 1, False),
        (("lan", "minh"), 1, False),
        (("lan",), 2, False),
        (("lan", "minh"), 2, True),
        (("lan", "minh"), 0, False),
        (("lan", "a b"), 2, False),
        ((), 2, False),
        (tuple(f"c{each}" for each in range(17)), 2, False),
    ],
)
def test_one_alone_gets_the_keys_only_in_a_demonstration(
    names: tuple[str, ...], threshold: int, *, demo: bool
) -> None:
    words = dict.fromkeys(names, WORDS["lan"])
    with pytest.raises(CustodiansInvalid):
        wrapped(passphrases=words, threshold=threshold, demo=demo)


def test_the_one_of_a_demonstration_opens_the_keys() -> None:
    kept = wrapped(passphrases={"lan": WORDS["lan"]}, threshold=1, demo=True)
    assert kept.demo
    assert unlocked(kept, "lan") == SECRETS


@pytest.mark.parametrize("weak", ["", "short", "a" * 40, "abababababababababab"])
def test_what_can_be_guessed_is_no_passphrase(weak: str) -> None:
    with pytest.raises(PassphraseWeak):
        wrapped(passphrases={**WORDS, "lan": weak})


def test_the_file_holds_no_secret_in_clear() -> None:
    kept = msgspec.json.encode(wrapped())
    for secret in (SECRETS.seal, SECRETS.master, *(each.encode() for each in WORDS.values())):
        assert secret not in kept
        assert base64.b64encode(secret) not in kept
    assert "<Secrets>" in repr(SECRETS)


def test_keys_are_kept_once_also_on_a_disk_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError  # as a stick's file system, and many a share's

    monkeypatch.setattr(os, "link", refused)
    kept = wrapped()
    with folder.claimed(tmp_path), pytest.raises(VaultBusy):  # somebody else is at it
        folder.save(tmp_path, kept)
    folder.save(tmp_path, kept)
    with pytest.raises(VaultExists):
        folder.save(tmp_path, wrapped())
    assert folder.load(tmp_path) == kept


def test_a_folder_of_somebody_else_is_said_to_be_that(tmp_path: Path) -> None:
    home = tmp_path / "vault"
    home.mkdir(mode=0o700)
    if os.geteuid() != 0:
        left_out("only root gives files away")
    shutil.chown(home, "nobody")
    with pytest.raises(VaultUnusable, match="it belongs to another user"):
        folder.prepare(home)
    home.chmod(0o755)
    with pytest.raises(VaultUnusable, match="others can look into it"):
        folder.prepare(home)
