"""`provision authority …` as two people use it, from its founding to a recovery."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from device import enrol
from provisioning import authority, cli, keyfile, passphrase, sharepdf, shares, sharesheet
from provisioning.authority import Authority
from provisioning.errors import PassphraseMissing, PassphraseShort, RootAbsent
from wire import keyring
from wire.keys import Keyring, Use

WORDS = "sau tu khong lien quan gi"
CREATE = ("authority", "create", "--name", "Xã Mẫu")


@pytest.fixture(autouse=True)
def nobody_sits_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(passphrase.FOLDER, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))


@pytest.fixture
def credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the passphrase as systemd does."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / passphrase.CREDENTIAL).write_text(f"{WORDS}\n", encoding="utf-8")
    monkeypatch.setenv(passphrase.FOLDER, str(folder))
    return folder / passphrase.CREDENTIAL


def found(folder: Path, *more: str) -> tuple[Path, list[Path]]:
    """Found an authority on paper; return its folder and its pages."""
    home, pages = folder / "authority", folder / "pages"
    assert cli.main([*CREATE, "--out", str(home), "--sheets", str(pages), *more]) == 0
    return home, sorted(pages.iterdir())


def given(pages: list[Path]) -> list[str]:
    return [word for path in pages for word in ("--share", str(path))]


@pytest.mark.usefixtures("credential")
def test_from_founding_to_recovery_by_two_pages_and_a_credential(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, pages = found(tmp_path)
    said = capsys.readouterr().out
    assert len(pages) == 3
    assert all(str(path) in said for path in pages)
    of = ["--authority", str(home)]
    issue = ["pass", *of, "--holder", "resident", "--days", "30"]
    assert cli.main([*issue, "--out", str(tmp_path / "pass.png")]) == 0
    for work in ("renew", "recover"):
        assert cli.main(["authority", work, *of]) == 2
        assert capsys.readouterr().err.startswith("root-absent: ")
        assert cli.main(["authority", work, *of, *given(pages[:1])]) == 2
        assert capsys.readouterr().err.startswith("shares-few: ")
        assert cli.main(["authority", work, *of, *given(pages[1:])]) == 0
        assert f"{home}/published/keyring.json" in capsys.readouterr().out
    public = authority.load(home).public
    told = keyring.unpack((home / "published/keyring.json").read_bytes(), Keyring([public.root]))
    assert told.keys == public.keys
    turn = ["issuer", "turn", *of, "--identity", "seen", *given(pages[:2])]
    assert cli.main(turn) == 0
    assert keyring.unpack(authority.load(home).keyring(), Keyring([public.root])).version > (
        told.version
    )


@pytest.mark.usefixtures("credential")
def test_pages_can_be_made_anew_with_other_numbers(tmp_path: Path) -> None:
    home, pages = found(tmp_path, "--needed", "2", "--count", "2")
    fresh = tmp_path / "fresh"
    again = ["authority", "shares", "--authority", str(home), *given(pages)]
    assert cli.main([*again, "--sheets", str(fresh), "--needed", "3", "--count", "4"]) == 0
    made = [sharesheet.read(path) for path in sorted(fresh.iterdir())]
    root = authority.load(home).public.root
    assert {each.needed for each in made} == {3}
    shares.join(made[1:], root)


@pytest.mark.usefixtures("credential")
def test_status_says_for_people_and_for_programs_what_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = found(tmp_path)
    capsys.readouterr()
    monkeypatch.setenv("GATE_LANG", "en")
    status = ["authority", "status", "--authority", str(home)]
    assert cli.main(status) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(
        re.fullmatch(r"policy: until \d{4}-\d\d-\d\d, 199 days; good", each) for each in lines
    )
    assert cli.main([*status, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["authority"] == "Xã Mẫu"
    assert {each["level"] for each in told["ends"]} == {"good"}
    assert len(told["ends"]) == len(lines)
    assert (home / "expiry.json").exists()


def test_a_plain_root_takes_a_loud_word_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    out = ["--out", str(tmp_path / "a")]
    for wrong in ([], ["--plain", "--sheets", str(tmp_path / "p")]):
        assert cli.main([*CREATE, *out, *wrong]) == 2
        assert capsys.readouterr().err.startswith("arguments-invalid: ")
    assert list(tmp_path.iterdir()) == []
    assert cli.main([*CREATE, *out, "--plain"]) == 0
    assert "WARNING" in capsys.readouterr().out
    assert (tmp_path / "a/offline/root.pem").exists()


def test_without_a_passphrase_nothing_is_founded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [*CREATE, "--out", str(tmp_path / "a"), "--sheets", str(tmp_path / "p")]
    assert cli.main(asked) == 2
    assert capsys.readouterr().err.startswith("passphrase-missing: ")
    assert list(tmp_path.iterdir()) == []


def test_a_short_passphrase_is_refused(credential: Path) -> None:
    credential.write_text("mười một ký\n", encoding="utf-8")
    with pytest.raises(PassphraseShort):
        passphrase.chosen()


@pytest.mark.parametrize(("answers", "good"), [((WORDS, WORDS), True), ((WORDS, "other"), False)])
def test_at_a_terminal_a_new_passphrase_is_asked_for_twice(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[str, str], *, good: bool
) -> None:
    typed = iter(answers)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(passphrase, "getpass", lambda _question: next(typed))
    if good:
        assert passphrase.chosen() == WORDS.encode()
    else:
        with pytest.raises(PassphraseMissing):
            passphrase.chosen()


def test_a_wrong_passphrase_is_said_and_the_desk_does_nothing(
    tmp_path: Path, credential: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = found(tmp_path)
    passphrase.given.cache_clear()
    credential.write_text("another passphrase", encoding="utf-8")
    capsys.readouterr()
    issue = ["pass", "--authority", str(home), "--holder", "resident", "--days", "30"]
    assert cli.main([*issue, "--out", str(tmp_path / "pass.png")]) == 2
    assert capsys.readouterr().err.startswith("passphrase-wrong: ")
    assert not (tmp_path / "pass.png").exists()


@pytest.mark.parametrize(
    "work", [["authority", "renew"], ["issuer", "turn", "--identity", "seen"]], ids=" ".join
)
def test_a_slip_of_the_finger_closes_no_new_keys(
    work: list[str], tmp_path: Path, credential: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, pages = found(tmp_path)
    before = {path: path.read_bytes() for path in home.rglob("*.pem")}
    passphrase.given.cache_clear()
    credential.write_text("mot hai ba bon nan", encoding="utf-8")
    capsys.readouterr()
    assert cli.main([*work, "--authority", str(home), *given(pages[:2])]) == 2
    assert capsys.readouterr().err.startswith("passphrase-wrong: ")
    assert {path: path.read_bytes() for path in home.rglob("*.pem")} == before


def test_recovering_takes_a_new_passphrase_where_nobody_knows_the_old_one(
    tmp_path: Path, credential: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, pages = found(tmp_path)
    credential.unlink()
    new = "một câu hoàn toàn khác"
    typed = iter((new, new))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(passphrase, "getpass", lambda _question: next(typed))
    assert cli.main(["authority", "recover", "--authority", str(home), *given(pages[:2])]) == 0
    assert list(typed) == []
    made = authority.load(home)
    assert all(keyfile.opens(path, new.encode()) for path in made.closed())


@pytest.mark.usefixtures("credential")
def test_a_key_for_passes_that_was_lost_comes_back_closed(tmp_path: Path) -> None:
    home, pages = found(tmp_path)
    (home / "passes/seen.pem").unlink()
    turn = ["issuer", "turn", "--authority", str(home), "--identity", "seen"]
    assert cli.main([*turn, *given(pages[:2])]) == 0
    assert keyfile.is_closed(home / "passes/seen.pem")


def test_a_machine_with_one_part_of_the_folder_does_that_parts_work(
    tmp_path: Path, credential: Path
) -> None:
    """The desk for passes has neither the root nor the keys that sign policies."""
    assert credential.exists()
    home, _ = found(tmp_path)
    for part in ("offline", "signing", "broker", "collector", "vault", "enrolment"):
        for path in (home / part).iterdir():
            path.unlink()
    desk = Authority(home, authority.load(home).public)
    desk.pass_key(Use.PASS_SEEN)
    assert keyfile.is_closed(home / "passes/seen.pem")
    with pytest.raises(RootAbsent):
        desk.root()


def test_gates_without_a_next_certificate_are_said_loudly_before_a_renewal_and_at_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    home = tmp_path / "a"
    assert cli.main([*CREATE, "--out", str(home), "--plain"]) == 0
    request = tmp_path / "request.json"
    request.write_bytes(enrol.make_keys(tmp_path / "keys"))
    admit = ["gate", "--authority", str(home), "--request", str(request), "--gate", "cho-1"]
    where = ["--place", "Chợ", "--area", "Xã Mẫu", "--sector", "economy", "--direction", "in"]
    assert cli.main([*admit, *where, "--out", str(tmp_path / "cho-1.json")]) == 0
    works = (["status"], ["renew"], ["recover"])
    for work in works:
        capsys.readouterr()
        assert cli.main(["authority", *work, "--authority", str(home)]) == 0
        assert "CAUTION" not in capsys.readouterr().out
    (home / "requests/cho-1").unlink()
    for work in works:
        assert cli.main(["authority", *work, "--authority", str(home)]) == 0
        assert "1 gates get NO next certificate" in (said := capsys.readouterr().out)
        assert ": cho-1. Carry" in said


@pytest.mark.usefixtures("credential")
def test_shares_come_as_one_pdf_if_that_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, (pdf,) = found(tmp_path, "--pdf")
    assert str(pdf) in capsys.readouterr().out
    made = [each for each in sharepdf.read(pdf) if each is not None]
    words = [tmp_path / str(each.number) for each in made[1:]]
    for path, each in zip(words, made[1:], strict=True):
        path.write_text(each.words, encoding="utf-8")
    again = ["authority", "shares", "--authority", str(home), *given(words), "--pdf"]
    assert cli.main([*again, "--sheets", str(tmp_path / "again")]) == 0
    assert len(list((tmp_path / "again").iterdir())) == 1


def test_a_folder_that_nothing_can_be_written_to_is_still_looked_at(
    small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_LANG", "vi")
    home = small / "authority"
    assert cli.main(["authority", "create", "--plain", "--out", str(home), "--name", "Xã Mẫu"]) == 0
    (home / "expiry.json").unlink()
    capsys.readouterr()
    subprocess.run(["mount", "-o", "remount,ro", small], check=True)
    assert cli.main(["authority", "status", "--authority", str(home)]) == 0
    said = capsys.readouterr()
    assert "ca-certificate: " in said.out
    assert said.err.count("\n") == 1
    assert f"{home}/expiry.json" in said.err
    assert "Errno" not in said.err
    assert cli.main(["lists", "--authority", str(home)]) == 2
    assert "Errno" not in capsys.readouterr().err
