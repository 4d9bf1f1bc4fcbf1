"""The enrolment process: who is told what, and what is on the disk before it is told."""

import contextlib
import socket
import ssl
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector import cli, counter, roster
from collector.asking.frames import framed, received
from collector.config import EnrolBroker, EnrolConfig
from collector.enrol import documents, keys, process
from collector.enrol import door as enrol_door
from collector.enrol.book import Book
from collector.errors import (
    AddressUnusable,
    EnrolmentAway,
    KeyUnreadable,
    LedgerFull,
    OrderRefused,
    PortBusy,
    StateUnwritable,
    StoreUnusable,
)
from collector.roster import RosterFile
from collector.web.complaints import STATUS
from collector.web.templatetags.install_words import REFUSAL
from device import enrol
from provisioning import clock as provisioning_clock
from provisioning import gates, revocation, revoked
from tests.collector.enrol.district import GATE, WIFI, District, order
from wire import enrolment, joining
from wire.canonical import canonical
from wire.enrolcode import MAX_CHARS, Network
from wire.errors import WireError
from wire.joining import Answer, Progress, Step, Trouble
from wire.keys import Use, entry, sign

ROSTER = "roster.json"


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    return District(tmp_path_factory.mktemp("district"))


def asked(folder: Path, text: str) -> bytes:
    return joining.pack_ask(text, enrol.make_keys(folder / "keys"))


def records_key(folder: Path) -> Ed25519PrivateKey:
    return enrol._records_key(folder / "keys")


def test_a_name_that_is_taken_is_asked_about_first(district: District, tmp_path: Path) -> None:
    district.desk.join(asked(tmp_path, district.code(gate="taken-1")))
    with pytest.raises(OrderRefused, match="there already"):
        district.desk.make(order(gate="taken-1"))
    assert district.desk.make(order(gate="taken-1", replace=True)).text


def test_a_place_too_long_for_a_code_makes_none(district: District) -> None:
    long = msgspec.structs.replace(order(WIFI), place="Ấp " * 33, gate="a" * 40)
    with pytest.raises(OrderRefused, match="shorten the name of the place"):
        district.desk.make(msgspec.structs.replace(long, wiring="b" * 32))
    with pytest.raises(OrderRefused, match="up to 100 characters"):
        district.desk.make(msgspec.structs.replace(long, place="Ấp\nmột"))
    assert len(district.code(WIFI, replace=True)) <= MAX_CHARS


@pytest.mark.parametrize(
    ("network", "told"),
    [
        (Network("wifi", "a", "short", "VN"), "8 to 63"),
        (Network("wifi", "a", "có dấu thì không", "VN"), "8 to 63"),
        (Network("wifi", "Chợ Mẫu Hữu Nghĩa số một", "", "VN"), "32 bytes"),
        (Network("wifi", "a", "", "vn"), "two capital letters"),
        (Network("4g", "điểm"), "up to 63"),
    ],
    ids=lambda each: each if isinstance(each, str) else each.kind,
)
def test_a_network_that_is_none_makes_no_code_and_its_limit_is_named(
    district: District, network: Network, told: str
) -> None:
    with pytest.raises(OrderRefused, match=told) as found:
        district.desk.make(order(network, gate="none-1"))
    assert not network.passphrase or network.passphrase not in str(found.value)
    assert any(each in str(found.value) for each in REFUSAL), "the page has words for it"


def test_the_certificate_is_for_one_gate_as_a_client_beneath_the_gates_ca(
    district: District, tmp_path: Path
) -> None:
    answer = joining.unpack_answer(
        district.desk.join(asked(tmp_path, district.code(gate="cert-1")))
    )
    assert isinstance(answer, Answer)
    found = enrolment.unpack(answer.enrolment, district.root)
    leaf, ca = x509.load_pem_x509_certificates(found.certificate.encode())
    leaf.verify_directly_issued_by(ca)
    assert leaf.subject.rfc4514_string() == "CN=cert-1"
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [each._name for each in usage] == ["clientAuth"]
    assert leaf.not_valid_after_utc <= ca.not_valid_after_utc


