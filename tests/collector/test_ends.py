"""What ends soon is read from whatever lies beside the roster, and stops nothing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.ends import NAME, SOON_MS, End, soon
from collector.web import words
from provisioning import authority, clock, expiry

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_what_the_authority_wrote_down_warns_months_ahead(tmp_path: Path) -> None:
    home = authority.create(tmp_path / "authority", "Xã Mẫu", now=NOW)
    path = expiry.write(home)
    assert path.name == NAME
    assert timedelta(milliseconds=SOON_MS) == expiry.SOON
    assert soon(path, clock.millis(NOW)) == ()
    later = clock.millis(NOW + timedelta(days=130))
    found = {each.what for each in soon(path, later)}
    assert found == {
        *("policy", "card", "command", "status", "receipt", "enrol"),
        *("pass-seen", "pass-declared", "technician"),
        *(f"issuing-{way}" for way in ("self-service", "attendant", "institution", "lists")),
    }


def test_every_key_that_can_end_has_a_name_on_the_page(tmp_path: Path) -> None:
    home = authority.create(tmp_path / "authority", "Xã Mẫu", now=NOW)
    assert {each.what for each in expiry.ends(home).ends} == set(words.ENDS)


def test_the_next_to_end_stands_first(tmp_path: Path) -> None:
    path = tmp_path / NAME
    ends = [
        {"what": what, "until": until} for what, until in (("b", 9), ("a", 2), ("c", SOON_MS + 6))
    ]
    path.write_text(json.dumps({"authority": "x", "ends": ends}), encoding="utf-8")
    assert soon(path, 5) == (End("a", 2), End("b", 9))


@pytest.mark.parametrize("content", [None, b"", b"[]", b"\xff", b"[" * 9999, b'{"ends":[1]}'])
def test_a_file_that_is_none_says_nothing(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / NAME).write_bytes(content)
    assert soon(tmp_path / NAME, 5) == ()
