"""Starting Mosquitto for real, and what is said when it does not start."""

import os
import select
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Self

import msgspec
import pytest

from broker.config import BrokerSettings
from broker.errors import BrokerMissing, ConfigRefused, PortBusy
from broker.launch import free_port, from_folder, launch
from tests.broker.speaker import PATIENCE_S, District, Identity, Speaker
from tests.collector.disks import full


def is_welcome(settings: BrokerSettings, who: Identity) -> bool:
    """Say whether the broker lets a client of that certificate speak."""
    context = ssl.create_default_context(cafile=settings.ca)
    context.load_cert_chain(who.certificate, who.key)
    connect = bytes.fromhex("100e00044d5154540402003c00026731")
    try:
        with (
            socket.create_connection(
                (settings.address, settings.port), timeout=PATIENCE_S
            ) as plain,
            context.wrap_socket(plain, server_hostname=settings.address) as channel,
        ):
            channel.sendall(connect)
            return channel.recv(4) == bytes.fromhex("20020000")
    except (ssl.SSLError, ConnectionError):
        return False


@pytest.fixture
def settings(district: District) -> BrokerSettings:
    return msgspec.structs.replace(district.settings, port=free_port())


def test_a_free_port_is_none_that_the_system_gives_to_others() -> None:
    """It is used a moment later; until then whoever connects or asks for any port could have it."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(free_port() < lowest for _ in range(20))


def test_it_answers_when_the_block_begins_and_is_gone_when_it_ends(
    settings: BrokerSettings, tmp_path: Path
) -> None:
    where = (settings.address, settings.port)
    with launch(settings, tmp_path):
        socket.create_connection(where, timeout=PATIENCE_S).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(where, timeout=PATIENCE_S)


def test_it_starts_again_at_once_after_it_was_killed(
    settings: BrokerSettings, tmp_path: Path
) -> None:
    with launch(settings, tmp_path) as first:
        first.kill()
        with launch(settings, tmp_path) as second:
            assert second.pid != first.pid


def test_what_it_writes_is_for_its_own_user_only(settings: BrokerSettings, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with launch(settings, folder):
        modes = {each.name: each.stat().st_mode & 0o777 for each in folder.iterdir()}
    plain = ("mosquitto.conf", "acl", "acl-nothing", "mosquitto.log", "revocation-lists")
    assert modes == {"own": 0o700, **dict.fromkeys(plain, 0o600)}


def test_its_log_tells_who_came_and_never_what_was_said(
    district: District, settings: BrokerSettings, tmp_path: Path
) -> None:
    with launch(settings, tmp_path):
        assert is_welcome(settings, district.gate1)
    log = (tmp_path / "mosquitto.log").read_text()
    assert "u'g1'" in log
    said = [line for line in log.splitlines() if "Warning: ACL pattern" not in line]
    assert "gq/v1" not in "\n".join(said)


def test_a_machine_without_mosquitto_is_told_how_to_get_it(
    settings: BrokerSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("broker.launch.SBIN", str(tmp_path))
    with pytest.raises(BrokerMissing) as caught, launch(settings, tmp_path):
        pass
    assert caught.value.code == "broker-missing"
    assert "apt install mosquitto" in caught.value.remedy


def test_a_busy_port_is_named(settings: BrokerSettings, tmp_path: Path) -> None:
    with (
        socket.create_server((settings.address, settings.port)),
        pytest.raises(PortBusy, match=str(settings.port)) as caught,
        launch(settings, tmp_path),
    ):
        pass
    assert caught.value.code == "port-busy"


@pytest.mark.parametrize("part", ["certificate.pem", "tls.pem", "ca.pem"])
@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN CERTIFICATE-----\nno\n"])
def test_a_missing_or_broken_key_is_said_before_it_starts(
    district: District, tmp_path: Path, part: str, content: bytes | None
) -> None:
    for name in ("certificate.pem", "tls.pem", "ca.pem"):
        (tmp_path / name).write_bytes((district.settings.key.parent / name).read_bytes())
    (tmp_path / part).unlink()
    if content is not None:
        (tmp_path / part).write_bytes(content)
    with (
        pytest.raises(ConfigRefused) as caught,
        launch(from_folder(tmp_path, port=free_port()), tmp_path / "state"),
    ):
        pass
    assert caught.value.code == "broker-refused-config"


def test_a_key_of_another_certificate_is_said_before_it_starts(
    district: District, settings: BrokerSettings, tmp_path: Path
) -> None:
    settings = msgspec.structs.replace(settings, key=district.gate1.key)
    with pytest.raises(ConfigRefused, match="do not fit"), launch(settings, tmp_path):
        pass


def test_what_mosquitto_itself_refuses_is_passed_on(
    settings: BrokerSettings, tmp_path: Path
) -> None:
    settings = msgspec.structs.replace(settings, user="nobody-of-that-name")
    with (
        pytest.raises(ConfigRefused, match=r"nobody-of-that-name.*Mosquitto ended at once"),
        launch(settings, tmp_path / "state"),
    ):
        pass


def test_an_address_that_is_not_ours_is_said(settings: BrokerSettings, tmp_path: Path) -> None:
    settings = msgspec.structs.replace(settings, address="192.0.2.1")
    with pytest.raises(ConfigRefused, match=r"192\.0\.2\.1"), launch(settings, tmp_path):
        pass


class Program:
    """`python -m broker`, started as a user does."""

    def __init__(self, folder: Path, port: int, state: Path) -> None:
        """Start it."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "broker", folder, "--port", str(port), "--state", state],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        """Give the running program."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.communicate()

    def first_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