def test_a_code_that_nobody_made_here_is_foreign(district: District, tmp_path: Path) -> None:
    """Its number may be as right as can be: an older book was put in place of this one."""
    text = district.code(gate="lost-1")
    district.book._rows.execute("delete from code where gate = 'lost-1'")
    answer = joining.unpack_answer(district.desk.join(asked(tmp_path, text)))
    assert answer is Trouble.FOREIGN


def test_a_roster_that_cannot_be_written_admits_nobody_and_keeps_the_code(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = asked(tmp_path, district.code(gate="full-1"))

    def full(_gate: object) -> None:
        raise StoreUnusable(ROSTER)

    with monkeypatch.context() as broken:
        broken.setattr(district.admitted, "enter", full)
        with pytest.raises(StoreUnusable):
            district.desk.join(body)
    assert isinstance(joining.unpack_answer(district.desk.join(body)), Answer)


def test_only_the_gate_that_used_a_code_tells_of_it(district: District, tmp_path: Path) -> None:
    line = district.desk.make(order(gate="told-1"))
    said = Progress(line.number, Step.ENROLLED, 1)
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(WireError):
        district.desk.progress(joining.pack_progress(said, stranger))
    district.desk.join(asked(tmp_path, line.text))
    with pytest.raises(WireError):
        district.desk.progress(joining.pack_progress(said, stranger))
    district.desk.progress(joining.pack_progress(said, records_key(tmp_path)))
    told = district.book.line(line.number)
    assert told is not None
    assert told.step is Step.ENROLLED


def test_an_enrolled_gate_stands_in_the_roster_beside_the_others(
    district: District, tmp_path: Path
) -> None:
    path = district.home.folder / ROSTER
    file = RosterFile(path)
    before = file.current()
    district.desk.join(asked(tmp_path, district.code(gate="joined-1")))
    after = file.current()
    assert after.names() - before.names() == {"joined-1"}
    assert roster.load(path).gates == after.gates
    assert not (path.with_name(roster.ENROLLED).stat().st_mode & 0o007)


def test_the_authority_can_make_the_next_certificate_of_a_gate_that_enrolled(
    tmp_path: Path,
) -> None:
    district = District(tmp_path)
    district.desk.join(asked(tmp_path, district.code(gate="next-1")))
    (made,) = gates.certify_all(district.home, provisioning_clock.now())
    assert made.name == "certificate-next-1.json"


def test_the_authority_can_revoke_what_was_issued_over_the_network(tmp_path: Path) -> None:
    district, now = District(tmp_path), provisioning_clock.now()
    answer = joining.unpack_answer(
        district.desk.join(asked(tmp_path, district.code(gate="stolen-1")))
    )
    assert isinstance(answer, Answer)
    found = enrolment.unpack(answer.enrolment, district.root)
    leaf, ca = x509.load_pem_x509_certificates(found.certificate.encode())
    (done,) = revocation.revoke(district.home, "stolen-1", now)
    assert int(done.serial, 16) == leaf.serial_number
    listed = revoked.lists(district.home.folder)[revoked.key_id(ca)]
    assert listed.get_revoked_certificate_by_serial_number(leaf.serial_number) is not None
    assert gates.certify_all(district.home, now) == []


def test_a_text_is_forgotten_once_it_can_be_used_no_more(district: District) -> None:
    line = district.desk.make(order(gate="late-1"))
    assert district.book.line(line.number) == line
    district.book.tidy(line.expires_ms)
    told = district.book.line(line.number)
    assert told is not None
    assert told.text == ""
    assert all(each.text == "" for each in district.book.lines(""))


def test_what_does_not_fit_together_is_named(district: District, tmp_path: Path) -> None:
    stranger = entry(Ed25519PrivateKey.generate().public_key(), Use.ROOT)
    folder = district.home.folder / "enrolment"
    with pytest.raises(KeyUnreadable, match=r"voucher\.bin"):
        keys.held(folder, stranger)
    with pytest.raises(KeyUnreadable, match=r"enrol\.pem"):
        keys.held(tmp_path, district.root)


def test_a_new_gate_is_handed_what_is_in_force_at_its_place(tmp_path: Path) -> None:
    """It stands in none of it yet: the policy is that of the place's other gates."""
    key, site = Ed25519PrivateKey.generate(), "Chợ Mẫu Hai"

    def rules(site: str, version: int) -> bytes:
        return canonical(sign({"site": site, "version": version}, "policy", key))

    here = {"g1/policy": rules(site, 2), "g2/policy": rules(site, 3), "g1/command": b"{}"}
    here |= {"g3/policy": rules("Chợ Khác", 9), "all/signers": b"{s}", "g4/policy": b"torn"}
    here |= {"all/list-0123456789abcdef": b"\0list", "all/list-x": b"", "all/.stamp": b""}
    for name, data in here.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)

    found = documents.in_force(tmp_path, unicodedata.normalize("NFD", site))

    assert found == {
        "policy.json": rules(site, 3),
        "signers.json": b"{s}",
        "list-0123456789abcdef": b"\0list",
    }
    assert documents.in_force(tmp_path / "none", site) == {}


