"""Labels, instructions, passes and cards: every sheet as it comes out of a printer."""

from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.credential import classify
from device.flow import Signal
from device.gpio.patterns import PATTERNS
from provisioning import authority, cli, passes, roster, sheets, signs
from provisioning.authority import Authority
from provisioning.paper import CUT_MM, TALL, WIDE
from tests.provisioning import printed
from wire import controlcard, gatepass
from wire.keys import Use, entry
from wire.record import Direction

GATES = (("cho-mau-1", "Chợ Mẫu"), ("cho-mau-2", "Chợ Mẫu"), ("truong-mau", "Trường Mẫu"))


@pytest.fixture
def home(home: Authority) -> Authority:
    for gate, place in GATES:
        key = entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS)
        roster.enter(
            home.folder, roster.Gate(gate, place, "Xã Mẫu", "economy", (Direction.IN,), key)
        )
    return home


@pytest.fixture
def run(home: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Run":
    monkeypatch.setenv("GATE_LANG", "en")
    return Run(home, tmp_path / "sheet.pdf")


class Run:
    """The commands, as they are typed."""

    def __init__(self, home: Authority, out: Path) -> None:
        self.home, self.out = home, out

    def __call__(self, *words: str) -> int:
        command, *rest = words
        here = ["--authority", str(self.home.folder), "--out", str(self.out)]
        return cli.main([command, *here, *rest])

    @property
    def pdf(self) -> bytes:
        return self.out.read_bytes()


def test_a_label_says_which_gate_this_is_and_whom_to_call(run: Run) -> None:
    assert run("labels", "--place", "chợ mẫu") == 0
    text, found = printed.text(run.pdf), printed.codes(run.pdf)
    gates = [each for each in roster.load(run.home.folder).gates if each.place == "Chợ Mẫu"]
    assert sorted(code for code, _wide in found) == [
        f"gate:{each.gate}:{each.records.kid}" for each in gates
    ]
    for each in gates:
        assert each.gate in text
        assert sheets.serial(each) in text
    assert "Chợ Mẫu" in text
    assert "0299 000 000" in text
    assert "truong-mau" not in text
    assert all(classify(code.encode()).kind == "unknown" for code, _wide in found), "no pass"


@pytest.mark.parametrize(
    ("words", "count"),
    [([], 3), (["--gate", "cho-mau-1"], 1), (["--area", "xã mẫu"], 3), (["--gate", "nowhere"], 0)],
)
def test_labels_are_for_the_gates_that_were_named(run: Run, words: list[str], count: int) -> None:
    assert run("labels", *words) == (0 if count else 2)
    assert len(printed.codes(run.pdf) if count else []) == count


def test_the_instructions_are_in_two_languages_with_every_light_as_a_picture(run: Run) -> None:
    assert run("labels", "--gate", "cho-mau-1", "--instructions") == 0
    assert printed.pages(run.pdf) == 1
    text = " ".join(printed.text(run.pdf).split())
    for sign in signs.SIGNS:
        for words in (*sign.vietnamese, sign.english[0]):
            assert words in text
    assert "Đường dây hỗ trợ / Help line: 0299 000 000" in text


@pytest.mark.parametrize("more", [[], ["--instructions"]])
def test_without_a_help_line_there_is_a_blank_for_it_and_that_is_said(
    run: Run, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = run.home.folder / "roster.json"
    path.write_text(path.read_text().replace("0299 000 000", ""))
    assert run("labels", "--gate", "cho-mau-1", *more) == 0
    assert sheets.BLANK in printed.text(run.pdf)
    assert "NOTE: this authority has no help line" in capsys.readouterr().out


def test_the_pictures_of_lights_are_what_the_gate_shows() -> None:
    lamps = {
        (True, False, False): signs.GREEN,
        (False, True, False): signs.RED,
        (False, False, True): signs.AMBER,
        (False, True, True): signs.BOTH,
        (False, False, False): None,
    }
    for sign in signs.SIGNS:
        shown: list[signs.Light] = []
        for step in PATTERNS[Signal(sign.name)]:
            colour = lamps[step.green, step.red, step.amber]
            if shown and colour is not None and shown[-1].colour == colour:
                shown[-1] = signs.Light(shown[-1].ms + step.ms, colour)
            else:
                shown.append(signs.Light(step.ms, colour))
        assert tuple(shown) == sign.lights, sign.name


def test_a_sheet_of_passes_is_read_back_each_one_good_and_large_enough(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("passes", "--holder", "visitor", "--days", "2", "--count", "8") == 0
    told, found = capsys.readouterr().out, printed.codes(run.pdf)
    numbers = {gatepass.parse(text).claims.number.hex() for text, _wide in found}
    assert len(numbers) == 8
    assert all(each in told for each in numbers)
    assert all(50 <= wide < 55 for _text, wide in found)
    assert "Khách" in printed.text(run.pdf)
    assert run.out.stat().st_mode & 0o777 == 0o600
    assert "GP1:" not in told


def test_a_sheet_of_control_cards_is_read_back(run: Run) -> None:
    works = ["identify", "self-test", "export", "technician"]
    assert run("cards", "--gate", "cho-mau-1", *works) == 0
    found = [controlcard.parse(text).claims for text, _wide in printed.codes(run.pdf)]
    assert sorted(each.does for each in found) == sorted(works)
    assert "Mở lối vào cho kỹ thuật viên" in printed.text(run.pdf)


@pytest.mark.parametrize(
    "words",
    [
        ("passes", "--holder", "visitor", "--days", "2", "--count", "0"),
        ("passes", "--holder", "visitor", "--days", "2", "--count", "501"),
        ("cards", "--gate", "cho-mau-1", "wi-fi"),
        ("cards", "--area", "Xã Mẫu", "retire"),
        ("cards", "--gate", "cho-mau-1"),
    ],
    ids=str,
)
def test_what_cannot_be_printed_is_refused(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words) == 2
    assert not run.out.exists()


def test_labels_and_their_cut_marks_are_on_the_page_and_apart() -> None:
    places = sheets._places()
    assert len(places) == 10
    for each in places:
        assert min(each.left, each.top) >= CUT_MM
        assert each.left + each.wide <= WIDE - CUT_MM
        assert each.top + each.tall <= TALL - CUT_MM


def test_long_names_fit_onto_a_label(home: Authority) -> None:
    key = entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS)
    gate = roster.Gate("g" * 40, "Đường " * 30, "Xã " * 60, "x", (Direction.IN,), key)
    book = roster.load(home.folder)
    ((code, _wide),) = printed.codes(sheets.labels([gate], book))
    assert code.startswith("gate:" + "g" * 40)


def test_a_pass_of_each_class_is_printed(home: Authority, now: datetime) -> None:
    home = authority.load(home.folder)
    made = [passes.issue(home, holder, days=1, now=now) for holder in passes.HOLDERS]
    found = printed.codes(sheets.passes(made))
    assert sorted(text for text, _wide in found) == sorted(each.text for each in made)
