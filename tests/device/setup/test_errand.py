"""What root does for a card: only for one that it has found good itself, and once."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from structlog.typing import EventDict

from device import config
from device.cards import asked
from device.flow import Instant
from device.journal import carried
from device.setup.errand import Errand
from provisioning import cardlist, cards, terms
from provisioning.cards import For, Issued
from tests.device.site import GATE, NOW, Site
from wire import controlcard
from wire.cardwork import Nothing, Wifi, Work
from wire.controlcard import Card, Parsed
from wire.keys import Use
from wire.record import ClockState
from wire.statuslist import INVALID

NOW_S = int(NOW.timestamp())


class Root:
    """Root's side of a gate, and what it has done."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.folders = config.load(site.config).folders
        self.done: list[str] = []
        self.wall_s = NOW_S

    def take(self, text: str, *works: Work) -> bool:
        """Lay a card down as the scanner does, and look at it as root does."""
        self.folders.run.mkdir(exist_ok=True)
        asked.asking(self.folders.run)(controlcard.parse(text))
        return self.look(*works)

    def look(self, *works: Work) -> bool:
        does = dict.fromkeys(works or tuple(Work), self._do)
        return Errand(self.folders, self._now, does).run()

    def _do(self, shown: Parsed) -> None:
        self.done.append(shown.claims.does)

    def _now(self) -> Instant:
        return Instant(10**9, self.wall_s * 1000, ClockState.SYNCED, "b")

    def issue(self, work: Work, name: str = GATE) -> Issued:
        needs = Wifi(ssid="Mạng", password="mat khau 8") if work is Work.WIFI else Nothing()
        term = terms.hours(24, NOW)
        return cards.issue(self.site.home, work, For(name), needs, term=term, now=NOW)


@pytest.fixture
def root(site: Site) -> Root:
    return Root(site)


@pytest.mark.parametrize("work", [Work.WIFI, Work.SELF_TEST, Work.TECHNICIAN, Work.EXPORT])
def test_a_good_card_is_done_once_and_never_again(root: Root, work: Work) -> None:
    card = root.issue(work).text
    assert root.take(card)
    assert root.done == [work]
    assert not root.take(card), "used"
    assert not (root.folders.run / "asked/card.json").exists()
    assert root.done == [work]


def test_without_a_request_there_is_nothing_to_do(root: Root) -> None:
    assert root.look()
    assert root.done == []


def test_the_scanner_alone_can_ask_for_nothing(
    root: Root, site: Site, logs: list[EventDict]
) -> None:
    good = controlcard.parse(root.issue(Work.TECHNICIAN).text).claims
    thief, key = Ed25519PrivateKey.generate(), site.home.signing_key(Use.CARD)
    wide = msgspec.structs.replace(good, scope="cho-mau")
    away = msgspec.structs.replace(good, scope="cong-khac")
    over = msgspec.structs.replace(good, expires=NOW_S)
    odd = msgspec.structs.replace(good, needs={"minutes": 3000})
    other = msgspec.structs.replace(good, does="open-the-safe")
    policy = site.home.signing_key(Use.POLICY)
    made = [(good, thief), (good, policy)]
    made += [(each, key) for each in (wide, away, over, odd, other)]
    for card, signer in made:
        assert not root.take(controlcard.issue(card, signer))
    assert root.done == []
    assert [each["reason"] for each in logs if "reason" in each] == [
        *("bad-signature", "bad-signature", "card-unbounded", "card-elsewhere", "expired"),
        *("card-unknown", "card-unknown"),
    ]


def test_a_withdrawn_card_is_not_done(root: Root, site: Site) -> None:
    card = root.issue(Work.TECHNICIAN)
    ending = (card.claims.number.hex(),)
    (path,) = cardlist.withdraw(site.home, ending, every=False, standing=INVALID, now=NOW)
    root.folders.accepted.mkdir(parents=True, exist_ok=True)
    (root.folders.accepted / path.name).write_bytes(path.read_bytes())
    assert not root.take(card.text)
    assert root.take(root.issue(Work.TECHNICIAN).text)


def test_what_root_does_not_do_it_does_not_obey(root: Root) -> None:
    assert not root.take(root.issue(Work.IDENTIFY).text, Work.WIFI)


def test_an_end_is_refused_by_root_too_while_scans_are_here_alone(
    root: Root, monkeypatch: pytest.MonkeyPatch, logs: list[EventDict]
) -> None:
    monkeypatch.setattr(carried, "unsent", lambda *_folders: 3)
    for work in (Work.FACTORY_RESET, Work.RETIRE):
        assert not root.take(root.issue(work).text)
    said = [(each["does"], each["reason"], each["waiting"]) for each in logs if "waiting" in each]
    assert said == [("factory-reset", "records-held", 3), ("retire", "records-held", 3)]
    assert root.take(root.issue(Work.FACTORY_RESET_LOSING).text)
    assert root.done == ["factory-reset-losing"]


def test_a_password_is_in_no_log(root: Root, logs: list[EventDict]) -> None:
    card: Card = root.issue(Work.WIFI).claims
    text = controlcard.issue(card, Ed25519PrivateKey.generate())
    assert not root.take(text)
    assert "mat khau" not in str(logs)
