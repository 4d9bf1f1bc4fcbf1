"""`gate explain`: all about a code, for someone who must not learn who holds it."""

import json
import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from device import explain, judges
from device.credential.kinds import KINDS
from device.errors import PictureUnreadable, PolicyUnreadable
from device.explain import Explained
from device.verdict.policy import default
from device.words import ADVICE
from provisioning import cli as provision
from provisioning import withdrawal
from tests.device.command import GATE, environment, gate
from tests.device.credential.codes import PASS, SAMPLES, every_code
from tests.device.site import NOW, Site
from wire.canonical import canonical
from wire.keys import Keyring

CARD = (
    "094090000123|360000456|Nguyễn Văn Mẫu|15061990|Nam|Ấp Kín, Xã Mẫu, Mỹ Tú, Sóc Trăng|01072021"
)
NOBODY = judges.of(None, None)


def explained(code: bytes) -> Explained:
    return explain.explain("", code, explain.by_policies(NOBODY, []))


def test_every_kind_of_code_is_explained() -> None:
    said = [explained(code) for code in every_code()]
    assert {each.kind for each in said} == set(KINDS)
    assert set(ADVICE) < set(KINDS)
    for each in said:
        assert explain.as_text(each)
        assert json.loads(explain.as_json(each))["kind"] == each.kind


NUMBERS = (
    "094090000123 360000456 094090000000 360000000 0000000000000 0900000000 162500000000000000"
)
NAMES = "Nguyễn Văn Mẫu Kín NGUYEN VAN MAU GD494 4e6775 URN:UVCI:01 matkhau C0000000 AAAA"


def test_nobody_is_named_and_no_number_is_said_in_full() -> None:
    for code in (CARD.encode(), *every_code()):
        said = explained(code)
        values = " ".join(each.value for each in said.fields)
        assert [word for word in NAMES.split() if word in values.split()] == []
        assert [number for number in NUMBERS.split() if number in values] == []
        told = explain.as_text(said) + explain.as_json(said)
        assert len(code) < 20 or code.decode("utf-8", "replace") not in told


def test_a_passes_verdict_is_said_by_every_policy(site: Site, tmp_path: Path) -> None:
    draft = tmp_path / "draft.json"
    draft.write_bytes(canonical({"site": "Chợ Mẫu", "version": 7, "issued": 0, "takes": []}))
    said = gate(
        "explain", "--json", "--config", site.config, "--policy", draft, site.draw_pass("a.png")
    )
    assert said.status == 0
    found = json.loads(said.out)
    assert (found["file"][-5:], found["kind"]) == ("a.png", "pass")
    answers = {each["policy"]: each for each in found["policies"]}
    first, second = answers.values()
    assert (first["verdict"], first["signature"], first["identity"]) == (
        "accepted",
        "checked",
        "seen",
    )
    assert (second["verdict"], second["reason"], second["signal"]) == (
        "rejected",
        "wrong-kind",
        "retry",
    )
    assert any("Chợ Mẫu" in name and "7" in name for name in answers)


