"""Health certificates that are made here, and the signers who sign them; nobody's."""

import datetime as dt
import hashlib
import zlib
from typing import Any

import base45
import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ISSUED, EXPIRES = 1_640_000_000, 1_671_536_000
Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
P256 = ec.derive_private_key(0x1234567, ec.SECP256R1())
OTHER_P256 = ec.derive_private_key(0x7654321, ec.SECP256R1())
P384 = ec.derive_private_key(0x1234567, ec.SECP384R1())
RSA = rsa.generate_private_key(65537, 2048)
SMALL_RSA = rsa.generate_private_key(65537, 1024)  # noqa: S505  (to be refused)

VACCINATION: dict[str, Any] = {
    "v": [
        {
            "tg": "840539006",
            "vp": "1119349007",
            "mp": "EU/1/20/1528",
            "ma": "ORG-100030215",
            "dn": 2,
            "sd": 2,
            "dt": "2021-11-20",
            "co": "VN",
            "is": "Bộ Y tế (Mẫu)",
            "ci": "URN:UVCI:01:VN:0000000000#0",
        }
    ]
}
TEST: dict[str, Any] = {
    "t": [
        {
            "tg": "840539006",
            "tt": "LP6464-4",
            "sc": "2021-11-20T08:00:00Z",
            "tr": "260415000",
            "tc": "Mẫu",
            "co": "VN",
            "is": "Mẫu",
            "ci": "URN:UVCI:01:VN:1",
        }
    ]
}
RECOVERY: dict[str, Any] = {
    "r": [
        {
            "tg": "840539006",
            "fr": "2021-10-01",
            "df": "2021-10-12",
            "du": "2022-04-01",
            "co": "VN",
            "is": "Mẫu",
            "ci": "URN:UVCI:01:VN:2",
        }
    ]
}


def payload(proof: dict[str, Any] | None = None, **changes: object) -> dict[str, Any]:
    """Return a certificate's content, with some members changed (None: left out)."""
    whole = {
        "ver": "1.3.0",
        "nam": {"fn": "Nguyễn", "gn": "Văn Mẫu", "fnt": "NGUYEN", "gnt": "VAN<MAU"},
        "dob": "1990-06-15",
        **(VACCINATION if proof is None else proof),
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not None}


def claims(content: object, **changes: object) -> bytes:
    """Spell the claims around `content`; `issued`, `expires` and `issuer` may be changed."""
    said = {"issuer": "VN", "expires": EXPIRES, "issued": ISSUED, **changes}
    return cbor2.dumps(
        {1: said["issuer"], 4: said["expires"], 6: said["issued"], -260: {1: content}}
    )


def certificate(
    key: Private, usages: list[str] | None = None, spelled: bytes | None = None
) -> bytes:
    """Return a signer's own certificate, DER, with these extended key usages, or spelled so."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Mẫu")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2021, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2031, 1, 1, tzinfo=dt.UTC))
    )
    if usages is not None:
        named = x509.ExtendedKeyUsage([x509.ObjectIdentifier(each) for each in usages])
        builder = builder.add_extension(named, critical=False)
    if spelled is not None:
        raw = x509.UnrecognizedExtension(x509.ExtendedKeyUsage.oid, spelled)
        builder = builder.add_extension(raw, critical=False)
    # The same bytes each time, since they name the key.
    steady = isinstance(key, ec.EllipticCurvePrivateKey) or None
    made = builder.sign(key, hashes.SHA256(), ecdsa_deterministic=steady)
    return made.public_bytes(serialization.Encoding.DER)


def kid(der: bytes) -> bytes:
    return hashlib.sha256(der).digest()[:8]


def signature(key: Private, signed: bytes) -> bytes:
    """Sign as COSE does with this key."""
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        return key.sign(signed, pss, hashes.SHA256())
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    size = key.key_size // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def message(
    body: bytes, key: Private, header: dict[int, Any], loose: dict[int, Any] | None = None
) -> bytes:
    """Return a COSE_Sign1 message."""
    protected = cbor2.dumps(header) if header else b""
    signed = cbor2.dumps(["Signature1", protected, b"", body])
    return cbor2.dumps(cbor2.CBORTag(18, [protected, loose or {}, body, signature(key, signed)]))


def code(data: bytes) -> str:
    """Return the text of the code that holds a message."""
    return "HC1:" + base45.b45encode(zlib.compress(data)).decode()


def shown(
    content: object = None, key: Private = P256, der: bytes | None = None, **changes: object
) -> str:
    """Return the text of a certificate that `key` signed; `der` names the key."""
    named = certificate(key) if der is None else der
    alg = -37 if isinstance(key, rsa.RSAPrivateKey) else -7
    body = claims(payload() if content is None else content, **changes)
    return code(message(body, key, {1: alg, 4: kid(named)}))
