"""Who may connect and what they may say, asked of a real Mosquitto over TLS."""

import ctypes
import os
import queue
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from broker.launch import Broker
from provisioning import certificates, keyfile
from tests.broker.speaker import NOW, PATIENCE_S, District, Identity, Join, Speaker, identity
from wire.topics import topic

PEM = Encoding.PEM
CONNECT = bytes.fromhex("100e00044d5154540402003c00026731")
"""MQTT 3.1.1 CONNECT of a client `g1` without user name."""
SYS_PIDFD_GETFD = 438


def answer(channel: socket.socket) -> bytes:
    """Say CONNECT and return what comes back; nothing if the broker hangs up."""
    try:
        channel.settimeout(PATIENCE_S)
        channel.sendall(CONNECT)
        return channel.recv(16)
    except (ssl.SSLError, ConnectionError):
        return b""


@pytest.fixture
def plain(broker: Broker) -> Iterator[socket.socket]:
    where = (broker.settings.address, broker.settings.port)
    with socket.create_connection(where, timeout=PATIENCE_S) as channel:
        yield channel


def tls(district: District, who: Identity | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=district.settings.ca)
    if who is not None:
        context.load_cert_chain(who.certificate, who.key)
    return context


def shake(context: ssl.SSLContext, plain: socket.socket) -> bytes:
    """Return the broker's answer to CONNECT over TLS; nothing if it refuses the handshake."""
    try:
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as channel:
            return answer(channel)
    except (ssl.SSLError, ConnectionError):
        return b""


def test_a_gate_with_its_certificate_is_welcome(district: District, plain: socket.socket) -> None:
    assert shake(tls(district, district.gate1), plain) == bytes.fromhex("20020000")


def test_a_gate_with_a_certificate_of_the_ca_that_is_online_is_welcome(
    district: District, plain: socket.socket, tmp_path: Path
) -> None:
    assert shake(tls(district, online(district, tmp_path)), plain) == bytes.fromhex("20020000")


def test_the_ca_that_is_online_is_no_broker(district: District, tmp_path: Path) -> None:
    """Who steals it can make gates; a server of his is not believed by them."""
    false = online(district, tmp_path, certificates.SERVER, ("localhost",))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(false.certificate, false.key)
    ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
    gate = tls(district).wrap_bio(theirs, ours, server_hostname="localhost")
    broker = server.wrap_bio(ours, theirs, server_side=True)
    with pytest.raises(ssl.SSLWantReadError):
        gate.do_handshake()
    with pytest.raises(ssl.SSLWantReadError):
        broker.do_handshake()
    with pytest.raises(ssl.SSLCertVerificationError):
        gate.do_handshake()


def online(
    district: District,
    folder: Path,
    use: x509.ObjectIdentifier = certificates.CLIENT,
    hosts: tuple[str, ...] = (),
) -> Identity:
    """Return what the CA that is online makes, with its own certificate behind it."""
    issuer, key = district.home.gate_issuer(), certificates.new_key()
    leaf = issuer.issue("g1", key.public_key(), use, hosts=hosts, now=NOW, days=300)
    made = Identity(folder / "g1.crt", folder / "g1.key")
    made.certificate.write_bytes(b"".join(each.public_bytes(PEM) for each in (leaf, issuer.ca)))
    keyfile.save(made.key, key)
    return made


def test_a_gate_that_knows_only_tls_1_2_is_welcome(
    district: District, plain: socket.socket
) -> None:
    context = tls(district, district.gate1)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert shake(context, plain) == bytes.fromhex("20020000")


def test_no_one_comes_in_without_a_certificate(district: District, plain: socket.socket) -> None:
    assert shake(tls(district), plain) == b""


def test_no_one_comes_in_without_tls(plain: socket.socket) -> None:
    assert answer(plain) == b""


def test_a_certificate_of_another_authority_counts_for_nothing(
    district: District, plain: socket.socket
) -> None:
    assert shake(tls(district, district.stranger), plain) == b""


def test_the_brokers_own_certificate_is_no_clients(
    district: District, plain: socket.socket
) -> None:
    context = tls(district)
    context.load_cert_chain(district.settings.certificate, district.settings.key)
    assert shake(context, plain) == b""


