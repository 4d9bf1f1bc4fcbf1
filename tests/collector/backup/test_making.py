"""Backups are read back before they count, go when their time is over, and are looked after."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from collector import clock, doctor
from collector import config as configuration
from collector.backup import making
from collector.backup.errors import (
    BackupBusy,
    BackupCut,
    BackupKeyUnusable,
    BackupUnset,
    BackupUnwritable,
)
from collector.backup.shelf import Shelf
from collector.believed import Believed, Said
from collector.cli import main
from collector.errors import CollectorError, ConfigInvalid, FileUnusable
from collector.ledger import opened
from collector.retention.doubt import Doubt
from tests.collector.backup.conftest import AT, DAY, Server, run

HOUR = 3_600_000
ONE = pytest.mark.parametrize("server", ["sqlite"], indirect=True)
pytestmark = ONE
COLLECTOR = Path(sys.executable).with_name("collector")


def names(tmp_path: Path) -> list[str]:
    return sorted(each.name for each in (tmp_path / "shelf").glob("*.gate"))


def daily(server: Server, days: range) -> None:
    """Let a machine be up and run retention and a backup each day."""
    for day in days:
        with opened.archive(server.config.ledger) as archive:
            archive.note_run(run(AT + day * DAY))
        server.backup(AT + day * DAY)


def test_a_backup_whose_time_is_over_is_deleted_and_its_key_is_overwritten(
    server: Server, tmp_path: Path
) -> None:
    daily(server, range(1))
    (first,) = (tmp_path / "shelf").glob("*.gate")
    os.link(first, tmp_path / "undeleted")  # as who digs on the disk would find it
    with opened.archive(server.config.ledger) as archive:
        archive.note_run(run(AT + DAY))
    daily(server, range(1, 9))
    assert not first.exists()
    assert len(names(tmp_path)) == 7
    with pytest.raises(CollectorError):
        making.verify(server.config, tmp_path / "undeleted", None, AT)
    assert b"sealed" not in (tmp_path / "undeleted").read_bytes()[:4096]


def test_a_backup_goes_on_its_day_though_the_timer_is_early_that_night(
    server: Server, tmp_path: Path
) -> None:
    daily(server, range(1))
    with opened.archive(server.config.ledger) as archive:
        archive.note_run(run(AT + 7 * DAY - HOUR))
    server.backup(AT + 7 * DAY - HOUR)
    assert len(names(tmp_path)) == 1


def test_no_more_are_kept_than_are_asked_for(server: Server, tmp_path: Path) -> None:
    text = server.file.read_text(encoding="utf-8")
    server.file.write_text(f"{text}count = 2\n", encoding="utf-8")
    daily(server, range(4))
    assert names(tmp_path) == [f"backup-2026{each}.gate" for each in newest(AT, (2, 3))]


def test_many_of_one_day_push_out_no_other_day(server: Server, tmp_path: Path) -> None:
    text = server.file.read_text(encoding="utf-8")
    server.file.write_text(f"{text}count = 2\n", encoding="utf-8")
    daily(server, range(1))
    before = names(tmp_path)
    with opened.archive(server.config.ledger) as archive:
        archive.note_run(run(AT + DAY + 3 * HOUR))
    made = [server.backup(AT + DAY + hour * HOUR) for hour in range(4)]
    assert names(tmp_path) == [*before, made[-1].name]


def newest(at_ms: int, days: tuple[int, ...]) -> list[str]:
    from datetime import UTC, datetime  # noqa: PLC0415  # only here

    moments = (datetime.fromtimestamp((at_ms + day * DAY) / 1000, UTC) for day in days)
    return [f"{moment:%m%d-%H%M%S}" for moment in moments]


def test_a_clock_in_2099_deletes_no_backup(server: Server, tmp_path: Path) -> None:
    daily(server, range(3))
    before = names(tmp_path)
    later = msgspec.structs.replace(run(AT + 2 * DAY), at_ms=4_070_908_800_000)
    made = making.make(server.config, later)
    assert made.doubt is Doubt.MOVED
    assert set(before) < set(names(tmp_path))


def test_the_first_backup_of_a_district_raises_no_alarm_about_what_is_not_there(
    server: Server,
) -> None:
    assert making.make(server.config, run(AT)).doubt is None
    assert making.make(server.config, run(AT + 8 * DAY)).doubt is Doubt.UNSURE
    assert len(Shelf(making.settings(server.config).folder).made()) == 2, "nor deletes by it"


IN_2099 = 4_070_908_800_000


def test_what_a_clock_in_2099_has_dated_goes_as_soon_as_the_clock_is_right(
    server: Server, tmp_path: Path
) -> None:
    """By its age it would go in 2099, and the doctor would call it the last good one until then."""
    making.make(server.config, msgspec.structs.replace(run(AT), at_ms=IN_2099))
    assert finding(server, AT)[0] == "backup-ahead"
    daily(server, range(1))
    assert [each for each in names(tmp_path) if "2099" in each] == []
    later = msgspec.structs.replace(run(AT + HOUR), at_ms=IN_2099)
    making.make(server.config, later)
    assert finding(server, AT + HOUR)[0] == "backup-ahead"
    assert finding(server, AT + 3 * DAY)[0] == "backup-old"
    daily(server, range(1, 2))
    assert len(names(tmp_path)) == 2
    assert finding(server, AT + DAY)[0] == ""


def test_two_who_make_a_backup_at_once_do_not_delete_each_others(
    server: Server, tmp_path: Path
) -> None:
    shelf = tmp_path / "shelf"
    with Shelf(shelf).claimed():
        (shelf / ".backup-20261129-032000.gate.part").write_bytes(b"on its way")
        with pytest.raises(BackupBusy):
            server.backup(AT)
        assert list(shelf.glob(".*.part"))
    server.backup(AT)
    assert len(names(tmp_path)) == 1


def test_a_day_never_outlives_thirty_in_a_backup_either(server: Server) -> None:
    text = server.file.read_text(encoding="utf-8")
    server.file.write_text(f"{text}days = 10\n", encoding="utf-8")
    with pytest.raises(ConfigInvalid):
        configuration.load(server.file)


def test_where_no_backups_are_set_up_that_is_said(server: Server) -> None:
    plain = msgspec.structs.replace(server.config, backup=None)
    with pytest.raises(BackupUnset):
        making.make(plain, run(AT))


def test_a_private_key_in_the_place_of_the_public_one_is_refused(
    server: Server, private: Path
) -> None:
    text = server.file.read_text(encoding="utf-8").replace("backup-public", private.stem)
    server.file.write_text(text, encoding="utf-8")
    with pytest.raises(BackupKeyUnusable):
        server.backup(AT)


def test_a_disk_that_is_full_leaves_the_backups_before_it_and_no_half_one(
    server: Server, tmp_path: Path
) -> None:
    daily(server, range(1))
    before = names(tmp_path)
    (server.config.outgoing / "g1/list-x").write_bytes(os.urandom(200_000))
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 100; exec {COLLECTOR} backup make --config {server.file}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr.split(":")[0]) == (2, "backup-unwritable")
    assert [each for each in names(tmp_path) if each not in before] == []
    assert list((tmp_path / "shelf").glob(".*.part")) == []


def test_what_does_not_read_back_gets_no_name(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = making._written

    def torn(*args: object) -> object:  # as a disk that has lost the end of it
        found = written(*args)  # type: ignore[arg-type]
        (part,) = (tmp_path / "shelf").glob(".*.part")
        os.truncate(part, part.stat().st_size - 100)
        return found

    monkeypatch.setattr(making, "_written", torn)
    with pytest.raises(BackupCut):
        server.backup(AT)
    assert names(tmp_path) == []


def test_what_a_killed_run_left_is_cleared_away(server: Server, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / ".backup-20260101-000000.gate.part").write_bytes(b"half")
    server.backup(AT)
    assert list(shelf.glob(".*.part")) == []


def test_what_cannot_be_looked_into_is_not_left_out(server: Server, tmp_path: Path) -> None:
    """Or a backup would be whole without the vault's keys, and nobody could be opened again."""
    shutil.rmtree(server.where / "vault")
    (server.where / "vault").write_text("as a folder that may not be looked into")
    with pytest.raises(FileUnusable, match="vault"):
        server.backup(AT)
    assert names(tmp_path) == []


