"""A gate admitted by way of its card's boot partition."""

from pathlib import Path

import pytest

from device import enrol
from device.setup.admission import ACCEPTED, ENROLMENT, REFUSED, REQUEST, RESULT, admit
from provisioning import gates
from tests.device.site import GATE, NOW, Site
from wire.record import Direction


@pytest.fixture
def boot(tmp_path: Path) -> Path:
    return tmp_path / "boot"


def answer(site: Site, request: bytes, gate: str = GATE) -> bytes:
    """Return what the authority says to the request."""
    return gates.enrol(
        site.home,
        request,
        gate=gate,
        place="Chợ Mới",
        area="Xã Mẫu",
        sector="economy",
        directions=(Direction.IN,),
        now=NOW,
        replace=True,
    )


def test_a_card_that_was_never_used_gets_keys_and_a_request(site: Site, boot: Path) -> None:
    fresh = site.folder / "fresh"
    assert not admit(fresh, boot)
    assert (boot / REQUEST).read_bytes() == (fresh / enrol.REQUEST).read_bytes()
    before = (boot / REQUEST).stat().st_mtime_ns
    assert not admit(fresh, boot)
    assert (boot / REQUEST).stat().st_mtime_ns == before, "a card is not written for nothing"


def test_an_answer_of_the_authority_is_taken_once(site: Site, boot: Path) -> None:
    admit(site.keys, boot)
    (boot / ENROLMENT).write_bytes(answer(site, (boot / REQUEST).read_bytes()))
    assert admit(site.keys, boot)
    root = enrol.root_key(site.keys / enrol.ROOT)
    assert enrol.held(site.keys, root).place == "Chợ Mới"
    assert "Chợ Mới" in (boot / RESULT).read_text()
    assert (boot / ACCEPTED).exists()
    assert not (boot / ENROLMENT).exists()
    assert not admit(site.keys, boot)


@pytest.mark.parametrize(
    "brought", [b"", b"{}", b"\xff" * 5_000_000], ids=["empty", "form", "huge"]
)
def test_what_the_authority_did_not_sign_changes_nothing(
    site: Site, boot: Path, brought: bytes
) -> None:
    boot.mkdir()
    (boot / ENROLMENT).write_bytes(brought)
    held = (site.keys / enrol.ENROLMENT).read_bytes()
    assert not admit(site.keys, boot)
    assert (site.keys / enrol.ENROLMENT).read_bytes() == held
    assert (boot / RESULT).read_text().startswith("enrolment-refused: ")
    assert (boot / REFUSED).exists()
    assert not (boot / ENROLMENT).exists()


def test_an_answer_to_another_gate_is_refused(site: Site, boot: Path) -> None:
    other = enrol.make_keys(site.folder / "other")
    boot.mkdir()
    (boot / ENROLMENT).write_bytes(answer(site, other, "cong-khac"))
    assert not admit(site.keys, boot)
    assert (boot / REFUSED).exists()
