"""`provision` as it is used: its files, its words, its exit status."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from device import enrol
from provisioning import authority, cli, errors
from provisioning.authority import Authority
from wire.record import Direction


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_LANG", "en")


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
    assert cli.main(["authority", "--out", str(folder), *name]) == 0
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


def test_the_text_of_a_pass_is_not_shown_unless_asked(
    home: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issue = ["pass", "--authority", str(home.folder), "--holder", "resident", "--days", "30"]
    assert cli.main([*issue, "--out", str(tmp_path / "pass.png")]) == 0
    assert "GP1:" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], "arguments-invalid"),
        (["gate"], "arguments-invalid"),
        (["pass", "--days", "many"], "arguments-invalid"),
        (["authority", "--out", "HOME", "--name", "Xã Mẫu"], "authority-exists"),
        (["authority", "--out", "NEW", "--name", "Xã Mẫu", "--host", "a b"], "value-invalid"),
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
    for command in ([], ["authority"], ["gate"], ["pass"]):
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
        "clock-wrong",
        "file-unusable",
        "font-missing",
        "gate-known",
        "key-missing",
        "name-invalid",
        "provision-fault",
        "request-invalid",
        "request-used",
        "roster-damaged",
        "value-invalid",
    ]


def all_below(kind: type[errors.ProvisionError]) -> list[type[errors.ProvisionError]]:
    """Return every error under `kind`."""
    return [each for sub in kind.__subclasses__() for each in (sub, *all_below(sub))]


def test_it_runs_as_a_program_in_a_terminal_that_knows_no_vietnamese(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "provisioning.cli", "authority", "--out", tmp_path, "--name", ""],
        env={"LC_ALL": "C", "PATH": "/usr/bin"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