def test_the_program_stops_in_good_order_when_asked(district: District, tmp_path: Path) -> None:
    port = free_port()
    with Program(district.settings.key.parent, port, tmp_path) as program:
        assert program.first_line() == f"broker: listening on 127.0.0.1 port {port}\n"
        program.process.terminate()
        assert program.process.wait(PATIENCE_S) == 0


def test_the_broker_does_not_outlive_a_killed_program(district: District, tmp_path: Path) -> None:
    port = free_port()
    with Program(district.settings.key.parent, port, tmp_path) as program:
        program.first_line()
        children = Path(f"/proc/{program.process.pid}/task/{program.process.pid}/children")
        child = os.pidfd_open(int(children.read_text()))
        program.process.send_signal(signal.SIGKILL)
        program.process.wait(PATIENCE_S)
    assert ended(child)


def ended(pidfd: int) -> bool:
    """Wait until the process behind `pidfd` has ended."""
    poller = select.poll()
    poller.register(pidfd, select.POLLIN)
    try:
        return bool(poller.poll(int(PATIENCE_S * 1000)))
    finally:
        os.close(pidfd)


@pytest.mark.parametrize(
    ("language", "why", "act"),
    [
        ("vi", "máy chủ trung chuyển không đọc được tệp này", "hãy sửa điều đã nêu"),
        ("en", "the broker cannot read this file", "correct what is named"),
    ],
)
def test_the_program_says_what_is_wrong_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, why: str, act: str
) -> None:
    monkeypatch.setenv("GATE_LANG", language)
    with Program(tmp_path, free_port(), tmp_path) as program:
        out, told = program.process.communicate(timeout=PATIENCE_S)
    assert program.process.returncode == 2
    assert out == ""
    assert told.startswith(f"broker-refused-config: {tmp_path}/certificate.pem: {why}\n  -> {act}")
    assert "Traceback" not in told


def test_the_program_says_that_nothing_can_be_written_to_its_folder(
    district: District, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("no folder")
    with Program(district.settings.key.parent, free_port(), tmp_path / "state") as program:
        _, told = program.process.communicate(timeout=PATIENCE_S)
    assert program.process.returncode == 2
    assert told.startswith(f"broker-state: {tmp_path / 'state'}")
    assert "Traceback" not in told


def test_the_program_names_the_folder_whose_disk_is_full(district: District, small: Path) -> None:
    with full(small), Program(district.settings.key.parent, free_port(), small) as program:
        _, told = program.process.communicate(timeout=PATIENCE_S)
        assert program.process.returncode == 2
    assert told.startswith(f"broker-state: {small}")
    assert "hết chỗ trên đĩa" in told


def test_the_program_puts_a_gate_off_the_line_while_it_runs(
    district: District, tmp_path: Path
) -> None:
    settings = msgspec.structs.replace(district.settings, port=free_port())
    with Program(district.settings.key.parent, settings.port, tmp_path / "state") as program:
        program.first_line()
        stolen, honest = (Speaker(settings, who, "any") for who in (district.gate1, district.gate2))
        for each in (stolen, honest):
            each.client.reconnect_delay_set(60)
            each.connect()
        district.settings.key.with_name("withdrawn").write_text("g1\n")
        try:
            assert stolen.lost.get(timeout=PATIENCE_S).is_failure
            assert honest.lost.empty()
        finally:
            district.settings.key.with_name("withdrawn").unlink()
            stolen.close()
            honest.close()