def test_what_does_not_fit_with_an_enrolment_comes_by_the_road_later(tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    for number in range(8):
        (tmp_path / f"all/list-{number:016x}").write_bytes(bytes(200_000))
    assert len(documents.in_force(tmp_path, "")) == 5


# -- the door ----------------------------------------------------------------------------------


@pytest.fixture
def port(district: District) -> Iterator[int]:
    with district.open():
        yield int(district.address.rpartition(":")[2])


def told(port: int, sent: bytes) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), 20) as plain,
        contextlib.suppress(OSError),
        context.wrap_socket(plain) as line,
    ):
        line.sendall(sent)
        return line.recv(65536).partition(b"\r\n")[0]
    return b""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST /v1/join HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", b"400"),
        (b"POST /v1/join HTTP/1.1\r\nContent-Length: 999999\r\n\r\n", b"413"),
        (b"POST /v1/join HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"413"),
        (b"POST /v1/join HTTP/1.1\r\n\r\n", b"413"),
        (b"POST /v1/join/../x HTTP/1.1\r\nContent-Length: 0\r\n\r\n", b"404"),
        (b"GET / HTTP/1.1\r\n\r\n", b"501"),
        (b"\0\1\2\3\r\n\r\n", b""),
    ],
)
def test_whatever_is_sent_has_an_answer_or_none_and_the_door_goes_on(
    port: int, sent: bytes, status: bytes
) -> None:
    assert status in told(port, sent)
    assert b"400" in told(port, b"POST /v1/progress HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")


def test_who_drips_is_ended_in_time_and_keeps_nobody_away(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrol_door, "LONGEST_S", 0.3)
    monkeypatch.setattr(enrol_door, "AT_ONCE", 4)
    with district.open():
        port = int(district.address.rpartition(":")[2])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with contextlib.ExitStack() as dripping:
            for _ in range(4):
                plain = dripping.enter_context(socket.create_connection(("127.0.0.1", port), 20))
                line = dripping.enter_context(context.wrap_socket(plain))
                line.sendall(b"POST /v1/join HTTP/1.1\r\n")
            assert b"400" in told(port, b"POST /v1/join HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")


# -- the counter -------------------------------------------------------------------------------


def test_at_the_counter_codes_are_made_shown_and_listed(district: District, tmp_path: Path) -> None:
    path = tmp_path / "counter"
    asked = counter.enrolling(path)
    with process.answering(path, district.desk):
        assert path.stat().st_mode & 0o777 == 0o660
        made = asked.make(order(gate="counter-1"))
        assert asked.shown(made.number) == made
        assert made.number in {each.number for each in asked.listed("ky-thuat")}
        assert asked.listed("nobody") == ()
        assert asked.shown("0" * 16) is None
        with pytest.raises(OrderRefused, match="8 to 63"):
            asked.make(order(Network("wifi", "a", "short", "VN"), gate=GATE))
    with pytest.raises(EnrolmentAway):
        asked.listed("")