def test_a_gates_certificate_is_no_brokers(district: District) -> None:
    client, server = socket.socketpair()
    context = ssl.create_default_context(cafile=district.settings.ca)
    context.check_hostname = False
    false_broker = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    false_broker.load_cert_chain(district.gate1.certificate, district.gate1.key)
    with client, server:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        to_server, from_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        near = context.wrap_bio(incoming, outgoing)
        far = false_broker.wrap_bio(to_server, from_server, server_side=True)
        with pytest.raises(ssl.SSLWantReadError):
            near.do_handshake()
        to_server.write(outgoing.read())
        with pytest.raises(ssl.SSLWantReadError):
            far.do_handshake()
        incoming.write(from_server.read())
        with pytest.raises(ssl.SSLCertVerificationError, match="purpose"):
            near.do_handshake()


@pytest.mark.parametrize("leaf", ["scan", "state", "health"])
def test_the_collector_hears_what_a_gate_says(district: District, join: Join, leaf: str) -> None:
    intake, gate = join(district.intake), join(district.gate1)
    intake.subscribe(f"gq/v1/+/{leaf}")
    assert not gate.publish(topic("g1", leaf), b"mine").is_failure
    assert intake.hear() == (topic("g1", leaf), b"mine")


def test_a_gate_hears_its_receipts(district: District, join: Join) -> None:
    intake, gate = join(district.intake), join(district.gate1)
    gate.subscribe(topic("g1", "ack"))
    assert not intake.publish(topic("g1", "ack"), b"receipt").is_failure
    assert gate.hear() == (topic("g1", "ack"), b"receipt")


@pytest.mark.parametrize("leaf", ["scan", "state", "health", "ack", "policy"])
def test_a_gate_cannot_speak_for_its_neighbour(district: District, join: Join, leaf: str) -> None:
    intake, gate = join(district.intake), join(district.gate1)
    intake.subscribe("gq/v1/#")
    assert gate.publish(topic("g2", leaf), b"forged").getName() == "Not authorized"
    gate.publish(topic("g1", "scan"), b"true")
    assert intake.hear() == (topic("g1", "scan"), b"true")


@pytest.mark.parametrize("leaf", ["ack", "policy", "command", "anything/else"])
def test_a_gate_cannot_write_its_own_receipts_or_orders(
    district: District, join: Join, leaf: str
) -> None:
    assert join(district.gate1).publish(topic("g1", leaf), b"x").getName() == "Not authorized"


def test_a_gate_hears_nothing_that_is_not_its_own(district: District, join: Join) -> None:
    intake, gate1, gate2 = join(district.intake), join(district.gate1), join(district.gate2)
    for wish in (topic("g2", "ack"), "gq/v1/+/ack", "gq/v1/+/scan", "#", "$SYS/#"):
        gate1.subscribe(wish)
    gate2.publish(topic("g2", "scan"), b"private")
    intake.publish(topic("g2", "ack"), b"private")
    intake.publish(topic("g1", "ack"), b"own")
    assert gate1.hear() == (topic("g1", "ack"), b"own")


@pytest.mark.parametrize("where", ["gq/v1/g1/scan", "gq/v1/g1/state", "elsewhere"])
def test_the_collector_cannot_speak_as_a_gate(district: District, join: Join, where: str) -> None:
    assert join(district.intake).publish(where, b"x").getName() == "Not authorized"


def test_a_gate_cannot_put_another_off_the_line_by_its_client_id(
    district: District, join: Join
) -> None:
    intake, honest = join(district.intake, "intake"), join(district.gate2, "g2")
    intake.subscribe("gq/v1/+/scan")
    rogue = join(district.gate1, "g2")
    rogue.publish(topic("g1", "scan"), b"rogue")
    assert not honest.publish(topic("g2", "scan"), b"here").is_failure
    assert [intake.hear()[1], intake.hear()[1]] == [b"rogue", b"here"]
    assert honest.lost.empty()


@pytest.mark.parametrize("leaf", ["policy", "site", "command"])
def test_a_gate_hears_what_the_broker_keeps_for_it_and_nobody_elses(
    district: District, join: Join, leaf: str
) -> None:
    intake, gate1, gate2 = join(district.intake), join(district.gate1), join(district.gate2)
    intake.keep(topic("g1", leaf), b"for g1")
    intake.keep(topic("all", "list-x"), b"for all")
    for gate in (gate1, gate2):
        gate.subscribe(topic("g1", leaf))
        gate.subscribe(topic("all", "+"))
    heard = [gate1.hear(), gate1.hear()]
    assert sorted(heard) == [(topic("all", "list-x"), b"for all"), (topic("g1", leaf), b"for g1")]
    assert gate2.hear() == (topic("all", "list-x"), b"for all")
    assert gate2.heard_nothing()
    intake.keep(topic("g1", leaf), b"")
    intake.keep(topic("all", "list-x"), b"")


