"""Whatever is wrong with a configuration is said in the reader's language, and with its key."""

import gettext
import re
from pathlib import Path

import pytest

from device import config, i18n
from device.errors import ConfigInvalid

CAMERA = '[camera]\nsource = "pictures"\npath = "x"\n'
RAW = re.compile(r"Expected|Invalid|Object|\bgot\b|`|\$|\bat line\b|null|No such|Is a dir")
WRONG = (
    ("", "camera"),
    ("[camera]", "camera.source"),
    ('[camera]\nsource = "web"', "camera.source"),
    (CAMERA + "fps = -1", "camera.fps"),
    (CAMERA + "fps = 1979-05-27", "camera.fps"),
    (CAMERA + "[panel]\nwiring = 1", "panel.wiring"),
    (CAMERA + '[panel]\nboard = "x"', "panel"),
    (CAMERA + "[panel.pins.relay]\npin = 5", "panel.pins.relay"),
    (CAMERA + '[panel.quiet]\nbegins = "x"', "panel.quiet.begins"),
    (CAMERA + "[desk]\npaper_mm = 57", "desk.paper_mm"),
    (CAMERA + '[desk]\nholder = ""', "desk.holder"),
    (CAMERA + "[link]\nbrokers = []", "link.brokers"),
    (CAMERA + "[link]\nbrokers = [{}]", "link.brokers[0].host"),
    (CAMERA + "[clock]\nvouched = 1", "clock.vouched"),
    (CAMERA + '[folders]\nstate = ""', "folders.state"),
)


def speak(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = gettext.translation(i18n.DOMAIN, i18n.LOCALE, [language])
    monkeypatch.setattr(i18n._words, "_texts", found)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("text", "key"), WRONG, ids=[key for _, key in WRONG])
def test_a_fault_is_named_once_by_its_key_and_in_no_programs_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, key: str, language: str
) -> None:
    speak(language, monkeypatch)
    path = tmp_path / "gate.toml"
    path.write_text(text)
    said = config.complaints(path)
    assert [each.partition(": ")[0] for each in said] == [key]
    assert not RAW.search(said[0]), said[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a = 1\nb = !\n", "dòng 2, cột 5"),
        (b"a = 1\na = 2", "lỗi ở cuối tệp"),
        (b"[camera\n", "dòng 1, cột 8"),
        (b"\xff", "không phải văn bản UTF-8"),
        (b"#" * (config.LIMIT + 1), "quá dài"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_where_a_file_stops_being_toml_is_said_in_vietnamese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, said: str
) -> None:
    speak("vi", monkeypatch)
    path = tmp_path / "gate.toml"
    path.write_bytes(text)
    for look in (config.load, config.complaints):
        with pytest.raises(ConfigInvalid, match=said):
            look(path)
