"""Every mistake at the command line is one sentence with a remedy and a code, never a traceback."""

import json
from collections.abc import Callable

import pytest

from device.journal.reader import JournalReader
from tests.device.command import gate
from tests.device.site import Site, create


def no_keys(site: Site) -> None:
    site.keys.rename(site.folder / "elsewhere")


def no_enrolment(site: Site) -> None:
    site.draw_pass("pass.png")  # a gate that is nobody looks for a code first
    (site.keys / "enrolment.json").unlink()


def foreign_root(site: Site) -> None:
    site.draw_pass("pass.png")
    other = create(site.folder / "other")
    (other.folder / "root.json").replace(site.keys / "root.json")


def no_camera(site: Site) -> None:
    site.configure({'source = "pictures"': 'source = "picamera2"', 'path = "pictures"': ""})


def no_script(site: Site) -> None:
    site.configure(
        {'source = "pictures"': 'source = "doorway"', 'path = "pictures"': 'script = "door.json"'}
    )


def wrong_script(site: Site) -> None:
    no_script(site)
    (site.folder / "door.json").write_text('{"seed": "x"}')


def no_pictures(site: Site) -> None:
    site.pictures.rmdir()


def no_picture(site: Site) -> None:
    (site.pictures / "a.png").write_text("hello")


def no_pins(site: Site) -> None:
    site.draw_pass("a.png")
    site.configure({'board = "mock"': 'board = "pins"', 'trace = "pins.jsonl"': ""})


def no_folder(site: Site) -> None:
    (site.folder / "state").write_text("a file")


def no_run(site: Site) -> None:
    (site.folder / "run").write_text("a file")


def no_trace(site: Site) -> None:
    site.configure({'"pins.jsonl"': '"nowhere/pins.jsonl"'})


def broken_journal(site: Site) -> None:
    site.journal.parent.mkdir(parents=True)
    site.journal.write_text("no folder")


BROKEN: dict[Callable[[Site], None], str] = {
    no_keys: "not-enrolled",
    no_enrolment: "not-enrolled",
    foreign_root: "not-enrolled",
    no_camera: "camera-missing",
    no_script: "script-invalid",
    wrong_script: "script-invalid",
    no_pictures: "picture-unreadable",
    no_picture: "picture-unreadable",
    no_pins: "pins-missing",
    no_folder: "storage-unusable",
    no_run: "storage-unusable",
    no_trace: "storage-unusable",
    broken_journal: "journal-broken",
}


@pytest.mark.parametrize("spoil", BROKEN, ids=lambda spoil: spoil.__name__)
def test_a_gate_that_cannot_start_says_why_in_one_sentence(
    site: Site, spoil: Callable[[Site], None]
) -> None:
    spoil(site)
    said = gate("run", "--config", site.config)
    assert (said.status, said.out) == (2, "")
    assert said.code == BROKEN[spoil]


@pytest.mark.parametrize(
    ("words", "vietnamese", "english"),
    [
        ([], "thiếu tham số: COMMAND", "required: COMMAND"),
        (["open"], "không có 'open'", "invalid choice: 'open'"),
        (["run"], "thiếu tham số: --config", "required: --config"),
        (["run", "--config"], "cần một giá trị", "expected one argument"),
        (["check", "--config", "no.toml", "--x"], "không có tham số: --x", "unrecognized"),
        (["read"], "thiếu tham số: FILE", "required: FILE"),
        (["read", "--config", "a", "--authority", "b", "c"], "không dùng cùng", "not allowed with"),
    ],
)
def test_a_command_that_is_none_is_said_in_both_languages(
    words: list[str], vietnamese: str, english: str
) -> None:
    for language, part in (("vi", vietnamese), ("en", english)):
        said = gate(*words, language=language)
        assert (said.status, said.out, said.code) == (2, "", "arguments-invalid")
        assert part in said.err


def test_help_is_vietnamese_without_being_asked_for() -> None:
    said = gate("read", "--help", language="")
    assert said.status == 0
    assert "cách dùng: gate read" in said.out
    assert "xét như cổng này" in said.out


def test_a_mistake_in_the_configuration_is_said_in_vietnamese(site: Site) -> None:
    site.configure({"fps = 15": "fps = true"})
    said = gate("check", "--config", site.config, language="vi")
    assert said.status == 2
    assert "camera.fps: cần số, không phải true hoặc false" in said.err


def test_check_prints_what_it_understood(site: Site) -> None:
    said = gate("check", "--config", site.config)
    assert (said.status, said.err) == (0, "")
    assert json.loads(said.out)["journal"]["segment_records"] == 8


def test_an_answer_that_is_not_there_or_none_is_refused(site: Site) -> None:
    for answer in (site.folder / "none.json", site.config, site.folder):
        said = gate("enrol", "--config", site.config, answer)
        assert (said.status, said.code) == (2, "enrolment-refused")


def test_a_card_without_the_root_key_asks_for_it(site: Site) -> None:
    (site.keys / "root.json").unlink()
    said = gate("enrol", "--config", site.config, site.config)
    assert (said.status, said.code) == (2, "not-enrolled")
    assert "-> copy root.json from the authority's folder" in said.err


def test_a_gate_over_pictures_keeps_what_it_saw_and_ends(site: Site) -> None:
    site.draw_pass("a.png")
    said = gate("run", "--config", site.config)
    assert said.status == 0
    told = [json.loads(line) for line in said.err.splitlines()]
    assert [each["reason"] for each in told if each["event"] == "passage"] == ["accepted"]
    assert stored(site) == ["note", "key", "scan", "note", "note"]  # the last is the signed head


def test_a_start_that_fails_leaves_what_is_stored(site: Site) -> None:
    site.draw_pass("a.png")
    assert gate("run", "--config", site.config).status == 0
    before = stored(site)
    no_picture(site)
    assert gate("run", "--config", site.config).status == 2
    assert stored(site)[: len(before)] == before


def stored(site: Site) -> list[str]:
    """Return what kinds of record are in the journal."""
    with JournalReader(site.journal) as reader:
        reader.seek(1)
        return [each["t"] for each in reader.take(100, 100).documents]