@pytest.mark.parametrize("name", ["all/signers", "all/list-x", "all/scan", "g2/site", "g1/site"])
def test_what_gates_read_no_gate_writes_or_has_kept(
    district: District, join: Join, name: str
) -> None:
    gate, late = join(district.gate1), join(district.gate2)
    assert gate.keep(f"gq/v1/{name}", b"junk").getName() == "Not authorized"
    late.subscribe(topic("all", "+"))
    late.subscribe(topic("g2", "site"))
    intake = join(district.intake)
    intake.publish(topic("g2", "site"), b"true")
    assert late.hear() == (topic("g2", "site"), b"true")


@pytest.mark.parametrize("where", ["gq/v1/g2/state", "gq/v1/g2/scan", "gq/v1/all/signers", "x"])
def test_a_last_will_on_the_topic_of_another_is_never_spoken(
    district: District, join: Join, where: str
) -> None:
    intake = join(district.intake)
    for leaf in ("state", "scan"):
        intake.subscribe(f"gq/v1/+/{leaf}")
    intake.subscribe(topic("all", "+"))
    gate = Speaker(district.settings, district.gate1, "any")
    gate.client.will_set(where, b"forged", qos=1, retain=True)
    with suppress(queue.Empty, AssertionError):  # the broker may refuse the greeting already
        gate.connect()
    gate.break_off()
    other = join(district.gate2)
    other.publish(topic("g2", "state"), b"true")
    assert intake.hear() == (topic("g2", "state"), b"true")


def test_a_gates_own_will_is_spoken_when_it_breaks_off(district: District, join: Join) -> None:
    intake = join(district.intake)
    intake.subscribe("gq/v1/+/state")
    gate = Speaker(district.settings, district.gate1, "any")
    gate.client.will_set(topic("g1", "state"), b"gone", qos=1)
    gate.connect()
    gate.break_off()
    assert intake.hear() == (topic("g1", "state"), b"gone")


def test_a_certificate_that_has_run_out_counts_for_nothing(
    district: District, plain: socket.socket, tmp_path: Path
) -> None:
    who = identity(tmp_path, district.home, "g1", since=-30, days=10)
    assert shake(tls(district, who), plain) == b""


def test_who_sends_too_much_is_cut_off_and_no_one_else(district: District, join: Join) -> None:
    intake, huge, other = join(district.intake), join(district.gate1), join(district.gate2)
    intake.subscribe("gq/v1/+/scan")
    huge.client.publish(topic("g1", "scan"), bytes(300_000), qos=1)
    assert huge.lost.get(timeout=PATIENCE_S).is_failure
    assert not other.publish(topic("g2", "scan"), b"alive").is_failure
    assert intake.hear() == (topic("g2", "scan"), b"alive")
    assert other.lost.empty()
    assert intake.lost.empty()


def test_a_full_batch_fits(district: District, join: Join) -> None:
    assert not join(district.gate1).publish(topic("g1", "scan"), bytes(256_000)).is_failure


def test_the_brokers_end_of_the_line_does_not_wait_to_fill_packets(
    district: District, broker: Broker, join: Join
) -> None:
    join(district.gate1)
    assert options_of_connections(broker.pid, broker.settings.port) == {True}


def options_of_connections(pid: int, port: int) -> set[bool]:
    """Look into the broker's sockets: which values TCP_NODELAY has on its connections."""
    libc, process = ctypes.CDLL(None, use_errno=True), os.pidfd_open(pid)
    seen = set()
    for target in Path(f"/proc/{pid}/fd").iterdir():
        if not target.is_socket():
            continue
        copy = libc.syscall(SYS_PIDFD_GETFD, process, int(target.name), 0)
        assert copy >= 0, os.strerror(ctypes.get_errno())
        with socket.socket(fileno=copy) as channel:
            is_connection = (
                channel.family == socket.AF_INET
                and not channel.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
                and channel.getsockname()[1] == port
            )
            if is_connection:
                seen.add(bool(channel.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
    os.close(process)
    return seen
