"""`provision` as it is used: its files, its words, its exit status."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from device import enrol
from provisioning import (
    authority,
    cardlist,
    cli,
    clock,
    errors,
    files,
    picture,
    register,
    terms,
)
from provisioning.authority import Authority
from provisioning.errors import FileUnusable
from tests.collector.disks import full
from tests.device.credential import certificates
from wire import gatepass
from wire.record import Direction


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_LANG", "en")


OWN = ("--out", "HOME/roster.json")
CREATE = ("authority", "create", "--plain", "--out")


def gate_arguments(home: Authority, request: Path, out: Path) -> list[str]:
    return [
        *("gate", "--authority", str(home.folder), "--request", str(request)),
        *("--gate", "cho-mau", "--place", "Chợ Mẫu", "--area", "Xã Mẫu", "--sector", "economy"),
        *("--direction", "both", "--out", str(out)),
    ]


def test_from_nothing_to_an_enrolled_gate_and_a_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, keys = tmp_path / "authority", tmp_path / "keys"
    name = ["--name", "Xã Mẫu", "--help-line", "0299 000 000", "--host", "Broker.Example"]
    assert cli.main([*CREATE, str(folder), *name]) == 0
    enrol.make_keys(keys)
    home = authority.load(folder)
    out = tmp_path / "enrolment.json"
    assert cli.main(gate_arguments(home, keys / "request.json", out)) == 0
    root = enrol.root_key(folder / "root.json")
    assert enrol.accept(keys, out.read_bytes(), root).directions == (Direction.IN, Direction.OUT)
    picture = tmp_path / "pass.png"
    issue = ["pass", "--authority", str(folder), "--holder", "resident", "--days", "30"]
    assert cli.main([*issue, "--out", str(picture), "--text"]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    told = capsys.readouterr()
    assert re.search(r"^GP1:[0-9A-Z $%*+./:-]+$", told.out, re.MULTILINE)
    assert told.err == ""


def test_a_gate_too_many_for_the_places_policy_is_said_at_once(
    home: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = tmp_path / "policy.toml"
    draft.write_text('site = "Chợ Mẫu"\ngates_of_place = 1\n', encoding="utf-8")
    assert cli.main(["policy", "--authority", str(home.folder), str(draft)]) == 0
    for gate, outgrown in (("cho-mau-1", False), ("cho-mau-2", True)):
        keys = tmp_path / gate
        enrol.make_keys(keys)
        asked = gate_arguments(home, keys / "request.json", tmp_path / "out")
        capsys.readouterr()
        assert cli.main([*asked, "--gate", gate]) == 0
        assert ("fewer gates" in capsys.readouterr().out) is outgrown


def test_who_reads_only_the_first_line_gets_no_traceback(home: Authority) -> None:
    asked = [sys.executable, "-m", "provisioning.cli", "status", "--authority", str(home.folder)]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ran:
        assert ran.stdout is not None
        assert ran.stderr is not None
        ran.stdout.close()
        assert ran.stderr.read() == b""


def test_the_text_of_a_pass_is_not_shown_unless_asked(
    home: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issue = ["pass", "--authority", str(home.folder), "--holder", "resident", "--days", "30"]
    assert cli.main([*issue, "--out", str(tmp_path / "pass.png")]) == 0
    assert "GP1:" not in capsys.readouterr().out


def issued(capsys: pytest.CaptureFixture[str], home: Authority, *more: str) -> gatepass.Pass:
    """Issue a visitor's pass by the command line and return its claims."""
    picture = home.folder.parent / "pass.png"
    asked = ["--holder", "visitor", "--out", str(picture), "--text"]
    assert cli.main(["pass", "--authority", str(home.folder), *asked, *more]) == 0
    said = capsys.readouterr().out
    claims = gatepass.parse(said.splitlines()[0]).claims
    assert f"Number {claims.number.hex()}" in said
    return claims


