"""What was found, on one screen: the worst first, each remedy once, and nothing left unsaid."""

import pytest

from collector import doctor, findings, restored
from collector.backup.errors import BackupOld
from collector.errors import (
    BrokerUnreachable,
    CertificateExpired,
    CollectorError,
    DatabaseAway,
    DeskAway,
    IntakeAway,
    LedgerMissing,
    PlainHttp,
    RosterInvalid,
)
from collector.findings import Finding, every, screen
from collector.vault.errors import VaultLocked


def codes(lines: list[str]) -> list[str]:
    """Return the codes in the order in which they are told."""
    return [word[1:-1] for line in lines for word in line.split() if word[:1] + word[-1:] == "()"]


def test_where_all_is_well_each_has_its_figure() -> None:
    assert screen([Finding("disk", told="75 GB"), Finding("broker")]) == [
        "✓ ổ đĩa: 75 GB",
        "✓ máy chuyển tin",
    ]


def test_what_stops_all_comes_first_and_what_can_wait_last() -> None:
    found = [
        Finding("backups", BackupOld()),
        Finding("disk"),
        Finding("broker", BrokerUnreachable("h 1")),
        Finding("pages", PlainHttp("web.host: ::")),
        Finding("restored", restored.Unpurged("r.json")),
    ]
    lines = screen(found)
    assert codes(lines) == ["restore-unfinished", "broker-unreachable", "plain-http", "backup-old"]
    assert lines[-1] == "✓ ổ đĩa"


def test_what_has_one_remedy_is_said_once_with_all_that_it_is_about() -> None:
    found = [
        Finding("gates heard", LedgerMissing("a.db")),
        Finding("records", LedgerMissing("a.db")),
        Finding("clock", LedgerMissing("b.db")),
    ]
    lines = screen(found)
    assert codes(lines) == ["ledger-missing"]
    assert "a.db; b.db" in lines[0]
    assert lines[0].startswith("✕ cổng có liên lạc, bản ghi, đồng hồ: ")
    assert len([line for line in lines if "->" in line]) == 1
    assert len([line for line in every(found) if line.startswith("✕")]) == 3


def test_one_program_that_is_away_keeps_its_own_remedy_and_several_have_one() -> None:
    assert codes(screen([Finding("intake", IntakeAway())])) == ["intake-away"]
    both = screen([Finding("intake", IntakeAway()), Finding("desk for passes", DeskAway("p"))])
    assert codes(both) == ["programs-away"]
    assert "tiếp nhận bản ghi, bàn cấp thẻ" in both[0]


def test_what_comes_of_another_thing_is_said_with_it_and_has_no_remedy_of_its_own() -> None:
    heard, away = Finding("gates heard", doctor.NothingHeard()), Finding("intake", IntakeAway())
    for told in (list(every([away, heard])), screen([away, heard])):
        assert set(codes(told)) == {"intake-away"}
        assert any("cổng có liên lạc" in line for line in told)
        assert len([line for line in told if "->" in line]) == 1
    broker = Finding("broker", BrokerUnreachable("h 1"))
    assert codes(screen([broker, away, heard])) == ["broker-unreachable", "intake-away"]
    assert codes(screen([Finding("intake"), heard])) == ["nothing-heard"]


def test_what_is_so_only_by_a_clock_in_doubt_is_said_with_it() -> None:
    found = [
        Finding("clock", doctor.ClockAhead("why")),
        Finding("keys and certificates", CertificateExpired("ca.pem")),
        Finding("keys of the authority", doctor.KeysEnding("enrol")),
        Finding("vault", VaultLocked("0/2")),
        Finding("backups", BackupOld()),
    ]
    assert codes(screen(found)) == ["clock-doubted", "vault-locked"]
    assert "sao lưu" in screen(found)[0] + screen(found)[1]


@pytest.mark.parametrize("cause", [restored.Unpurged, restored.Cut, DatabaseAway, doctor.DiskFull])
def test_what_keeps_all_programs_from_running_is_said_in_their_place(
    cause: type[CollectorError],
) -> None:
    found = [
        Finding("restored", cause()),
        Finding("intake", IntakeAway()),
        Finding("gates heard", doctor.NothingHeard()),
        Finding("desk for passes", DeskAway("p")),
        Finding("backups", BackupOld()),
    ]
    assert codes(screen(found)) == [cause.code, "backup-old"]


def test_what_has_no_room_is_named_and_nothing_is_wider_or_longer_than_the_screen() -> None:
    kinds = {each.code: each for each in known()}
    far = [kinds[code]("/srv/" + "x" * 60 + f": {code}") for code in sorted(kinds)[:30]]
    found = [Finding(f"what-{number}", error) for number, error in enumerate(far)]
    found += [Finding("records", RosterInvalid()), Finding("disk")]
    lines = screen(found)
    assert len(lines) <= findings.LINES
    text = " ".join(" ".join(lines).split())
    assert all(f"what-{number}" in text for number in range(30))
    assert "`collector doctor --all`" in text
    assert text.endswith("✓ 1: ổ đĩa")


def test_every_code_that_has_a_rank_is_one() -> None:
    assert doctor.LittleRoom in known()
    assert (findings.GRAVE | findings.LATER) - {each.code for each in known()} == set()
    assert not findings.GRAVE & findings.LATER
    follow = {code for cause, codes in findings.FOLLOWS for code in (cause, *codes)}
    assert follow - {each.code for each in known()} == set()


def known(kind: type[CollectorError] = CollectorError) -> set[type[CollectorError]]:
    """Return all errors of the collector."""
    return {each for below in kind.__subclasses__() for each in (below, *known(below))}
