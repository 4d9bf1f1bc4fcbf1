"""A declaration, sealed for the vault: nobody on the way opens it, this process neither."""

from collections.abc import Mapping

import msgspec

from collector.declaration.entries import Declaration
from collector.declaration.sealed import place
from wire.canonical import canonical
from wire.keys import SealKey
from wire.sealing import DataKey


def sealed(said: Declaration, form: bytes, to: SealKey, ends: int) -> bytes:
    """Return a declaration sealed to `to`, bound to the name of its form."""
    key = DataKey.fresh()
    fields: Mapping[str, object] = {**msgspec.to_builtins(said), "ends": ends}
    spelled = {
        "key": key.sealed_to(to),
        "to": to.kid,
        "sealed": key.seal(dict(fields), place(form)),
    }
    return canonical(spelled)
