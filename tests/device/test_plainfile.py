"""Small files where others may have laid a trap, or the power may fail."""

import os
from pathlib import Path

import pytest

from device import plainfile


def test_a_plain_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 10)
    assert plainfile.read(path, 10) == b"x" * 10
    assert plainfile.read(path, 9) is None


def test_what_is_no_plain_file_says_nothing_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(tmp_path / "a")
    assert plainfile.read(pipe, 10) is None
    assert plainfile.read(Path("/dev/null"), 10) is None
    for path in (link, tmp_path, tmp_path / "none"):
        with pytest.raises(OSError, match=r"Errno"):
            plainfile.read(path, 10)


def test_a_file_is_written_whole_over_whatever_was_there(tmp_path: Path) -> None:
    path, secret = tmp_path / "a", tmp_path / "secret"
    secret.write_text("as it was")
    (tmp_path / ".a.new").symlink_to(secret)
    path.symlink_to(secret)
    before = plainfile.fingerprint(path)
    plainfile.write(path, b"new")
    assert (path.read_bytes(), path.is_symlink()) == (b"new", False)
    assert secret.read_text() == "as it was"
    assert path.stat().st_mode & 0o777 == 0o600
    assert plainfile.fingerprint(path) != before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "secret"]