def test_a_pass_is_for_a_day_a_period_or_so_many_entries(
    home: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    now = clock.now().astimezone(terms.VIETNAM)
    first, last = (f"{now + timedelta(days=n):%Y-%m-%d}" for n in (1, 3))
    midnight = int(terms.moment(first).timestamp())
    day = issued(capsys, home, "--day", first)
    assert (day.not_before, day.expires, day.entries) == (midnight, midnight + 86_400, None)
    period = issued(capsys, home, "--from", first, "--until", last)
    assert (period.not_before, period.expires) == (midnight, midnight + 3 * 86_400)
    three = issued(capsys, home, "--entries", "3")
    assert (three.entries, three.expires - three.not_before) == (3, 30 * 86_400)
    both = issued(capsys, home, "--entries", "1", "--day", first)
    assert (both.entries, both.expires) == (1, midnight + 86_400)


def test_a_pass_is_withdrawn_and_its_standing_shown(
    home: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--authority", str(home.folder)]
    claims = issued(capsys, home, "--days", "2")
    assert cli.main(["withdraw", *here, claims.number.hex()[-4:]]) == 0
    assert "published/list-" in capsys.readouterr().out
    assert cli.main(["status", *here]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].endswith(
        "pass-seen; in use; 1 issued, 0 good, 1 withdrawn, 0 suspended; list 0 hours old"
    )
    assert sum(line.endswith("; counted and listed at the desk") for line in told) == 6
    assert told[5].endswith(
        "; in reserve; 0 issued, 0 good, 0 withdrawn, 0 suspended; no list signed yet"
    )
    assert cli.main(["withdraw", *here, "--restore", claims.number.hex()]) == 0
    assert cli.main(["lists", *here]) == 0
    assert capsys.readouterr().out.count("signed.") == 5
    assert cli.main(["withdraw", *here, "--class", "patient"]) == 0
    assert "no such pass" in capsys.readouterr().out


PRINTED = {
    "pass": ["--holder", "visitor", "--days", "1", "--out", "OUT/pass.png"],
    "passes": ["--holder", "visitor", "--days", "1", "--count", "3", "--out", "OUT/passes.pdf"],
    "card": ["self-test", "--gate", "cho-mau", "--out", "OUT/card.png"],
    "cards": ["--gate", "cho-mau", "self-test", "identify", "--out", "OUT/cards.pdf"],
}


@pytest.mark.parametrize("command", PRINTED)
def test_what_cannot_be_printed_is_not_entered_and_the_next_run_is_whole(
    home: Authority,
    small: Path,
    tmp_path: Path,
    command: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enrol.make_keys(tmp_path / "keys")
    gate = gate_arguments(home, tmp_path / "keys/request.json", tmp_path / "enrolment.json")
    assert cli.main(gate) == 0
    words = [each.replace("OUT", str(small)) for each in PRINTED[command]]
    verb, rest = ([command, words[0]], words[1:]) if command == "card" else ([command], words)
    asked = [*verb, "--authority", str(home.folder), *rest]

    def entered() -> int:
        registers = (home.folder / register.PATH, home.folder / cardlist.PATH)
        return sum(
            book.execute("SELECT COUNT(*) FROM pass").fetchone()[0]
            for each in registers
            if each.exists()
            for book in [sqlite3.connect(each)]
        )

    capsys.readouterr()
    with full(small, 4096):
        assert cli.main(asked) == 2
    assert capsys.readouterr().err.startswith("file-unusable")
    with monkeypatch.context() as patch:
        patch.setattr(picture, "FONT_FOLDER", tmp_path)
        assert cli.main(asked) == 2
    assert capsys.readouterr().err.startswith("font-missing")
    out = Path(asked[-1])
    out.mkdir()  # a slip of who wanted it in there
    assert cli.main(asked) == 2
    assert capsys.readouterr().err.startswith("file-unusable")
    out.rmdir()
    assert entered() == 0
    assert list(small.iterdir()) == []
    assert cli.main(asked) == 0
    assert entered() in (1, 2, 3)
    (made,) = small.iterdir()
    assert made.read_bytes().rstrip().endswith((b"%%EOF", b"IEND\xaeB`\x82"))


def test_the_status_is_told_of_a_folder_that_can_only_be_read(
    home: Authority, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(home.folder, small / "authority")
    asked = ["status", "--authority", str(copy)]
    assert cli.main(asked) == 0
    before = capsys.readouterr().out
    subprocess.run(["mount", "-o", "remount,ro", small], check=True)
    assert cli.main(asked) == 0  # nothing was issued yet: there is no register
    assert capsys.readouterr().out == before
    subprocess.run(["mount", "-o", "remount,rw", small], check=True)
    issued(capsys, authority.load(copy), "--days", "2")
    subprocess.run(["mount", "-o", "remount,ro", small], check=True)
    assert cli.main(asked) == 0
    assert "1 issued, 1 good" in capsys.readouterr().out


def test_a_stolen_key_is_turned_withdrawn_and_at_last_retired(
    home: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--authority", str(home.folder)]
    old = home.public.keys[0].kid
    issued(capsys, home, "--days", "2")
    assert cli.main(["issuer", "turn", *here, "--identity", "seen"]) == 0
    assert cli.main(["withdraw", *here, "--issuer", old]) == 0
    assert cli.main(["status", *here]) == 0
    told = capsys.readouterr().out
    assert re.search(rf"^{old} pass-seen; old; 1 issued.*; ALL WITHDRAWN; list", told, re.MULTILINE)
    assert cli.main(["issuer", "retire", *here, old]) == 2
    assert capsys.readouterr().err.startswith("issuer-in-use: ")


def test_an_old_key_that_issued_nothing_is_retired(
    home: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--authority", str(home.folder)]
    old = home.public.keys[0].kid
    assert cli.main(["issuer", "turn", *here, "--identity", "seen"]) == 0
    assert cli.main(["issuer", "retire", *here, old]) == 0
    assert f"{old}: retired." in capsys.readouterr().out
    assert old not in {key.kid for key in authority.load(home.folder).public.keys}


def test_signers_are_named_by_their_files(
    home: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "vn.der").write_bytes(certificates.certificate(certificates.P256))
    (tmp_path / "no.der").write_bytes(b"")
    here = ["signers", "--authority", str(home.folder)]
    assert cli.main([*here, str(tmp_path / "vn.der")]) == 0
    assert "published/signers.json: 1 signers, signed." in capsys.readouterr().out
    assert cli.main([*here, str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("signer-invalid: ")


@pytest.mark.parametrize(
    "more",
    [
        [],
        ["--days", "1", "--day", "2099-01-01"],
        ["--day", "2099-01-01", "--from", "2099-01-01"],
        ["--day", "2099-01-01", "--until", "2099-01-01"],
        ["--until", "2099-01-01", "--days", "1"],
        ["--day", "2026-01-01"],
        ["--from", "2026-01-01", "--until", "2026-01-02"],
        ["--day", "2099-01-01"],
        ["--until", "soon"],
        ["--entries", "0"],
        ["--entries", "100"],
        ["--days", "1", "--entries", "many"],
    ],
    ids=" ".join,
)
def test_a_time_that_cannot_be_meant_makes_no_pass(
    home: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    picture = tmp_path / "pass.png"
    asked = ["pass", "--authority", str(home.folder), "--holder", "visitor", "--out", str(picture)]
    assert cli.main([*asked, *more]) == 2
    assert re.match(r"(arguments|value)-invalid: ", capsys.readouterr().err)
    assert not picture.exists()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ([], "arguments-invalid"),
        (["--suspend", "--issuer", "00"], "arguments-invalid"),
        (["--suspend", "--restore", "0000"], "arguments-invalid"),
        (["0000"], "pass-unknown"),
        (["%"], "value-invalid"),
        (["001"], "value-invalid"),
        (["--issuer", "00"], "issuer-unknown"),
    ],
    ids=str,
)
def test_what_cannot_be_withdrawn_is_said(
    home: Authority, capsys: pytest.CaptureFixture[str], more: list[str], code: str
) -> None:
    assert cli.main(["withdraw", "--authority", str(home.folder), *more]) == 2
    assert capsys.readouterr().err.startswith(f"{code}: ")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], "arguments-invalid"),
        (["gate"], "arguments-invalid"),
        (["pass", "--days", "many"], "arguments-invalid"),
        (
            [*("pass", "--authority", "HOME", "--holder", "resident", "--days", "1"), *OWN],
            "arguments-invalid",
        ),
        (
            ["authority", "shares", "--authority", "HOME", "--sheets", "HOME/pages"],
            "arguments-invalid",
        ),
        (
            ["authority", "create", "--out", "NEW", "--name", "X", "--sheets", "NEW/pages"],
            "arguments-invalid",
        ),
        (
            [*CREATE, "HOME", "--name", "Xã Mẫu"],
            "authority-exists",
        ),
        (
            [*CREATE, "NEW", "--name", "Xã Mẫu", "--host", "a b"],
            "value-invalid",
        ),
        (
            ["pass", "--authority", "NEW", "--holder", "resident", "--days", "1", "--out", "X"],
            "authority-missing",
        ),
        (
            ["pass", "--authority", "HOME", "--holder", "resident", "--days", "0", "--out", "X"],
            "value-invalid",
        ),
        (
            [
                "pass",
                "--authority",
                "HOME",
                "--holder",
                "resident",
                "--days",
                "1",
                "--not-before",
                "soon",
                "--out",
                "X",
            ],
            "value-invalid",
        ),
        (
            ["pass", "--authority", "HOME", "--holder", "resident", "--days", "1", "--out", "HOME"],
            "file-unusable",
        ),
        (
            [
                "pass",
                "--authority",
                "HOME",
                "--holder",
                "resident",
                "--days",
                "1",
                "--out",
                "NEW/there/x.png",
            ],
            "file-unusable",
        ),
    ],
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_wrong_is_one_sentence_with_a_code_and_what_to_do(
    home: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: str,
    language: str,
) -> None:
    monkeypatch.setenv("GATE_LANG", language)
    places = {"HOME": home.folder, "NEW": tmp_path / "new", "X": tmp_path / "x.png"}
    filled = [re.sub(r"^(HOME|NEW|X)\b", lambda m: str(places[m[1]]), each) for each in arguments]
    assert cli.main(filled) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert re.fullmatch(rf"{code}: .+\n  -> .+\n", told.err)
    assert "{" not in told.err


def test_a_request_that_is_not_there_or_broken_is_said(
    home: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = tmp_path / "request.json"
    assert cli.main(gate_arguments(home, request, tmp_path / "out")) == 2
    assert "file-unusable: " in capsys.readouterr().err
    request.write_text("{}")
    assert cli.main(gate_arguments(home, request, tmp_path / "out")) == 2
    assert capsys.readouterr().err == (
        "request-invalid: the gate's request cannot be used: it is damaged, or not signed by the "
        "gate that made it\n"
        "  -> make the request again on the gate with `gate keys` and copy the whole file\n"
    )
    assert not (tmp_path / "out").exists()


def test_details_are_told_in_the_readers_language_too(
    home: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATE_LANG", "vi")
    request = tmp_path / "request.json"
    request.write_text("{}")
    cli.main(gate_arguments(home, request, tmp_path / "out"))
    assert capsys.readouterr().err.startswith(
        "request-invalid: không dùng được yêu cầu của cổng: tệp bị hỏng"
    )


def test_help_is_there_for_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    commands = ("authority", "gate", "pass", "card", "withdraw", "lists", "status", "signers")
    turning = (["issuer"], ["issuer", "turn"], ["issuer", "retire"], ["card", "count-reset"])
    for command in ([], *([each] for each in commands), *turning):
        with pytest.raises(SystemExit) as ended:
            cli.main([*command, "--help"])
        assert ended.value.code == 0
        assert "usage: provision" in capsys.readouterr().out


def test_codes_are_stable_and_no_two_errors_share_one() -> None:
    kinds: list[type[errors.ProvisionError]] = [
        errors.ProvisionError,
        *all_below(errors.ProvisionError),
    ]
    assert sorted(kind.code for kind in kinds) == [
        "arguments-invalid",
        "authority-exists",
        "authority-missing",
        "card-too-long",
        "card-too-wide",
        "card-unusable",
        "certificate-unknown",
        "clock-wrong",
        "file-unusable",
        "font-missing",
        "gate-known",
        "gate-unknown",
        "issuer-full",
        "issuer-in-use",
        "issuer-unknown",
        "issuer-withdrawn",
        "key-ends-first",
        "key-missing",
        "name-invalid",
        "not-confirmed",
        "pass-unknown",
        "passphrase-missing",
        "passphrase-short",
        "passphrase-wrong",
        "policy-invalid",
        "provision-fault",
        "register-unusable",
        "release-invalid",
        "request-invalid",
        "request-used",
        "root-absent",
        "roster-damaged",
        "share-foreign",
        "share-invalid",
        "shares-few",
        "sheet-unreadable",
        "signer-invalid",
        "signers-too-many",
        "technician-key-invalid",
        "tool-missing",
        "value-invalid",
        "withdrawn-for-good",
    ]


def all_below(kind: type[errors.ProvisionError]) -> list[type[errors.ProvisionError]]:
    """Return every error under `kind`."""
    return [each for sub in kind.__subclasses__() for each in (sub, *all_below(sub))]


def test_it_runs_as_a_program_in_a_terminal_that_knows_no_vietnamese(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "provisioning.cli", *CREATE, tmp_path, "--name", ""],
        env={"LC_ALL": "C", "PATH": "/usr/bin"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["pass", "--days", "many"], "đối số --days: 'many' không phải giá trị kiểu int"),
        (["issuer", "turn", "--authority", "x"], "cần một trong các đối số --identity --way"),
        (["withdraw", "--suspend", "--restore"], "không dùng cùng đối số --suspend"),
    ],
)
def test_what_argparse_says_is_said_in_vietnamese(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    more: list[str],
    said: str,
) -> None:
    monkeypatch.setenv("GATE_LANG", "vi")
    assert cli.main(more) == 2
    assert said in capsys.readouterr().err


def test_nothing_is_put_in_the_place_of_a_pipe_or_a_device(home: Authority, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    asked = ["pass", "--authority", str(home.folder), "--holder", "visitor", "--days", "1"]
    assert cli.main([*asked, "--out", str(pipe)]) == 2
    with pytest.raises(FileUnusable, match="Not a regular file"):
        files.write(pipe, b"")
    assert pipe.is_fifo()


def test_a_named_pipe_is_not_waited_for(
    home: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    here = ["--authority", str(home.folder)]
    for words in (
        ["policy", *here],
        ["technician", *here, "--days", "1", "--name", "lan", "--out", "x"],
        ["authority", "renew", *here, "--share"],
    ):
        assert cli.main([*words, str(pipe)]) == 2
        assert "file-unusable" in capsys.readouterr().err


@pytest.mark.parametrize("leaving", ["interrupted", "nobody answers"])
def test_who_leaves_at_the_question_for_a_passphrase_leaves_nothing(
    tmp_path: Path, leaving: str
) -> None:
    ours, theirs = os.openpty()
    asked: list[str | Path] = [
        *CREATE[:2],
        "--sheets",
        tmp_path / "pages",
        "--out",
        tmp_path / "new",
        "--name",
        "X",
    ]
    with (
        subprocess.Popen(
            [sys.executable, "-m", "provisioning.cli", *asked],
            stdin=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, "GATE_LANG": "en"},
        ) as running,
        ExitStack() as stack,
    ):
        stack.callback(running.kill)  # whatever else happens, it is not waited for
        os.close(theirs)
        told = b""
        while b"12 characters or more: " not in told:
            told += os.read(ours, 4096)
        if leaving == "interrupted":
            running.send_signal(signal.SIGINT)
        else:
            os.write(ours, b"\x04")
        while more := rest(ours):
            told += more
        running.wait()
    os.close(ours)
    assert running.returncode == (130 if leaving == "interrupted" else 2)
    assert b"Traceback" not in told
    assert (b"passphrase-missing: " in told) is (leaving != "interrupted")
    assert list(tmp_path.iterdir()) == []


def rest(terminal: int) -> bytes:
    """Return what else is said at a terminal; b"" once nobody is there."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
