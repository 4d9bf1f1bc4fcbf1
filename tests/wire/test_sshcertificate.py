"""How SSH spells the keys that certify technicians."""

import pytest
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from tests.wire.samples import ENTRIES, KEYS
from wire.errors import WireError
from wire.keys import Use
from wire.sshcertificate import authorities


def test_the_keys_for_technicians_are_spelled_and_no_others() -> None:
    (line,) = authorities(tuple(ENTRIES.values())).splitlines()
    assert load_ssh_public_key(line.encode()) == KEYS[Use.TECHNICIAN].public_key()
    assert line.endswith(ENTRIES[Use.TECHNICIAN].kid)


def test_without_one_nobody_gets_in() -> None:
    with pytest.raises(WireError):
        authorities((ENTRIES[Use.CARD],))
