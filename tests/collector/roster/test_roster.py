"""The roster: strict, read again when it changes, and never lost by a slip of the pen."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.errors import RosterInvalid
from collector.roster import RosterFile, load
from wire.keys import Use, entry

KEY = msgspec.to_builtins(entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS))


def gate(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any wrong value may be tried
    values = {"gate": "g1", "place": "Bến xe Mẫu", "area": "Mẫu", "sector": "transport"}
    return {**values, "directions": ["in"], "records": KEY, **changes}


def write(path: Path, *gates: dict[str, Any], **more: object) -> None:
    document = {"authority": "Huyện Mẫu", "help_line": "0299", "gates": gates, **more}
    partial = path.with_suffix(".new")
    partial.write_bytes(msgspec.json.encode(document))
    partial.replace(path)


def test_the_roster_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    write(path, gate())
    file = RosterFile(path)
    first = file.current()
    assert file.current() is first
    write(path, gate(), gate(gate="g2"))
    assert file.current().names() == {"g1", "g2"}


def test_a_roster_that_goes_bad_is_complained_of_once_and_the_last_good_one_stays(
    tmp_path: Path,
) -> None:
    path = tmp_path / "roster.json"
    write(path, gate())
    file = RosterFile(path)
    good = file.current()
    faults = [file.fault]
    path.write_text("{")
    with pytest.raises(RosterInvalid):
        file.current()
    assert file.current() is file.kept() is good
    faults.append(file.fault)  # said as long as it is so
    write(path, gate())
    assert file.current() == good
    faults.append(file.fault)
    os.unlink(path)  # noqa: PTH108  # the same as what an operator's `rm` does
    assert file.current() == good
    faults.append(file.fault)
    assert [fault is not None for fault in faults] == [False, True, False, True]


def test_whoever_shows_a_roster_has_the_last_good_one_from_the_first_moment(
    tmp_path: Path,
) -> None:
    path = tmp_path / "roster.json"
    file = RosterFile(path)
    assert file.kept() is None
    write(path, gate())
    good = file.kept()
    path.write_text("{")
    assert file.kept() is good


@pytest.mark.parametrize(
    "gates",
    [
        [gate(gate="")],
        [gate(gate="a/b")],
        [gate(gate="+")],
        [gate(directions=[])],
        [gate(directions=["up"])],
        [gate(colour="red")],
        [gate(records={**KEY, "kid": "0" * 16})],
        [gate(), gate()],
    ],
)
def test_a_wrong_gate_is_refused(tmp_path: Path, gates: list[dict[str, Any]]) -> None:
    path = tmp_path / "roster.json"
    write(path, *gates)
    with pytest.raises(RosterInvalid):
        load(path)


def test_the_sentence_names_the_wrong_place(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    write(path, gate(), gate(gate="g2", place=5))
    with pytest.raises(RosterInvalid, match=r"gates\[.+\]\.place"):
        load(path)


def enrolled(path: Path, *gates: dict[str, Any]) -> None:
    partial = path.with_name("enrolled.new")
    partial.write_bytes(msgspec.json.encode({"gates": gates}))
    partial.replace(path.with_name("enrolled.json"))


def test_a_gate_that_enrolled_is_read_beside_the_others_and_in_the_place_of_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "roster.json"
    write(path, gate(), gate(gate="g2", place="cũ"))
    file = RosterFile(path)
    assert file.current().names() == {"g1", "g2"}
    enrolled(path, gate(gate="g2", place="mới"), gate(gate="g3"))
    found = {each.gate: each.place for each in file.current().gates}
    assert found == {"g1": "Bến xe Mẫu", "g2": "mới", "g3": "Bến xe Mẫu"}


@pytest.mark.parametrize(
    "wrong", [b"{", b"[]", b'{"gates":[1]}', b'{"gates":[],"more":1}'], ids=ascii
)
def test_a_torn_file_of_enrolled_gates_leaves_the_last_good_roster(
    tmp_path: Path, wrong: bytes
) -> None:
    path = tmp_path / "roster.json"
    write(path, gate())
    enrolled(path, gate(gate="g2"))
    file = RosterFile(path)
    good = file.current()
    path.with_name("enrolled.json").write_bytes(wrong)
    with pytest.raises(RosterInvalid, match=r"enrolled\.json"):
        file.current()
    assert file.current() is good


def test_two_enrolled_gates_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    write(path, gate())
    enrolled(path, gate(gate="g2"), gate(gate="g2"))
    with pytest.raises(RosterInvalid):
        load(path)