def test_a_shelf_that_cannot_be_made_is_said(server: Server, tmp_path: Path) -> None:
    (tmp_path / "shelf").write_text("a file")
    with pytest.raises(BackupUnwritable):
        server.backup(AT)


def finding(server: Server, now_ms: int) -> tuple[str, str]:
    """Return what `collector doctor` says of backups: a code, or how well it is."""
    found = next(each for each in doctor.look(server.config, now_ms) if each.what == "backups")
    return (found.error.code if found.error else "", found.told)


def test_the_doctor_says_how_old_the_last_good_backup_is_and_whether_it_was_read_back(
    server: Server, tmp_path: Path, private: Path
) -> None:
    assert finding(server, AT)[0] == "backup-none"
    path = server.backup(AT)
    code, told = finding(server, AT + HOUR)
    assert code == ""
    assert "UTC" in told
    assert finding(server, AT + 2 * DAY)[0] == "backup-old"
    old = path.with_name("backup-20200101-000000.gate")
    other = Server(tmp_path / "other", None, tmp_path / "elsewhere", private.parent)
    other.found()
    old.write_bytes(other.backup(AT - 9 * DAY).read_bytes())
    assert finding(server, AT + HOUR)[0] == "backup-outlived"
    old.unlink()
    (tmp_path / "shelf/checked.json").unlink()
    assert finding(server, AT + HOUR)[0] == "backup-unproved"
    making.verify(server.config, path, private, AT + HOUR)
    assert finding(server, AT + HOUR)[0] == ""
    with path.open("ab") as file:
        file.write(b"x")
    assert finding(server, AT + HOUR)[0] == "backup-unproved"


