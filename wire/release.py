"""A release: which program a gate is to run from now on, signed by the authority's root.

It is a list of wheels, each with its digest, so a release counts whole or not at all. The root
signs it and no key in daily use: who can change a gate's program can change everything else. What
belongs to the machine (camera, pins) is never part of one, because it must match what the
machine's system brings.
"""

import re
from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.canonical import canonical, parse, read
from wire.errors import WireError
from wire.keys import KeyEntry, Keyring, Signed, Use, opened, sign
from wire.record import MAX_SEQ, Millis

CONTEXT = "release"
MAX_BYTES = 64 * 1024
MAX_WHEELS = 100
MAX_SIZE = 512 * 1024 * 1024
"""Of all wheels together, in bytes."""
SYSTEMS = frozenset({"libcamera", "lgpio", "picamera2", "rpi_libcamera", "rpi_lgpio", "rpi_gpio"})
WHEEL = re.compile(r"([A-Za-z0-9_.]+)-[A-Za-z0-9_.!+]+(-[A-Za-z0-9_.]+){3,4}\.whl")


class Wheel(msgspec.Struct, frozen=True):
    """One file of a release."""

    name: str
    """Of the file, without a folder."""
    size: Annotated[int, msgspec.Meta(ge=1, le=MAX_SIZE)]
    """Bytes."""
    sha256: str
    """Sixty-four hex digits."""


class Release(msgspec.Struct, frozen=True):
    """What travels with the wheels."""

    version: Annotated[int, msgspec.Meta(ge=1, le=MAX_SEQ)]
    """Grows with every release: a gate never goes back to an older one."""
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    """What people call it, such as 0.2.0."""
    python: Annotated[str, msgspec.Meta(pattern=r"^3\.[0-9]{1,2}$")]
    """The Python for which its wheels are made, such as 3.13."""
    issued: Millis
    wheels: tuple[Wheel, ...]
    v: Literal[1] = 1


def pack(release: Release, root: Ed25519PrivateKey) -> bytes:
    """Spell and sign a release; raise WireError for one that gates would refuse."""
    _check(release)
    data = canonical(sign(msgspec.to_builtins(release), CONTEXT, root))
    if len(data) > MAX_BYTES:
        msg = f"a release is described in more than {MAX_BYTES} bytes"
        raise WireError(msg)
    return data


def unpack(data: bytes, root: KeyEntry) -> Release:
    """Read a release; raise WireError unless the root signed it and all in it is right."""
    signed = read(Signed, parse(data, MAX_BYTES))
    release = read(Release, opened(signed, CONTEXT, Use.ROOT, Keyring([root])))
    _check(release)
    return release


def _check(release: Release) -> None:
    names = [each.name for each in release.wheels]
    if not 1 <= len(names) <= MAX_WHEELS or len(set(names)) != len(names):
        msg = f"a release has 1 to {MAX_WHEELS} wheels, each once"
        raise WireError(msg)
    if sum(each.size for each in release.wheels) > MAX_SIZE:
        msg = f"the wheels of a release are larger than {MAX_SIZE} bytes"
        raise WireError(msg)
    for each in release.wheels:
        _check_wheel(each)


def _check_wheel(wheel: Wheel) -> None:
    named = WHEEL.fullmatch(wheel.name)
    if named is None or re.fullmatch(r"[0-9a-f]{64}", wheel.sha256) is None:
        msg = "a release lists a file that is no wheel, or not by its digest"
        raise WireError(msg)
    if named[1].lower().replace(".", "_") in SYSTEMS:
        msg = f"{named[1]} belongs to the machine's system and is never part of a release"
        raise WireError(msg)