def test_what_the_issuers_list_says_of_a_pass_is_told_with_its_age(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = site.draw_pass("b.png")
    asked = ("explain", "--config", site.config, drawn)
    assert "the list of its issuer's withdrawn passes is not here" in gate(*asked).out
    (signed, *_) = withdrawal.renew(site.home, NOW - timedelta(hours=5, minutes=1))
    (site.folder / "state/accepted").mkdir(parents=True)
    shutil.copy(signed, site.folder / "state/accepted")
    assert "not withdrawn, says its issuer's list, 5 hours old" in gate(*asked).out
    here = ["--authority", str(site.home.folder)]
    assert provision.main(["withdraw", *here, "--class", "resident"]) == 0
    assert "list-" in capsys.readouterr().out
    shutil.copy(signed, site.folder / "state/accepted")
    said = json.loads(gate("explain", "--json", *asked[1:]).out)
    assert said["list"]["status"] == "withdrawn"
    assert 0 <= said["list"]["age_s"] < 600
    assert said["policies"][0]["reason"] == "withdrawn"


def test_of_a_forged_pass_and_of_a_card_no_list_is_asked() -> None:
    for code in (PASS, CARD):
        assert explained(code.encode()).word is None


def test_of_a_control_card_it_says_what_the_gate_answers_whatever_the_policy(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = site.folder / "card.png"
    here = ["--authority", str(site.home.folder), "--out", str(picture)]
    for asked, reason in (
        (["identify"], "obeyed"),
        (["count-reset", "--count", "3"], "service-asked"),
    ):
        assert provision.main(["card", *asked, *here, "--gate", "cong-mau"]) == 0
        (answer,) = json.loads(gate("explain", "--json", "--config", site.config, picture).out)[
            "policies"
        ]
        assert (answer["signature"], answer["reason"]) == ("checked", reason)
        assert f"{reason}" in gate("read", "--json", "--config", site.config, picture).out
        public = site.home.folder / "public.json"
        assert reason in gate("read", "--json", "--authority", public, picture).out
        assert "unknown-issuer" in gate("read", "--json", picture).out
    assert not (site.folder / "state/accepted/used-cards").exists()
    assert "GC1:" not in capsys.readouterr().out
    told = gate("explain", picture).out
    assert "--config" in told
    assert "set the number of people inside" in told


def test_a_text_comes_from_the_command_line_a_file_or_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "code.txt"
    file.write_text(PASS + "\n")
    for given in (PASS, str(file)):
        assert [code for _, code in explain.codes_in(given, bytes)] == [PASS.encode()]
    assert explain.codes_in("-", lambda: b"x") == [("", b"x")]
    for odd in ("a\0b", "x" * 5000, "\udcff"):
        [(source, code)] = explain.codes_in(odd, bytes)
        assert source == ""
        assert code


@pytest.mark.parametrize("name", ["none.png", "none.PDF", "./none", "/none", "tests/none"])
def test_a_files_name_that_is_mistaken_is_no_code_unless_it_is_said_to_be(name: str) -> None:
    with pytest.raises(PictureUnreadable, match="add --text"):
        explain.codes_in(name, bytes)
    assert explain.codes_in(name, bytes, is_text=True) == [("", name.encode())]


@pytest.mark.parametrize(
    "text",
    ["https://example.vn/a.b/c", "HC1:6BFOXN/B.C", "HC1:6BF/", "a//b", "x/y.png/" + "z" * 300],
)
def test_a_text_with_a_slash_is_a_text(text: str) -> None:
    assert explain.codes_in(text, bytes) == [("", text.encode())]


def test_a_mistaken_name_is_said_with_the_way_to_give_a_text() -> None:
    said = gate("explain", "none.pdf")
    assert (said.status, said.out, said.code) == (2, "", "picture-unreadable")
    assert "--text" in said.err
    assert gate("explain", "--text", "none.pdf").status == 0


@pytest.mark.parametrize("words", [["explain", "--policy"], ["check", "--config"]])
def test_a_named_pipe_is_not_waited_for(words: list[str], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said = gate(*words, pipe, *(["TEXT"] if "explain" in words else []))
    assert (said.status, said.out, said.code) == (2, "", "storage-unusable")
    assert f"{pipe}: not a file" in said.err


def test_what_a_shell_writes_into_a_pipe_of_its_own_is_read() -> None:
    command = f"{GATE} explain --policy <(echo 'site = \"Mẫu\"') TEXT"
    done = subprocess.run(
        ["bash", "-c", command],
        check=False,
        capture_output=True,
        text=True,
        timeout=50,
        env=environment("en"),
    )
    assert done.returncode == 0, done.stderr
    assert "Mẫu" in done.stdout


def test_what_is_there_and_is_no_file_is_no_code(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(tmp_path / "nowhere")
    for odd in (tmp_path, pipe, link):
        with pytest.raises(PictureUnreadable, match="not a file"):
            explain.codes_in(str(odd), bytes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "site: thiếu mục này"),
        ('sita = "Mẫu"', "sita: không có mục này"),
        ("site = = 1", "không đúng dạng TOML: dòng 1, cột 8"),
        ("site = 1", "site: cần chuỗi ký tự, không phải số nguyên"),
        ("a = " + "[" * 20_000, "lồng trong nhau"),
        ('site = "Mẫu"\nagain = { rule = "hard" }', "again.rule: hard cần direction"),
        (
            'site = "Mẫu"\nhours = { openings = [{ days = ["t2"], from = "7", until = "8" }] }',
            "hours.openings[0]: ngày là mon",
        ),
    ],
    ids=lambda text: text[:12],
)
def test_what_is_wrong_with_a_policy_is_said_in_vietnamese(
    text: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "cho-mau.toml"
    file.write_text(text)
    told = gate("explain", "--policy", file, "x", language="vi")
    assert told.status == 2
    assert said in told.err


@pytest.mark.parametrize("text", ["{}", "[]", "x", '{"site": "Mẫu", "version": 0, "issued": 0}'])
def test_what_is_no_policy_is_refused_by_name(text: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text(text)
    for path in (tmp_path, tmp_path / "none.json", wrong):
        with pytest.raises(PolicyUnreadable):
            judges.policy_in(path, Keyring(()))
    said = gate("explain", "--policy", wrong, PASS)
    assert (said.status, said.out, said.code) == (2, "", "policy-unreadable")


def test_a_draft_is_tried_as_it_was_written(tmp_path: Path) -> None:
    draft = tmp_path / "cho-mau.toml"
    draft.write_text('site = "Chợ Mẫu"\n[[takes]]\nkind = "id-card"\n', encoding="utf-8")
    said = json.loads(gate("explain", "--json", "--policy", draft, CARD).out)
    assert [each["reason"] for each in said["policies"]] == ["wrong-kind", "accepted"]
    draft.write_text('site = "Chợ Mẫu"\nceiling = [', encoding="utf-8")
    said = gate("explain", "--policy", draft, CARD)
    assert (said.status, said.out, said.code) == (2, "", "policy-unreadable")


def test_an_unsigned_policy_is_tried_and_said_to_be_unsigned() -> None:
    rules = explain.by_policies(NOBODY, [(default("Mẫu"), False), (default("Mẫu"), True)])
    names = [each.name for each in rules]
    assert len(set(names)) == len(names) == 3


def test_samples_cover_what_people_mistake_for_a_pass() -> None:
    assert {kind for _, kind in SAMPLES} >= set(ADVICE)