def test_a_folder_that_may_not_be_looked_at_is_not_said_to_be_empty(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "shelf").write_text("a file")
    assert finding(server, AT)[0] == "file-unusable"


def test_the_doctor_says_that_a_clock_in_2099_is_in_doubt(server: Server) -> None:
    daily(server, range(1))
    found = next(
        each for each in doctor.look(server.config, 4_070_908_800_000) if each.what == "clock"
    )
    assert found.error is not None
    assert found.error.code == "clock-doubted"


def test_the_doctor_lets_a_new_district_be_until_something_could_be_over(server: Server) -> None:
    def said(at_ms: int) -> str:
        looked = doctor.look(server.config, at_ms)
        error = next(each.error for each in looked if each.what == "clock")
        return "" if error is None else error.code

    assert said(AT) == ""
    with opened.archive(server.config.ledger) as archive:
        archive.note_run(msgspec.structs.replace(run(AT), stopped="nobody-confirms"))
    assert said(AT + 20 * DAY) == ""
    assert said(AT + 21 * DAY) == "clock-doubted"


def test_the_doctor_says_that_retention_has_not_confirmed_the_clock_lately(server: Server) -> None:
    daily(server, range(1))

    def said() -> str:
        looked = doctor.look(server.config, AT + HOUR)
        error = next(each.error for each in looked if each.what == "clock")
        return "" if error is None else error.code

    assert said() == "clock-doubted", "nobody else is told how far to believe it"
    believed = Believed(server.config.believed)
    believed.note(Said(AT, clock.since_boot_ms() - HOUR))
    assert said() == ""
    believed.note(Said(AT - 3 * DAY, clock.since_boot_ms() - HOUR))
    assert said() == "clock-doubted"


def test_the_commands_do_what_they_say(
    server: Server,
    private: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATE_LANG", "vi")
    at = ("--config", str(server.file))
    assert main(["backup", "make", *at]) == 0
    (path,) = (tmp_path / "shelf").glob("*.gate")
    assert "đã đọc lại trọn vẹn" in capsys.readouterr().out
    assert main(["backup", "ls", *at]) == 0
    assert path.name in capsys.readouterr().out
    assert main(["backup", "verify", str(path), *at]) == 0
    assert "--key" in capsys.readouterr().out
    assert main(["backup", "verify", str(path), "--key", str(private), *at]) == 0
    assert "outgoing/g1/policy" in capsys.readouterr().out
    for words in ([], [str(path)], [str(path), "--continue"]):
        assert main(["restore", *words, *at]) == 2
        assert capsys.readouterr().err.startswith("arguments-invalid")
    assert main(["restore", str(path), "--key", str(private), *at]) == 2
    assert capsys.readouterr().err.startswith("place-taken")
    assert main(["restore", str(path), "--key", str(private), "--replace", *at]) == 2
    assert "restore-clock" in capsys.readouterr().err  # no gate was ever heard here
    assert main(["restore", "--continue", "--clock-is-right", *at]) == 0
    assert main(["restore", "--continue", *at]) == 2  # there is nothing to go on with
    assert main(["doctor", *at]) == 1
    assert "khôi phục" in capsys.readouterr().out
    assert main(["backup", "key", str(tmp_path / "fresh")]) == 0
    assert main(["backup", "key", str(tmp_path / "fresh")]) == 2  # never over one that is there
    assert "fresh/backup-private.pem: " in capsys.readouterr().err
    assert sorted(each.name for each in (tmp_path / "fresh").iterdir()) == [
        "backup-private.pem",
        "backup-public.pem",
    ]
    assert (tmp_path / "fresh/backup-private.pem").stat().st_mode & 0o077 == 0
    assert Shelf(tmp_path / "shelf").made()
