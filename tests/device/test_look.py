"""`gate read`: what the codes in pictures are, and nothing about them that was not asked for."""

import json
import os
import struct
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from device import judges, look, words
from device.credential.kinds import KINDS
from device.errors import IssuersUnreadable
from device.look import Looked
from tests.device.command import gate
from tests.device.site import NOW, Site
from wire.record import Outcome


def seen(*words: str | Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in gate("read", "--json", *words).out.splitlines()]


def test_a_file_is_one_object_with_these_fields_and_no_others(site: Site) -> None:
    shown = site.draw_pass("a.png")
    public = site.home.folder / "public.json"
    for option, path in (("--config", site.config), ("--authority", public)):
        (found,) = seen(option, path, shown)
        assert found.pop("ms")
        assert found == {
            "file": str(shown),
            "codes": [
                {
                    "kind": "pass",
                    "signature": "checked",
                    "identity": "seen",
                    "verdict": "accepted",
                    "reason": "accepted",
                }
            ],
        }


def test_without_an_issuer_every_pass_is_refused_and_it_is_said_why(site: Site) -> None:
    said = gate("read", "--json", site.draw_pass("a.png"))
    assert said.status == 0
    (code,) = json.loads(said.out)["codes"]
    assert (code["verdict"], code["reason"]) == ("rejected", "unknown-issuer")
    assert "--authority" in said.err
    assert "--authority" in gate("read", "--help").out


def test_a_pass_is_judged_by_its_dates(site: Site) -> None:
    late = site.draw_pass("late.png", days=1, issued=NOW - timedelta(days=9))
    (found,) = seen("--config", site.config, late)
    assert found["codes"][0]["reason"] == "expired"  # type: ignore[index]


def test_texts_are_shown_only_when_asked_for(site: Site) -> None:
    shown = site.draw_pass("a.png")
    for options in ([], ["--json"]):
        plain = gate("read", *options, shown)
        assert "GP1:" not in plain.out + plain.err
        assert "GP1:" in gate("read", *options, "--reveal", shown).out


def bomb() -> bytes:
    """Return a small PNG that claims 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        sum_ = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", sum_)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def test_what_is_no_picture_is_named_and_the_rest_is_read(site: Site) -> None:
    shown = site.draw_pass("a.png")
    folder = site.pictures
    (folder / "empty.png").write_bytes(b"")
    (folder / "bomb.png").write_bytes(bomb())
    (folder / "paper.pdf").write_bytes(b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n")
    (folder / "torn.png").write_bytes(shown.read_bytes()[:60])
    (folder / "half.png").write_bytes(shown.read_bytes()[: shown.stat().st_size // 2])
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to(folder / "loop")
    bad = ["empty.png", "bomb.png", "paper.pdf", "torn.png", "half.png", "pipe", "loop", "none.png"]
    said = gate("read", "--json", folder, *(folder / name for name in bad), shown)
    assert (said.status, "Traceback" in said.err) == (2, False)
    *failed, good = [json.loads(line) for line in said.out.splitlines()]
    assert [each["file"] for each in failed] == [str(folder), *(str(folder / n) for n in bad)]
    for each in failed:
        assert each == {
            "file": each["file"],
            "ms": 0.0,
            "codes": [],
            "error": "picture-unreadable",
        }
    assert len(good["codes"]) == 1
    assert "error" not in good
    told = gate("read", *(folder / name for name in bad), shown)
    assert told.out.count("picture-unreadable: ") == len(bad)
    assert "WARN" not in told.err, "OpenCV's own words"
    assert (told.status, "Traceback" in told.err) == (2, False)


def test_a_name_that_is_no_utf8_or_speaks_to_the_terminal_is_spelled_safely(site: Site) -> None:
    odd = site.pictures / os.fsdecode(b"a\xff\x1b[31m.png")
    site.draw_pass("a.png").rename(odd)
    (found,) = seen(odd)
    assert found["file"] == str(odd)
    assert "\x1b" not in gate("read", odd).out


def test_what_is_no_public_file_of_an_authority_is_refused(site: Site, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"keys": [{"kid": "00", "use": "root", "public": "AAAA"}]}')
    for path in (tmp_path, tmp_path / "none.json", wrong, site.config):
        with pytest.raises(IssuersUnreadable):
            judges.issuers(path)
    said = gate("read", "--authority", wrong, site.draw_pass("a.png"))
    assert (said.status, said.out, said.code) == (2, "", "issuers-unreadable")


def test_every_answer_has_a_name_for_people() -> None:
    assert set(words.OUTCOMES) == set(Outcome)


def test_no_strangers_photo_is_accepted_and_no_text_of_it_is_shown(
    shared_folder: Path, site: Site
) -> None:
    judged = judges.of(site.config, None)
    photos = sorted(each for each in (shared_folder / "qr-photos").rglob("*") if _photo(each))
    looked = [look.look(path, judged, reveal=True) for path in photos[::4]]
    codes = [code for each in looked for code in each.codes]
    assert len(codes) > len(looked) // 3
    assert {each.error for each in looked} == {None}
    assert {code.verdict.outcome for code in codes} == {"rejected"}
    for each in looked:
        texts = [code.text.decode(errors="replace") for code in each.codes if code.text]
        hushed = Looked(each.file, each.ms, tuple(_hushed(code) for code in each.codes))
        shown = look.as_json(hushed) + look.as_text(hushed)
        assert not any(text in shown for text in texts if len(text) > 20)


def _photo(path: Path) -> bool:
    return path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}


def _hushed(code: look.Code) -> look.Code:
    return look.Code(code.verdict, None)


def test_every_kind_of_code_has_a_name_for_people() -> None:
    assert set(words.KINDS) == set(KINDS)
