"""The configuration: strict, and every complaint names its key."""

from pathlib import Path

import pytest

from collector.config import effective, load
from collector.errors import ConfigInvalid, FileUnusable

GOOD = """
[ledger]
path = "ledger.db"
[roster]
path = "/etc/roster.json"
[broker]
host = "broker.example"
ca = "ca.pem"
certificate = "c.pem"
key = "k.pem"
[receipt]
key = "r.pem"
[web]
state = "web"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "collector.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_file_and_defaults_are_filled_in(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD))
    assert config.ledger.path == tmp_path / "ledger.db"
    assert config.roster.path == Path("/etc/roster.json")
    lines = effective(config).splitlines()
    assert "broker.port = 8883" in lines
    assert 'broker.name = "intake"' in lines
    assert 'display.language = "vi"' in lines


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[web]", "[web]\nport = 'x'", "web.port: cần số nguyên, không phải chuỗi ký tự"),
        ("[web]", "[web]\nport = 70000", "web.port: phải <= 65535"),
        ("[web]", "[web]\nprot = 1", "web.prot: không có khóa này"),
        ('state = "web"', "", "web.state: thiếu khóa này"),
        ("[receipt]", "[receipts]", "receipts: không có khóa này"),
        ('path = "ledger.db"', "path = 5", "ledger.path: "),
        (
            'path = "ledger.db"',
            'path = "l"\npostgres = "dbname=l"',
            "ledger: cần path hoặc postgres",
        ),
        ('path = "ledger.db"', "", "ledger: cần path hoặc postgres"),
        ('path = "ledger.db"', 'postgres = "password=x"', "ledger: không ghi mật khẩu ở đây"),
        ("[web]", "[retention]\ndays = 31\n[web]", "retention.days: phải <= 30"),
        ('host = "broker.example"', 'host = ""', "broker.host: độ dài phải >= 1"),
        ('host = "broker.example"', 'host = "a b"', "broker.host: viết theo cách không được phép"),
        ("[web]", "[display]\nlanguage = 'fr'\n[web]", "display.language: không có giá trị 'fr'"),
        ("[web]", "[web]\ncertificate = 'c'", "web: certificate và key phải đi cùng nhau"),
        ('path = "ledger.db"', "path = ''", "ledger.path: cần một đường dẫn"),
        ("[web]", "[web", "không đúng dạng TOML: dòng 13, cột 5"),
        ('state = "web"', "state = " + "[" * 20_000, "lồng trong nhau"),
        ('state = "web"', "state = [", "không đúng dạng TOML: lỗi ở cuối tệp"),
    ],
)
def test_a_wrong_key_is_named_in_full_and_in_the_operators_language(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load(written(tmp_path, GOOD.replace(old, new)))
    assert said in str(caught.value)


def test_a_file_that_an_editor_on_windows_wrote_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    path.write_text(GOOD, encoding="utf-8-sig", newline="\r\n")
    assert load(path).broker.host == "broker.example"


def test_what_never_ends_is_no_configuration() -> None:
    with pytest.raises(ConfigInvalid, match="far too long"):
        load(Path("/dev/zero"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="No such file"):
        load(tmp_path / "none.toml")
