"""`collector doctor`: everything that is wrong, each with what to do, and nothing else."""

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collector import clock, reached
from collector.alone import LOCK, alone
from collector.asking.server import Server, answerer
from collector.cli import main
from collector.ledger.entries import Post
from collector.ledger.sqlite import SqliteLedger
from collector.vault.entries import Status
from collector.vault.requests import Requests
from collector.web.middleware import HEADERS
from collector.withdrawn import save
from provisioning import expiry
from tests.collector.test_cli import Office
from wire.record import What


@pytest.fixture(scope="module")
def broker() -> Iterator[int]:
    """Give the port of something that answers."""
    with listening(lambda line: line.close()) as port:
        yield port


@contextmanager
def listening(serve: Callable[[socket.socket], object]) -> Iterator[int]:
    """Serve one connection after another while the block lasts; give the port."""

    def accept() -> None:
        with suppress(OSError):
            while True:
                serve(server.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as server:
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)  # closed alone, it would be waited in for ever
            accepting.join()


@pytest.fixture
def office(tmp_path: Path, broker: int, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("GATE_LANG", "vi")
    made = Office(tmp_path)
    text = made.config.read_text(encoding="utf-8").replace("port = 1\n", f"port = {broker}\n", 1)
    made.config.write_text(text, encoding="utf-8")
    return made


Said = pytest.CaptureFixture[str]


def test_before_anything_runs_each_thing_is_told_with_what_to_do(
    office: Office, capsys: Said
) -> None:
    assert main(["doctor", "--all", "--config", str(office.config)]) == 1
    lines = capsys.readouterr().out.splitlines()
    wrong = [number for number, line in enumerate(lines) if line.startswith("✕")]
    codes = [re.findall(r"\(([a-z-]+)\)$", lines[number])[0] for number in wrong]
    assert codes.count("ledger-missing") == 3
    first = [number for at, number in enumerate(wrong) if codes[at] not in codes[:at]]
    assert all(lines[number + 1].startswith("  -> ") for number in first)
    assert sum(line.startswith("  -> ") for line in lines) == len(first), "each remedy once"
    assert any("ledger-missing" in line for line in lines)
    assert any("places-unfit" in line for line in lines)


def test_places_where_no_gate_stands_yet_are_nothing_wrong(office: Office, capsys: Said) -> None:
    office.call("doctor", "--all")
    assert "places-unfit" in capsys.readouterr().out  # the gate's place is on no list
    lists = {
        "areas": "Mã,Tên,Thuộc\nmau,Mẫu,\n",
        "sectors": "Mã,Tên\ntransport,Giao thông\n",
        "places": "Mã,Tên,Loại,Khu vực,Ngành\nben,Bến xe Mẫu,station,mau,transport\n"
        "cho,Chợ Mẫu,market,mau,transport\n",
    }
    files = [office.folder / f"{name}.csv" for name in lists]
    for file, rows in zip(files, lists.values(), strict=True):
        file.write_text(rows, encoding="utf-8")
    assert office.call("roster", "import", *map(str, files)) == 0
    capsys.readouterr()
    office.call("doctor", "--all")
    assert "✓ cổng và địa điểm: Huyện Mẫu, 1" in capsys.readouterr().out
    assert office.call("roster", "check") == 1
    assert "Chợ Mẫu" in capsys.readouterr().out


DISTRICT = """
[issuing]
keys = "k"
state = "desk"
[dispatch]
keys = "k"
state = "dispatch"
[enrol]
address = "h:1"
keys = "k"
brokers = [{ host = "h" }]
state = "enrol"
"""
EVERYTHING = f"""
[public]
port = 18090
[vault]
state = "vault"
{DISTRICT}[backup]
folder = "shelf"
key = "backup-public.pem"
"""


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_district_in_which_nothing_works_is_told_on_one_screen_with_each_remedy(
    office: Office, language: str
) -> None:
    text = office.config.read_text(encoding="utf-8")
    broken = re.sub("\nport = .*", "\nport = 1", text.replace("[web]", '[web]\nhost = "::"'))
    office.config.write_text(broken + EVERYTHING, encoding="utf-8")
    command = [sys.executable, "-m", "collector", "doctor", "--config", str(office.config)]
    done = subprocess.run(
        command,
        env={**os.environ, "GATE_LANG": language},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert len(lines) <= 24
    long = [line for line in lines if len(line) > 80]
    assert [len(line.split()) for line in long] in ([], [1]), "only a file's name may be longer"
    wrong = [line for line in lines if line.startswith("✕")]
    named = [line for line in wrong if "--all" in line]  # as long as the folder's name may be
    assert len(wrong) - len(named) == sum(line.startswith("  ->") for line in lines) >= 6
    assert "(programs-away)" in done.stdout
    assert "-away)" not in done.stdout.replace("(programs-away)", "")
    assert lines[-1].startswith("✓ 3: ")


def test_a_gate_that_was_heard_now_is_well_and_one_that_was_not_is_named_as_a_number(
    office: Office, journal: Callable[..., Any], capsys: Said
) -> None:
    now_ms = clock.wall_ms()
    pen = journal("g1", "j1").note(What.START)
    with SqliteLedger(office.folder / "ledger.db") as ledger:
        ledger.commit(Post(arrivals=(pen.arrival(1, 1),)), now_ms - 3_600_000)
    office.call("doctor", "--all")
    assert "nothing-heard" not in capsys.readouterr().out, "no intake runs"
    lock = office.folder / "road/outgoing" / LOCK
    lock.parent.mkdir(parents=True, exist_ok=True)
    with alone(lock):
        office.call("doctor", "--all")
    assert "nothing-heard" in capsys.readouterr().out
    pen.scan(1)
    with SqliteLedger(office.folder / "ledger.db") as ledger:
        ledger.commit(Post(arrivals=(pen.arrival(2, 2),)), now_ms)
    office.call("doctor", "--all")
    said = capsys.readouterr().out
    assert "nothing-heard" not in said
    assert "✓ cổng có liên lạc: 1" in said
    assert "✓ bản ghi" in said


def test_what_is_missing_is_told(office: Office, journal: Callable[..., Any], capsys: Said) -> None:
    pen = journal("g1", "j1").scan(5)
    with SqliteLedger(office.folder / "ledger.db") as ledger:
        ledger.commit(Post(arrivals=(pen.arrival(4, 5),)), clock.wall_ms() - 3_600_000)
    office.call("doctor", "--all")
    assert "records-missing" in capsys.readouterr().out


def test_keys_of_the_authority_are_told_months_before_they_end(
    office: Office, capsys: Said
) -> None:
    path = expiry.write(office.home)
    path.unlink()
    office.call("doctor", "--all")
    assert "expiry.json (keys-unknown)" in capsys.readouterr().out
    expiry.write(office.home)
    office.call("doctor", "--all")
    assert "✓ khóa của cơ quan" in capsys.readouterr().out
    until = clock.wall_ms() + 74 * 86_400_000
    found = {"authority": "x", "ends": [{"what": "revocation-lists", "until": until}]}
    path.write_text(json.dumps(found), encoding="utf-8")
    office.call("doctor", "--all")
    day = datetime.fromtimestamp(until / 1000, UTC)
    assert f"revocation-lists, {day:%Y-%m-%d} (keys-ending)" in capsys.readouterr().out


def test_a_withdrawn_gate_is_not_missed(office: Office, journal: Callable[..., Any]) -> None:
    from collector import config, doctor  # noqa: PLC0415  # only here

    settings = config.load(office.config)
    with SqliteLedger(office.folder / "ledger.db") as ledger:
        ledger.commit(Post(arrivals=(journal("g1", "j1").scan(1).arrival(1, 1),)), 1)
    save(settings.withdrawn, frozenset({"g1"}))
    found = {each.what: each.error for each in doctor.look(settings, clock.wall_ms())}
    assert found["gates heard"] is None


def test_pages_for_other_machines_without_encryption_are_told(office: Office, capsys: Said) -> None:
    text = office.config.read_text(encoding="utf-8")
    open_to_all = text.replace("[web]", '[web]\nhost = "0.0.0.0"')
    more = f'{DISTRICT}\n[public]\nhost = "::"\n'
    office.config.write_text(open_to_all + more, encoding="utf-8")
    office.call("doctor", "--all")
    said = capsys.readouterr().out
    assert "web.host: 0.0.0.0 (plain-http)" in said
    assert "public.host: :: (plain-http)" in said


def test_a_broker_that_is_gone_is_told(office: Office, capsys: Said) -> None:
    text = office.config.read_text(encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    lines = [f"port = {port}" if line.startswith("port = ") else line for line in text.split("\n")]
    office.config.write_text("\n".join(lines), encoding="utf-8")
    office.call("doctor", "--all")
    assert "broker-unreachable" in capsys.readouterr().out


def test_an_intake_that_does_not_run_is_told_before_any_gate_is_missed(
    office: Office, capsys: Said
) -> None:
    lock = office.folder / "road/outgoing" / LOCK
    lock.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):
        office.call("doctor", "--all")
        assert "(intake-away)" in capsys.readouterr().out
        with alone(lock):  # as an intake does, until it ends
            office.call("doctor", "--all")
        assert "✓ tiếp nhận bản ghi" in capsys.readouterr().out


def vaulted(office: Office, *, locked: bool) -> Server:
    """Give the office a vault that says how it is, and nothing else."""
    path = office.folder / "vault.socket"
    text = office.config.read_text(encoding="utf-8")
    office.config.write_text(f'{text}\n[vault]\nsocket = "{path}"\n', encoding="utf-8")
    said = Status(locked, False, ("lan", "minh", "hoa"), 2, 1, 0, 0, 0, 0, 0)  # noqa: FBT003
    return Server(path, frozenset({os.geteuid()}), answerer(Requests, lambda _name, _args: said))


def test_a_vault_that_is_locked_is_told_with_whose_word_is_missing(
    office: Office, capsys: Said
) -> None:
    with vaulted(office, locked=True):
        office.call("doctor", "--all")
    said = capsys.readouterr().out
    assert "đã có 1/2 người giữ khóa (vault-locked)" in said
    assert "collector vault unlock" in said


def test_a_vault_that_is_unlocked_is_well(office: Office, capsys: Said) -> None:
    with vaulted(office, locked=False):
        office.call("doctor", "--all")
    assert "✓ kho khóa: đã mở khóa" in capsys.readouterr().out


def test_a_vault_that_does_not_answer_is_told(office: Office, capsys: Said) -> None:
    vaulted(office, locked=False)  # nobody listens
    office.call("doctor", "--all")
    said = capsys.readouterr().out
    assert "(vault-away)" in said
    assert "collector vault run" in said


def test_a_vault_that_hangs_holds_nobody_up(
    office: Office, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    from collector import doctor  # noqa: PLC0415  # only here

    monkeypatch.setattr(doctor, "PATIENCE_S", 0.1)
    vaulted(office, locked=False)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(office.folder / "vault.socket"))
        deaf.listen()
        office.call("doctor", "--all")
    assert "(vault-away)" in capsys.readouterr().out


def test_a_district_without_a_vault_is_told_what_it_lacks(office: Office, capsys: Said) -> None:
    office.call("doctor", "--all")
    assert "✓ kho khóa: chưa khai báo" in capsys.readouterr().out


def test_processes_that_do_not_run_are_told_and_those_that_answer_are_well(
    office: Office, broker: int, capsys: Said
) -> None:
    text = office.config.read_text(encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    told = text.replace("[web]", f"[web]\nport = {free}") + DISTRICT + f"[public]\nport = {free}\n"
    office.config.write_text(told, encoding="utf-8")
    office.call("doctor", "--all")
    said = capsys.readouterr().out
    assert said.count("(pages-away)") == 2
    assert all(f"({code})" in said for code in ("desk-away", "enrolment-away", "dispatch-away"))
    office.config.write_text(told.replace(str(free), str(broker)), encoding="utf-8")
    office.call("doctor", "--all")
    assert capsys.readouterr().out.count("(pages-other)") == 2  # what answers there is the broker
    with ExitStack() as stack:
        page = stack.enter_context(pages())
        (office.folder / "road/outgoing").mkdir(parents=True)
        stack.enter_context(alone(office.folder / "road/outgoing" / LOCK))
        office.config.write_text(told.replace(str(free), str(page)), encoding="utf-8")
        for name in ("desk/officers", "dispatch/socket", "enrol/counter"):
            (office.folder / name).parent.mkdir()
            line = stack.enter_context(socket.socket(socket.AF_UNIX))
            line.bind(str(office.folder / name))
            line.listen()
        office.call("doctor", "--all")
    said = capsys.readouterr().out
    assert "-away)" not in said
    assert f"✓ các trang: 127.0.0.1 {page}" in said
    assert "✓ điều hành cổng\n" in said


def test_a_district_without_them_is_not_told_that_they_do_not_run(
    office: Office, capsys: Said
) -> None:
    office.call("doctor", "--all")
    said = capsys.readouterr().out
    assert "✓ bàn cấp thẻ: chưa khai báo" in said
    assert not any(code in said for code in ("desk-away", "enrolment-away", "dispatch-away"))


@contextmanager
def pages(pair: tuple[Path, Path] | None = None) -> Iterator[int]:
    """Answer as our pages do, with a certificate and its key if some are given; give the port."""
    policy = HEADERS["Content-Security-Policy"]
    answer = f"HTTP/1.1 302 Found\r\nContent-Security-Policy: {policy}\r\n\r\n".encode()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if pair is not None:
        context.load_cert_chain(*pair)

    def serve(line: socket.socket) -> None:
        with (
            suppress(OSError),
            context.wrap_socket(line, server_side=True) if pair else line as to,
        ):
            to.recv(4096)
            to.sendall(answer)

    with listening(serve) as port:
        yield port


def certified(folder: Path, days: int, name: str = "cong.example.vn") -> tuple[Path, Path]:
    """Lay down a certificate that ends in so many days, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.fromtimestamp(clock.wall_ms() / 1000, UTC)
    made = (
        x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=100))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    full, private = folder / "full.pem", folder / "private.pem"
    full.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return full, private


def offered(office: Office, port: int, names: str = "cong.example.vn") -> None:
    """Write down that the pages are offered with the certificate that lies there."""
    more = f'[web]\nport = {port}\nnames = ["{names}"]\n'
    more += 'certificate = "full.pem"\nkey = "private.pem"'
    text = office.config.read_text(encoding="utf-8")
    office.config.write_text(text.replace("[web]", more), encoding="utf-8")


@pytest.mark.parametrize(
    ("days", "name", "expected"),
    [
        (60, "cong.example.vn", ""),
        (60, "*.example.vn", ""),
        (20, "cong.example.vn", "certificate-soon"),
        (-1, "cong.example.vn", "certificate-expired"),
        (60, "khaibao.example.vn", "certificate-other"),
    ],
)
def test_a_certificate_of_the_pages_is_looked_at_before_people_are_warned_of_it(
    office: Office, capsys: Said, days: int, name: str, expected: str
) -> None:
    pair = certified(office.folder, days, name)
    with pages(pair) as port:
        offered(office, port)
        office.call("doctor", "--all")
    said = capsys.readouterr().out
    if expected:
        assert f"({expected})" in said
    else:
        assert f"✓ các trang: 127.0.0.1 {port}" in said


def test_pages_that_still_show_the_certificate_before_are_told(
    office: Office, capsys: Said
) -> None:
    with pages(certified(office.folder, 60)) as port:
        certified(office.folder, 90)
        offered(office, port)
        office.call("doctor", "--all")
    assert "full.pem (certificate-kept)" in capsys.readouterr().out


@pytest.mark.parametrize("broken", ["private.pem", "full.pem"])
def test_pages_that_cannot_start_with_their_files_are_told_which(
    office: Office, capsys: Said, broken: str
) -> None:
    certified(office.folder, 60)
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    offered(office, free)
    before = (office.folder / "private.pem").read_bytes()
    certified(office.folder, 60)
    (office.folder / "private.pem").write_bytes(before)
    office.call("doctor", "--all")
    assert "full.pem: không phải chứng thư cùng khóa của nó (key-unreadable)" in (
        capsys.readouterr().out
    )
    (office.folder / broken).unlink()
    office.call("doctor", "--all")
    said = capsys.readouterr().out
    assert f"{broken}: không có tệp hoặc thư mục này (key-unreadable)" in said


def test_something_without_tls_in_the_place_of_pages_is_another_program(
    office: Office, broker: int, capsys: Said
) -> None:
    certified(office.folder, 60)
    offered(office, broker)
    office.call("doctor", "--all")
    assert f"web: 127.0.0.1 {broker} (pages-" in capsys.readouterr().out


def test_pages_are_known_by_what_all_of_them_say() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert f"content-security-policy: {policy}".encode().startswith(reached.OURS)


def test_what_may_not_be_looked_at_is_a_finding_and_keeps_no_other_from_being_made(
    office: Office, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/var/lib/gate-ledger")

    monkeypatch.setattr("shutil.disk_usage", refused)
    office.call("doctor", "--all")
    said = capsys.readouterr().out
    assert "/var/lib/gate-ledger" in said
    assert "(file-unusable)" in said
    assert "✓ cổng và địa điểm" in said or "places-unfit" in said


def test_the_clock_is_looked_at_first_since_all_else_is_held_against_it(
    office: Office, capsys: Said
) -> None:
    """While a restore has not ended nothing can be started: that stands before all that is not."""
    office.call("doctor", "--all")
    told = [line for line in capsys.readouterr().out.splitlines() if line[0] in "✓✕"]
    assert told[0][2:].startswith("đồng hồ")
    assert told[1][2:].startswith("khôi phục")


def test_a_disk_to_which_nothing_can_be_written_is_told(
    office: Office, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "os.statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY, f_bavail=10**9)
    )
    office.call("doctor", "--all")
    assert f"{office.folder} (disk-read-only)" in capsys.readouterr().out


def test_every_disk_of_the_district_is_looked_at(
    office: Office, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = office.config.read_text(encoding="utf-8")
    more = '[backup]\nfolder = "elsewhere/shelf"\nkey = "k"\n'
    office.config.write_text(text + more, encoding="utf-8")
    (office.folder / "elsewhere").mkdir()

    def usage(path: Path) -> SimpleNamespace:
        return SimpleNamespace(free=10**9 if path.name == "elsewhere" else 10**12)

    monkeypatch.setattr("shutil.disk_usage", usage)
    office.call("doctor", "--all")
    assert "elsewhere: 0.9 GB (room-little)" in capsys.readouterr().out


def test_a_full_disk_comes_first_and_what_ends_for_it_has_no_remedy_of_its_own(
    office: Office, small: Path, capsys: Said
) -> None:
    text = office.config.read_text(encoding="utf-8")
    shelf = f'[backup]\nfolder = "{small}"\nkey = "k"\n'
    office.config.write_text(text + shelf + DISTRICT, encoding="utf-8")
    office.call("doctor")
    told = capsys.readouterr().out
    assert f"{small}: 0.0 GB" in " ".join(told.split())
    assert "(disk-full)" in told.split("->")[0]
    assert "programs-away" not in told
    assert "intake-away" not in told
