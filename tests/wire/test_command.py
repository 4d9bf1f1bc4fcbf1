"""A command is for one gate, signed for being a command, and soon over."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire import command
from wire.canonical import canonical
from wire.command import LONGEST_MS, Command, Does
from wire.errors import WireError
from wire.keys import Keyring, Use, entry, sign

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RING = Keyring([entry(KEY.public_key(), Use.COMMAND)])
ASKED = Command(gate="g1", does=Does.IDENTIFY, nonce="0" * 16, issued=1000, expires=61_000)


def test_a_command_arrives_as_it_was_given() -> None:
    assert command.unpack(command.pack(ASKED, KEY), RING, "g1") == ASKED


def test_it_counts_for_its_gate_and_with_a_key_for_commands_only() -> None:
    data = command.pack(ASKED, KEY)
    with pytest.raises(WireError):
        command.unpack(data, RING, "g2")
    with pytest.raises(WireError):
        command.unpack(data, Keyring([entry(KEY.public_key(), Use.POLICY)]), "g1")
    other = canonical(sign(msgspec.to_builtins(ASKED), "policy", KEY))
    with pytest.raises(WireError):
        command.unpack(other, RING, "g1")


@pytest.mark.parametrize(
    "changes",
    [
        {"expires": 1000},
        {"expires": 1001 + LONGEST_MS},
        {"nonce": "short"},
        {"does": "Open the door"},
        {"more": 1},
    ],
)
def test_what_is_no_command_is_refused(changes: dict[str, object]) -> None:
    document = msgspec.to_builtins(ASKED) | changes
    with pytest.raises(WireError):
        command.unpack(canonical(sign(document, command.CONTEXT, KEY)), RING, "g1")