def test_a_book_that_cannot_be_used_is_no_fault_of_the_order(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks would change the order again and again."""
    broken = Book(tmp_path / "book.db", lambda now_ms: now_ms)
    broken.close()
    monkeypatch.setattr(district.desk, "_book", broken)
    path = tmp_path / "counter"
    with process.answering(path, district.desk), pytest.raises(StateUnwritable):
        counter.enrolling(path).make(order(gate="counter-3"))
    assert STATUS[StateUnwritable.code] == 503


def test_a_code_for_which_there_is_no_room_is_told_so_and_made_when_there_is(
    tmp_path: Path,
) -> None:
    """SQLite takes back by itself what it has no room for, and there is nothing more to undo."""
    district = District(tmp_path)
    rows = district.book._rows
    (used,) = rows.execute("pragma page_count").fetchone()
    rows.execute(f"pragma max_page_count = {used}")
    made = (district.code(gate=f"full-{number}") for number in range(40))
    with pytest.raises(LedgerFull):
        list(made)
    kept = len(district.book.lines(""))
    rows.execute("pragma max_page_count = 1000")
    assert district.code(gate=f"full-{kept}")
    assert len(district.book.lines("")) == kept + 1


@pytest.mark.parametrize(
    "sent", [b"", b"{}", b"[]", b"\xff", b"{" * 10_000, b'{"ask":"make","args":{"order":{}}}']
)
def test_nonsense_at_the_counter_is_answered_and_harmless(
    district: District, tmp_path: Path, sent: bytes
) -> None:
    path = tmp_path / "counter"
    with process.answering(path, district.desk):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(path))
            line.sendall(framed(sent))
            assert b'"request-invalid"' in (received(line, 1000) or b"")
        assert counter.enrolling(path).listed("nobody") == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"gate": "Cổng chợ"}, "up to 40 small letters without marks"),
        ({"gate": "c" * 41}, "up to 40 small letters without marks"),
        ({"gate": "counter-2\n"}, "up to 40 small letters without marks"),
        ({"place": "Chợ " * 30}, "up to 100 characters"),
        ({"place": ""}, "up to 100 characters"),
        ({"area": "Xã " * 70}, "too long"),
    ],
    ids=str,
)
def test_an_order_of_another_form_is_refused_with_the_limit(
    district: District, wrong: dict[str, str], said: str
) -> None:
    with pytest.raises(OrderRefused, match=said) as found:
        district.desk.make(msgspec.structs.replace(order(gate="counter-2"), **wrong))
    assert str(found.value) in REFUSAL, "the page has it in both languages"


@pytest.mark.parametrize("name", ["intake", "broker", "collector", "all"])
def test_no_gate_gets_the_name_and_so_the_rights_of_a_service(
    district: District, name: str
) -> None:
    with pytest.raises(OrderRefused, match="name of a service") as found:
        district.desk.make(order(gate=name))
    assert str(found.value) in REFUSAL


def test_a_port_or_an_address_that_cannot_be_had_is_said_as_the_one_it_is(
    district: District, tmp_path: Path
) -> None:
    brokers = (EnrolBroker("localhost"),)
    usual = EnrolConfig(address="a:1", keys=tmp_path, brokers=brokers, state=tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        taken = msgspec.structs.replace(usual, host="127.0.0.1", port=port)
        with pytest.raises(PortBusy, match=rf"enrol\.port: 127\.0\.0\.1 {port}"):
            process._door(taken, district.holding, district.desk)
    elsewhere = msgspec.structs.replace(usual, host="192.0.2.1")
    with pytest.raises(AddressUnusable, match=r"enrol\.host: 192\.0\.2\.1"):
        process._door(elsewhere, district.holding, district.desk)


@pytest.mark.parametrize(
    "more", [["--wifi", "a", "--mobile", "b"], ["--offline", "--wifi", "a"], ["--wiring", "none"]]
)
def test_a_code_has_one_network_and_a_wiring_set_that_there_is(
    more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """What is left out in silence is found out at the gate."""
    asked = ["enrol-code", "--config", "none.toml", "--gate", "a", "--place", "b", *more]
    assert cli.main(asked) == 2
    assert capsys.readouterr().err.startswith("arguments-invalid: ")
