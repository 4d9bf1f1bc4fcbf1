"""Records the collector refused are kept for people, by the collector's word alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.journal import quarantine
from device.journal.quarantine import EVERY_NS, FOLDER, REFUSED, Quarantine
from device.journal.store import CardJournal
from provisioning import keyfile
from tests.device.site import GATE, Site
from tests.device.uplink.district import journal, store
from wire.keys import Keyring
from wire.receipt import Receipt, Refusal, pack


class Desk:
    """A collector that refuses, a journal, and the quarantine between them."""

    def __init__(self, site: Site, kept: CardJournal) -> None:
        self.site, self.kept = site, kept
        self.key = keyfile.load_ed25519(site.home.folder / "collector/receipt.pem")
        site.inbox.mkdir(parents=True, exist_ok=True)
        ring = Keyring(site.home.public.keys)
        self.quarantine = Quarantine(site.journal, site.inbox, GATE, ring)
        self.now = 0

    def refuse(
        self,
        *seqs: int,
        journal: str = "",
        gate: str = GATE,
        key: Ed25519PrivateKey | None = None,
    ) -> None:
        refused = tuple(Refusal(seq, "odd-record") for seq in seqs)
        said = Receipt(gate, journal or self.kept.journal, 0, "00", 1, refused=refused)
        (self.site.inbox / REFUSED).write_bytes(pack(said, key or self.key))

    def tended(self, times: int = 5) -> list[str]:
        for _ in range(times):
            self.now += EVERY_NS
            self.quarantine.tend(self.now)
        folder = self.site.journal / FOLDER
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def desk(site: Site) -> Iterator[Desk]:
    with journal(site) as kept:
        store(kept, 20)
        yield Desk(site, kept)


def test_refused_records_are_copied_from_wherever_they_are(desk: Desk) -> None:
    desk.refuse(3, 19)  # one in a sealed segment, one in the open one
    assert desk.tended() == [f"{desk.kept.journal}-{seq:016d}.json" for seq in (3, 19)]
    for seq in (3, 19):
        path = desk.site.journal / FOLDER / f"{desk.kept.journal}-{seq:016d}.json"
        found = json.loads(path.read_bytes())
        assert found["why"] == "odd-record"
        assert found["record"]["seq"] == seq


def test_what_the_collector_did_not_sign_sets_nothing_apart(desk: Desk) -> None:
    desk.refuse(3, key=Ed25519PrivateKey.generate())
    assert desk.tended() == []
    desk.refuse(3, gate="cong-khac")
    assert desk.tended() == []
    (desk.site.inbox / REFUSED).write_bytes(b"\xff" * 100_000)
    assert desk.tended() == []


@pytest.mark.parametrize("name", ["../../etc", "0" * 16, "..", "a/b", "²"])
def test_records_that_are_not_here_cannot_be_copied(desk: Desk, name: str) -> None:
    desk.refuse(3, journal=name)
    assert desk.tended() == []
    desk.refuse(900, 21)
    assert desk.tended() == []


def test_a_full_quarantine_is_told_and_stops_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(quarantine, "MOST", 2)
    desk.refuse(1, 2, 3, 4)
    assert len(desk.tended(8)) == 2
    assert capsys.readouterr().out.count("quarantine.full") == 1
    store(desk.kept, 1)
    next((desk.site.journal / FOLDER).iterdir()).unlink()  # somebody looked at it
    desk.refuse(4)
    assert len(desk.tended()) == 2


def test_the_journal_does_not_stumble_over_its_quarantine(site: Site) -> None:
    with journal(site) as kept:
        store(kept, 20)
        desk = Desk(site, kept)
        desk.refuse(3)
        assert len(desk.tended()) == 1
    with journal(site) as again:
        assert again.last == 20


def test_a_card_that_cannot_be_written_is_told_once(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk.site.journal / FOLDER).write_text("in the way")
    desk.refuse(3, 4, 5)
    for _ in range(6):
        desk.now += EVERY_NS
        desk.quarantine.tend(desk.now)
    assert capsys.readouterr().out.count("quarantine.failed") == 1


def test_it_looks_at_nothing_that_did_not_change(desk: Desk, tmp_path: Path) -> None:
    desk.refuse(3)
    desk.tended()
    for path in (desk.site.journal / FOLDER).iterdir():
        path.unlink()
    assert desk.tended() == []
    assert tmp_path.exists()
