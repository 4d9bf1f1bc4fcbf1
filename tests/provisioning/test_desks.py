"""A desk's own keys for passes, and the sheet that is filled in where no gate works."""

import secrets
from datetime import datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.desk import log
from provisioning import authority, cli, desks, issuers, keyfile, logsheet, roster, turnover
from provisioning.authority import Authority
from provisioning.errors import GateUnknown
from provisioning.issuers import Stage
from tests.provisioning import printed
from wire import gatepass, keyring
from wire.gatepass import Pass
from wire.keys import Keyring, Use, entry
from wire.record import Direction

DESK = "ban-1"


@pytest.fixture
def home(home: Authority) -> Authority:
    key = entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS)
    gate = roster.Gate(DESK, "Trạm y tế", "Xã Mẫu", "health", (Direction.IN,), key)
    roster.enter(home.folder, gate)
    return home


def issued(path: Path) -> gatepass.Parsed:
    claims = Pass(secrets.token_bytes(8), "visitor", 1_790_000_000, 1_790_600_000, 1_790_000_000)
    return gatepass.parse(gatepass.issue(claims, keyfile.load_ed25519(path)))


def test_gates_learn_a_desks_keys_from_the_ring_each_for_its_use(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    made = desks.make(home, DESK, tmp_path / "out", now)
    told = keyring.unpack(made.ring.read_bytes(), Keyring([home.public.root]))
    for name, use in (("seen.pem", Use.PASS_SEEN), ("declared.pem", Use.PASS_DECLARED)):
        path = tmp_path / "out" / name
        assert path.stat().st_mode & 0o077 == 0
        assert issued(path).verify(Keyring(told.keys)) is use
    assert {key.kid for key in home.public.keys} < {key.kid for key in told.keys}


def test_a_desks_keys_end_no_later_than_the_authoritys_and_issue_nothing_for_it(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    late = now + timedelta(days=300)
    made = desks.make(home, DESK, tmp_path / "out", late)
    fresh = authority.load(home.folder)
    for key in (made.seen, made.declared):
        current = issuers.current(fresh, key.use)
        own = next(each for each in fresh.public.keys if each.kid == current)
        assert key.until is not None
        assert own.until is not None
        assert key.until <= own.until
        assert issuers.stage(fresh, issuers.known(fresh, key.kid)) is Stage.OLD


def test_after_a_theft_of_the_authoritys_keys_desks_need_new_ones(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    made = desks.make(home, DESK, tmp_path / "out", now)
    turnover.recover(authority.load(home.folder), now)
    kids = {key.kid for key in authority.load(home.folder).public.keys}
    assert not kids & {made.seen.kid, made.declared.kid}


def test_a_desk_that_nobody_has_admitted_gets_no_keys(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    with pytest.raises(GateUnknown):
        desks.make(home, "ban-2", tmp_path / "out", now)
    assert not (tmp_path / "out").exists()
    assert authority.load(home.folder).public == home.public


def test_the_command_says_what_to_carry_and_how_to_withdraw(
    home: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    where = ["--authority", str(home.folder)]
    assert cli.main(["desk", *where, "--gate", DESK, "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    (kept,) = (home.folder / desks.FOLDER).iterdir()
    fresh = {key.kid for key in authority.load(home.folder).public.keys}
    for kid in fresh - {key.kid for key in home.public.keys}:
        assert kid in told
        assert kid in kept.read_text()
        assert cli.main(["withdraw", *where, "--issuer", kid]) == 0


def test_a_paper_log_has_the_lines_of_the_desks_page_and_fits_one_sheet(
    home: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    out = tmp_path / "log.pdf"
    where = ["--authority", str(home.folder), "--out", str(out)]
    assert cli.main(["log-sheet", *where, "--place", "Bến xe Mỹ Tú"]) == 0
    pdf = out.read_bytes()
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    document.close()
    text = printed.text(pdf)
    assert "SỔ GHI NGƯỜI RA VÀO" in text
    assert "Bến xe Mỹ Tú" in text
    assert "0299 000 000" in text
    assert logsheet.ROWS == log.ROWS
    assert all(f"□ {minutes}" in text for minutes in log.WITHIN_MIN)
    assert cli.main(["log-sheet", *where, "--place", " "]) == 2
