"""A pass of a practice district says on paper what it is."""

import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.public import passcode
from wire import gatepass

CLAIMS = gatepass.Pass(
    number=bytes(range(8)),
    holder="resident",
    issued=1_795_000_000,
    expires=1_795_600_000,
    not_before=1_795_000_000,
)


@pytest.mark.parametrize("practice", [True, False])
def test_a_pass_to_practise_with_says_so_on_paper(*, practice: bool) -> None:
    text = gatepass.issue(CLAIMS, Ed25519PrivateKey.generate())
    printed = pypdfium2.PdfDocument(passcode.pdf(text, practice=practice))
    said = " ".join(printed[0].get_textpage().get_text_range().split())
    assert said.count("LUYỆN TẬP · PRACTICE") == (2 if practice else 0)
    assert "Mã QR tự khai báo" in said
