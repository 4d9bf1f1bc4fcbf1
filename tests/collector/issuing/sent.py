"""What the public page sends to the desk, made as the page makes it."""

from collector.declaration.entries import Declaration
from collector.issuing.ports import Declaring
from collector.public.sealing import sealed
from wire.keys import SealKey

SAID = Declaration(name="Mẫu", born="1990", sex="", phone="0900000001", commune="x")


def envelope(form: bytes, to: SealKey, ends: int) -> bytes:
    """Return a declaration sealed to somebody."""
    return sealed(SAID, form, to, ends)


def declared(desk: Declaring, form: bytes, ends: int, task: str = "") -> str:
    """Declare; return the text of the pass."""
    data = envelope(form, desk.about().seal, ends)
    return desk.declare(form, data, SAID.commune, task, ends)
