"""From a folder of wheels to a release that gates believe."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from provisioning import cli, releases
from provisioning.authority import Authority
from provisioning.errors import FileUnusable, KeyMissing, ReleaseInvalid
from wire import release

PROGRAM = "gate_scanner-0.2.0-py3-none-any.whl"
COMPILED = "cffi-2.1.1-cp313-cp313-manylinux_2_17_aarch64.whl"
ABI3 = "cryptography-50.0.2-cp311-abi3-manylinux_2_34_aarch64.whl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "wheels"
    place.mkdir()
    for name in (PROGRAM, COMPILED, ABI3):
        (place / name).write_bytes(name.encode())
    (place / "README").write_text("no wheel")
    return place


def test_a_gate_believes_what_was_signed(home: Authority, folder: Path, now: datetime) -> None:
    made = releases.sign(home, folder, now)
    assert release.unpack((folder / "release.json").read_bytes(), home.public.root) == made
    assert [each.name for each in made.wheels] == sorted([PROGRAM, COMPILED, ABI3])
    assert (made.title, made.python) == ("0.2.0", "3.13")


def test_a_later_release_is_a_greater_one(home: Authority, folder: Path, now: datetime) -> None:
    first = releases.sign(home, folder, now)
    assert releases.sign(home, folder, now + timedelta(seconds=1)).version > first.version


@pytest.mark.parametrize(
    ("without", "with_one"),
    [
        (PROGRAM, None),
        (COMPILED, None),
        (None, "cffi-2.1.1-cp311-cp311-manylinux_2_17_aarch64.whl"),
        (None, "picamera2-0.3.30-py3-none-any.whl"),
    ],
)
def test_no_release_is_made_that_a_gate_would_refuse(
    home: Authority, folder: Path, now: datetime, without: str | None, with_one: str | None
) -> None:
    if without is not None:
        (folder / without).unlink()
    if with_one is not None:
        (folder / with_one).write_bytes(b"x")
    with pytest.raises(ReleaseInvalid):
        releases.sign(home, folder, now)
    assert not (folder / "release.json").exists()


def test_it_takes_the_offline_key_and_a_folder(
    home: Authority, folder: Path, now: datetime
) -> None:
    with pytest.raises(FileUnusable):
        releases.sign(home, folder / "nowhere", now)
    (home.folder / "offline/root.pem").unlink()
    with pytest.raises(KeyMissing):
        releases.sign(home, folder, now)


def test_the_command_says_what_to_do_with_it(
    home: Authority, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["release", "--authority", str(home.folder), str(folder)]
    assert cli.main(words) == 0
    assert "/var/lib/gate/release" in capsys.readouterr().out
    (folder / PROGRAM).unlink()
    assert cli.main(words) == 2
    assert "release-invalid" in capsys.readouterr().err
