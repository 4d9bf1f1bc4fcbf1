"""A declaration, sealed for the vault: nobody on the way opens it, this process neither."""

import hashlib
from collections.abc import Mapping

import msgspec

from collector.declaration.entries import Declaration
from collector.declaration.sealed import place
from wire.canonical import canonical
from wire.keys import SealKey
from wire.sealing import DataKey

NAME_BYTES = 16


def named(said: Declaration, form: bytes) -> bytes:
    """Return the name of a declaration, by what was answered on which form.

    The same answers sent twice are one declaration; answers that were changed are another. Without
    the form, which is random and stays on the page, the name tells nothing of the answers.
    """
    answers = canonical(msgspec.to_builtins(said))
    return hashlib.sha256(form + answers).digest()[:NAME_BYTES]


def sealed(said: Declaration, name: bytes, to: SealKey, ends: int) -> bytes:
    """Return a declaration sealed to `to`, bound to its name."""
    key = DataKey.fresh()
    fields: Mapping[str, object] = {**msgspec.to_builtins(said), "ends": ends}
    spelled = {
        "key": key.sealed_to(to),
        "to": to.kid,
        "sealed": key.seal(dict(fields), place(name)),
    }
    return canonical(spelled)
