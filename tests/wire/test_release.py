"""A release counts only if the root signed it, and never brings what belongs to the machine."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire import canonical, keys, release
from wire.errors import SignatureInvalid, WireError
from wire.keys import Use, entry
from wire.release import Release, Wheel

ROOT = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TRUSTED = entry(ROOT.public_key(), Use.ROOT)
WHEEL = Wheel("gate_scanner-0.2.0-py3-none-any.whl", 1000, "ab" * 32)
GOOD = Release(7, "0.2.0", "3.13", 1_790_000_000_000, (WHEEL,))


def wheels(*names: str) -> Release:
    listed = tuple(msgspec.structs.replace(WHEEL, name=each) for each in names)
    return msgspec.structs.replace(GOOD, wheels=listed)


def test_what_the_root_signed_is_read_as_it_was_written() -> None:
    assert release.unpack(release.pack(GOOD, ROOT), TRUSTED) == GOOD


def test_another_key_signs_no_release() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    with pytest.raises(SignatureInvalid):
        release.unpack(release.pack(GOOD, stranger), TRUSTED)


def test_what_the_root_signed_for_something_else_is_no_release() -> None:
    other = canonical.canonical(keys.sign(msgspec.to_builtins(GOOD), "enrolment", ROOT))
    with pytest.raises(SignatureInvalid):
        release.unpack(other, TRUSTED)


def test_a_changed_byte_is_noticed_wherever_it_is() -> None:
    data = release.pack(GOOD, ROOT)
    for at in range(0, len(data), 7):
        torn = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(WireError):
            release.unpack(torn, TRUSTED)


@pytest.mark.parametrize(
    "names",
    [
        ("../gate_scanner-0.2.0-py3-none-any.whl",),
        ("/etc/x-1-py3-none-any.whl",),
        ("release.json",),
        ("",),
        (),
        (WHEEL.name, WHEEL.name),
        ("picamera2-0.3.30-py3-none-any.whl",),
        ("lgpio-0.2.2.0-cp313-cp313-manylinux_2_34_aarch64.whl",),
        ("RPi.GPIO-0.7.1-cp313-cp313-linux_aarch64.whl",),
        tuple(f"a{each}-1-py3-none-any.whl" for each in range(release.MAX_WHEELS + 1)),
    ],
    ids=repr,
)
def test_a_list_that_a_gate_would_refuse_is_neither_signed_nor_read(names: tuple[str, ...]) -> None:
    with pytest.raises(WireError):
        release.pack(wheels(*names), ROOT)
    signed = canonical.canonical(
        keys.sign(msgspec.to_builtins(wheels(*names)), release.CONTEXT, ROOT)
    )
    with pytest.raises(WireError):
        release.unpack(signed, TRUSTED)


def test_a_digest_that_is_none_and_too_large_a_whole_are_refused() -> None:
    half = msgspec.structs.replace(WHEEL, size=release.MAX_SIZE // 2 + 1)
    other = msgspec.structs.replace(half, name="b-1-py3-none-any.whl")
    for bad in ((msgspec.structs.replace(WHEEL, sha256="AB" * 32),), (half, other)):
        with pytest.raises(WireError):
            release.pack(msgspec.structs.replace(GOOD, wheels=bad), ROOT)


def test_a_description_longer_than_a_gate_reads_is_not_signed() -> None:
    def listed(length: int) -> Release:
        count = release.MAX_WHEELS
        return wheels(*(f"{'a' * length}{each:03}-1-py3-none-any.whl" for each in range(count)))

    spare = (release.MAX_BYTES - len(release.pack(listed(1), ROOT))) // release.MAX_WHEELS
    longest = listed(1 + spare)
    assert release.unpack(release.pack(longest, ROOT), TRUSTED) == longest
    with pytest.raises(WireError, match="more than"):
        release.pack(listed(2 + spare), ROOT)
