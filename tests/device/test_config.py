"""A gate's configuration is read whole and strictly, and what is wrong in it is named."""

from pathlib import Path

import pytest

from device import config
from device.errors import ConfigInvalid, ConfigMissing
from device.pinout.sets import DEFAULT
from tests.device.site import CONFIG, Site

WRONG = {
    "fps = 15": {
        "fps = 'x'": "camera.fps",
        "fps = 0": "camera.fps",
        "fps = nan": "camera.fps",
        "fps = inf": "camera.fps",
        "fps = 15\nfsp = 15": "camera.fsp",
    },
    'source = "pictures"': {'source = "webcam"': "camera.source", "": "camera.source"},
    'path = "pictures"': {"path = 3": "camera.path", 'path = ""': "camera.path", "": "camera.path"},
    'board = "mock"': {'board = "mocc"': "panel", "board = true": "panel.board"},
    'trace = "pins.jsonl"': {
        "pins = { amber = 99 }": "panel.pins.amber",
        "pins = { amber = 17 }": "panel.pins",
        "pins = { blue = 17 }": "panel.pins.blue",
        "pins = 17": "panel.pins",
        "pins = { relay = 6 }": "panel.pins",
        "pins = { relay = 26, relay_ms = 60000 }": "panel.pins.relay_ms",
        "pins = { attendant = { green = 23 } }": "panel.pins.attendant.red",
        "pins = { green = 5 }": "panel",
        "inputs = { service = 2 }": "panel.inputs",
        "inputs = { servant = 5 }": "panel.inputs.servant",
        "inputs = [5]": "panel.inputs",
        "quiet = { begins = 22:00:00 }": "panel.quiet.ends",
        "quiet = { begins = 25, ends = 06:00:00 }": "panel.quiet.begins",
        'wiring = "relais"': "panel.wiring",
        "wiring = 7": "panel.wiring",
        "wiring = []": "panel.wiring",
    },
    "vouched = true": {"vouched = 1": "clock.vouched", "[window]": "window"},
    "port = 8883": {"port = 70000": "link.brokers[0].port", "prot = 1": "link.brokers[0].prot"},
    "retry_s = 1.0": {"retri_s = 1.0": "link.retri_s", "retry_s = -1": "link.retry_s"},
    'brokers = [{ host = "localhost", port = 8883 }]': {"brokers = []": "link"},
    "segment_records = 8": {"segment_records = 1": "journal.segment_records"},
}
CASES = [(old, new, key) for old, news in WRONG.items() for new, key in news.items()]


@pytest.mark.parametrize(("old", "new", "key"), CASES)
def test_what_is_wrong_is_named_by_its_full_key(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    path = tmp_path / "gate.toml"
    path.write_text(CONFIG.replace(old, new))
    with pytest.raises(ConfigInvalid) as raised:
        config.load(path)
    assert str(raised.value).startswith(f"{path}: {key}")


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b"a = = 2",
        b"a = 1\na = 2",
        b"#" * 300_000,
        b"",
        b"\x00",
        b"a = " + b"[" * 20_000,
    ],
    ids=lambda data: str(data[:12]),
)
def test_what_is_no_configuration_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "gate.toml"
    path.write_bytes(data)
    for read in (config.load, _all_complaints):
        with pytest.raises(ConfigInvalid, match=r"gate\.toml"):
            read(path)


def _all_complaints(path: Path) -> None:
    """Raise what is wrong with the file, whether it is found at once or one by one."""
    for each in config.complaints(path):
        msg = f"{path}: {each}"
        raise ConfigInvalid(msg)


def test_a_file_that_an_editor_on_windows_wrote_is_read(tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_text(CONFIG, encoding="utf-8-sig", newline="\r\n")
    assert config.load(path).journal.segment_records == 8


def test_a_file_that_is_not_there_is_another_mistake(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path, tmp_path / "none/gate.toml"):
        with pytest.raises(ConfigMissing, match=str(path)):
            config.load(path)


def test_paths_are_relative_to_the_file(site: Site) -> None:
    found = config.load(site.config)
    assert found.folders.journal == site.journal
    assert isinstance(found.camera, config.PicturesSource)
    assert found.camera.path == site.pictures
    assert found.panel.trace == site.pins


def test_a_named_set_of_wiring_is_filled_in_and_the_file_outdoes_it(site: Site) -> None:
    board = 'board = "mock"'
    site.configure({board: f'{board}\nwiring = "relay-door"\npins = {{ relay_ms = 3000 }}'})
    pins = config.load(site.config).panel.pins
    assert (pins.amber, pins.relay, pins.relay_ms) == (22, 26, 3000)
    site.configure({board: f'{board}\nwiring = "counter"\ninputs = {{ admit = 26 }}'})
    panel = config.load(site.config).panel
    assert (panel.inputs.service, panel.inputs.admit, panel.pins.tonal) == (5, 26, False)


def test_where_the_broker_is_may_be_left_to_the_enrolment(tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_text(CONFIG.replace('brokers = [{ host = "localhost", port = 8883 }]', ""))
    assert config.load(path).link.brokers == ()


@pytest.mark.parametrize(
    ("said", "wiring"),
    [("counter\n", "counter"), ("no-such-set", DEFAULT), ("\0" * 65, DEFAULT), (None, DEFAULT)],
)
def test_the_wiring_is_as_the_enrolment_code_named_it_unless_the_file_says_more(
    tmp_path: Path, said: str | None, wiring: str
) -> None:
    path = tmp_path / "gate.toml"
    keys = tmp_path / "keys"
    keys.mkdir()
    if said is not None:
        (keys / "wiring").write_text(said)
    bare = '[folders]\nkeys = "keys"\n[camera]\nsource = "pictures"\npath = "a"\n'
    path.write_text(bare)
    found = config.load(path).panel
    assert (found.pins, found.inputs) == _pins(config.panel_of(wiring))
    path.write_text(f'{bare}[panel]\nwiring = "relay-door"\n')
    assert config.load(path).panel == config.panel_of("relay-door")


def _pins(panel: config.Panel) -> tuple[object, object]:
    return panel.pins, panel.inputs
