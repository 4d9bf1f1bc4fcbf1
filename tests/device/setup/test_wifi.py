"""NetworkManager's profiles; that NetworkManager reads them so is tried in tests/lanes/install."""

import configparser
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.setup import link, wifi
from device.setup.trouble import JoinFailed
from wire.enrolcode import Network
from wire.joining import Trouble

WIFI = Network("wifi", "Chợ Mẫu; Hai", "matkhau mau\\2026", "VN")
CABLE = Network("ethernet")


def read(text: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    found.read_string(text)
    return found


names = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=8)
passphrases = st.text(
    st.characters(codec="ascii", min_codepoint=32, max_codepoint=126), min_size=8, max_size=63
)


@given(names, passphrases)
def test_no_name_and_no_passphrase_can_say_anything_else(name: str, passphrase: str) -> None:
    text = wifi.profile(Network("wifi", name, passphrase, "VN"))
    usual = wifi.profile(Network("wifi", "a", "aaaaaaaa", "VN"))
    keys = [line.partition("=")[0] for line in text.splitlines()]
    assert keys == [line.partition("=")[0] for line in usual.splitlines()]
    spelled = bytes(int(each) for each in read(text)["wifi"]["ssid"].split(";") if each)
    assert spelled.decode() == name


def test_each_way_has_a_profile_that_comes_back_by_itself() -> None:
    kinds = {"wifi": WIFI, "ethernet": CABLE, "gsm": Network("4g", "v-internet")}
    for kind, network in kinds.items():
        found = read(wifi.profile(network))
        assert found["connection"]["type"] == kind
        assert found["connection"]["autoconnect"] == "true"
        assert found["connection"]["autoconnect-retries"] == "0"
    assert wifi.profile(Network("none")) == ""


def test_an_open_network_has_no_passphrase() -> None:
    assert "psk" not in wifi.profile(Network("wifi", "Chợ", "", "VN"))


def test_a_profile_is_for_root_alone_and_the_region_stays_over_a_boot(tmp_path: Path) -> None:
    region = tmp_path / "region.conf"
    assert wifi.keep(WIFI, tmp_path, region) is None
    assert (tmp_path / wifi.NAME).stat().st_mode & 0o777 == 0o600
    assert region.read_text() == "options cfg80211 ieee80211_regdom=VN\n"


def test_a_network_that_failed_leaves_the_one_before(tmp_path: Path) -> None:
    region = tmp_path / "region.conf"
    wifi.keep(CABLE, tmp_path, region)
    kept = (tmp_path / wifi.NAME).read_bytes()
    wifi.put_back(wifi.keep(WIFI, tmp_path, region), tmp_path)
    assert (tmp_path / wifi.NAME).read_bytes() == kept
    wifi.put_back(None, tmp_path)
    assert not (tmp_path / wifi.NAME).exists()


class FakedRadio:
    """Stands for nmcli on a machine with a radio, which this one is not.

    It answers as the real one does: 4 for a connection that did not come up, and the reason by its
    number (NMDeviceStateReason).
    """

    def __init__(self, reason: int) -> None:
        self.reason, self.ran = reason, list[tuple[str, ...]]()

    def __call__(self, words: Sequence[str]) -> tuple[int, str]:
        self.ran.append(tuple(words))
        if "up" in words:
            return (0, "") if self.reason == 0 else (4, "")
        return 0, f"{self.reason} (said for people)\n\n0 (No reason given)\n"


@pytest.mark.parametrize(
    ("reason", "network", "trouble"),
    [
        (7, WIFI, Trouble.PASSPHRASE),  # secrets were required, but not provided
        (8, WIFI, Trouble.PASSPHRASE),  # the supplicant was disconnected: a four-way handshake
        (11, WIFI, Trouble.PASSPHRASE),
        (53, WIFI, Trouble.NO_WIFI),  # the network could not be found
        (5, WIFI, Trouble.NO_NETWORK),  # no address
        (40, CABLE, Trouble.NO_NETWORK),  # no carrier
        (7, CABLE, Trouble.NO_NETWORK),
    ],
)
def test_why_a_network_did_not_come_up_is_told_by_networkmanagers_number(
    reason: int, network: Network, trouble: Trouble
) -> None:
    with pytest.raises(JoinFailed) as caught:
        link.up(network, FakedRadio(reason))
    assert caught.value.trouble is trouble


def test_a_radio_is_told_its_country_before_it_searches() -> None:
    radio = FakedRadio(0)
    link.up(WIFI, radio)
    assert radio.ran[0] == ("iw", "reg", "set", "VN")
    assert radio.ran[-1] == ("nmcli", "--wait", "30", "connection", "up", "uuid", wifi.UUID)
    assert not any(WIFI.passphrase in word for words in radio.ran for word in words)


def test_a_command_that_is_not_there_fails_and_raises_nothing() -> None:
    assert link.command(["no-such-command-here"]) == (127, "")
